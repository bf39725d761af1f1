"""Reaches hosts, all at the same time, and says what came of each.

No login and no message goes out: a web server is asked for the head of its first page, a mail
server for its greeting.
"""

from __future__ import annotations

import http.client
import smtplib
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple
from urllib.parse import urlsplit

from smsc_transports.reporting.redaction import without_user
from smsc_transports.transports.proxies import proxy_url_for
from smsc_transports.transports.tls import tls_context
from smsc_transports.values.settings import Settings

STEP_SECONDS = 5.0
"""For connecting, and again for the answer."""

ALL_SECONDS = 12.0
"""For all hosts together, since looking up a name has no limit of its own."""

_PORTS = {"http": 80, "https": 443, "smtp": 25}


class Target(NamedTuple):
    """A host to reach: "http", "https" or "smtp", and its address with or without a port."""

    scheme: str
    address: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.address}"


@dataclass(frozen=True)
class Probe:
    """What came of one host; ``clock_ahead`` is by how many seconds its clock is before ours."""

    target: Target
    reached: bool
    text: str
    remedy: str = ""
    clock_ahead: Optional[float] = None


def probe_all(targets: Sequence[Target], settings: Settings) -> List[Probe]:
    """Reach all of them within 12 seconds."""
    found = [
        Probe(target, False, f"no answer within {ALL_SECONDS:g} s", _SILENT) for target in targets
    ]

    def work(number: int) -> None:
        found[number] = _probe(targets[number], settings)

    # Daemons: whoever still hangs then must not keep the program from ending.
    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(len(targets))]
    end = time.monotonic() + ALL_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    return list(found)


def _probe(target: Target, settings: Settings) -> Probe:
    scheme, address = target
    is_direct = scheme == "smtp" or settings.sandboxed
    proxy = "" if is_direct else proxy_url_for(scheme, address)
    try:
        way = f"through {without_user(proxy)}" if proxy else _connected(target)
        if scheme == "smtp":
            return Probe(target, True, f"{way}, {_greeting(target)}")
        proxies = {scheme: proxy} if proxy else {}
        status, clock_ahead = _head(target, proxies, settings.ca_pem)
        return Probe(target, True, f"{way}, answers (HTTP {status})", clock_ahead=clock_ahead)
    except Exception as error:
        return Probe(target, False, *_meaning(error))


def _connected(target: Target) -> str:
    """Look the name up and connect; says what was found."""
    host, port = _host_and_port(target)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    started = time.monotonic()
    socket.create_connection((host, port), STEP_SECONDS).close()
    addresses = dict.fromkeys(str(each[4][0]) for each in found)
    return f"{', '.join(addresses)}, connected in {(time.monotonic() - started) * 1000:.0f} ms"


def _host_and_port(target: Target) -> Tuple[str, int]:
    parts = urlsplit(str(target))
    return parts.hostname or "", parts.port or _PORTS[target.scheme]


def _greeting(target: Target) -> str:
    # smtplib would look up the name of this machine.
    with smtplib.SMTP(timeout=STEP_SECONDS, local_hostname="localhost") as server:
        code, _ = server.connect(*_host_and_port(target))
    if code != 220:
        raise smtplib.SMTPResponseException(code, "")
    return f"answers (SMTP {code})"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer; where it leads is not asked."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _head(target: Target, proxies: Any, ca_pem: str) -> Tuple[int, Optional[float]]:
    """Ask for the head of the first page, as urllib does; its status, and the host's clock."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler(proxies),
        urllib.request.HTTPSHandler(context=tls_context(ca_pem)),
        _NoRedirect,
    )
    request = urllib.request.Request(f"{target}/", method="HEAD")
    try:
        with opener.open(request, timeout=STEP_SECONDS) as response:
            return response.status, _clock_ahead(response.headers.get("Date"))
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, _clock_ahead(answer.headers.get("Date"))


def _clock_ahead(date: Optional[str]) -> Optional[float]:
    try:
        return parsedate_to_datetime(date or "").timestamp() - time.time()
    except (TypeError, ValueError):
        return None


_SILENT = "A firewall or a proxy that is missing here may swallow the packets."
_CLOCK = "Look at the date and time of this machine."
_STRANGER = (
    "Whoever opens TLS on the way (a company's proxy, a virus scanner) has an authority of its "
    "own: name its certificate in SSL_CERT_FILE. Or the system's CA certificates are missing."
)
_NAME = "Check the host in SMSC_HOST; a login page of the network may be answering in its place."
_CERTIFICATES = {  # by the codes of OpenSSL
    9: ("its certificate is not valid yet", _CLOCK),
    10: ("its certificate has expired", _CLOCK),
    18: ("its certificate is its own, signed by nobody", _STRANGER),
    19: ("its certificate is signed by an authority that is not trusted here", _STRANGER),
    20: ("its certificate is signed by an authority that is not trusted here", _STRANGER),
    62: ("its certificate is for another name", _NAME),
    64: ("its certificate is for another address", _NAME),
}


def _meaning(error: BaseException) -> Tuple[str, str]:
    """Say what went wrong and what to do."""
    reason = getattr(error, "reason", None)
    if isinstance(error, urllib.error.URLError) and isinstance(reason, BaseException):
        error = reason
    if isinstance(error, socket.gaierror):
        return f"its name is not known: {error.strerror}", "Check SMSC_HOST, the network and DNS."
    if isinstance(error, ssl.SSLCertVerificationError):
        other = (f"its certificate is wrong: {error.verify_message}", _STRANGER)
        return _CERTIFICATES.get(error.verify_code, other)
    if isinstance(error, ssl.SSLError):
        return f"no TLS: {error.reason or error}", "Check that the port is one for HTTPS."
    if isinstance(error, socket.timeout):
        return f"no answer within {STEP_SECONDS:g} s", _SILENT
    if isinstance(error, ConnectionRefusedError):
        return "it refuses connections", "Check the port; a firewall may refuse them too."
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answers with SMTP {error.smtp_code}", "It does not want mail from here."
    if isinstance(error, http.client.HTTPException):
        return f"what it answers is not HTTP: {type(error).__name__}", "Check the port."
    return f"{type(error).__name__}: {error}", "Check the network, the proxy and the firewall."

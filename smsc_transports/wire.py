"""Connections that are kept between calls: of one thread, of one process, for five idle seconds.

The requests library would rewrite the vendor's bytes (``|``, ``%7e``) and write whole URLs,
credentials included, into the log. So it is told the bare path only, and the connection puts the
real target on the wire.
"""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from typing import Any, Callable, Dict, Iterator, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from requests import PreparedRequest
from requests import exceptions as requests_errors
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import exceptions as urllib3_errors
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from smsc_transports.errors import NotSent, OutcomeUnknown, TransportError
from smsc_transports.settings import Settings, Timeout
from smsc_transports.sockets import DeadlineSocket
from smsc_transports.tls import tls_context

MAX_ANSWER_BYTES = 1024 * 1024
IDLE_SECONDS = 5.0

FORM = "application/x-www-form-urlencoded"
HEADERS = {"User-Agent": "smsc-transports", "Accept": "*/*", "Accept-Encoding": "identity"}

_TIMEOUTS = (
    requests_errors.Timeout,
    urllib3_errors.TimeoutError,
    socket.timeout,
)
_BEFORE_SENDING = (
    requests_errors.ConnectTimeout,
    requests_errors.InvalidSchema,
    requests_errors.InvalidURL,
    requests_errors.ProxyError,
    requests_errors.SSLError,
    urllib3_errors.NewConnectionError,
    ConnectionRefusedError,
    socket.gaierror,
)


class Answer(NamedTuple):
    """An HTTP response; ``body`` is empty where the status is not a success."""

    status: int
    location: Optional[str]
    body: bytes


CONNECTING = "connecting"
HANDED_OVER = "handed over"


class _Current(threading.local):
    """The exchange that this thread is making: its connection reads the target from here."""

    target = ""
    phase = ""
    """How far it got; CONNECTING ends as soon as the first byte of the request may leave."""


_current = _Current()


class _ExactTarget:
    """Mixed into urllib3's connections: the target as it was given, and one deadline to read."""

    sock: Any
    timeout: Any
    connect: Callable[[], None]

    def _new_conn(self) -> socket.socket:
        _current.phase = CONNECTING
        sock = DeadlineSocket.taking_over(super()._new_conn())  # type: ignore[misc]
        sock.deadline = _deadline(self.timeout)
        return sock

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        super().putrequest(method, _current.target, *args, **kwargs)  # type: ignore[misc]

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        _current.phase = HANDED_OVER
        super().endheaders(*args, **kwargs)  # type: ignore[misc]

    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        self.sock.deadline = _deadline(self.timeout)
        return super().getresponse(*args, **kwargs)  # type: ignore[misc]


def _deadline(seconds: Any) -> Optional[float]:
    return time.monotonic() + seconds if isinstance(seconds, (int, float)) else None


class _Connection(_ExactTarget, HTTPConnection):
    debuglevel = 0  # http.client's debug output would show the credentials


class _TLSConnection(_ExactTarget, HTTPSConnection):
    debuglevel = 0

    def connect(self) -> None:
        super().connect()
        # A program that switched verification off needs no warning that it did.
        self.is_verified = True


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _Adapter(HTTPAdapter):
    """requests' adapter with our connections and urllib's idea of trust."""

    def __init__(self, context: Any) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
        return manager

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, *args: Any, **kwargs: Any
    ) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, *args, **kwargs)
        return host, {"ssl_context": self._context} if self._context else {}

    def cert_verify(self, *args: Any) -> None:
        """Leave trust to the context."""

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:
        """Keep the real target for the connection, give urllib3 the one that it may log."""
        _current.target = super().request_url(request, proxies)
        return _current.target.split("?")[0]


class _Kept(threading.local):
    """The idle adapters of one thread, by scheme, host and trust, with the time of last use."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.adapters: Dict[Any, Tuple[_Adapter, float]] = {}


class Wire:
    """Sends one request over a kept connection or a new one."""

    def __init__(self) -> None:
        self._kept = _Kept()

    def send(self, url: str, body: Optional[bytes], timeout: Timeout, settings: Settings) -> Answer:
        """Send, by POST if there is a body, and read the answer.

        ``timeout.read`` is for the answer as a whole. Raises NotSent or OutcomeUnknown.
        """
        _current.phase = ""
        try:
            return self._exchange(url, body, timeout, settings)
        except TransportError:
            raise
        except Exception as error:
            raise _failure(error) from None

    def close(self) -> None:
        """Let go of all kept connections; those of other threads close with their last use."""
        for adapter, _ in self._kept.adapters.values():
            adapter.close()
        self._kept = _Kept()

    def _exchange(
        self, url: str, body: Optional[bytes], timeout: Timeout, settings: Settings
    ) -> Answer:
        scheme, host = urlsplit(url)[:2]
        context = tls_context(settings.ca_pem) if scheme == "https" else None
        key = (scheme, host, context)
        adapter = self._take(key) or _Adapter(context)
        try:
            response = adapter.send(
                _prepared(url, body),
                stream=True,
                timeout=(timeout.connect, timeout.read),
                proxies={} if settings.sandboxed else _proxies(scheme, host),
            )
            answer = _read(response)
        except BaseException:  # Ctrl-C too: half an answer must not meet the next request
            adapter.close()
            raise
        self._kept.adapters[key] = (adapter, time.monotonic())
        return answer

    def _take(self, key: Any) -> Optional[_Adapter]:
        """Take the kept adapter for this key, closing all that have been idle for too long."""
        adapters = self._kept.adapters
        oldest = time.monotonic() - IDLE_SECONDS
        if self._kept.process != os.getpid():  # a forked child: these are the parent's
            self._kept.process = os.getpid()
            oldest = math.inf
        for idle in [each for each, (_, used) in adapters.items() if used < oldest]:
            adapters.pop(idle)[0].close()
        return adapters.pop(key, (None, 0.0))[0]


def _prepared(url: str, body: Optional[bytes]) -> PreparedRequest:
    """Make the request by hand: requests' own preparation would rewrite the URL."""
    prepared = PreparedRequest()
    prepared.method = "GET" if body is None else "POST"
    prepared.url = url
    prepared.headers = CaseInsensitiveDict(HEADERS)
    if body is not None:
        prepared.body = body
        prepared.headers.update({"Content-Type": FORM, "Content-Length": str(len(body))})
    return prepared


def _proxies(scheme: str, host: str) -> Dict[str, str]:
    """Give the proxy for this host as urllib would choose it."""
    proxy = getproxies().get(scheme)
    return {} if proxy is None or proxy_bypass(host) else {scheme: proxy}


def _read(response: Any) -> Answer:
    location = response.headers.get("Location")
    if response.status_code >= 300:
        response.raw.close()
        return Answer(response.status_code, location, b"")
    body = b""
    while len(body) <= MAX_ANSWER_BYTES:
        piece = response.raw.read(MAX_ANSWER_BYTES + 1 - len(body))
        if not piece:
            break
        body += piece
    else:
        raise OutcomeUnknown(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
    if response.raw.length_remaining:
        raise OutcomeUnknown("the answer is cut short")
    return Answer(response.status_code, location, body)


def _failure(error: Exception) -> TransportError:
    """Say what a failure of the libraries below means: did the request leave or not?"""
    chain = list(_causes(error))
    if _current.phase == "":  # it failed before a connection was asked for
        not_sent = any(isinstance(cause, _BEFORE_SENDING) for cause in chain)
    else:
        not_sent = _current.phase == CONNECTING
    reason = f"{type(chain[-1]).__name__}: {chain[-1]}"
    timed_out = isinstance(error, _TIMEOUTS)
    return (NotSent if not_sent else OutcomeUnknown)(reason, timed_out=timed_out)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Go from a failure down to what it was to begin with.

    ``__context__`` is no guide: the caller may himself be handling an exception.
    """
    yield error
    for inner in (error.__cause__, getattr(error, "reason", None), *error.args):
        if isinstance(inner, BaseException):
            yield from _causes(inner)
            return

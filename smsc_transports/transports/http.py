"""HTTP and HTTPS, by GET and by POST: one attempt against one host."""

from __future__ import annotations

import re
import string
import time
from collections import Counter
from typing import Any, Callable, List, NamedTuple, Optional
from urllib.parse import quote, urljoin, urlsplit

from smsc_transports.plugins.hookspecs import hookimpl
from smsc_transports.plugins.transport import Transport
from smsc_transports.transports import session
from smsc_transports.transports.connections import FRESH_SECONDS, IDLE_SECONDS
from smsc_transports.transports.replaced import replaced_urlopen
from smsc_transports.values.errors import NotSent, OutcomeUnknown
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Timeout

POST_ABOVE_CHARACTERS = 2000
"""From this length of the parameters on even a GET transport posts them, as the vendor's does."""

MAX_REDIRECTS = 10
MAX_VISITS = 4
"""How often redirects may lead to one URL; both numbers are urllib's."""

# A lone % would make urllib3 take the whole query for one that is not encoded yet.
_NOT_IN_A_URL = re.compile("[^!-~]+|#|%(?![0-9A-Fa-f]{2})")


class Ask(NamedTuple):
    """What goes on the wire: a URL, and a body if it is a POST."""

    url: str
    body: Optional[bytes] = None


class HttpTransport(Transport):
    """Speaks to the gateway's ``/sys/<command>.php``."""

    is_gateway = True

    def __init__(self, scheme: str, method: str) -> None:
        self.name = f"{scheme}-{method.lower()}"
        self._scheme = scheme
        self._method = method

    def ask(self, request: Request, address: str) -> Ask:
        """Write what goes on the wire, with credentials: never log it."""
        url = page_url(self._scheme, address, request.command)
        if self._method == "POST" or len(request.query) > POST_ABOVE_CHARACTERS:
            return Ask(url, request.query.encode(request.charset))
        return Ask(f"{url}?{_in_a_url(request.query, request.charset)}")

    def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
        """Make one attempt; the answer is text in the request's charset."""
        ask = self.ask(request, address)
        replaced = replaced_urlopen(request.face.urlopen, min(timeout.read, timeout.total))
        body = _follow(ask, request, timeout) if replaced is None else _read_through(replaced, ask)
        try:
            return body.decode(request.charset)
        except UnicodeDecodeError:
            raise OutcomeUnknown(f"the answer is not text in {request.charset}") from None

    def close(self) -> None:
        """Close the kept connections."""
        session.close()


def _follow(ask: Ask, request: Request, timeout: Timeout) -> bytes:
    """Send and follow redirects, as urllib does; the timeout is for all of it."""
    secrets = request.settings.secrets
    end = time.monotonic() + min(timeout.connect + timeout.read, timeout.total)
    answer = session.exchange(ask.url, ask.body, timeout, longest_idle(request), secrets)
    visits: Counter[str] = Counter()
    while not 200 <= answer.status < 300:
        ask = _redirected(ask, answer)
        visits[ask.url] += 1
        if len(visits) > MAX_REDIRECTS or visits[ask.url] > MAX_VISITS:
            raise OutcomeUnknown("the redirects do not end")
        timeout = timeout._replace(total=max(end - time.monotonic(), 0.001))
        try:  # over a new connection: were it a stale one, the host before would be asked again
            answer = session.exchange(ask.url, ask.body, timeout, 0.0, secrets)
        except (NotSent, OutcomeUnknown) as error:  # the host that redirects had it in any case
            raise OutcomeUnknown(f"redirected: {error}", timed_out=error.timed_out) from None
    return answer.body


def longest_idle(request: Request) -> float:
    """Give how many seconds a kept connection may have been idle to carry this request."""
    if request.fresh:
        return 0.0
    once = request.billable and request.settings.failover == "safe"
    return FRESH_SECONDS if once else IDLE_SECONDS


def page_url(scheme: str, address: str, page: str) -> str:
    """Give the URL of one of the gateway's pages; raises NotSent where there can be none."""
    url = f"{scheme}://{address}/sys/{page}.php"
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise NotSent("a part of the request cannot stand in a URL")
    return url


def _in_a_url(query: str, charset: str) -> str:
    """Encode what cannot stand in a URL; everything else stays as the caller wrote it."""

    def encode(match: Any) -> str:
        return quote(match.group(), safe="", encoding=charset)

    return _NOT_IN_A_URL.sub(encode, query.rstrip())


def _redirected(ask: Ask, answer: session.Answer) -> Ask:
    if answer.status == 407 and answer.by_proxy:
        raise NotSent("the proxy asks for a password")
    followed = (301, 302, 303) if ask.body is not None else (301, 302, 303, 307, 308)
    if answer.status not in followed or answer.location is None:
        raise OutcomeUnknown(f"HTTP status {answer.status}")
    url = urljoin(ask.url, answer.location)
    if urlsplit(url).scheme not in ("http", "https"):
        raise OutcomeUnknown(f"a redirect to something that is not HTTP, status {answer.status}")
    return Ask(quote(url, safe=string.punctuation, encoding="iso-8859-1").split("#")[0])


def _read_through(urlopen: Callable[..., Any], ask: Ask) -> bytes:
    """Use the urlopen that was put in place, and call it as the vendor's file does."""
    try:
        response = urlopen(ask.url) if ask.body is None else urlopen(ask.url, ask.body)
        return bytes(response.read())
    except Exception as error:
        raise OutcomeUnknown(f"{type(error).__name__}: {error}") from None


@hookimpl
def smsc_transports() -> List[Transport]:
    """Give the four HTTP transports."""
    return [
        HttpTransport(scheme, method) for scheme in ("http", "https") for method in ("GET", "POST")
    ]

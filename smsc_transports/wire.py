"""One HTTP exchange over a kept connection or a new one.

Connections are http.client's, as urllib uses them, so that the bytes, the proxies and the trust
are the same; but they are kept between calls, for five idle seconds, and every answer has a
deadline and a greatest length.
"""

from __future__ import annotations

import http.client
import os
import selectors
import socket
import ssl
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional
from urllib.parse import urlsplit

from smsc_transports.errors import NotSent, OutcomeUnknown, TransportError
from smsc_transports.proxies import Proxy, proxy_for
from smsc_transports.settings import Settings, Timeout
from smsc_transports.sockets import DeadlineSocket, set_deadline
from smsc_transports.tls import tls_context

MAX_ANSWER_BYTES = 1024 * 1024
IDLE_SECONDS = 5.0

HEADERS = {"User-Agent": "smsc-transports", "Accept": "*/*", "Accept-Encoding": "identity"}
FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    """An HTTP response; ``body`` is empty where the status is not a success."""

    status: int
    location: Optional[str]
    body: bytes


class _Route(NamedTuple):
    """Where a connection leads; it may carry every request whose route is equal."""

    scheme: str
    host: str
    proxy: Optional[Proxy]
    context: Optional[ssl.SSLContext]


class _Kept(NamedTuple):
    """An idle connection, and since when."""

    route: _Route
    connection: Any
    since: float


class Wire:
    """Sends requests; may be used by all threads.

    While a connection serves an exchange it is kept nowhere, so that no other thread and no
    forked child can come upon half an answer.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: List[_Kept] = []
        self._lock = threading.Lock()
        self._process = os.getpid()

    def send(self, url: str, body: Optional[bytes], timeout: Timeout, settings: Settings) -> Answer:
        """Send, by POST if there is a body, and read the answer.

        ``timeout.read`` is for the exchange as a whole. Raises NotSent or OutcomeUnknown.
        """
        connection = None
        handed_over = False  # whether a byte of the request may have left
        try:
            route = _route(url, settings)
            connection = self._take(route) or _new_connection(route)
            _write_head(connection, route, url, body)
            if connection.sock is None:
                connection.timeout = timeout.connect
                connection.connect()
            set_deadline(connection.sock, timeout.read)
            handed_over = True
            connection.endheaders(body)
            with connection.getresponse() as response:
                answer = _read(response)
                is_read_to_the_end = response.isclosed()
        except BaseException as error:  # Ctrl-C too: half an answer must not meet the next request
            if connection is not None:
                connection.close()
            if isinstance(error, Exception):
                raise _failure(error, handed_over) from None
            raise
        if is_read_to_the_end and connection.sock is not None:
            self._keep(route, connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close all idle connections."""
        self._leave_the_parent()
        with self._lock:
            kept, self._kept = self._kept, []
        for each in kept:
            each.connection.close()

    def _take(self, route: _Route) -> Any:
        """Take the connection that was last used for a route, None if none can be used."""
        self._leave_the_parent()
        oldest = self._clock() - IDLE_SECONDS
        with self._lock:
            stale = [each for each in self._kept if each.since < oldest]
            self._kept = [each for each in self._kept if each.since >= oldest]
            taken = next((each for each in reversed(self._kept) if each.route == route), None)
            if taken is not None:
                self._kept.remove(taken)
        for each in stale:
            each.connection.close()
        if taken is None:
            return None
        if _is_quiet(taken.connection.sock):
            return taken.connection
        taken.connection.close()
        return None

    def _keep(self, route: _Route, connection: Any) -> None:
        with self._lock:
            self._kept.append(_Kept(route, connection, self._clock()))

    def _leave_the_parent(self) -> None:
        """In a forked child, let go of the parent's connections and of its lock."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self._lock = threading.Lock()
            self.close()


def _route(url: str, settings: Settings) -> _Route:
    scheme, host = urlsplit(url)[:2]
    proxy = None if settings.sandboxed else proxy_for(scheme, host)
    secured = scheme == "https" or (proxy is not None and proxy.scheme == "https")
    return _Route(scheme, host, proxy, tls_context(settings.ca_pem) if secured else None)


def _new_connection(route: _Route) -> Any:
    """Make a connection as urllib does, not connected yet; by proxy, TLS is spoken in a tunnel."""
    address = route.host if route.proxy is None else route.proxy.address
    connection: Any
    if route.context is None:
        connection = http.client.HTTPConnection(address)
    else:
        connection = http.client.HTTPSConnection(address, context=route.context)
    if route.proxy is not None and route.scheme == "https":
        connection.set_tunnel(route.host, headers=dict(route.proxy.headers))
    connection.set_debuglevel(0)  # its debug output would show the credentials
    connection._create_connection = _dial
    return connection


def _dial(address: Any, timeout: float, source_address: Any) -> DeadlineSocket:
    """Connect; the deadline is for what is said before the request, such as to a proxy."""
    sock = DeadlineSocket.taking_over(socket.create_connection(address, timeout, source_address))
    set_deadline(sock, timeout)
    return sock


def _is_quiet(sock: socket.socket) -> bool:
    """Tell a usable connection from one that the server closed, or sent something unasked."""
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return not selector.select(0)


def headers_for(body: Optional[bytes]) -> Dict[str, str]:
    """Give the headers of a request, but for Host, which http.client adds."""
    if body is None:
        return HEADERS
    return {**HEADERS, "Content-Type": FORM, "Content-Length": str(len(body))}


def _write_head(connection: Any, route: _Route, url: str, body: Optional[bytes]) -> None:
    """Put request line and headers together; nothing is sent yet."""
    target = url.partition("://")[2][len(route.host) :]
    headers = headers_for(body)
    if route.proxy is not None and route.scheme == "http":
        target = url
        headers = {**headers, **dict(route.proxy.headers)}
    elif not target.startswith("/"):
        target = f"/{target}"
    connection.putrequest("GET" if body is None else "POST", target, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)


def _read(response: http.client.HTTPResponse) -> Answer:
    location = response.headers.get("Location")
    if response.status >= 300:
        return Answer(response.status, location, b"")
    if len(set(response.headers.get_all("Content-Length", ()))) > 1:
        raise OutcomeUnknown("the answer has two lengths")
    body = response.read(MAX_ANSWER_BYTES + 1)
    if len(body) > MAX_ANSWER_BYTES:
        raise OutcomeUnknown(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
    if response.length:
        raise OutcomeUnknown("the answer is cut short")
    return Answer(response.status, location, body)


def _failure(error: Exception, handed_over: bool) -> TransportError:
    if isinstance(error, TransportError):
        return error
    timed_out = isinstance(error, (socket.timeout, TimeoutError))
    kind = OutcomeUnknown if handed_over else NotSent
    return kind(f"{type(error).__name__}: {error}", timed_out=timed_out)

"""One HTTP exchange over a kept connection or a new one.

Connections are made by http.client, as urllib makes them, so that names, proxies and trust count
as they always did; then they are kept for the next call, for five idle seconds.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional
from urllib.parse import urlsplit

from smsc_transports.transports.deadline import DeadlineSocket, set_deadline
from smsc_transports.transports.proxies import Proxy, proxy_for
from smsc_transports.transports.tls import tls_context
from smsc_transports.values.errors import NotSent, OutcomeUnknown, TransportError
from smsc_transports.values.settings import Settings, Timeout

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
    """A connection that is idle, and since when."""

    route: _Route
    sock: socket.socket
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
        sock = None
        handed_over = False  # whether a byte of the request may have left
        try:
            route = _route(url, settings)
            request = _request(route, url, body)
            sock = self._take(route) or _connect(route, timeout.connect)
            set_deadline(sock, timeout.read)
            handed_over = True
            sock.sendall(request)
            with http.client.HTTPResponse(sock) as response:
                response.begin()
                answer = _read(response)
                leaves_connection = response.isclosed() and not response.will_close
        except BaseException as error:  # Ctrl-C too: half an answer must not meet the next request
            if sock is not None:
                sock.close()
            if isinstance(error, Exception):
                raise _failure(error, handed_over) from None
            raise
        if leaves_connection:
            self._keep(route, sock)
        else:
            sock.close()
        return answer

    def close(self) -> None:
        """Close all idle connections."""
        self._leave_the_parent()
        with self._lock:
            kept, self._kept = self._kept, []
        for each in kept:
            each.sock.close()

    def _take(self, route: _Route) -> Optional[socket.socket]:
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
            each.sock.close()
        if taken is None:
            return None
        if _is_quiet(taken.sock):
            return taken.sock
        taken.sock.close()
        return None

    def _keep(self, route: _Route, sock: socket.socket) -> None:
        with self._lock:
            self._kept.append(_Kept(route, sock, self._clock()))

    def _leave_the_parent(self) -> None:
        """In a forked child, let go of the parent's connections and of its lock."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self._lock = threading.Lock()
            self.close()


def _route(url: str, settings: Settings) -> _Route:
    scheme, host = urlsplit(url)[:2]
    proxy = None if settings.sandboxed else proxy_for(scheme, host)
    if scheme == "http" and proxy is not None and proxy.scheme not in ("http", "https"):
        raise NotSent(f"a proxy of the kind {proxy.scheme} is not known here, nor to urllib")
    secured = scheme == "https" or (proxy is not None and proxy.scheme == "https")
    return _Route(scheme, host, proxy, tls_context(settings.ca_pem) if secured else None)


def headers_for(body: Optional[bytes]) -> Dict[str, str]:
    """Give the headers of a request, but for Host."""
    if body is None:
        return HEADERS
    return {**HEADERS, "Content-Type": FORM, "Content-Length": str(len(body))}


def _request(route: _Route, url: str, body: Optional[bytes]) -> bytes:
    """Write a request as it goes over the wire; a proxy is told the whole URL."""
    headers = {"Host": route.host, **headers_for(body)}
    if route.proxy is not None and route.scheme == "http":
        target = url
        headers.update(route.proxy.headers)
    else:
        target = url.partition("://")[2][len(route.host) :]
        if not target.startswith("/"):
            target = f"/{target}"
    if " " in target or not (target.isascii() and target.isprintable()):
        raise NotSent("a part of the request cannot stand in a URL")
    lines = [f"{'GET' if body is None else 'POST'} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def _connect(route: _Route, seconds: float) -> socket.socket:
    """Connect as urllib does; by proxy, TLS is spoken inside a tunnel."""
    address = route.host if route.proxy is None else route.proxy.address
    connection: Any
    if route.context is None:
        connection = http.client.HTTPConnection(address, timeout=seconds)
    else:
        connection = http.client.HTTPSConnection(address, timeout=seconds, context=route.context)
    if route.proxy is not None and route.scheme == "https":
        connection.set_tunnel(route.host, headers=dict(route.proxy.headers))
    connection.set_debuglevel(0)  # its debug output would show the proxy's password
    connection._create_connection = _dial
    try:
        connection.connect()
    except BaseException:
        connection.close()
        raise
    sock: socket.socket = connection.sock
    return sock


def _dial(address: Any, timeout: float, source_address: Any) -> DeadlineSocket:
    """Connect; the deadline is for what is said before the request, such as to a proxy."""
    sock = DeadlineSocket.taking_over(socket.create_connection(address, timeout, source_address))
    sock.deadline = time.monotonic() + timeout
    return sock


def _is_quiet(sock: socket.socket) -> bool:
    """Tell a usable connection from one that the server closed, or sent something unasked."""
    sock.settimeout(0)
    try:
        socket.socket.recv(sock, 1, socket.MSG_PEEK)  # by TLS too: whatever comes is too much
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


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

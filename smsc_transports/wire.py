"""Connections that are kept between calls, for five idle seconds.

The requests library would rewrite the vendor's bytes (``|``, ``%7e``) and write whole URLs,
credentials included, into the log. So it is told the bare path only, and the connection puts the
real target on the wire.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
import time
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional
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
from smsc_transports.settings import DEFAULT_TIMEOUT, Settings, Timeout
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


class _Current(threading.local):
    """The exchange that this thread is making; its connection reads from here."""

    target = ""
    timeout = DEFAULT_TIMEOUT
    context: Optional[ssl.SSLContext] = None
    handed_over: Optional[bool] = None
    """Whether a byte of the request may have left; None: no connection of ours was asked."""


_current = _Current()


class _Response(http.client.HTTPResponse):
    """Bears broken headers in silence: urllib3 would log them, and they may repeat the request."""

    def begin(self) -> None:
        super().begin()
        self.headers.defects.clear()
        self.headers.set_payload("")


class _ExactTarget:
    """Mixed into urllib3's connections: the target as it was given, and one deadline to read."""

    sock: Any
    connect: Callable[[], None]
    response_class: Any = _Response
    debuglevel = 0  # http.client's debug output would show the credentials

    def _new_conn(self) -> socket.socket:
        _current.handed_over = False
        sock = DeadlineSocket.taking_over(super()._new_conn())  # type: ignore[misc]
        sock.deadline = time.monotonic() + _current.timeout.connect
        return sock

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        super().putrequest(method, _current.target, *args, **kwargs)  # type: ignore[misc]

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        _current.handed_over = True
        super().endheaders(*args, **kwargs)  # type: ignore[misc]

    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        self.sock.deadline = time.monotonic() + _current.timeout.read
        return super().getresponse(*args, **kwargs)  # type: ignore[misc]


class _Connection(_ExactTarget, HTTPConnection):
    """A plain connection."""


class _TLSConnection(_ExactTarget, HTTPSConnection):
    """A connection by TLS, made as http.client makes it for urllib."""

    def connect(self) -> None:
        HTTPConnection.connect(self)
        context = _current.context or tls_context()
        name = self._tunnel_host or self.host
        self.sock = context.wrap_socket(self.sock, server_hostname=name.strip("[]"))
        # urllib3 need not warn a program that switched verification off.
        self.is_verified = True


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _Adapter(HTTPAdapter):
    """requests' adapter with our connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
        return manager

    def cert_verify(self, *args: Any) -> None:
        """Leave trust to the connection."""

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:
        """Keep the real target for the connection, give urllib3 the one that it may log."""
        _current.target = super().request_url(request, proxies)
        return _current.target.split("?")[0]


class _Kept(NamedTuple):
    """An adapter whose connection is idle, and since when."""

    key: Any
    adapter: _Adapter
    since: float


class Wire:
    """Sends one request over a kept connection or a new one.

    An adapter has one connection and serves one exchange at a time: while it does, it is kept
    nowhere, so that no other thread and no forked child can come upon half an answer.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: List[_Kept] = []
        self._lock = threading.Lock()
        self._process = os.getpid()

    def send(self, url: str, body: Optional[bytes], timeout: Timeout, settings: Settings) -> Answer:
        """Send, by POST if there is a body, and read the answer.

        ``timeout.read`` is for the answer as a whole. Raises NotSent or OutcomeUnknown.
        """
        _current.handed_over = False
        _current.timeout = timeout
        try:
            return self._exchange(url, body, timeout, settings)
        except TransportError:
            raise
        except Exception as error:
            raise _failure(error) from None

    def close(self) -> None:
        """Close all idle connections."""
        self._leave_the_parent()
        with self._lock:
            kept, self._kept = self._kept, []
        for each in kept:
            each.adapter.close()

    def _exchange(
        self, url: str, body: Optional[bytes], timeout: Timeout, settings: Settings
    ) -> Answer:
        scheme, host = urlsplit(url)[:2]
        context = tls_context(settings.ca_pem) if scheme == "https" else None
        proxies = {} if settings.sandboxed else proxies_for(scheme, host)
        key = (scheme, host, context)
        adapter = self._take(key) or _Adapter(pool_connections=1, pool_maxsize=1)
        _current.context = context
        _current.handed_over = None
        try:
            response = adapter.send(
                _prepared(url, body), True, (timeout.connect, timeout.read), proxies=proxies
            )
            answer = _read(response)
        except BaseException:  # Ctrl-C too: half an answer must not meet the next request
            adapter.close()
            raise
        with self._lock:
            self._kept.append(_Kept(key, adapter, self._clock()))
        return answer

    def _take(self, key: Any) -> Optional[_Adapter]:
        """Take the adapter that was last used for this key; close all that were idle too long."""
        self._leave_the_parent()
        oldest = self._clock() - IDLE_SECONDS
        with self._lock:
            stale = [each for each in self._kept if each.since < oldest]
            self._kept = [each for each in self._kept if each.since >= oldest]
            taken = next((each for each in reversed(self._kept) if each.key == key), None)
            if taken is not None:
                self._kept.remove(taken)
        for each in stale:
            each.adapter.close()
        return None if taken is None else taken.adapter

    def _leave_the_parent(self) -> None:
        """In a forked child, let go of the parent's connections and of its lock."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self._lock = threading.Lock()
            self.close()


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


def proxies_for(scheme: str, host: str) -> Dict[str, str]:
    """Give the proxy for this host as urllib would choose it."""
    proxy = getproxies().get(scheme)
    if proxy is None or proxy_bypass(host):
        return {}
    if scheme == "https":  # urllib asks every proxy for a tunnel in plain text
        proxy = "http://" + proxy.split("://")[-1]
    return {scheme: proxy}


def _read(response: Any) -> Answer:
    try:
        return Answer(response.status_code, response.headers.get("Location"), _body(response))
    finally:
        response.raw.close()  # a connection whose answer was read to its end is not in there


def _body(response: Any) -> bytes:
    if response.status_code >= 300:
        return b""
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
    return body


def _failure(error: Exception) -> TransportError:
    """Say what a failure of the libraries below means: did the request leave or not?"""
    chain = list(_causes(error))
    handed_over = _current.handed_over
    if handed_over is None:
        handed_over = not any(isinstance(cause, _BEFORE_SENDING) for cause in chain)
    reason = f"{type(chain[-1]).__name__}: {chain[-1]}"
    # urllib3 counts every connection that it could not make among the timeouts.
    refused = any(isinstance(cause, urllib3_errors.NewConnectionError) for cause in chain)
    timed_out = not refused and any(isinstance(cause, _TIMEOUTS) for cause in chain)
    return (OutcomeUnknown if handed_over else NotSent)(reason, timed_out=timed_out)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Go from a failure down to what it was to begin with.

    ``__context__`` is no guide: the caller may himself be handling an exception.
    """
    yield error
    for inner in (error.__cause__, getattr(error, "reason", None), *error.args):
        if isinstance(inner, BaseException):
            yield from _causes(inner)
            return

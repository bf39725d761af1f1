"""Connections of urllib3 that know in which phase a request failed, and are reused safely.

What fails while a connection is made was not sent; from the first byte of the request on, the
outcome is unknown. The exceptions of the libraries above do not tell the two apart.
"""

from __future__ import annotations

import http.client
import io
import os
import socket
import time
from functools import partial
from typing import Any, Callable, Optional

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ReadTimeoutError

from smsc_transports.transports import deadline
from smsc_transports.transports.idle import IDLE
from smsc_transports.values.errors import NotSent, OutcomeUnknown, TransportError

IDLE_SECONDS = 5.0
"""How long an idle connection is kept."""

FRESH_SECONDS = 0.25
"""How long a connection may have been idle for a send that must not be repeated."""

_KEEP_ALIVE_MARGIN_SECONDS = 1.0
_PIECE_BYTES = 65536


class Limits(float):
    """The time for one exchange, in the place of the plain number that urllib3 hands around.

    As a number it is the seconds for connecting; ``read`` are the seconds for having the whole
    answer after that, ``ends_at`` the moment by which all is over, and ``idle`` the seconds that
    a kept connection may have been idle.
    """

    read: float
    ends_at: float
    idle: float

    def __new__(cls, connect: float, read: float, ends_at: float, idle: float) -> Limits:
        """Make the limits of one exchange."""
        self = super().__new__(cls, connect)
        self.read, self.ends_at, self.idle = read, ends_at, idle
        return self


class _Reader(deadline.TimedReader):
    _at_the_end = False

    def read_no_more(self) -> None:
        self._at_the_end = True

    def readinto(self, buffer: Any) -> Any:
        return 0 if self._at_the_end else super().readinto(buffer)


class _AnswerFile(io.BufferedReader):
    """The answer as http.client reads it; knows at the end whether anything is left over."""

    def __init__(self, reader: _Reader, when_closed: Callable[[bool], None]) -> None:
        super().__init__(reader)
        self._reader = reader
        self._when_closed = when_closed

    def close(self) -> None:
        if self.closed:
            return
        self._reader.read_no_more()
        surplus = bool(self.peek(1))
        super().close()
        self._when_closed(surplus)


class Response(http.client.HTTPResponse):
    """An answer that is complete in time, or fails."""

    fp: Any = None  # its finalizer looks at it, though Ctrl-C may have come before it was set

    def __init__(
        self, ends_at: float, connection: Optional[Connection], sock: Any, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(sock, *args, **kwargs)
        self.reader = _Reader(self.fp.detach(), sock, ends_at)
        self.fp = _AnswerFile(self.reader, self._read)
        self._sender = connection
        self.leaves_connection = False
        if connection is not None:
            connection.answer = self

    def begin(self) -> None:
        """Read status and headers."""
        super().begin()
        # A compressed answer was not asked for, and could be a decompression bomb.
        del self.headers["Content-Encoding"]
        lengths = self.headers.get_all("Content-Length", [])
        if len(lengths) > 1:  # the first counts, as for urllib
            del self.headers["Content-Length"]
            self.headers["Content-Length"] = lengths[0]
        self.leaves_connection = self.status == 200 and len(lengths) < 2

    def _read(self, surplus: bool) -> None:
        if self._sender is not None:
            complete = not self.length and not surplus and not self.will_close
            self._sender.rest(complete and self.leaves_connection)


class Connection(HTTPConnection):
    """A connection to a host, or to a proxy in front of it."""

    debuglevel = 0  # http.client's debug output would show credentials
    answer: Optional[Response] = None
    _is_kept = False
    _descriptor: Any = None
    _keep_seconds = IDLE_SECONDS
    _idle_since = 0.0
    _idle_limit = 0.0
    _connect_ends = 0.0
    _send_ends = 0.0

    def connect(self) -> None:
        """Connect, speak to a proxy, and make the handshake, all within the time there is."""
        limits: Any = self.timeout
        self._is_kept = False
        self._idle_since = 0.0
        self._connect_ends = min(time.monotonic() + limits, limits.ends_at)
        self._send_ends = self._connect_ends  # for what a proxy is asked
        what_a_proxy_says: Any = partial(Response, self._connect_ends, None)
        self.response_class = what_a_proxy_says
        try:
            super().connect()
        except Exception as error:
            self.close()
            raise failure(NotSent, error) from None
        self._descriptor = _identity(self.sock)

    def send(self, data: Any) -> None:
        """Send within the time there is; urllib3 would give each piece all of it."""
        for start in range(0, len(data), _PIECE_BYTES):
            self.sock.settimeout(deadline.seconds_until(self._send_ends))
            super().send(data[start : start + _PIECE_BYTES])

    def _new_conn(self) -> socket.socket:
        return deadline.connect(self._dns_host, self.port, self._connect_ends)

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request, over what is connected if that is still good."""
        limits: Any = self.timeout
        if self.sock is not None and not self._is_new():
            idle = time.monotonic() - self._idle_since
            # A send that must not be repeated follows only others of its kind: after a lost one
            # the questions about it would leave it another connection of the same server.
            too_old = limits.idle < self._idle_limit or idle > min(limits.idle, self._keep_seconds)
            if too_old or self._descriptor != _identity(self.sock):
                self.close()
        self._is_kept = self.sock is not None and not self._is_new()
        self.answer = None
        ends_at = limits.ends_at

        def response(*given: Any, **named: Any) -> Response:
            end = min(time.monotonic() + limits.read, ends_at)
            return Response(end, self, *given, **named)

        self._idle_since, self._idle_limit = 0.0, limits.idle
        try:
            if self.sock is None:
                self.connect()
            self.response_class = response  # type: ignore[assignment]
            self._send_ends = min(ends_at, time.monotonic() + limits.read)
            super().request(*args, **kwargs)
        except (TransportError, BrokenPipeError):  # after the latter there may be an answer
            raise
        except Exception as error:
            raise self._lost(error) from None

    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        """Read the head of the answer."""
        try:
            response = super().getresponse(*args, **kwargs)
        except (TransportError, TypeError):  # urllib3 1 first asks in a way of Python 2
            raise
        except Exception as error:
            raise self._lost(error) from None
        if self._is_kept and response.status == 408:  # said as it closed, before it was asked
            response.close()
            self.close()
            raise _stale(OutcomeUnknown("the server had given up waiting for another request"))
        return response

    def rest(self, good: bool) -> None:
        """Check whether the connection can carry another request after the last answer."""
        if not good or self.sock is None or self._tunnel_host or self.answer is None:
            self.close()
            return
        if getattr(self.sock, "pending", int)():  # decrypted already, so that no selector sees it
            self.close()
            return
        self._keep_seconds = _keep_alive_seconds(self.answer.headers.get("Keep-Alive", ""))
        self._idle_since = time.monotonic()
        if self._keep_seconds > 0:
            IDLE.keep(self, self._keep_seconds)
        else:
            self.close()

    def close(self) -> None:
        """Close the connection; a descriptor that was reused by now stays open."""
        IDLE.take(self)
        sock = self.sock
        if sock is not None and self._descriptor not in (None, _identity(sock)):
            sock.detach()
        self._descriptor = None
        super().close()

    def _is_new(self) -> bool:
        return self._idle_since == 0.0

    def _lost(self, error: Exception) -> OutcomeUnknown:
        lost: OutcomeUnknown = failure(OutcomeUnknown, error)
        received = self.answer.reader.received if self.answer is not None else 0
        return _stale(lost) if self._is_kept and not received and not lost.timed_out else lost


class TLSConnection(Connection, HTTPSConnection):
    """The same by TLS."""

    def connect(self) -> None:
        """Connect, and verify as the context says."""
        if not isinstance(self.ssl_context, _NamingContext):
            name = self.server_hostname or self._tunnel_host or self.host
            self.ssl_context: Any = _NamingContext(self.ssl_context, name)
        super().connect()
        self.is_verified = True  # a program that switched this off is not to be warned


class _NamingContext:
    """A context that is given the server's name for an IP address too; urllib3 1 leaves it out."""

    def __init__(self, context: Any, name: str) -> None:
        self.__dict__.update(_context=context, _name=name)

    def wrap_socket(self, sock: Any, server_hostname: str = "", **options: Any) -> Any:
        return self._context.wrap_socket(
            sock, server_hostname=server_hostname or self._name, **options
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._context, name, value)


def _stale(lost: OutcomeUnknown) -> OutcomeUnknown:
    IDLE.close_all()  # the other idle ones may be dead too, and the next attempt needs a new one
    lost.stale = True
    return lost


def failure(kind: Any, error: BaseException) -> Any:
    """Turn what a library raised into one of our errors."""
    cause = _innermost(error)
    # urllib3 1 gives its own where a body is late, and no cause.
    timed_out = isinstance(cause, (socket.timeout, TimeoutError, ReadTimeoutError))
    return kind(f"{type(cause).__name__}: {cause}", timed_out=timed_out)


def _innermost(error: BaseException) -> BaseException:
    """Follow a failure down to its first cause.

    ``__context__`` is not used: the caller may itself be handling an exception.
    """
    for inner in (error.__cause__, getattr(error, "reason", None), *error.args):
        if isinstance(inner, BaseException):
            return _innermost(inner)
    return error


def _identity(sock: Any) -> Any:
    """Identify this socket, so that a later user of its descriptor is told apart."""
    try:
        state = os.fstat(sock.fileno())
    except (OSError, ValueError):
        return ()
    return (os.getpid(), state.st_dev, state.st_ino)


def _keep_alive_seconds(header: str) -> float:
    """Give the seconds to keep a connection, by what its server announced (RFC 2068, 19.7.1.1)."""
    for parameter in header.split(","):
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "timeout" and value.strip().isdecimal():
            return min(IDLE_SECONDS, int(value) - _KEEP_ALIVE_MARGIN_SECONDS)
    return IDLE_SECONDS

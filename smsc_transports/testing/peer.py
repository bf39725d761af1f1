"""The peer of a transport under test: a gateway on this machine with chosen behaviour."""

from __future__ import annotations

import socket
import ssl
import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple


class Received(NamedTuple):
    """A message that reached the peer; ``id`` is the number it was accepted under, or ""."""

    phones: List[str]
    text: str
    id: str = ""


class Peer(ABC):
    """The peer of a transport under test; a context manager that runs while it is entered.

    ``address`` is what the transport is to be given; ``received`` holds every message that came,
    whatever the peer then did with it. The five methods say how it behaves from then on; it
    begins with :meth:`accept`.
    """

    address: str
    received: List[Received]

    @abstractmethod
    def __enter__(self) -> Peer:
        """Start; ``address`` is known from here on."""

    @abstractmethod
    def __exit__(self, *failure: object) -> None:
        """Stop, and release every client that is kept waiting."""

    @abstractmethod
    def accept(self) -> None:
        """Accept each message and confirm it."""

    @abstractmethod
    def reject(self) -> None:
        """Refuse each message with an error."""

    @abstractmethod
    def refuse(self) -> None:
        """Refuse connections."""

    @abstractmethod
    def lose_answers(self) -> None:
        """Accept each message and close the connection without an answer."""

    @abstractmethod
    def hang(self) -> None:
        """Accept each message and keep the client waiting."""


class HttpRequest(NamedTuple):
    """A request as it came; header names are in lower case, ``target`` is path and query."""

    method: str
    target: str
    headers: Dict[str, str]
    body: bytes


class HttpPeer(Peer):
    """A gateway that speaks HTTP, or HTTPS where it is given a server's ``ssl.SSLContext``.

    ``address`` is ``127.0.0.1:<port>``. A subclass says what a request means, what an accepted
    message is answered with, and what a refused one.
    """

    def __init__(self, tls: Optional[ssl.SSLContext] = None) -> None:
        self.received = []
        self.requests: List[HttpRequest] = []
        self._tls = tls
        self._answer = self._accepted
        self._leaving = threading.Event()
        self._lock = threading.Lock()

    @abstractmethod
    def read(self, request: HttpRequest) -> Optional[Tuple[Sequence[str], str]]:
        """Give the phones and the text that a request carries, None if it is no message."""

    @abstractmethod
    def accepted(self, number: int) -> str:
        """Give the body of the answer to a message accepted under this number."""

    @abstractmethod
    def rejected(self) -> Tuple[int, str]:
        """Give status and body of the answer to a message that is refused."""

    def __enter__(self) -> HttpPeer:
        handler = type("Handler", (_Handler,), {"peer": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        if self._tls is not None:
            self._server.socket = self._tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._leaving.set()
        self.refuse()

    def accept(self) -> None:
        """Accept each message and confirm it."""
        self._answer = self._accepted

    def reject(self) -> None:
        """Refuse each message with an error."""
        self._answer = self._rejected

    def refuse(self) -> None:
        """Refuse connections, for good."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def lose_answers(self) -> None:
        """Accept each message and close the connection without an answer."""
        self._answer = self._lost

    def hang(self) -> None:
        """Accept each message and keep the client waiting."""
        self._answer = self._never

    def _take(self, request: HttpRequest) -> Optional[Tuple[int, str]]:
        """Note a request and give status and body of the answer; None: hang up."""
        message = self.read(request)
        if message is None:
            return 404, ""
        with self._lock:
            self.requests.append(request)
            number = len(self.requests)
            answer = self._answer(number)
            id = str(number) if answer is not None and answer[0] < 300 else ""
            self.received.append(Received(list(message[0]), message[1], id))
        if answer is None and self._answer == self._never:
            self._leaving.wait()
        return answer

    def _accepted(self, number: int) -> Optional[Tuple[int, str]]:
        return 200, self.accepted(number)

    def _rejected(self, number: int) -> Optional[Tuple[int, str]]:  # noqa: ARG002
        return self.rejected()

    def _lost(self, number: int) -> Optional[Tuple[int, str]]:  # noqa: ARG002
        return None

    def _never(self, number: int) -> Optional[Tuple[int, str]]:  # noqa: ARG002
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    peer: HttpPeer
    protocol_version = "HTTP/1.1"  # connections are kept, as gateways keep them
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Serve one request."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        answer = self.peer._take(HttpRequest(self.command, self.path, headers, body))
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, text = answer
        content = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST  # noqa: N815

    def log_message(self, *args: Any) -> None:
        """Print nothing."""

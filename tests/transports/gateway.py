"""A gateway, a proxy and a mail server on loopback, each following a script.

A script is a list of steps, one for each request that comes in; the last one goes on for ever.
A step is a function that is given the client once its request was read: it answers, fails or
keeps the client waiting.
"""

from __future__ import annotations

import signal
import socket
import ssl
import struct
import threading
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Type

from tests.golden.gateway import SMTP_REPLIES, serve_mail

REPLY = b"1234,1,0.50,99.50"
SENT = REPLY.decode().split(",")
PATIENCE = 20.0  # seconds; only ever reached when something hangs


class Seen(NamedTuple):
    """A request as it came."""

    method: str
    target: str
    headers: Dict[str, str]
    body: bytes


class Client:
    """The client at the other end of a connection, and the request it made last."""

    def __init__(self, server: Server, connection: socket.socket) -> None:
        self.server = server
        self.seen = Seen("", "", {}, b"")
        self._connection = connection
        self._stream = connection.makefile("rb")

    def requests(self) -> Iterator[Seen]:
        """Read one request after the other until the client goes."""
        with self._stream as stream:
            while not stream.closed:
                line = stream.readline().decode("latin-1")
                if not line:
                    return
                method, target, _ = line.split(" ")
                headers = {}
                for header in iter(stream.readline, b"\r\n"):
                    name, _, value = header.decode("latin-1").partition(":")
                    headers[name.lower()] = value.strip()
                body = stream.read(int(headers.get("content-length", 0)))
                self.seen = Seen(method, target, headers, body)
                yield self.seen

    def send(self, data: bytes) -> None:
        try:
            self._connection.sendall(data)
        except OSError:
            self.server.left_alone.set()
            raise

    def close(self) -> None:
        """Hang up."""
        self._connection.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """Hang up the hard way."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._stream.close()
        self._connection.close()

    def until_gone(self) -> None:
        """Wait until the client hangs up."""
        self.server.waiting.set()
        with suppress(OSError):
            for line in self._stream:
                self.server.unanswered.append(line)
        self.server.left_alone.set()

    def read_line(self) -> bytes:
        return self._stream.readline()


Step = Callable[[Client], None]


class Server:
    """Listens on loopback and serves every connection in a thread of its own."""

    def __init__(self, host: str = "127.0.0.1", tls: Optional[ssl.SSLContext] = None) -> None:
        self.connections = 0
        self.waiting = threading.Event()
        """Set when a client was made to wait."""
        self.left_alone = threading.Event()
        """Set when a client went without an answer, or before it had all of it."""
        self.unanswered: List[bytes] = []
        """What clients said while they were made to wait."""
        self.closing = threading.Event()
        self._host = host
        self._tls = tls
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._open: List[socket.socket] = []
        self._threads: List[threading.Thread] = []

    def serve(self, connection: socket.socket) -> None:
        """Serve one connection until the client goes or is to be sent away."""
        if self._tls is None:
            self.talk(connection)
        else:
            self.talk_by(self._tls, connection)

    def talk_by(self, tls: ssl.SSLContext, connection: socket.socket) -> None:
        with tls.wrap_socket(connection, server_side=True) as secured:
            self._open.append(secured)
            self.talk(secured)

    def talk(self, connection: socket.socket) -> None:
        raise NotImplementedError

    def until_all_are_gone(self) -> bool:
        """Wait until every client has closed its connection."""
        for thread in self._threads[1:]:
            thread.join(PATIENCE)
        return not any(thread.is_alive() for thread in self._threads[1:])

    def __enter__(self: Any) -> Any:
        self._listener = socket.socket(self._family)
        self._listener.bind((self._host, 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        self.address = f"{f'[{self._host}]' if ':' in self._host else self._host}:{self.port}"
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.closing.set()
        with socket.socket(self._family) as nobody:  # ends the wait for one more client
            nobody.connect((self._host, self.port))
            self._threads[0].join()
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self.closing.is_set():
                connection.close()
                return
            self.connections += 1
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        self._open.append(connection)
        with connection, suppress(OSError):  # a client may hang up at any time
            self.serve(connection)


class Gateway(Server):
    """Answers requests."""

    def __init__(self, *script: Step, **where: Any) -> None:
        super().__init__(**where)
        self.requests: List[Seen] = []
        self._script = list(script) or [answer()]
        self._lock = threading.Lock()

    @property
    def targets(self) -> List[str]:
        return [seen.target for seen in self.requests]

    def talk(self, connection: socket.socket) -> None:
        client = Client(self, connection)
        for seen in client.requests():
            self._next_step(seen)(client)

    def _next_step(self, seen: Seen) -> Step:
        with self._lock:
            self.requests.append(seen)
            return self._script.pop(0) if len(self._script) > 1 else self._script[0]


class Proxy(Gateway):
    """A proxy that leads nowhere: it plays the gateway itself, after CONNECT by TLS."""

    def serve(self, connection: socket.socket) -> None:
        self.talk(connection)

    def talk(self, connection: socket.socket) -> None:
        client = Client(self, connection)
        for seen in client.requests():
            self._next_step(seen)(client)
            if seen.method == "CONNECT" and self._tls is not None:
                self.talk_by(self._tls, connection)
                return


class MailServer(Server):
    """Takes mail; the given replies stand for the usual ones, by command."""

    def __init__(self, replies: Mapping[str, str] = SMTP_REPLIES, **where: Any) -> None:
        super().__init__(**where)
        self.mails: List[Dict[str, Any]] = []
        self._replies = {**SMTP_REPLIES, **replies}

    def talk(self, connection: socket.socket) -> None:
        self.mails.append({})
        serve_mail(connection, self._replies, self.mails[-1])


class Mute(Server):
    """Reads nothing, and does with every connection what the step says."""

    def __init__(self, step: Step = Client.until_gone) -> None:
        super().__init__()
        self._step = step

    def talk(self, connection: socket.socket) -> None:
        self._step(Client(self, connection))


def answer(body: bytes = REPLY, status: str = "200 OK", **headers: str) -> Step:
    """Answer as a gateway that keeps the connection."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines) + "\r\n\r\n"
    return lambda client: client.send(head.encode("latin-1") + body)


def redirect(location: str, status: str = "302 Found") -> Step:
    return answer(b"", status, Location=location)


def raw(data: bytes) -> Step:
    """Send these bytes and hang up."""

    def step(client: Client) -> None:
        client.send(data)
        client.close()

    return step


def dripping(start: bytes, drip: bytes, end: bytes) -> Step:
    """Send 100 drips slowly, so that no single one is late."""

    def step(client: Client) -> None:
        client.send(start)
        for _ in range(100):
            if client.server.closing.wait(0.05):
                return
            client.send(drip)
        client.send(end)

    return step


@contextmanager
def ctrl_c_while_waiting_for(server: Server) -> Iterator[None]:
    """Press Ctrl-C as soon as the server makes the main thread wait."""

    def press() -> None:
        main = threading.main_thread().ident
        if server.waiting.wait(PATIENCE) and main is not None:
            signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    yield
    thread.join()

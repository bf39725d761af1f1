"""Gateways on loopback that are honest about their messages and go wrong in one chosen way.

A gateway keeps every message that it takes and tells statuses truly. A *step* says how the answer
to one request goes out; the last step of a command goes on for ever.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import struct
import threading
import time
from contextlib import suppress
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Union
from urllib.parse import parse_qsl, urlsplit

PATIENCE = 10.0  # seconds; only ever reached when something hangs
PHONE = "79990000001"
NOT_FOUND = -3
DELIVERED = 1
_RESET = struct.pack("ii", 1, 0)


class Asked(NamedTuple):
    """A request as it came; ``connection`` counts from 1, ``place`` is its place on that one."""

    command: str
    fields: Dict[str, str]
    connection: int
    place: int


class Exchange:
    """One request, and the ways to answer it."""

    def __init__(self, gateway: Gateway, sock: socket.socket, asked: Asked) -> None:
        self.gateway = gateway
        self.asked = asked
        self._sock = sock

    def take(self) -> str:
        """Do what is asked and give the true reply."""
        return self.gateway.take(self.asked)

    def answer(self, text: Optional[str] = None, status: str = "200 OK", *headers: str) -> None:
        """Answer with these words, or truly."""
        self.send(response(self.take() if text is None else text, status, *headers))

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def owe(self, data: bytes) -> None:
        """Send this as soon as the next request is there, on whatever connection it comes."""
        self.gateway.owed.append(lambda: self.send(data))

    def send_below_tls(self, data: bytes) -> None:
        with suppress(OSError):
            os.write(self._sock.fileno(), data)

    def hang_up(self, with_reset: bool = False) -> None:
        if with_reset:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            # At once, though the stream of the requests is open still; and nobody else may get
            # the number of the descriptor while that stream has it.
            with open(os.devnull, "rb") as nothing:
                os.dup2(nothing.fileno(), self._sock.fileno())
        else:
            self._sock.shutdown(socket.SHUT_RDWR)


Step = Callable[[Exchange], None]
Steps = Union[Step, Sequence[Step]]


def response(text: str, status: str = "200 OK", *headers: str) -> bytes:
    """Write a whole answer that leaves the connection open."""
    body = text.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def truly(exchange: Exchange) -> None:
    exchange.answer()


def lost(exchange: Exchange) -> None:
    """Hang up before anything is done."""
    exchange.hang_up()


def taken_and_lost(exchange: Exchange) -> None:
    """Do it, and hang up without a word."""
    exchange.take()
    exchange.hang_up()


def says(text: str, status: str = "200 OK", *headers: str, taken: bool = False) -> Step:
    """Answer with these words; ``{id}`` in them is the id that was asked for."""

    def step(exchange: Exchange) -> None:
        if taken:
            exchange.take()
        exchange.answer(
            text.replace("{id}", exchange.asked.fields.get("id", "0")), status, *headers
        )

    return step


def closing_as_the_next_request_comes(with_reset: bool = False) -> Step:
    """Answer the first request of each connection; the next one finds it closed."""

    def step(exchange: Exchange) -> None:
        if exchange.asked.place == 1:
            exchange.answer()
        else:
            exchange.hang_up(with_reset)

    return step


class Listener:
    """Serves every connection in a thread of its own."""

    def __init__(self, tls: Optional[ssl.SSLContext] = None) -> None:
        self.connections = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._tls = tls
        self._open: List[socket.socket] = []
        self._threads: List[threading.Thread] = []

    def __enter__(self: Any) -> Any:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._start(self._accept)
        return self

    def __exit__(self, *failure: object) -> None:
        self.closing.set()
        self.refuse()
        for sock in self._open:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def refuse(self) -> None:
        """Refuse connections from now on."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # ends the wait in accept
        self._listener.close()

    def before_tls(self) -> None:
        """Do something before a connection is secured; a test may replace it."""

    def talk(self, sock: socket.socket, number: int) -> None:
        raise NotImplementedError

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._open.append(sock)
                self._start(self._serve, sock, self.connections)

    def _serve(self, sock: socket.socket, number: int) -> None:
        with suppress(OSError, ValueError), sock:  # a client may go at any time
            if self._tls is None:
                self.talk(sock, number)
                return
            self.before_tls()
            with self._tls.wrap_socket(sock, server_side=True) as secured:
                self._open.append(secured)
                self.talk(secured, number)


class Gateway(Listener):
    """The gateway; ``send``, ``status`` and ``balance`` are a step, or several in turn."""

    def __init__(
        self,
        send: Steps = truly,
        status: Steps = truly,
        balance: Steps = truly,
        tls: Optional[ssl.SSLContext] = None,
    ) -> None:
        super().__init__(tls)
        self.asked: List[Asked] = []
        self.messages: List[Dict[str, str]] = []
        self.owed: List[Callable[[], None]] = []
        self._steps = {
            command: [steps] if callable(steps) else list(steps)
            for command, steps in (("send", send), ("status", status), ("balance", balance))
        }

    def of(self, command: str) -> List[Asked]:
        """Give the requests of one command, oldest first."""
        return [asked for asked in self.asked if asked.command == command]

    def take(self, asked: Asked) -> str:
        """Do what is asked and give the true reply."""
        fields = asked.fields
        if asked.command == "balance":
            return "99.50"
        if asked.command == "status":
            return self._status(fields)
        if fields.get("cost") == "1":
            return "0.50,1"
        with self.lock:
            self.messages.append(fields)
        return f"{fields['id']},1,0.50,99.50"

    def _status(self, fields: Dict[str, str]) -> str:
        key = (fields["id"], fields["phone"])
        found = key in [(message["id"], message["phones"]) for message in self.messages]
        return status_text(fields, DELIVERED if found else NOT_FOUND)

    def talk(self, sock: socket.socket, number: int) -> None:
        with sock.makefile("rb") as stream:
            for place in range(1, 1_000_000):
                line = stream.readline()
                if not line.startswith((b"GET ", b"POST ")):  # the end, perhaps that of TLS
                    return
                asked = self._read(line, stream, number, place)
                with self.lock:
                    self.asked.append(asked)
                    steps = self._steps[asked.command]
                    step = steps.pop(0) if len(steps) > 1 else steps[0]
                    owed, self.owed = self.owed, []
                for pay in owed:
                    with suppress(OSError):
                        pay()
                step(Exchange(self, sock, asked))

    def _read(self, line: bytes, stream: Any, connection: int, place: int) -> Asked:
        target = urlsplit(line.decode().split(" ")[1])
        length = 0
        for header in iter(stream.readline, b"\r\n"):
            name, _, value = header.decode("latin-1").partition(":")
            length = int(value) if name.lower() == "content-length" else length
        query = stream.read(length).decode() or target.query
        command = target.path.rsplit("/", 1)[-1].partition(".")[0]
        fields = dict(parse_qsl(query, keep_blank_values=True))
        return Asked(command, fields, connection, place)


def status_text(fields: Dict[str, str], status: int) -> str:
    """Write what status.php says, in the form that was asked for."""
    if fields.get("fmt") != "3":
        return f"{status},1700000000,0"
    known = {"cost": "0.50", "sms_cnt": 1} if status != NOT_FOUND else {}
    return json.dumps({"status": status, "last_timestamp": 1700000000, **known})


class MailServer(Listener):
    """Takes mail up to the end of its text, and then hangs up or says that it has it."""

    def __init__(self, confirms: bool) -> None:
        super().__init__()
        self.mails: List[str] = []
        self.before_each_reply: Callable[[str], None] = lambda command: None
        self._confirms = confirms

    def talk(self, sock: socket.socket, number: int) -> None:
        with sock.makefile("rb") as stream:
            self._reply(sock, "connect", "220 ready")
            for line in stream:
                command = line.decode().strip().upper().partition(" ")[0]
                if command != "DATA":
                    self._reply(sock, command, "250 fine")
                    continue
                self._reply(sock, command, "354 go on")
                self.mails.append(b"".join(iter(stream.readline, b".\r\n")).decode())
                if not self._confirms:
                    sock.shutdown(socket.SHUT_RDWR)
                    return
                self._reply(sock, "text", "250 taken")

    def _reply(self, sock: socket.socket, command: str, text: str) -> None:
        self.before_each_reply(command)
        sock.sendall(text.encode() + b"\r\n")


class VirtualTime:
    """A clock that pauses turn; the fixture ``safe`` gives it to every call."""

    def __init__(self) -> None:
        self.passed = 0.0

    def clock(self) -> float:
        return time.monotonic() + self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds

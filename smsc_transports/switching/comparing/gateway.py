"""A gateway on loopback that follows a script and writes down what it is sent.

Each look-up of a host opens a port of its own, which takes one connection and obeys one step of the
script, so that a request is tied to the host that it was meant for. E-mails are taken from smtplib.
"""

from __future__ import annotations

import smtplib
import socket
import struct
import threading
from contextlib import suppress
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

# Steps; any other step is the answer itself, as latin-1.
ANSWER = "answer as the command wants"
REFUSED = "refuse the connection"
CLOSED = "close before reading"
RESET = "reset after reading"
NO_SUCH_NAME = "no such name"

SCHEMES = {80: "http", 443: "https"}
SECONDS_TO_WAIT = 5.0  # only ever reached when a file under test hangs

# What every client says in its own way, and what follows from the rest of the request.
_USUAL_HEADERS = {
    "accept", "accept-encoding", "connection", "content-length", "content-type", "host",
}  # fmt: skip
_USUAL_AGENTS = ("Python-urllib", "smsc-transports", "python-requests")

Fields = Dict[str, Any]


class Gateway:
    """Answers one call after the other: the steps of its script in turn, then ``rest``."""

    def __init__(self) -> None:
        self.wire: List[Fields] = []
        self._script: Iterator[str] = iter(())
        self._rest = ANSWER
        self._requests: Dict[int, Fields] = {}
        self._listeners: List[socket.socket] = []

    def begin(self, script: Sequence[str], rest: str) -> None:
        """Begin a call."""
        self.wire, self._script, self._rest = [], iter(script), rest

    def end(self) -> List[Fields]:
        """End a call; what it sent."""
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        self._requests.clear()
        return self.wire

    def resolve(self, host: str, port: int) -> Optional[Tuple[str, int]]:
        """Give a loopback address for a host; None for a name that is to be unknown."""
        step = next(self._script, self._rest)
        request: Fields = {"to": f"{SCHEMES[port]}://{host}"}
        self.wire.append(request)
        if step == NO_SUCH_NAME:
            return None
        listener = socket.socket()
        self._listeners.append(listener)
        listener.bind(("127.0.0.1", 0))
        if step != REFUSED:
            listener.listen(1)
            arguments = (listener, host, step, request)
            threading.Thread(target=_serve, args=arguments, daemon=True).start()
        number: int = listener.getsockname()[1]
        self._requests[number] = request
        return "127.0.0.1", number

    def secured(self, port: int, checked: bool) -> None:
        """Hear that a connection is TLS, and whether the certificate is checked."""
        if port in self._requests:
            self._requests[port]["certificate"] = "checked" if checked else "not checked"

    def mail_class(self) -> Any:
        """Give what stands in the place of ``smtplib.SMTP``."""
        gateway = self

        class Mail(smtplib.SMTP):
            """Takes e-mails without connecting."""

            def __init__(self, host: str = "", port: int = 0, *_: Any, **__: Any) -> None:
                self.email: Fields = {"to": f"smtp://{host}" + (f":{port}" if port else "")}
                gateway.wire.append(self.email)

            def login(self, user: str, password: str, **_: Any) -> Any:
                self.email["account"] = f"{user}:{password}"

            def sendmail(  # type: ignore[override]
                self, sender: str, to: Any, text: Any, *_: Any, **__: Any
            ) -> Any:
                raw = text if isinstance(text, bytes) else text.encode("ascii")
                lines = raw.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
                recipients = [to] if isinstance(to, str) else list(to)
                self.email.update(sender=sender, recipients=recipients, text=lines)
                return {}

            def quit(self) -> Any:
                """Say nothing."""

            close = set_debuglevel = quit  # type: ignore[assignment]

        return Mail


def _serve(listener: socket.socket, host: str, step: str, request: Fields) -> None:
    with suppress(OSError, ValueError):  # a client may hang up, or talk nonsense
        connection = listener.accept()[0]
        connection.settimeout(SECONDS_TO_WAIT)
        with connection:
            if step == CLOSED:
                return
            target, body = _read(connection, host, request)
            if step == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                answer = _usual_answer(target, body) if step == ANSWER else step
                connection.sendall(answer.encode("latin-1"))


def _read(connection: socket.socket, host: str, request: Fields) -> Tuple[str, str]:
    with connection.makefile("rb") as stream:
        method, target, _ = stream.readline().decode("latin-1").split(" ")
        headers = {}
        for line in iter(stream.readline, b"\r\n"):
            if not line:
                break
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0))).decode("latin-1")
    request["sent"] = f"{method} {target}"
    if headers.get("host") not in (host, f"{host}:80", f"{host}:443"):
        request["host"] = headers.get("host")
    if body or method == "POST":
        request.update(type=headers.get("content-type"), body=body)
    unusual = {name: value for name, value in headers.items() if name not in _USUAL_HEADERS}
    if unusual.get("user-agent", "").startswith(_USUAL_AGENTS):
        del unusual["user-agent"]
    if unusual:
        request["headers"] = unusual
    return target, body


def _usual_answer(target: str, body: str) -> str:
    """Answer a request as the gateway does when all is well."""
    path, _, query = target.partition("?")
    texts = {"send": "1234,1,0.50,99.50", "status": "1,1577836800,0", "balance": "99.50"}
    text = texts.get(path.rpartition("/")[2].partition(".")[0], "OK")
    if "cost=1" in f"{query}&{body}".split("&"):
        text = "0.50,1"
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}"

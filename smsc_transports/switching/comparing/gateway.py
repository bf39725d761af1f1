"""A gateway on loopback that follows a script and writes down what it is sent.

A file under test has the gateway's real names built in. :meth:`Gateway.resolve` answers where
names are looked up: each look-up opens a port of its own, which takes one connection and obeys one
step of the script, so that an attempt is tied to the name that it was meant for.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from contextlib import suppress
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from smsc_transports.switching.comparing.child.fence import INTERRUPTED, NO_SUCH_NAME

# A step: bytes to answer with, a name of below, or replies other than SMTP_REPLIES, by command.
Step = Union[bytes, str, Mapping[str, str]]

ANSWER = "answer as the command wants"
REFUSED = "refused"
CLOSED = "closed before reading"
RESET = "reset after reading"
SILENT = "silent"

SCHEMES = {25: "smtp", 80: "http", 443: "https", 587: "smtp", 2525: "smtp"}
MOST_LOOK_UPS = 60  # in one call; the vendor's file makes 5
SECONDS_TO_WAIT = 5.0  # only ever reached when a file under test hangs

SMTP_REPLIES = {
    "connect": "220 gateway",
    "EHLO": "250-gateway\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 102400",
    "HELO": "250 gateway",
    "AUTH": "235 welcome",
    "answer": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 taken",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}
# What every client says in its own way: D14, and what follows from the rest of the request.
_USUAL_HEADERS = (
    "accept", "accept-encoding", "connection", "content-length", "content-type", "host",
)  # fmt: skip
_USUAL_AGENT = re.compile("Python-urllib|smsc-transports|python-requests")


class Stopped(Exception):
    """A call did not end, or ended the process."""


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    """Return a whole answer; its length is declared unless `headers` say otherwise."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    if not any(line.startswith("Content-Length") for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def ok(text: str) -> bytes:
    """Answer 200 with this text."""
    return http("200 OK", text.encode())


class Gateway:
    """Serves one call: the steps in turn, then ``rest``. Afterwards ``wire`` has its attempts."""

    def __init__(self, script: Sequence[Step] = (), rest: Step = ANSWER) -> None:
        self.wire: List[Dict[str, Any]] = []
        self._script = iter(script)
        self._rest = rest
        self._ports: Dict[int, Dict[str, Any]] = {}
        self._listeners: List[socket.socket] = []
        self._connections: List[socket.socket] = []
        self._threads: List[threading.Thread] = []

    def __enter__(self) -> Gateway:
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._listeners:  # end the wait for a client that never connected
            with socket.socket() as client, suppress(OSError):
                client.connect(listener.getsockname())
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for listener in self._listeners:
            listener.close()

    def resolve(self, host: str, port: int) -> Union[str, Tuple[str, int, bool], None]:
        """Give a loopback address and whether it is silent; or what happens; None: refused."""
        if port not in SCHEMES:
            return None
        if len(self.wire) == MOST_LOOK_UPS:
            raise Stopped(f"asks more than {MOST_LOOK_UPS} times")
        step = next(self._script, self._rest)
        attempt: Dict[str, Any] = {"to": f"{SCHEMES[port]}://{host}"}
        self.wire.append(attempt)
        if step in (INTERRUPTED, NO_SUCH_NAME):
            return str(step)
        listener = socket.socket()
        self._listeners.append(listener)
        listener.bind(("127.0.0.1", 0))
        if step != REFUSED:
            listener.listen(1)
            thread = threading.Thread(target=self._serve, args=(listener, host, step, attempt))
            self._threads.append(thread)
            thread.start()
        number: int = listener.getsockname()[1]
        self._ports[number] = attempt
        return "127.0.0.1", number, step == SILENT

    def secured(self, port: int, checked: bool) -> None:
        """Hear that a connection is TLS, and whether the certificate is checked."""
        if port in self._ports:
            self._ports[port]["certificate"] = "checked" if checked else "not checked"

    def _serve(
        self, listener: socket.socket, host: str, step: Step, attempt: Dict[str, Any]
    ) -> None:
        connection = listener.accept()[0]
        self._connections.append(connection)
        connection.settimeout(SECONDS_TO_WAIT)
        with connection, suppress(OSError, ValueError):  # a client may hang up, or talk nonsense
            if step == CLOSED:
                return
            if attempt["to"].startswith("smtp:"):
                changed = step if isinstance(step, Mapping) else {}
                _serve_mail(connection, {**SMTP_REPLIES, **changed}, attempt)
            else:
                _serve_http(connection, host, step, attempt)


def _serve_http(connection: socket.socket, host: str, step: Step, attempt: Dict[str, Any]) -> None:
    with connection.makefile("rb") as stream:
        request = stream.readline().decode("latin-1")
        if not request:
            return
        method, target, _ = request.split(" ")
        headers = {}
        for line in _lines_until(stream, b"\r\n", b"\n"):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0))).decode("latin-1")
    attempt["sent"] = f"{method} {target}"
    if headers.get("host") not in (host, f"{host}:80", f"{host}:443"):
        attempt["host"] = headers.get("host")
    if body or method == "POST":
        attempt["type"] = headers.get("content-type")
        attempt["body"] = body
    unusual = {name: value for name, value in headers.items() if name not in _USUAL_HEADERS}
    if _USUAL_AGENT.match(unusual.get("user-agent", "")):
        del unusual["user-agent"]
    if unusual:
        attempt["headers"] = unusual
    if step == SILENT:
        connection.recv(1)
    elif step == RESET:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif step == ANSWER:
        connection.sendall(ok(_usual_answer(target, body)))
    elif isinstance(step, bytes):
        connection.sendall(step)


def _usual_answer(target: str, body: str) -> str:
    """Answer a request as the gateway does when all is well."""
    path, _, query = target.partition("?")
    if path.endswith("/send.php"):
        return "0.50,1" if "cost=1" in f"{query}&{body}".split("&") else "1234,1,0.50,99.50"
    answers = {"status": "1,1577836800,0", "balance": "99.50"}
    return answers.get(path.rpartition("/")[2].partition(".")[0], "OK")


def _serve_mail(
    connection: socket.socket, replies: Mapping[str, str], attempt: Dict[str, Any]
) -> None:
    """Take a letter by SMTP, and write down the commands and the data."""
    commands = attempt["commands"] = []
    with connection.makefile("rwb", buffering=0) as stream:
        reply = _say(stream, replies["connect"])
        while reply:
            line = stream.readline().decode("latin-1").rstrip("\r\n")
            if not line:
                return
            verb = "answer" if reply.startswith("334") else line.split(" ")[0].upper()
            # Without what varies: this machine's name, and upper or lower case.
            commands.append(verb if verb in ("EHLO", "HELO") else _upper_verb(line, verb))
            reply = _say(stream, replies.get(verb, "500 what?"))
            if verb == "DATA" and reply.startswith("354"):
                data = b"".join(_lines_until(stream, b".\r\n"))
                attempt["data"] = data.decode("latin-1")
                reply = _say(stream, replies["."])


def _upper_verb(line: str, verb: str) -> str:
    if verb in ("MAIL", "RCPT"):
        command, colon, address = line.partition(":")
        return command.upper() + colon + address
    return line if verb == "answer" else verb + line[len(verb) :]


def _lines_until(stream: Any, *ends: bytes) -> Iterator[bytes]:
    """Read lines up to one of these, or to the end of a client that hangs up before."""
    for line in iter(stream.readline, b""):
        if line in ends:
            return
        yield line


def _say(stream: Any, reply: Optional[str]) -> str:
    if reply:
        stream.write(reply.encode("ascii") + b"\r\n")
    return reply or ""

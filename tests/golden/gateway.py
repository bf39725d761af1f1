"""A gateway on loopback that follows a script and writes down every byte it is sent.

Programs under test have the gateway's real names built in. `Gateway.resolve` answers in the
place of `socket.getaddrinfo`, the one function that urllib, urllib3 and smtplib share, so that
nothing about them changes but the address. Each look-up opens a port of its own, accepts one
connection there and obeys one step of the script: an attempt is thereby tied to the name it was
meant for.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import warnings
from contextlib import suppress
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Tuple, Union

with warnings.catch_warnings():
    # cryptography, which trustme uses, says so on Python 3.8
    warnings.filterwarnings("ignore", message="Python 3.8 is no longer supported")
    import trustme

# A step of the script: the bytes to answer with, the name of a fault, or, for mail, the replies
# that differ from SMTP_REPLIES, by command.
Step = Union[bytes, str, Mapping[str, str]]
Wire = List[Dict[str, Any]]

NO_SUCH_NAME = "no such name"
INTERRUPTED = "Ctrl-C"
EXITED = "sys.exit"
REFUSED = "refused"
CLOSED = "closed before reading"
RESET = "reset after reading"
WRONG_NAME = "certificate for another name"
WRONG_AUTHORITY = "certificate of an unknown authority"
WHILE_RESOLVING = (NO_SUCH_NAME, INTERRUPTED, EXITED)

SCHEMES = {25: "smtp", 80: "http", 443: "https", 587: "smtp"}

# An empty reply hangs up. "answer" is for the lines that follow a 334, "." for the end of DATA.
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

SECONDS_TO_WAIT = 20.0  # only ever reached when a program under test hangs


class Certificates:
    """A private authority: TLS is verified for real, with certificates made on demand."""

    def __init__(self) -> None:
        self.authority = trustme.CA()
        self.unknown_authority = trustme.CA()
        self._contexts: Dict[Tuple[str, str], ssl.SSLContext] = {}

    def context(self, name: str, step: Step) -> ssl.SSLContext:
        """Give what a server of this name needs, with the fault that the step may want."""
        fault = step if step in (WRONG_NAME, WRONG_AUTHORITY) else ""
        if (name, str(fault)) not in self._contexts:
            authority = self.unknown_authority if fault == WRONG_AUTHORITY else self.authority
            subject = "another.example" if fault == WRONG_NAME else name
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(subject).configure_cert(context)
            self._contexts[name, str(fault)] = context
        return self._contexts[name, str(fault)]


class Gateway:
    """Serves one call; afterwards `wire` holds its attempts, in order."""

    def __init__(self, script: Iterable[Step], certificates: Certificates) -> None:
        self.wire: Wire = []
        self._script = iter(script)
        self._certificates = certificates
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

    def resolve(self, host: str, port: int) -> Union[str, Tuple[str, int], None]:
        """Give a loopback address for any name; a step that says so instead; None: refused."""
        if port not in SCHEMES:
            return None
        step = next(self._script, REFUSED)
        attempt: Dict[str, Any] = {"to": f"{SCHEMES[port]}://{host}"}
        self.wire.append(attempt)
        if isinstance(step, str) and step in WHILE_RESOLVING:
            return step
        listener = socket.socket()
        self._listeners.append(listener)
        listener.bind(("127.0.0.1", 0))
        if step != REFUSED:
            listener.listen(1)
            thread = threading.Thread(target=self._serve, args=(listener, host, step, attempt))
            self._threads.append(thread)
            thread.start()
        address: Tuple[str, int] = listener.getsockname()
        return address

    def _serve(
        self, listener: socket.socket, host: str, step: Step, attempt: Dict[str, Any]
    ) -> None:
        connection = listener.accept()[0]
        self._connections.append(connection)
        connection.settimeout(SECONDS_TO_WAIT)
        with connection, suppress(OSError, ValueError):  # a client may hang up, or talk nonsense
            if attempt["to"].startswith("smtp:") and step != CLOSED:
                changed = step if isinstance(step, Mapping) else {}
                serve_mail(connection, {**SMTP_REPLIES, **changed}, attempt)
            elif attempt["to"].startswith("https:"):
                context = self._certificates.context(host, step)
                with context.wrap_socket(connection, server_side=True) as secured:
                    _serve_http(secured, host, step, attempt)
            else:
                _serve_http(connection, host, step, attempt)


def _serve_http(connection: socket.socket, host: str, step: Step, attempt: Dict[str, Any]) -> None:
    if step == CLOSED:
        return
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
    if headers.get("host") != host:
        attempt["host"] = headers.get("host")
    if body or method == "POST":
        attempt["type"] = headers.get("content-type")
        attempt["body"] = body
    if step == RESET:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif isinstance(step, bytes):
        connection.sendall(step)


def serve_mail(
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
            commands.append(_as_recorded(line, verb))
            reply = _say(stream, replies.get(verb, "500 what?"))
            if verb == "DATA" and reply.startswith("354"):
                data = b"".join(_lines_until(stream, b".\r\n"))
                attempt["data"] = data.decode("latin-1")
                reply = _say(stream, replies["."])


def _lines_until(stream: Any, *ends: bytes) -> Iterator[bytes]:
    """Read lines up to one of these, or to the end of a client that hangs up before."""
    for line in iter(stream.readline, b""):
        if line in ends:
            return
        yield line


def _as_recorded(line: str, verb: str) -> str:
    """Return a command without what varies: this machine's name, and upper or lower case."""
    if verb in ("EHLO", "HELO"):
        return verb
    if verb in ("MAIL", "RCPT"):
        command, colon, address = line.partition(":")
        return command.upper() + colon + address
    return line if verb == "answer" else verb + line[len(verb) :]


def _say(stream: Any, reply: str) -> str:
    if reply:
        stream.write(reply.encode("ascii") + b"\r\n")
    return reply

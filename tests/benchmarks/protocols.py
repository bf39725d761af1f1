"""SMPP and SOAP against the others: ``python -m tests.benchmarks.protocols``.

Prints each bar with the figures of this machine. The other ends are processes of their own: an
SMPP server that answers at once, here and 20 ms away, and the sandbox's HTTPS.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Callable, List, NamedTuple

from smsc_transports import plugin_manager
from tests.faces import load_face

from .peers import FAR_SECONDS, delaying, process

MESSAGES = 1000
FAR_CALLS = 50
THREADS = 14
ROUNDS = 5
SOAP_ROUNDS = 25
SOAP_CALLS = 40
_BIND, _SUBMIT, _RESP = 0x09, 0x04, 0x80000000
_HTTP = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n1234,1,0.50,99.50"
)


class Bar(NamedTuple):
    """What was measured, its rounds, and what it has to come to."""

    what: str
    rounds: List[float]
    bar: float
    at_least: bool = True

    @property
    def figure(self) -> float:
        return statistics.median(self.rounds)

    @property
    def met(self) -> bool:
        return self.figure >= self.bar if self.at_least else self.figure <= self.bar


def smpp_bars() -> List[Bar]:
    """One session: a call to 1,000 numbers, 1,000 calls of 14 threads, and both 20 ms away."""
    with process(_serve) as ports, process(_line, ports["smpp"], ports["http"]) as far:
        near_smpp = _face("smpp", ports["smpp"])
        far_smpp, far_http = _face("smpp", far["smpp"]), _face("http-get", far["http"])
        numbers = [_once(near_smpp) for _ in range(ROUNDS)]
        threads = [_by_threads(near_smpp) for _ in range(ROUNDS)]
        ratios = [_once(far_smpp) / _loop(far_http) for _ in range(ROUNDS)]
        plugin_manager().close()
    return [
        Bar("messages a second by smpp, one call to 1,000 numbers", numbers, 1000),
        Bar("messages a second by smpp, 1,000 calls of 14 threads", threads, 1000),
        Bar("messages a second by smpp, 1,000 numbers in a call, in those of http-get, 20 ms away",
            ratios, 5),
    ]  # fmt: skip


def soap_bar() -> Bar:
    """Calls by SOAP in the time of calls by https-post, both to a sandbox of another process."""
    with process(_sandbox) as found, tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "authority.pem"
        bundle.write_text(str(found["ca"]), encoding="ascii")
        os.environ["SSL_CERT_FILE"] = str(bundle)
        soap, post = (_face(name, found["https"]) for name in ("soap", "https-post"))
        ratios = []
        for _ in range(SOAP_ROUNDS):
            ratios.append(_seconds(soap, SOAP_CALLS) / _seconds(post, SOAP_CALLS))
        plugin_manager().close()
    return Bar("time of a call by soap, in that of https-post", ratios, 1.5, at_least=False)


def _face(transport: str, port: int) -> Any:
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_PASSWORD, face.SMPP_PASSWORD = "login", "password", "secret"
    face.SMSC_TRANSPORT = transport
    face.SMSC_HOST = face.SMPP_SERVER = f"127.0.0.1:{port}"
    assert face.SMSC().send_sms("79990000000", "the connection is there now")[1] == "1"
    return face


def _once(face: Any) -> float:
    phones = ",".join(str(79990000000 + number) for number in range(MESSAGES))
    started = time.perf_counter()
    assert face.SMSC().send_sms(phones, "Your code is 123456")[1] == str(MESSAGES)
    return MESSAGES / (time.perf_counter() - started)


def _by_threads(face: Any) -> float:
    def send(number: int) -> None:
        assert face.SMSC().send_sms(str(79990000000 + number), "Your code is 123456")[1] == "1"

    with ThreadPoolExecutor(THREADS) as pool:
        started = time.perf_counter()
        list(pool.map(send, range(MESSAGES)))
        return MESSAGES / (time.perf_counter() - started)


def _loop(face: Any) -> float:
    return FAR_CALLS / _seconds(face, FAR_CALLS)


def _seconds(face: Any, calls: int) -> float:
    smsc = face.SMSC()
    started = time.perf_counter()
    for number in range(calls):
        assert smsc.send_sms(str(79990000000 + number), f"Your code is {number}")[1] == "1"
    return time.perf_counter() - started


def _serve(pipe: Connection) -> None:
    pipe.send({"smpp": _listen(_talk_smpp), "http": _listen(_talk_http)})
    threading.Event().wait()


def _listen(talk: Callable[[socket.socket], None]) -> int:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def work() -> None:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(OSError), connection:
                talk(connection)

    for _ in range(THREADS + 2):
        threading.Thread(target=work, daemon=True).start()
    return int(listener.getsockname()[1])


def _talk_smpp(connection: socket.socket) -> None:
    buffer = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            return
        buffer, said = buffer + piece, b""
        while len(buffer) >= 16:
            length, command, _, sequence = struct.unpack_from(">LLLL", buffer)
            if len(buffer) < length:
                break
            buffer = buffer[length:]
            body = {_BIND: b"server\0", _SUBMIT: b"%d\0" % sequence}.get(command, b"")
            said += struct.pack(">LLLL", 16 + len(body), command | _RESP, 0, sequence) + body
        connection.sendall(said)


def _talk_http(connection: socket.socket) -> None:
    request = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            return
        request += piece
        if request.endswith(b"\r\n\r\n"):
            connection.sendall(_HTTP)
            request = b""


def _line(pipe: Connection, smpp: int, http: int) -> None:
    # Other selectors round waiting times up to whole milliseconds.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    ports = {"smpp": smpp, "http": http}
    pipe.send({n: loop.run_until_complete(delaying(p, FAR_SECONDS)) for n, p in ports.items()})
    loop.run_forever()


def _sandbox(pipe: Connection) -> None:
    from smsc_transports.sandbox.server import Sandbox

    with Sandbox(limits=False, balance="100000000", keep=100) as sandbox:
        port = int(sandbox.https[0].split(":")[1])
        pipe.send({"https": port, "ca": sandbox.ca_pem})
        threading.Event().wait()


def main() -> int:
    """Print the bars; gives 1 if one is not met."""
    bars = [*smpp_bars(), soap_bar()]
    for each in bars:
        rounds = f"{min(each.rounds):.4g} to {max(each.rounds):.4g}"
        word = "at least" if each.at_least else "at most"
        verdict = "met" if each.met else "NOT MET"
        print(f"{each.what}: {each.figure:.4g} ({rounds}), {word} {each.bar:g}: {verdict}")
    return 0 if all(each.met for each in bars) else 1


if __name__ == "__main__":
    sys.exit(main())

"""The other end of the line, on loopback and in processes of its own.

A server that answers at once, by HTTP and HTTPS; the same behind lines of 1 and of 20 ms; and a
host that takes connections and says nothing. All switch Nagle's algorithm off, as real servers do.
What a line costs by itself is taken off its delay, so that bare bytes need just 1 or 20 ms.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import selectors
import socket
import ssl
import statistics
import threading
import time
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, NamedTuple, Optional

import certifi
import trustme

NEAR_SECONDS, FAR_SECONDS = 0.001, 0.020  # for a round trip
CONNECTIONS_AT_ONCE = 40
BODY = b"1234,1,0.50,99.50"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)
PROCESSES = multiprocessing.get_context("spawn")


class Ports(NamedTuple):
    """Where the peers listen."""

    http: int
    https: int
    near_http: int
    far_http: int
    far_https: int
    silent: int


@contextmanager
def peers(folder: Path, *names: str) -> Iterator[Ports]:
    """Start all peers; their certificate is trusted by the file :func:`bundle_in`."""
    authority = trustme.CA()
    trusted = ssl.get_default_verify_paths().cafile or certifi.where()
    with open(bundle_in(folder), "wb") as bundle:  # as long to read as that of a real system
        bundle.write(Path(trusted).read_bytes() + authority.cert_pem.bytes())
    certificate = folder / "server.pem"
    authority.issue_cert(*names).private_key_and_cert_chain_pem.write_to_path(str(certificate))
    with process(_serve_all, str(certificate)) as here:
        ports = (here["http"], here["https"])
        with process(_delay_all, *ports, 0.0) as lines:
            own_cost = _round_trip(lines["near_http"]) - NEAR_SECONDS
        with process(_delay_all, *ports, own_cost) as lines:
            yield Ports(**here, **lines)


def _round_trip(port: int) -> float:
    """Give the seconds from a request to its answer on a bare socket."""
    durations = []
    with socket.create_connection(("127.0.0.1", port)) as sock:
        for _ in range(50):
            started = time.perf_counter()
            sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
            sock.recv(65536)
            durations.append(time.perf_counter() - started)
    return statistics.median(durations)


def bundle_in(folder: Path) -> Path:
    return folder / "trusted.pem"


@contextmanager
def process(work: Callable[..., None], *arguments: Any) -> Iterator[Dict[str, int]]:
    ours, theirs = PROCESSES.Pipe()
    child = PROCESSES.Process(target=work, args=(theirs, *arguments), daemon=True)
    child.start()
    try:
        yield ours.recv()
    finally:
        child.terminate()
        child.join()


def _serve_all(pipe: Connection, certificate: str) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    pipe.send({"http": _serve(_answer), "https": _serve(_answer, tls), "silent": _serve(_wait)})
    threading.Event().wait()


def _serve(talk: Callable[[socket.socket], None], tls: Optional[ssl.SSLContext] = None) -> int:
    """Serve every connection in a thread that waits for it already; give the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def work() -> None:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(OSError):
                if tls is not None:
                    connection = tls.wrap_socket(connection, server_side=True)
                with connection:
                    talk(connection)

    for _ in range(CONNECTIONS_AT_ONCE):
        threading.Thread(target=work, daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


def _answer(connection: socket.socket) -> None:
    request = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            return
        request += piece
        if request.endswith(b"\r\n\r\n"):  # all requests here are without a body
            connection.sendall(ANSWER)
            request = b""


def _wait(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def _delay_all(pipe: Connection, http: int, https: int, own_cost: float) -> None:
    # Other selectors round waiting times up to whole milliseconds.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    lines = {
        "near_http": (http, NEAR_SECONDS),
        "far_http": (http, FAR_SECONDS),
        "far_https": (https, FAR_SECONDS),
    }
    ports = {
        name: loop.run_until_complete(delaying(target, round_trip - own_cost))
        for name, (target, round_trip) in lines.items()
    }
    pipe.send(ports)
    loop.run_forever()


async def delaying(target: int, round_trip: float) -> int:
    """Pass everything on half a round trip late; a new connection costs one round trip more."""

    async def pass_on(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, not_before: float
    ) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while True:
                piece = await reader.read(65536)
                due = max(loop.time(), not_before) + round_trip / 2
                if not piece:
                    break
                loop.call_at(due, writer.write, piece)
        loop.call_later(round_trip, writer.close)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected = asyncio.get_running_loop().time() + round_trip
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(
            pass_on(reader, far_writer, connected), pass_on(far_reader, writer, connected)
        )

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    return port

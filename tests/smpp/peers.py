"""The other ends: a foreign server (smpp34's), and one that is told each byte to say."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from typing import Any, Callable, Dict, List, Optional

import pytest

from smsc_transports.testing import Peer, Received

from .alphabet import decoded


class ForeignPeer(Peer):
    """smpp34's server. It says nothing at all of what it is told to leave without an answer."""

    def __init__(self) -> None:
        self._library: Any = pytest.importorskip("smpp34")
        self._received: List[Received] = []
        self.events: List[Any] = []
        self._act: Callable[[Any], None] = self._accept
        self._esmes: List[Any] = []
        self._kept: List[Any] = []
        self._loop = asyncio.new_event_loop()
        self._relay = Relay()

    @property
    def received(self) -> List[Received]:  # type: ignore[override]
        """By phone: the server's own tasks hand messages over in any order."""
        return sorted(self._received)

    def __enter__(self) -> ForeignPeer:
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._server = self._library.Server("127.0.0.1", port)
        self._await(self._server.start)
        self._task = asyncio.run_coroutine_threadsafe(self._serve(), self._loop)
        self.address = self._relay.open(port)
        return self

    def __exit__(self, *failure: object) -> None:
        self._relay.close()
        self._kept.clear()
        self._task.cancel()
        self._await(self._server.stop)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def accept(self) -> None:
        self._act = self._accept

    def reject(self) -> None:
        self._act = lambda event: event.reject(0x0B)

    def refuse(self) -> None:
        self._relay.close()

    def lose_answers(self) -> None:
        self._act = self._hang_up

    def hang(self) -> None:
        self._act = self._kept.append

    def deliver(self, *arguments: Any, **fields: Any) -> Any:
        """Send a deliver_sm to the latest client; its answer."""
        tlvs = [self._library.Tlv(tag, value) for tag, value in fields.pop("tlvs", {}).items()]
        esme = self._esmes[-1]
        return self._await(lambda: esme.deliver_sm(*arguments, tlvs=tlvs, **fields))

    def _accept(self, event: Any) -> None:
        event.accept(str(len(self.events)))

    def _hang_up(self, event: Any) -> None:
        self._kept.append(event)
        self._relay.cut()

    async def _serve(self) -> None:
        while True:
            event = await self._server.next()
            if isinstance(event, self._library.Esme):
                self._esmes.append(event)
            elif isinstance(event, self._library.SubmitSmEvent):
                self.events.append(event)
                taken = self._act == self._accept
                id = str(len(self.events)) if taken else ""
                self._received.append(Received([event.destination_addr], text_of(event), id))
                self._act(event)

    def _await(self, function: Callable[[], Any]) -> Any:
        async def run() -> Any:
            return await function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)


def tlvs_of(event: Any) -> Dict[int, bytes]:
    return {tlv.tag: tlv.value for tlv in event.tlvs}


def text_of(event: Any) -> str:
    octets = tlvs_of(event).get(0x0424, event.short_message)
    return decoded(octets, event.data_coding)


class Relay:
    """Passes bytes on to a server, until it is told to cut the connection."""

    def open(self, port: int) -> str:
        self._port = port
        self._open: List[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return f"127.0.0.1:{self._listening.getsockname()[1]}"

    def close(self) -> None:
        shut(self._listening)
        self.cut()

    def cut(self) -> None:
        cut, self._open = self._open, []  # at once, lest a client that comes again be cut too
        for each in cut:
            shut(each)

    def _accept(self) -> None:
        while True:
            try:
                client = self._listening.accept()[0]
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            self._open.extend([client, server])
            for one, other in ((client, server), (server, client)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while True:
                data = one.recv(65536)
                if not data:
                    break
                other.sendall(data)
        except OSError:
            pass
        shut(one)
        shut(other)


def shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


# Codes of SMPP 3.4
BIND, SUBMIT, UNBIND, ENQUIRE, DELIVER, RESP = 0x9, 0x4, 0x6, 0x15, 0x5, 0x80000000


def pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    return struct.pack(">LLLL", 16 + len(body), command, status, sequence) + body


class ScriptedServer:
    """Answers each PDU by a function of (command, sequence, body); None hangs up.

    Written without any library, so that it can do what no server should.
    """

    def __init__(self, answer: Callable[[int, int, bytes], Optional[bytes]], tls: Any = None):
        self._answer = answer
        self._tls = tls
        self.seen: List[int] = []
        self.bodies: List[bytes] = []
        self.connections: List[socket.socket] = []
        self.ended = threading.Semaphore(0)
        """Released for each connection that the client ended."""

    def __enter__(self) -> ScriptedServer:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        for each in (self._listening, *self.connections):
            shut(each)

    def push(self, data: bytes) -> None:
        self.connections[-1].sendall(data)

    def _accept(self) -> None:
        while True:
            try:
                sock = self._listening.accept()[0]
                if self._tls is not None:
                    sock = self._tls.wrap_socket(sock, server_side=True)
            except OSError:
                if self._listening.fileno() < 0:
                    return
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            stream = sock.makefile("rb")
            while True:
                head = stream.read(16)
                if len(head) < 16:
                    break
                length, command, _, sequence = struct.unpack(">LLLL", head)
                body = stream.read(length - 16)
                self.seen.append(command)
                self.bodies.append(body)
                answer = self._answer(command, sequence, body)
                if answer is None:
                    shut(sock)
                    return
                sock.sendall(answer)
        except OSError:
            pass
        self.ended.release()


def well_behaved(command: int, sequence: int, body: bytes) -> bytes:
    """What a good server says; every message gets its sequence number as id."""
    said = {BIND: b"scripted\0", SUBMIT: b"%d\0" % sequence}.get(command, b"")
    return b"" if command & RESP else pdu(command | RESP, sequence, said)

"""A bound connection to one SMPP server, which one thread owns.

Threads hand over a :class:`Batch` and wait for it. The owner writes at most ``WINDOW`` requests
before their answers, asks a silent server whether it is there, and ends the connection when it is
lost, or when it was told to leave and nothing is under way.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Any, Callable, Deque, Dict, List, Optional, Sequence

from smsc_transports.reporting.logs import DEBUG, INFO, Log
from smsc_transports.transports.smpp import pdus
from smsc_transports.transports.smpp.pdus import Broken, Numbers, Received

WINDOW = 14
"""Requests without an answer; as many as the gateway allows at once by HTTP."""
ENQUIRE_SECONDS = 50.0
"""After so long a silence the server is asked; the gateway hangs up after 120."""
ANSWER_SECONDS = 10.0
UNBIND_SECONDS = 2.0

WAITING, WRITTEN, OVER = "waiting", "written", "over"

log = Log("smpp")


class Submission:
    """One submit_sm: ``id`` and ``status`` (0: accepted) of its answer once it has one.

    Without an answer it is ``unsent``, or what became of it is not known.
    """

    def __init__(self, raw: bytes, sequence: int, batch: Batch) -> None:
        self.raw = raw
        self.sequence = sequence
        self.batch = batch
        self.state = WAITING
        self.unsent = False
        self.status: Optional[int] = None
        self.id = ""

    @property
    def unknown(self) -> bool:
        """True if it may have been accepted."""
        return self.status is None and not self.unsent


class Batch:
    """The submissions of one call; ``over`` is set when each has come to its end."""

    def __init__(self) -> None:
        self.submissions: List[Submission] = []
        self.left = 0
        self.over = threading.Event()
        self.reason = "no answer in time"
        self.timed_out = False


class Session:
    """A connection that is bound already; the owner calls ``on_receipt``, which must be quick."""

    def __init__(
        self,
        sock: socket.socket,
        buffer: bytearray,
        numbers: Numbers,
        on_receipt: Callable[[Received], None],
    ) -> None:
        self._sock = sock
        self._in = buffer
        self._out = bytearray()
        self._numbers = numbers
        self._on_receipt = on_receipt
        self._lock = threading.RLock()  # reentrant, since a signal handler may send
        self._waiting: Deque[Submission] = deque()
        self._written: Dict[int, Submission] = {}
        self._wakes, self._wake = socket.socketpair()
        self._leaving = self._closed = False
        self._unbound_until: Optional[float] = None
        self._heard = time.monotonic()
        self._asked: Optional[float] = None
        for each in (sock, self._wakes, self._wake):
            each.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="smsc-smpp", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # at the end of a program
            self.abandon()
            raise

    @property
    def closed(self) -> bool:
        """Whether the connection is closed."""
        return self._closed

    @property
    def usable(self) -> bool:
        """Whether it takes another batch."""
        return not (self._leaving or self._closed)

    def submit(self, pieces: Sequence[Dict[str, Any]]) -> Optional[Batch]:
        """Hand over requests; None if the connection takes none any more."""
        batch = Batch()
        with self._lock:
            if not self.usable:
                return None
            for fields in pieces:
                sequence, raw = pdus.write("submit_sm", self._numbers, **fields)
                batch.submissions.append(Submission(raw, sequence, batch))
            batch.left = len(batch.submissions)
            self._waiting.extend(batch.submissions)
        self._rouse()
        return batch

    def give_up(self, batch: Batch) -> None:
        """Stop waiting for a batch: what is not written yet is not written."""
        with self._lock:
            self._waiting = deque(each for each in self._waiting if each.batch is not batch)
            for each in batch.submissions:
                if each.state == WAITING:
                    each.unsent = True
                elif each.state == WRITTEN:
                    del self._written[each.sequence]
                each.state = OVER

    def leave(self) -> None:
        """Unbind once nothing is under way."""
        self._leaving = True
        self._rouse()

    def join(self, seconds: float) -> None:
        """Wait until the connection is closed."""
        if self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def abandon(self) -> None:
        """Close the sockets: a forked process has copies, and the connection is its parent's."""
        for each in (self._sock, self._wakes, self._wake):
            each.close()

    def _rouse(self) -> None:
        with suppress(OSError):  # full: it will wake anyway; or closed
            self._wake.send(b"\0")

    # The owner's

    def _run(self) -> None:
        reason = "unbound"
        selector = selectors.DefaultSelector()
        try:
            selector.register(self._sock, selectors.EVENT_READ)
            selector.register(self._wakes, selectors.EVENT_READ)
            self._handle_received()  # what came together with the answer to the bind
            while not self._is_over():
                self._prepare()
                self._flush()
                wants = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._out else 0)
                selector.modify(self._sock, wants)
                selector.select(self._seconds_to_wait())
                self._drain()
                self._read()
                self._handle_received()
        except (OSError, Broken) as error:
            reason = f"the connection was lost: {error}"
        except Exception as error:  # a bug: no caller may wait without end
            reason = f"the connection was given up: {type(error).__name__}: {error}"
        finally:
            selector.close()
            self._end(reason)

    def _is_over(self) -> bool:
        now = time.monotonic()
        if self._unbound_until is not None:
            return now >= self._unbound_until
        if self._asked is not None and now - self._asked >= ANSWER_SECONDS:
            raise Broken("no answer to enquire_link")
        return False

    def _prepare(self) -> None:
        """Put into the buffer what may be written now."""
        now = time.monotonic()
        with self._lock:
            while self._waiting and len(self._written) < WINDOW and self._unbound_until is None:
                each = self._waiting.popleft()
                each.state = WRITTEN
                self._written[each.sequence] = each
                self._out += each.raw
            idle = not self._waiting and not self._written
            if self._leaving and idle and self._unbound_until is None:
                self._out += pdus.write("unbind", self._numbers)[1]
                self._unbound_until = now + UNBIND_SECONDS
            elif self._asked is None and now - self._heard >= ENQUIRE_SECONDS:
                self._out += pdus.write("enquire_link", self._numbers)[1]
                self._asked = now

    def _seconds_to_wait(self) -> float:
        if self._unbound_until is not None:
            ends = self._unbound_until
        elif self._asked is not None:
            ends = self._asked + ANSWER_SECONDS
        else:
            ends = self._heard + ENQUIRE_SECONDS
        return max(ends - time.monotonic(), 0)

    def _flush(self) -> None:
        try:
            while self._out:
                del self._out[: self._sock.send(self._out)]
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass

    def _drain(self) -> None:
        try:
            while self._wakes.recv(4096):
                pass
        except BlockingIOError:
            pass

    def _read(self) -> None:
        try:
            while True:  # of TLS nothing may stay behind that no selector sees
                data = self._sock.recv(65536)
                if not data:
                    raise Broken("the server hung up")
                self._in += data
                self._heard, self._asked = time.monotonic(), None
                self._handle_received()
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass

    def _handle_received(self) -> None:
        for pdu in pdus.split(self._in):
            self._handle(pdu)

    def _handle(self, pdu: Received) -> None:
        if pdu.command in ("submit_sm_resp", "generic_nack"):
            self._answered(pdu)
        elif pdu.command == "unbind_resp":
            raise Broken("unbound")
        elif pdu.command in ("deliver_sm", "enquire_link", "unbind", ""):
            self._out += pdus.answer(pdu)
            if pdu.command == "deliver_sm":
                self._on_receipt(pdu)
            elif pdu.command == "unbind":
                self._flush()
                raise Broken("the server unbound")

    def _answered(self, pdu: Received) -> None:
        with self._lock:
            each = self._written.pop(pdu.sequence, None)
            if each is None:
                return  # of a batch that was given up
            each.state = OVER
            each.status = pdu.status
            if pdu.command == "generic_nack":
                each.status = pdu.status or 0x08  # ESME_RSYSERR
            elif not pdu.status:
                each.id = (pdu.fields.message_id or b"").decode("latin-1")
            _settle(each.batch)

    def _end(self, reason: str) -> None:
        log.log(DEBUG if self._leaving else INFO, "SMPP: %s", reason)
        with self._lock:
            self._closed = True
            for each in [*self._waiting, *self._written.values()]:
                each.unsent = each.state == WAITING
                each.state = OVER
                each.batch.reason = reason
                _settle(each.batch)
            self._waiting.clear()
            self._written.clear()
        for sock in (self._sock, self._wakes, self._wake):
            sock.close()


def _settle(batch: Batch) -> None:
    """Note that one of its submissions has come to its end."""
    batch.left -= 1
    if not batch.left:
        batch.over.set()

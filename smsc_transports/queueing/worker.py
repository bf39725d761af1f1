"""The worker: sends what waits in the queue, so that nothing goes out twice and nothing is lost.

A message of a worker that died is looked for under its id, as the failover mode ``safe`` does
after a lost answer.
"""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, Dict, List, Optional, Tuple, TypeVar

from smsc_transports import call
from smsc_transports.failover.policies import Call, Route, Verdict, run_once
from smsc_transports.failover.reconcile import Search, Undecided
from smsc_transports.failover.safe import is_reply, run_under_our_id
from smsc_transports.failover.shared_slots import Unreachable
from smsc_transports.plugins.manager import plugin_manager
from smsc_transports.plugins.transport import Transport
from smsc_transports.queueing.entries import (
    CANCELLED,
    FAILED,
    SENDING,
    SENT,
    UNKNOWN,
    WAITING,
    Entry,
    QueueFailed,
)
from smsc_transports.queueing.presence import is_alive, new_worker
from smsc_transports.queueing.store import Store
from smsc_transports.queueing.transport import QueueTransport, argument_of
from smsc_transports.transports.http import HttpTransport
from smsc_transports.values.errors import ANSWERED, NOT_SENT, ConfigurationError, TransportError
from smsc_transports.values.reply import Reply
from smsc_transports.values.request import FaceNames, Request
from smsc_transports.values.settings import Settings

LOOK_SECONDS = 0.2
RECOVER_SECONDS = 30.0
"""How often a worker looks for messages of dead workers; also when it starts."""
UNREACHED_SECONDS = 5.0
MOST_TRIES, AWAY_SECONDS = 60, 1.0
"""How often a worker tries to reach a queue that does not answer, and the pauses."""
WRONG_LOGIN_OR_BLOCKED = (2, 4)
MEETS_ALL = (*WRONG_LOGIN_OR_BLOCKED, 3)
"""Errors that the next message would get too: wrong login, no money, a block."""

T = TypeVar("T")
Tell = Callable[[Entry], None]


class Worker:
    """Sends from one queue; ``tell`` is called with each message that is settled.

    ``stopped`` is a reply or an outcome that the next message would get too.
    """

    def __init__(self, store: Store, settings: Settings, face: FaceNames, tell: Tell) -> None:
        self.name = new_worker()
        self.stopped: Optional[Reply] = None
        self._store = store
        self._settings = settings.replace(transport=without_queue(settings), failover="safe")
        self._face = face
        self._tell = tell
        self._stopping = False  # no Event: a signal handler sets it
        self._failure: Optional[BaseException] = None

    def stop(self) -> None:
        """End when the messages under way are settled; a signal handler may call it."""
        self._stopping = True

    def run(self, threads: int, once: bool) -> None:
        """Send until it is stopped, or with ``once`` until nothing waits.

        Raises QueueFailed, ConfigurationError.
        """
        self._prepare("balance", "")  # tells what is wrong with the settings
        self._store.forget_old()
        balance = call.ask("balance", "", self._settings, self._face)
        if balance.error in WRONG_LOGIN_OR_BLOCKED:  # of 14 sends at once 5 would block it
            self.stopped = balance
            return
        self._patiently(self._make_known)
        self._free, self._once = threading.Semaphore(threads), once
        pool = ThreadPoolExecutor(threads, thread_name_prefix="smsc-worker")
        try:
            while not self._stopping:
                found = self._patiently(lambda: self._recover(pool))
                self._drain(pool)
                if once and not found:
                    break
        finally:
            pool.shutdown()
            self._store.presence.give_back(self.name)
        if self._failure is not None:
            raise self._failure

    def _make_known(self) -> None:
        key = f"worker-{self.name}"
        try:
            if self._store.presence.take(self.name, key, 1, 3.0):
                return
        except Unreachable as error:
            raise QueueFailed(str(error)) from None
        raise QueueFailed("the worker cannot register itself")  # to a Redis that lost its data

    def _drain(self, pool: ThreadPoolExecutor) -> None:
        """Send what is in the queue; a lasting worker waits for more, for a while."""
        ends_at = time.monotonic() + RECOVER_SECONDS
        while not self._stopping and (self._once or time.monotonic() < ends_at):
            if not self._free.acquire(timeout=LOOK_SECONDS):
                continue
            try:
                entry = self._patiently(self._store.next)
            except BaseException:
                self._free.release()
                raise
            if entry is not None:
                pool.submit(self._work, entry, entry.attempt)
                continue
            self._free.release()
            if self._once:
                return
            time.sleep(LOOK_SECONDS)

    def _recover(self, pool: ThreadPoolExecutor) -> bool:
        """Take over the messages of dead workers; tells whether there were any."""
        found = False
        entries, claims = self._store.all()
        queued = set(self._store.queued())
        for entry in entries:
            attempt = None
            if entry.state in (WAITING, SENDING) and not self._stopping:
                attempt = self._unclaimed(entry, claims)
            if attempt is None:
                continue
            if attempt > entry.attempt:
                found = True
                self._free.acquire()
                pool.submit(self._work, entry, attempt)
            elif entry.name not in queued:  # a program died before it could put it there
                found = True
                self._store.enqueue(entry)
        return found

    def _unclaimed(self, entry: Entry, claims: Dict[str, str]) -> Optional[int]:
        """Give the attempt that is free; None while a living worker has it."""
        attempt = entry.attempt
        while True:
            owner = claims.get(f"{entry.name}:{attempt}")
            if owner is None:
                return attempt
            if owner == self.name or is_alive(self._store.presence, owner):
                return None
            attempt += 1

    def _work(self, entry: Entry, attempt: int) -> None:
        try:
            if self._stopping:
                self._store.enqueue(entry)
            elif self._store.claim(entry, attempt, self.name):
                self._work_on_claimed(entry.name, attempt)
        except BaseException as error:
            self._failure = error
            self.stop()
        finally:
            self._free.release()

    def _work_on_claimed(self, name: str, attempt: int) -> None:
        # Read again: the dead worker may have written after it was read.
        found = self._patiently(lambda: self._store.get(name))
        if found is None or found.state not in (WAITING, SENDING):
            return
        entry = found.but(state=SENDING, attempt=attempt)
        self._patiently(lambda: self._store.write(entry))
        self._settle(entry, self._deliver(entry, doubtful=found.state == SENDING))

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do something with the queue, again and again while it does not answer."""
        for _ in range(MOST_TRIES):
            try:
                return work()
            except QueueFailed:
                time.sleep(AWAY_SECONDS)
        return work()

    def _deliver(self, entry: Entry, doubtful: bool) -> Verdict:
        under_way, transports = self._prepare("send", argument_of(entry), entry.fmt)
        request = under_way.request
        if entry.fmt != 1:
            if doubtful:
                return Verdict(None, UNKNOWN)
            by_http = [each for each in transports if isinstance(each, HttpTransport)]
            return run_once(under_way, by_http, lambda text: _is_json_of(entry, text))
        asking = call.askers(plugin_manager(), request, transports)
        if not entry.ours:
            if doubtful:
                return Verdict(None, UNKNOWN)
            strict = any(transport.is_gateway for transport in transports)
            return run_once(under_way, transports, lambda text: is_reply(request, text, strict))
        if doubtful:
            try:
                search = Search(under_way, request, asking)
                found = search.find(Route(transports[0], ""))
            except Undecided:
                return Verdict(None, UNKNOWN)
            if found is not None:
                return Verdict(found, ANSWERED)
        return run_under_our_id(under_way, request, transports, asking)

    def _settle(self, entry: Entry, verdict: Verdict) -> None:
        text = verdict.text or ""
        reply = Reply(text.split(","), "send", {"cost": "3"}, verdict.outcome)
        if entry.fmt != 1:
            states = {ANSWERED: SENT, NOT_SENT: CANCELLED}
            self._write(entry.but(state=states.get(verdict.outcome, UNKNOWN), reply=text,
                                  error=str(verdict.error or "")))  # fmt: skip
            return
        if verdict.outcome == NOT_SENT or reply.error in MEETS_ALL:
            waiting = entry.but(state=WAITING, attempt=entry.attempt + 1)
            self._patiently(lambda: self._store.write(waiting))
            self._patiently(lambda: self._store.enqueue(waiting))
            if self._once or reply.error in MEETS_ALL:
                self.stopped = reply
                self.stop()
            else:
                time.sleep(UNREACHED_SECONDS)
            return
        refused = verdict.outcome == ANSWERED and reply.error is not None
        state = SENT if reply.ok else FAILED if refused else UNKNOWN
        error = "" if verdict.error is None else str(verdict.error)
        self._write(entry.but(state=state, reply=text, error=error))

    def _write(self, settled: Entry) -> None:
        self._patiently(lambda: self._store.write(settled))
        self._tell(settled)

    def _prepare(self, command: str, argument: str, fmt: int = 1) -> Tuple[Call, List[Transport]]:
        request = Request(command, argument, self._settings, fmt, self._face)
        try:
            under_way, transports = call.prepare(request)
        except TransportError as error:
            raise ConfigurationError(f"{error}.") from None
        if any(isinstance(each, QueueTransport) for each in transports):
            raise ConfigurationError(
                "A plugin chooses the transport 'queue' for the worker too, which would put each "
                "message into the queue again. Choose it only where SMSC_TRANSPORT names it."
            )
        return under_way, transports


def without_queue(settings: Settings) -> str:
    """Give the transports that SMSC_TRANSPORT names but for the queue."""
    names = [name.strip() for name in settings.transport.split(",")]
    return ",".join(name for name in names if name != QueueTransport.name)


def _is_json_of(entry: Entry, text: str) -> bool:
    """Tell the answer to a batch from anything else a host may say."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict):
        return False
    is_error = "error_code" in found
    return str(found.get("id", 0)) in (("0", entry.id) if is_error else (entry.id,))

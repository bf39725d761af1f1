"""Keeps the requests below the gateway's limit of simultaneous ones.

The gateway refuses 15 and more requests of one login at once, on the status page 5 and more, with
error 9 (the vendor's HTTP page). So 14 are let through, 4 of them for a status, and the others
wait. The threads of this process are counted here; ``SMSC_SLOTS`` names who counts those of all
processes as well.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Dict, Hashable, Iterator, Optional
from weakref import ReferenceType, ref

from smsc_transports.failover.shared_slots import SharedSlots, Unreachable, shared_slots
from smsc_transports.reporting.notices import warn_on_stderr
from smsc_transports.reporting.redaction import redact
from smsc_transports.values.errors import NotSent
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings

MOST_REQUESTS = 14
MOST_STATUS_REQUESTS = 4


class _Ticket:
    """For a slot, which is free again if the ticket is gone: Ctrl-C can come at any moment."""


# One lock for all: it is held briefly. Reentrant, since a signal handler may send while this
# very thread holds it; for the same reason every change is one step, and each waiting thread has
# its own lock, which is released to wake it (a Condition does not work in such a handler).
_lock = threading.RLock()
_taken: Dict[ReferenceType[_Ticket], Hashable] = {}
_waiting: Dict[Any, Hashable] = {}  # the oldest first
_FIRST = 2  # so many look: one of them may be a thread that is interrupted by a signal handler
_looking: Dict[str, str] = {}


@contextmanager
def slot(request: Request, seconds: float) -> Iterator[None]:
    """Hold one of the login's slots; waits for it for so many seconds at the most.

    Raises NotSent if none becomes free in time, ConfigurationError if what ``SMSC_SLOTS`` needs
    is not installed.
    """
    settings = request.settings
    account = hash((settings.login, settings.password))  # which shows neither
    ends_at = time.monotonic() + seconds
    kinds = {"status": MOST_STATUS_REQUESTS} if request.command == "status" else {}
    kinds[""] = MOST_REQUESTS
    shared = shared_slots(settings.slots)
    with ExitStack() as held:
        for kind, most in kinds.items():
            held.callback(_give_back, _take((account, kind), most, ends_at))
        if shared is not None:
            for kind, most in kinds.items():
                ticket = os.urandom(16).hex()
                held.callback(shared.give_back, ticket)
                _take_shared(shared, ticket, account_key(settings) + kind, most, ends_at, settings)
        yield


def account_key(settings: Settings) -> str:
    """Name an account as every process does; the name does not depend on password or API key."""
    login = settings.login
    raw = login if isinstance(login, bytes) else str(login).encode("utf-8", "surrogatepass")
    return hashlib.sha256(raw + b"@" + settings.domain.encode()).hexdigest()[:24]


def _take_shared(
    shared: SharedSlots, ticket: str, key: str, most: int, ends_at: float, settings: Settings
) -> None:
    """Poll for a slot; the thread that has waited longest polls most often."""
    _looking[ticket] = key
    failure: Optional[Unreachable] = None
    try:
        while True:
            left = ends_at - time.monotonic()
            ahead = list(_ahead(_looking, ticket)).count(key)
            try:
                if (ahead < _FIRST or left <= 0) and shared.take(ticket, key, most, max(left, 0)):
                    return
                failure = None
            except Unreachable as error:
                failure = error
            if left <= 0 or (failure is not None and failure.for_good):
                raise _refused(failure, most, settings)
            pause = 0.1 if failure is not None else shared.pause_seconds * (ahead + 1)
            time.sleep(max(min(left, pause, ends_at - time.monotonic()), 0))
    finally:
        _looking.pop(ticket, None)


def _ahead(line: Dict[Any, Any], one: Any) -> Iterator[Any]:
    """Give the values of the threads that have waited longer."""
    for each, value in line.copy().items():
        if each is one:
            return
        yield value


def _refused(failure: Optional[Unreachable], most: int, settings: Settings) -> NotSent:
    if failure is None:
        return NotSent(
            f"{most} requests of all processes were under way, and no slot became free in time"
        )
    reason = redact(
        f"the slots of SMSC_SLOTS cannot be counted: {failure}".rstrip("."), settings.secrets
    )
    warn_on_stderr(f"Nothing is sent: {reason}.", "SMSC_SLOTS")
    return NotSent(reason)


def _take(kind: Hashable, most: int, ends_at: float) -> _Ticket:
    ticket, waker = _Ticket(), threading.Lock()
    waker.acquire()
    try:
        while True:
            with _lock:
                ahead = list(_ahead(_waiting, waker)).count(kind)
                for lost in [each for each in _taken.copy() if each() is None]:
                    _taken.pop(lost, None)
                if list(_taken.copy().values()).count(kind) + ahead < most:
                    _taken[ref(ticket)] = kind
                    return ticket
                _waiting[waker] = kind
            left = ends_at - time.monotonic()
            if left <= 0:
                raise NotSent(f"{most} requests were under way, and no slot became free in time")
            waker.acquire(timeout=min(left, threading.TIMEOUT_MAX))
    finally:
        _waiting.pop(waker, None)


def _give_back(ticket: _Ticket) -> None:
    _taken.pop(ref(ticket), None)
    for waker in _waiting.copy():
        with suppress(RuntimeError):  # woken already
            waker.release()


def _after_fork() -> None:
    # The requests under way, and the holder of the lock, belong to the parent.
    global _lock
    _lock = threading.RLock()
    _taken.clear()
    _waiting.clear()
    _looking.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

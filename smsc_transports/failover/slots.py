"""Keeps a process below the gateway's limit of simultaneous requests.

The gateway refuses 15 and more requests of one login at once, on the status page 5 and more, with
error 9 (the vendor's HTTP page). So 14 are let through, 4 of them for a status, and the others
wait.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager, suppress
from typing import Any, Dict, Hashable, Iterator

from smsc_transports.values.errors import NotSent
from smsc_transports.values.request import Request

MOST_REQUESTS = 14
MOST_STATUS_REQUESTS = 4

# One lock for all: it is held for moments. Reentrant, since a signal handler may send while this
# very thread holds it; for the same reason every change is one step, and who waits has a lock of
# his own, which is released to wake him (a Condition is not made for such a handler).
_lock = threading.RLock()
_taken: Dict[object, Hashable] = {}
_waiting: Dict[Any, None] = {}


@contextmanager
def slot(request: Request, seconds: float) -> Iterator[None]:
    """Hold one of the login's slots; waits for it for so many seconds at the most.

    Raises NotSent if none becomes free in time.
    """
    account = hash((request.settings.login, request.settings.password))  # which shows neither
    ends_at = time.monotonic() + seconds
    held = []
    try:
        if request.command == "status":
            held.append(_take((account, "status"), MOST_STATUS_REQUESTS, ends_at))
        held.append(_take((account, ""), MOST_REQUESTS, ends_at))
        yield
    finally:
        for ticket in held:
            _give_back(ticket)


def _take(kind: Hashable, most: int, ends_at: float) -> object:
    ticket, waker = object(), threading.Lock()
    waker.acquire()
    try:
        while True:
            with _lock:
                if list(_taken.copy().values()).count(kind) < most:
                    _taken[ticket] = kind
                    return ticket
                _waiting[waker] = None
            left = ends_at - time.monotonic()
            if left <= 0:
                raise NotSent(f"{most} requests were under way, and no slot became free in time")
            waker.acquire(timeout=min(left, threading.TIMEOUT_MAX))
    finally:
        _waiting.pop(waker, None)


def _give_back(ticket: object) -> None:
    _taken.pop(ticket, None)
    for waker in _waiting.copy():
        with suppress(RuntimeError):  # woken already
            waker.release()


def _after_fork() -> None:
    # The requests under way, and whoever holds the lock, belong to the parent.
    global _lock
    _lock = threading.RLock()
    _taken.clear()
    _waiting.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

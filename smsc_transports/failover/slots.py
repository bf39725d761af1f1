"""Keeps a process below the gateway's limit of simultaneous requests.

The gateway refuses 15 and more requests of one login at once, on the status page 5 and more, with
error 9 (the vendor's HTTP page). So 14 are let through, 4 of them for a status, and the others
wait.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import Dict, Hashable, Iterator

from smsc_transports.values.errors import NotSent
from smsc_transports.values.request import Request

MOST_REQUESTS = 14
MOST_STATUS_REQUESTS = 4

_places: Dict[Hashable, threading.BoundedSemaphore] = {}
_lock = threading.Lock()


@contextmanager
def place(request: Request, seconds: float) -> Iterator[None]:
    """Hold one of the login's places; waits for it for so many seconds at the most.

    Raises NotSent if none becomes free in time.
    """
    account = hash((request.settings.login, request.settings.password))
    held = []
    try:
        if request.command == "status":
            held.append(_acquired((account, "status"), MOST_STATUS_REQUESTS, seconds))
        held.append(_acquired(account, MOST_REQUESTS, seconds))
        yield
    finally:
        for semaphore in held:
            semaphore.release()


def _acquired(kind: Hashable, most: int, seconds: float) -> threading.Semaphore:
    with _lock:
        semaphore = _places.get(kind)
        if semaphore is None:
            semaphore = _places[kind] = threading.BoundedSemaphore(most)
    if not semaphore.acquire(timeout=seconds):
        raise NotSent(f"{most} requests were under way for {seconds:g} s, no place became free")
    return semaphore


def _after_fork() -> None:
    # The requests under way, and whoever holds the lock, belong to the parent.
    global _lock
    _lock = threading.Lock()
    _places.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

"""Addresses that timed out recently; the next call tries them last.

A dead host costs every call its whole connect timeout. An address that timed out rests for 30
seconds, doubled each time up to 5 minutes; when the rest is over, one call tries it again in its
old place. An address that fails quickly keeps its place: the order on the wire stays the vendor's.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Callable, Dict, Hashable, NamedTuple

FIRST_REST_SECONDS = 30.0
LONGEST_REST_SECONDS = 300.0


class _Rest(NamedTuple):
    until: float
    seconds: float


class RestingAddresses:
    """Keeps the rests of addresses, for all threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rests: Dict[Hashable, _Rest] = {}
        self._lock = threading.RLock()

    def may_try(self, address: Hashable) -> bool:
        """Tell whether an address is to be tried in its place.

        After a rest the first caller gets True; for all others the rest goes on until the result
        of that attempt is reported.
        """
        with self._lock:
            rest = self._rests.get(address)
            if rest is None:
                return True
            if self._clock() < rest.until:
                return False
            self._rests[address] = rest._replace(until=self._clock() + rest.seconds)
            return True

    def timed_out(self, address: Hashable) -> None:
        """Put an address to rest, for twice as long as the last time."""
        with self._lock:
            last = self._rests.get(address)
            seconds = FIRST_REST_SECONDS if last is None else last.seconds * 2
            seconds = min(seconds, LONGEST_REST_SECONDS)
            self._rests[address] = _Rest(self._clock() + seconds, seconds)

    def responded(self, address: Hashable) -> None:
        """End the rest of an address: it answered, or failed quickly."""
        with self._lock:
            self._rests.pop(address, None)

    def forget(self) -> None:
        """End all rests, with a new lock that is not held."""
        self._lock = threading.RLock()
        self._rests.clear()


RESTING = RestingAddresses()

if hasattr(os, "register_at_fork"):
    # Another thread may hold the lock at the moment of the fork.
    os.register_at_fork(after_in_child=RESTING.forget)

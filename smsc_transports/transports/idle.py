"""Connections that wait for their next request, and are closed when none comes.

Otherwise a server that serves one client at a time would wait for this one. One thread closes
them; it ends soon after none is kept any more.
"""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from contextlib import suppress
from typing import Callable, Dict, Optional, Protocol

LINGER_SECONDS = 1.0
"""For so long the closing thread waits for more: to start one takes as long as a call."""


class Closable(Protocol):
    """What can be kept here."""

    def close(self) -> None:
        """Hang up."""


class IdleConnections:
    """Keeps connections for some seconds each; may be used by all threads and signal handlers.

    It has no lock, which a signal handler or the garbage collector could find taken by the very
    thread that it interrupts: taking a connection out of the dict makes it the caller's alone.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends: Dict[Closable, float] = {}
        self._closer: Optional[threading.Thread] = None
        self._wakes_at = math.inf
        self._nothing_new = _taken_lock()  # the closer waits for it, and takes it again

    def keep(self, connection: Closable, seconds: float) -> None:
        """Keep a connection for so long; close it now if there can be no thread to do so."""
        if sys.is_finalizing():
            connection.close()
            return
        self._ends[connection] = end = self._clock() + seconds
        if self._closer is not None:
            if end < self._wakes_at:
                self._wake()
            return
        # Made anew: where gevent has replaced threads since, an older lock would stop all of them.
        self._nothing_new = _taken_lock()
        closer = threading.Thread(target=self._close_in_time, name="smsc-idle", daemon=True)
        self._closer = closer
        try:
            closer.start()
        except RuntimeError:  # the program is ending
            self._closer = None
            self.close_all()

    def take(self, connection: Closable) -> bool:
        """Take a connection out again; tells whether it was still here."""
        return self._ends.pop(connection, None) is not None

    def close_all(self) -> None:
        """Close every connection."""
        for connection in self._ends.copy():
            if self.take(connection):
                connection.close()
        self._wake()

    def before_fork(self) -> None:
        """Before a fork: leave nothing that two processes could use, and no second thread."""
        self.close_all()
        closer = self._closer
        if closer is None or closer is threading.current_thread():
            return
        for _ in range(100):
            # If something is kept again there are other threads, and one more does not matter.
            if self._ends or not closer.is_alive():
                return
            self._wake()
            closer.join(0.01)

    def after_fork(self) -> None:
        """Start afresh in the child."""
        self.__init__(self._clock)  # type: ignore[misc]

    def _wake(self) -> None:
        with suppress(RuntimeError):  # woken already
            self._nothing_new.release()

    def _close_in_time(self) -> None:
        last = False
        while True:
            now, self._wakes_at = self._clock(), math.inf  # who keeps something meanwhile wakes us
            for connection, end in self._ends.copy().items():
                if end <= now and self.take(connection):
                    connection.close()
            ends = self._ends.copy().values()
            if ends or not last:
                self._wakes_at = min(ends, default=now + LINGER_SECONDS)
                pause = max(self._wakes_at - now, 0.001)
                last = self._nothing_new.acquire(timeout=pause) or not ends
                continue
            self._closer = None
            if not self._ends:
                return
            self._closer = threading.current_thread()  # one came in between


def _taken_lock() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


IDLE = IdleConnections()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=IDLE.before_fork, after_in_child=IDLE.after_fork)

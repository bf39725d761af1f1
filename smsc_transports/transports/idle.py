"""Connections that wait for their next request, and are closed when none comes.

A server that serves one client at a time would else wait for us. One thread does the closing; it
lives only while something is kept.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Callable, Dict, Optional, Protocol


class Closable(Protocol):
    """What can be kept here."""

    def close(self) -> None:
        """Hang up."""


class IdleConnections:
    """Keeps connections for some seconds each; may be used by all threads and signal handlers."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # Reentrant, since a signal handler may send while this thread is in here.
        self._changed = threading.Condition(threading.RLock())
        self._ends: Dict[Closable, float] = {}
        self._closer: Optional[threading.Thread] = None

    def keep(self, connection: Closable, seconds: float) -> None:
        """Keep a connection for so long; close it now if there can be no thread to do so."""
        if sys.is_finalizing():
            connection.close()
            return
        with self._changed:
            self._ends[connection] = self._clock() + seconds
            if self._closer is not None:
                self._changed.notify()
                return
            closer = threading.Thread(target=self._close_in_time, name="smsc-idle", daemon=True)
            self._closer = closer
        # Not under the lock: the garbage collector may run in a thread that starts, and there
        # close a connection that is kept here.
        try:
            closer.start()
        except RuntimeError:  # the program is ending
            self._closer = None
            self.close_all()

    def take(self, connection: Closable) -> bool:
        """Take a connection out again; tells whether it was still here."""
        if sys.is_finalizing():  # no other thread runs any more, and one may have had the lock
            return self._ends.pop(connection, None) is not None
        with self._changed:
            return self._ends.pop(connection, None) is not None

    def close_all(self) -> None:
        """Close every connection."""
        if sys.is_finalizing():
            while self._ends:
                self._ends.popitem()[0].close()
            return
        with self._changed:
            kept, self._ends = list(self._ends), {}
            for connection in kept:
                connection.close()
            self._changed.notify()

    def before_fork(self) -> None:
        """Leave nothing that two processes could use, and no thread beside the forking one."""
        self.close_all()
        closer = self._closer
        if closer is not None and closer.is_alive() and closer is not threading.current_thread():
            closer.join(1.0)

    def after_fork(self) -> None:
        """Start afresh in the child, whoever held the lock in the parent."""
        self.__init__(self._clock)  # type: ignore[misc]

    def _close_in_time(self) -> None:
        with self._changed:
            while self._ends:
                now = self._clock()
                # Of copies, for the garbage collector may take connections out at any moment.
                for connection, end in self._ends.copy().items():
                    if end <= now and self._ends.pop(connection, None) is not None:
                        connection.close()
                ends = self._ends.copy().values()
                if ends:
                    self._changed.wait(max(min(ends) - now, 0.001))
            self._closer = None


IDLE = IdleConnections()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=IDLE.before_fork, after_in_child=IDLE.after_fork)

"""The sandbox's own time: it runs with the real one and can be turned forward.

Statuses, limits and callbacks go by this clock only, so a test sees a day pass in an instant.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Callable

# The gateway's dates are Moscow time, which has had no summer time since 2014.
MOSCOW = timezone(timedelta(hours=3))


class Clock:
    """Seconds since the epoch, those of ``real`` plus all that it was advanced by."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._ahead = 0.0

    def now(self) -> float:
        """The sandbox's present time, in seconds since the epoch."""
        return self._real() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass. Time does not run backwards: negative is a ValueError."""
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"the clock only runs forward, not by {seconds} seconds")
        self._ahead += seconds

    def reset(self) -> None:
        """Back to real time."""
        self._ahead = 0.0


def date(timestamp: float) -> str:
    """``DD.MM.YYYY hh:mm:ss`` in Moscow time, as the gateway writes dates."""
    return datetime.fromtimestamp(timestamp, MOSCOW).strftime("%d.%m.%Y %H:%M:%S")

"""The loggers of this package: silent until the program asks.

An old program must not get new lines on stderr. A program that has not imported logging has no
handler, so logging is not imported for it.
"""

from __future__ import annotations

import sys
from typing import Any

DEBUG, INFO = 10, 20
"""The levels, as logging has them."""


def logger(part: str) -> Any:
    """Give the logger ``smsc_transports.<part>``."""
    import logging

    package = logging.getLogger("smsc_transports")
    if not package.handlers:
        package.addHandler(logging.NullHandler())
    return logging.getLogger(f"smsc_transports.{part}")


class Log:
    """Writes to a logger if the program has imported logging."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._logger: Any = None

    def log(self, level: int, text: str, *values: object) -> None:
        """Write a line, as ``logging.Logger.log`` does."""
        if "logging" not in sys.modules:
            return
        if self._logger is None:
            self._logger = logger(self._part)
        self._logger.log(level, text, *values)

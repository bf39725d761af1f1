"""The loggers of this package: silent until the program asks.

An old program must not grow new lines on stderr.
"""

from __future__ import annotations

import logging

logging.getLogger("smsc_transports").addHandler(logging.NullHandler())


def logger(part: str) -> logging.Logger:
    """Give the logger ``smsc_transports.<part>``."""
    return logging.getLogger(f"smsc_transports.{part}")

"""Says a thing once: a program that sends in a loop must not fill its log with one typo."""

from __future__ import annotations

import warnings
from typing import Set

from smsc_transports.values.errors import SMSCWarning

_told: Set[str] = set()


def tell_once(message: str) -> None:
    """Warn with :class:`SMSCWarning`, the first time this message comes up in the process.

    ``-W error`` turns it into an exception: the strict mode for continuous integration.
    """
    if message in _told:
        return
    _told.add(message)
    try:
        # With no source line: the one that sets a wrong value is not on the stack.
        warnings.warn_explicit(message, SMSCWarning, "smsc_api", 1)
    except SMSCWarning:
        _told.discard(message)  # as an exception it ends every call, not the first alone
        raise


def forget() -> None:
    """Let everything be told again."""
    _told.clear()

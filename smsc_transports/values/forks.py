"""No fork at a wrong moment."""

from __future__ import annotations

import os
from _thread import RLock  # threading takes longer to import
from contextlib import suppress

NO_FORK = RLock()
"""Held while a thread imports modules or makes a TLS context. A process forked meanwhile would wait
for ever for the locks of Python's import or of OpenSSL that no thread of its own can release."""

MOST_SECONDS = 5.0
"""How long a fork waits, twice at most; who holds NO_FORK may itself wait for who forks."""


def forks_wait_first() -> None:
    """Have a fork wait before it does anything else that other modules asked for until now.

    logging has it take a lock, which whoever holds NO_FORK may need to come to an end.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_wait, after_in_parent=_go_on, after_in_child=_go_on)


def _wait() -> None:
    NO_FORK.acquire(timeout=MOST_SECONDS)


def _go_on() -> None:
    with suppress(RuntimeError):  # it waited in vain, or not at all: uWSGI forks without a word
        NO_FORK.release()


forks_wait_first()

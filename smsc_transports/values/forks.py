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


_wait_first = False


def forks_wait_first() -> None:
    """Have forks wait before they do anything else that other modules asked for until now.

    logging has them take a lock, which whoever holds NO_FORK may need to come to an end.
    """
    global _wait_first
    if not _wait_first:
        _wait_first = True
        _have_forks_wait()


def _have_forks_wait() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_wait, after_in_parent=_go_on, after_in_child=_go_on)


def _wait() -> None:
    NO_FORK.acquire(timeout=MOST_SECONDS)


def _go_on() -> None:
    with suppress(RuntimeError):  # it waited in vain, or not at all: uWSGI forks without a word
        NO_FORK.release()


_have_forks_wait()

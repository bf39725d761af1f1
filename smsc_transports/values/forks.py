"""No fork at a wrong moment."""

from __future__ import annotations

import os
from _thread import RLock  # threading takes longer to import

NO_FORK = RLock()
"""Held while a thread imports modules or makes a TLS context. A process forked meanwhile would wait
for ever for the locks of Python's import or of OpenSSL that no thread of its own can release."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=NO_FORK.acquire,
        after_in_parent=NO_FORK.release,
        after_in_child=NO_FORK.release,
    )

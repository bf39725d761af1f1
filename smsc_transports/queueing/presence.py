"""Which workers are alive: each holds a shared slot with one place under its name."""

from __future__ import annotations

import uuid

from smsc_transports.failover.shared_slots import SharedSlots, Unreachable
from smsc_transports.queueing.entries import QueueFailed


def new_worker() -> str:
    """Make a name for a worker, or for a process that retries or cancels."""
    return uuid.uuid4().hex


def is_alive(presence: SharedSlots, worker: str) -> bool:
    """Tell whether a worker is still there; raises QueueFailed."""
    probe = new_worker()
    try:
        return not presence.take(probe, f"worker-{worker}", 1, 3.0)
    except Unreachable as error:
        raise QueueFailed(str(error)) from None
    finally:
        presence.give_back(probe)

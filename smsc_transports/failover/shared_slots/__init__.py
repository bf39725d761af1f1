"""Slots that several processes share, by kernel locks or in a Redis."""

from __future__ import annotations

import functools
from typing import Optional, Protocol

from smsc_transports.values.errors import ConfigurationError
from smsc_transports.values.extras import required
from smsc_transports.values.forks import NO_FORK
from smsc_transports.values.places import MACHINE, is_redis


class Unreachable(Exception):
    """The slots cannot be counted now; ``for_good``: trying again will not help."""

    def __init__(self, reason: str, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class SharedSlots(Protocol):
    """Counts the holders of slots in all processes. The caller makes the tickets."""

    pause_seconds: float
    """How long a process pauses before it looks again for a free slot."""

    def take(self, ticket: str, key: str, most: int, seconds: float) -> bool:
        """Take one of so many slots of this key, unless all are held.

        ``seconds`` is how long an answer may take. Raises Unreachable.
        """

    def give_back(self, ticket: str) -> None:
        """Give back what was taken, if anything was; never raises."""


def shared_slots(place: str) -> Optional[SharedSlots]:
    """Give the slots that SMSC_SLOTS names, None for those of this process alone.

    Raises ConfigurationError where a library is missing.
    """
    if not place:
        return None
    with NO_FORK:  # modules are imported
        return _opened(place)


@functools.lru_cache(maxsize=8)
def _opened(place: str) -> SharedSlots:
    if place == MACHINE:
        from smsc_transports.failover.shared_slots.machine import MachineSlots

        return MachineSlots(required("portalocker", "slots", "SMSC_SLOTS=machine"))
    if not is_redis(place):  # a plugin's, not read as the setting is
        raise ConfigurationError("SMSC_SLOTS must be 'machine' or such as 'redis://host:6379/0'.")
    from smsc_transports.failover.shared_slots.leases import RedisSlots

    return RedisSlots(required("redis", "redis", "SMSC_SLOTS=redis://..."), place)

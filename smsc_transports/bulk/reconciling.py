"""Finds out whether a batch arrived whose request got no answer.

A request arrives as a whole or not at all, so its first and its last number tell whether it did,
and the rest tells which numbers the gateway skipped.
"""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, List, Optional, Sequence

from smsc_transports.bulk.gateway import Answer, Gateway, InDoubt, Taken, Unsent, digits
from smsc_transports.bulk.journal import Batch, Message
from smsc_transports.failover.slots import MOST_STATUS_REQUESTS

PAUSE_SECONDS = 6.0
"""Between two looks at a batch: the status may lag behind the send."""

_NOT_FOUND = ("-3", "24")
"""No such message; or no money, with which a message is written down and never sent."""

_NOT_TOLD = "no host answers a status request"
SKIPPED = "the gateway left this number out"

Entry = Dict[str, Any]
Pause = Callable[[float], bool]
"""Waits for so many seconds; False if the run was stopped meanwhile."""


class Reconciler:
    """Asks for the status of batches, with at most four questions at once."""

    def __init__(self, gateway: Gateway, pause: Pause) -> None:
        self._gateway = gateway
        self._pause = pause
        self._turns = threading.BoundedSemaphore(MOST_STATUS_REQUESTS)

    def look(self, batch: Batch) -> Answer:
        """Say whether a batch arrived. Unsent: surely not."""
        known = self._gateway.look(batch)
        if known is not None:
            return known
        ends, rest = _ends_and_rest(batch.messages)
        found: Dict[int, Entry] = {}
        asked = self._ask(batch.id, ends, found)
        if not asked:
            return InDoubt(_NOT_TOLD)
        asked += self._ask(batch.id, rest, found)
        if len(found) == len(batch.messages):
            return _taken(batch, found, complete=True)
        complete = asked == len(batch.messages)
        if not self._pause(PAUSE_SECONDS):
            return InDoubt("the run was stopped before it was known")
        if not found and self._ask(batch.id, ends, found) < len(ends):
            complete = False
        if not found:
            return Unsent("the gateway does not know it") if complete else InDoubt(_NOT_TOLD)
        missing = [message for message in batch.messages if message.n not in found]
        answered = self._ask(batch.id, missing, found)
        return _taken(batch, found, complete and answered == len(missing))

    def arrived(self, batch: Batch) -> bool:
        """Tell whether the gateway knows a batch, by one look at its ends."""
        found: Dict[int, Entry] = {}
        self._ask(batch.id, _ends_and_rest(batch.messages)[0], found)
        return bool(found)

    def _ask(self, id: int, messages: Sequence[Message], found: Dict[int, Entry]) -> int:
        """Add the statuses of messages that are there; gives how many questions were answered."""
        answered = 0
        for message in messages:
            with self._turns:
                entry = self._gateway.status(id, message.phone)
            if entry is not None:
                answered += 1
                if str(entry["status"]) not in _NOT_FOUND:
                    found[message.n] = entry
        return answered


def _ends_and_rest(messages: Sequence[Message]) -> tuple[List[Message], List[Message]]:
    ends = list(messages[:1]) + list(messages[1:][-1:])
    return ends, list(messages[1:-1])


def _taken(batch: Batch, found: Dict[int, Entry], complete: bool) -> Taken:
    """Put together what the send would have answered; what was not asked counts as taken."""
    costs = {digits(m.phone): _cost(found.get(m.n)) for m in batch.messages}
    missing = [m for m in batch.messages if m.n not in found] if complete else []
    return Taken("", "", costs, {digits(m.phone): SKIPPED for m in missing})


def _cost(entry: Optional[Entry]) -> str:
    return str((entry or {}).get("cost") or "")

"""Batches that wait in the queue, so that workers on any machine send one file.

The journal of the run is authoritative: the outcome of a batch is written there as if this
process had made the request. Each try of a batch is an entry of its own.
"""

from __future__ import annotations

import time
from typing import Any, List, Mapping, Optional

from smsc_transports.bulk.gateway import (
    Answer,
    Gateway,
    InDoubt,
    Parameters,
    Unsent,
    answer_in,
)
from smsc_transports.bulk.journal import Batch
from smsc_transports.queueing.entries import (
    BULK,
    CANCELLED,
    SENDING,
    SENT,
    UNKNOWN,
    WAITING,
    Entry,
    QueueFailed,
)
from smsc_transports.queueing.presence import new_worker
from smsc_transports.queueing.store import store_of
from smsc_transports.queueing.worker import without_queue

LOOK_SECONDS = 0.2


class QueuedGateway(Gateway):
    """Puts batches into the queue and waits for the worker's answer; asks all else itself."""

    def __init__(self, names: Mapping[str, Any], parameters: Parameters) -> None:
        super().__init__(names, parameters)
        self._settings = self._settings.replace(transport=without_queue(self._settings))
        self._store = store_of(self._merged())
        self.queue = self._store.shown

    def send(self, batch: Batch) -> Answer:
        """Put a batch into the queue and wait for its answer."""
        argument = self._argument_of(batch)
        name = f"b{batch.id}.{len(self._tries(batch))}"
        entry = Entry(name, str(batch.id), False, str(argument), argument.charset, BULK,
                      time.time(), fmt=3)  # fmt: skip
        try:
            self._store.put(entry)
        except QueueFailed as error:
            return (InDoubt if error.may_be_there else Unsent)(f"the queue failed: {error}")
        return self._awaited(name)

    def look(self, batch: Batch) -> Optional[Answer]:
        """Take back what still waits; give the answer of what a worker has or had."""
        try:
            tries = self._tries(batch)
            for entry in tries:
                if not self._is_taken_back(entry) and entry.state in (WAITING, SENDING, SENT):
                    return self._awaited(entry.name)
            lost = any(entry.state == UNKNOWN for entry in tries)
        except QueueFailed as error:
            return InDoubt(f"the queue failed: {error}")
        return None if lost or not tries else Unsent("it was still in the queue")

    def _tries(self, batch: Batch) -> List[Entry]:
        found: List[Entry] = []
        while True:
            entry = self._store.get(f"b{batch.id}.{len(found)}")
            if entry is None:
                return found
            found.append(entry)

    def _is_taken_back(self, entry: Entry) -> bool:
        if entry.state != WAITING or not self._store.claim(entry, entry.attempt, new_worker()):
            return False
        self._store.write(entry.but(state=CANCELLED))
        return True

    def _awaited(self, name: str) -> Answer:
        while True:
            goes_on = self.pause(LOOK_SECONDS)
            try:
                entry = self._store.get(name)
                if entry is None:
                    return InDoubt("it is gone from the queue")
                if entry.state == SENT:
                    return answer_in(entry.reply)
                if entry.state == CANCELLED:
                    return Unsent(entry.error or "it was taken out of the queue")
                if entry.state == UNKNOWN:
                    return InDoubt(entry.error or "a worker was killed")
                if not goes_on:
                    if self._is_taken_back(entry):
                        return Unsent("the run was stopped")
                    return InDoubt("the run was stopped while a worker had it")
            except QueueFailed as error:
                if not goes_on:
                    return InDoubt(f"the queue failed: {error}")

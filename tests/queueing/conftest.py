"""A program that sends into a queue, and a worker beside it."""

from __future__ import annotations

import uuid
from pathlib import Path
from types import ModuleType
from typing import Any, Iterator, List

import pytest

from smsc_transports import call
from smsc_transports.failover import reconcile
from smsc_transports.failover.shared_slots import leases
from smsc_transports.queueing import store as stores
from smsc_transports.queueing.entries import Entry
from smsc_transports.queueing.store import Store
from smsc_transports.queueing.worker import Worker
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.settings import read_settings

from ..redis_server import started_or_skipped


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits=False, balance="100000") as running:
        yield running


@pytest.fixture(params=["sqlite", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """What SMSC_QUEUE says."""
    for module in ("huey", "portalocker", "redis"):
        pytest.importorskip(module, reason=f"{module} is not installed")
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/queue.sqlite"
        return
    server = started_or_skipped(tmp_path)
    client = server.client()
    client.set(leases.SINCE, 1)
    client.close()
    yield server.url
    server.kill()


class Queue:
    """The queue of a program, and what a worker does with it."""

    def __init__(self, face: ModuleType) -> None:
        self.face: Any = face
        self.told: List[Entry] = []

    @property
    def store(self) -> Store:
        return stores.store_of(read_settings(vars(self.face)))

    def worker(self) -> Worker:
        settings = read_settings(vars(self.face))
        return Worker(self.store, settings, call.replaceable(vars(self.face)), self.told.append)

    def drain(self, threads: int = 3) -> Worker:
        worker = self.worker()
        worker.run(threads, once=True)
        return worker

    def states(self) -> List[str]:
        return [entry.state for entry in self.store.all()[0]]


@pytest.fixture
def queue(
    face: ModuleType, sandbox: Sandbox, place: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Queue]:
    monkeypatch.setattr(reconcile, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(stores, "_ROUNDS", 1)
    made: Any = face
    made.SMSC_HOST = ",".join(sandbox.http)
    made.SMSC_LOGIN = f"tests-{uuid.uuid4().hex}"
    made.SMSC_TRANSPORT, made.SMSC_QUEUE = "queue", place
    made.SMSC_TIMEOUT = 2
    yield Queue(face)
    stores.close_all()
    stores._stores.clear()

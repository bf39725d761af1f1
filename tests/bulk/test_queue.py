"""``smsc bulk --queue``: workers send the batches, and the journal of the run stays the truth."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Dict, Iterator

import pytest

from smsc_transports import call
from smsc_transports.bulk.journal import path_beside
from smsc_transports.queueing import store as stores
from smsc_transports.queueing.store import store_of
from smsc_transports.queueing.worker import Worker
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.settings import read_settings
from tests.cli.conftest import Shop

from .conftest import NEW, Bulk, outcomes

pytest.importorskip("huey", reason="huey is not installed")
pytest.importorskip("portalocker", reason="portalocker is not installed")


@pytest.fixture
def settings(shop: Shop) -> Iterator[Dict[str, Any]]:
    with Sandbox(limits=False, balance="100000") as sandbox:
        constants = {
            "SMSC_LOGIN": f"tests-{uuid.uuid4().hex}",
            "SMSC_HOST": ",".join(sandbox.http),
            "SMSC_QUEUE": f"sqlite:///{shop.folder}/queue.sqlite",
            "SMSC_TRANSPORT": "queue",
        }
        shop.set(**constants)
        yield {**constants, "sandbox": sandbox}
        stores.close_all()


@pytest.fixture
def few_rounds() -> None:
    """As many as always: a command in a process of its own writes journals too."""


@contextmanager
def worker_of(face: ModuleType, settings: Dict[str, Any]) -> Iterator[None]:
    """Let a worker run meanwhile."""
    for name, value in settings.items():
        setattr(face, name, value)
    read = read_settings(vars(face))
    worker = Worker(store_of(read), read, call.replaceable(vars(face)), lambda entry: None)
    thread = threading.Thread(target=worker.run, args=(4, False))
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()


def copies(settings: Dict[str, Any]) -> Counter[str]:
    return Counter(r.phone for m in settings["sandbox"].messages for r in m.recipients)


def test_workers_send_the_batches(
    bulk: Bulk, rows: Path, face: ModuleType, settings: Dict[str, Any]
) -> None:
    with worker_of(face, settings):
        done = bulk("rows.csv", *NEW, "--batch", "5", "--queue")
    assert done.status == 0, done.err
    assert outcomes(rows) == ["done"] * 40
    assert set(copies(settings).values()) == {1}
    assert len(copies(settings)) == 40


def test_a_lost_answer_is_looked_for_by_the_run(
    bulk: Bulk, rows: Path, face: ModuleType, settings: Dict[str, Any]
) -> None:
    settings["sandbox"].fail("close", stored=True, endpoint="send", times=2)
    with worker_of(face, settings):
        done = bulk("rows.csv", *NEW, "--batch", "5", "--queue")
    assert done.status == 0, done.err
    assert set(copies(settings).values()) == {1}
    assert len(copies(settings)) == 40


def test_a_run_that_was_killed_goes_on_and_sends_no_row_twice(
    bulk: Bulk, rows: Path, face: ModuleType, settings: Dict[str, Any], shop: Shop
) -> None:
    command = [sys.executable, "-m", "smsc_transports.cli.main", "bulk", "rows.csv", *NEW]
    for name, value in settings.items():
        setattr(face, name, value)
    store = store_of(read_settings(vars(face)))
    with subprocess.Popen(
        [*command, "--batch", "5", "--queue"], cwd=shop.folder, env=os.environ
    ) as run:
        while len(store.queued()) < 8:
            assert run.poll() is None
            time.sleep(0.01)
        run.kill()
    refused = bulk("rows.csv", "--resume", "--yes")
    assert refused.status == 2
    assert f"went through {settings['SMSC_QUEUE']}, where batches of it may wait" in refused.err
    assert path_beside(rows).exists()
    with worker_of(face, settings):
        done = bulk("rows.csv", "--resume", "--yes", "--queue")
    assert done.status == 0, done.err
    assert outcomes(rows) == ["done"] * 40
    assert set(copies(settings).values()) == {1}
    assert len(copies(settings)) == 40

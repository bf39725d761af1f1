"""Runs that are killed, stopped, started twice, or that find no room for their journal.

A small sample of ``python -m tests.faults.bulk``.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any, Iterator

import pytest

from smsc_transports.sandbox.server import Sandbox
from tests.faults.bulk import TROUBLES, Runs, ended, run

pytestmark = pytest.mark.slow
posix = pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits=False, balance="10000.00") as sandbox:
        yield sandbox


@posix
@pytest.mark.parametrize("trouble", [TROUBLES[1], TROUBLES[4]], ids=lambda trouble: trouble.name)
def test_a_killed_run_goes_on_and_sends_every_row_once(sandbox: Sandbox, trouble: Any) -> None:
    count = run(sandbox, trouble, kills=1, seed=random.randrange(1000), rows=60)
    assert (count.twice, count.lost, count.false_sent, count.false_failed) == (0, 0, 0, 0)
    assert count.unknown == 0


@posix
def test_ctrl_c_waits_for_the_answers_and_writes_the_result(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.fail("slow", endpoint="send")
    sandbox.slow_interval = 0.001
    runs = Runs(sandbox, tmp_path, rows=150, batch=3)
    child = runs.start(resume=False)
    sandbox.wait_for(text="number 30", timeout=60)
    child.send_signal(signal.SIGINT)
    assert ended(child) == (130, b"smsc: stopped; go on with --resume\n")
    done = [row["outcome"] for row in runs.results()].count("done")
    assert 0 < done < 150
    assert runs.arrived >= done
    sandbox.heal()
    assert runs.finish(resume=True).status == 0
    assert [row["outcome"] for row in runs.results()] == ["done"] * 150
    assert runs.arrived == 150


@posix
def test_a_second_ctrl_c_does_not_wait(sandbox: Sandbox, tmp_path: Path) -> None:
    runs = Runs(sandbox, tmp_path, rows=100, batch=5)
    sandbox.fail(script=["ok"] * 20 + ["hang+stored"] * 20, endpoint="send")
    child = runs.start(resume=False, SMSC_TIMEOUT="600")
    sandbox.wait_for(text="number 60", timeout=60)
    while child.poll() is None:
        child.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            child.wait(0.3)
    assert ended(child).status == 130
    sandbox.heal()
    assert runs.finish(resume=True).status == 0
    assert runs.arrived == 100


@posix
def test_two_runs_over_one_file_do_not_mix(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.fail("slow", endpoint="send")
    runs = Runs(sandbox, tmp_path, rows=100, batch=5)
    first = runs.start(resume=False)
    sandbox.wait_for(text="number 1", timeout=60)
    for second in (runs.finish(), runs.finish(resume=True)):
        assert second.status == 2
        assert b"Another smsc bulk works with rows.csv.journal." in second.said
    sandbox.heal()
    assert (ended(first).status, runs.arrived) == (0, 100)
    assert not list(tmp_path.glob("*.lock"))


@posix
def test_a_full_disk_ends_the_run_and_loses_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    import resource

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (180_000, resource.RLIM_INFINITY))

    runs = Runs(sandbox, tmp_path, rows=600, batch=5)
    status, said = runs.finish(preexec_fn=little_room)
    assert status == 4
    assert b"rows.csv.journal cannot be written" in said
    assert b"Traceback" not in said
    assert 0 < runs.arrived < 600
    assert runs.finish(resume=True).status == 0
    assert [row["outcome"] for row in runs.results()] == ["done"] * 600
    assert runs.arrived == 600

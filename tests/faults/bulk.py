"""Counts what becomes of the rows of ``smsc bulk`` when it is killed and when answers are lost.

``python -m tests.faults.bulk --kills 200`` kills runs with ``kill -9`` at random moments, resumes
them until they end, and compares the result file with what the sandbox received.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional

from smsc_transports.sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0  # seconds; only ever reached when something hangs
RESUMES = 60
COMMAND = (sys.executable, "program.py", "bulk", "rows.csv", "--yes")
PROGRAM = """\
import sys
from smsc_transports.bulk import reconciling, sending
from smsc_transports.cli.main import main

reconciling.PAUSE_SECONDS = 0.05
sending.BUSY_PAUSES = (0.05,) * 20
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Trouble:
    """What goes wrong: chances for each send and each status question; money for so many rows."""

    name: str
    sends: Mapping[str, float] = field(default_factory=dict)
    statuses: Mapping[str, float] = field(default_factory=dict)
    status_lag: float = 0
    money_for: Optional[int] = None


LOST = {"close+stored": 0.1, "reset+stored": 0.05, "error+stored": 0.05, "truncated+stored": 0.05}
NOTHING_ARRIVED = {"close": 0.04, "reset": 0.03, "garbage": 0.03}
TROUBLES = [
    Trouble("killed"),
    Trouble("killed, a third of the answers lost", {**LOST, **NOTHING_ARRIVED}),
    Trouble("the same, and a third of the statuses", {**LOST, **NOTHING_ARRIVED}, {"close": 0.33}),
    Trouble("the same, and no status at all", {**LOST, **NOTHING_ARRIVED}, {"error": 1.0}),
    Trouble("killed, no money in the middle", money_for=150),
]


@dataclass
class Count:
    """Rows by what the gateway received and what the result file says."""

    rows: int = 0
    kills: int = 0
    twice: int = 0
    lost: int = 0
    false_sent: int = 0
    false_failed: int = 0
    unknown: int = 0

    @property
    def is_wrong(self) -> bool:
        """Tell whether a promise is broken."""
        return bool(self.twice or self.lost or self.false_sent or self.false_failed)


class Ended(NamedTuple):
    """The exit status of a run, and what it said on stderr."""

    status: int
    said: bytes


def ended(child: subprocess.Popen[bytes]) -> Ended:
    """Wait until a run has ended."""
    _, said = child.communicate(timeout=PATIENCE)
    return Ended(child.returncode, said)


class Runs:
    """Runs over one file of rows in one folder, against one sandbox."""

    def __init__(self, sandbox: Sandbox, folder: Path, rows: int, batch: int) -> None:
        self._sandbox = sandbox
        self._folder = folder
        self._batch = batch
        self._rows = rows
        lines = (f"0501{number:06},{number}" for number in range(rows))
        (folder / "rows.csv").write_text("\n".join(["phone,name", *lines]), "utf-8")
        (folder / "program.py").write_text(PROGRAM, "utf-8")

    def start(
        self, resume: bool, preexec_fn: Optional[Callable[[], None]] = None, **settings: str
    ) -> subprocess.Popen[bytes]:
        """Start the command."""
        own = ["--resume"] if resume else ["--region", "UA", "--text", "number {name}"]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SMSC_LOGIN": "login",
            "SMSC_PASSWORD": "password",
            "SMSC_HOST": ",".join(self._sandbox.http),
            "SMSC_TIMEOUT": "2",
            **settings,
        }
        return subprocess.Popen(
            [*COMMAND, *own, "--batch", str(self._batch)],
            cwd=self._folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            preexec_fn=preexec_fn,
        )

    def finish(self, resume: bool = False, **options: Any) -> Ended:
        """Run the command until it ends."""
        return ended(self.start(resume, **options))

    def kill_at(self, child: subprocess.Popen[bytes], moment: tuple[str, float]) -> bool:
        """Kill the child some seconds after its start, or when so many rows have arrived."""
        kind, value = moment
        started = time.monotonic()
        while child.poll() is None:
            passed = time.monotonic() - started
            if (passed if kind == "seconds" else self.arrived) >= value:
                child.kill()
                break
            if passed > PATIENCE:
                child.kill()
                raise AssertionError("the run hangs")
            time.sleep(0.0005)
        _, self.said = child.communicate()
        return child.returncode == -9

    @property
    def arrived(self) -> int:
        """How many messages the sandbox has."""
        return len(self._sandbox._engine.store.messages)

    @property
    def has_journal(self) -> bool:
        """True if a run can be resumed."""
        return (self._folder / "rows.csv.journal").exists()

    def results(self) -> Iterator[Dict[str, str]]:
        """Read the result file."""
        with open(self._folder / "rows.result.csv", encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)

    def count(self, count: Count) -> None:
        """Compare the result file with what the sandbox received."""
        messages = self._sandbox.messages
        copies = Counter(recipient.phone for m in messages for recipient in m.recipients)
        for row in self.results():
            sent = copies[f"38{row['phone']}"]
            count.rows += 1
            count.twice += max(sent - 1, 0)
            count.unknown += row["outcome"] == "unknown"
            count.lost += sent == 0 and row["outcome"] != "unknown"
            count.false_sent += sent == 0 and row["outcome"] == "done"
            count.false_failed += sent > 0 and row["outcome"] not in ("done", "unknown")


def run(
    sandbox: Sandbox, trouble: Trouble, kills: int, seed: int, rows: int = 300, batch: int = 5
) -> Count:
    """Kill runs so often, each resumed until it ends, and count what became of the rows."""
    dice, count = random.Random(seed), Count()
    while count.kills < kills:
        _prepare(sandbox, trouble, dice.randrange(1 << 30))
        with tempfile.TemporaryDirectory() as folder:
            runs = Runs(sandbox, Path(folder), rows, batch)
            _one_file(sandbox, runs, trouble, dice, count, rows, kills)
            runs.count(count)
        _show(trouble, count, kills)
    return count


def _one_file(
    sandbox: Sandbox,
    runs: Runs,
    trouble: Trouble,
    dice: random.Random,
    count: Count,
    rows: int,
    kills: int,
) -> None:
    killed_before = 0
    for _ in range(RESUMES):
        child = runs.start(resume=runs.has_journal and _resumable(runs))
        wanted = count.kills < kills and killed_before < 4
        moment = _moment(dice, rows) if wanted else ("seconds", PATIENCE)
        if runs.kill_at(child, moment):
            count.kills += 1
            killed_before += 1
        elif child.returncode in (0, 1, 4) and _is_over(runs, trouble):
            return
        elif child.returncode == 2:
            raise AssertionError(runs.said.decode())
        elif trouble.money_for is not None:
            sandbox.balance = "100000.00"
    raise AssertionError(f"{RESUMES} times resumed, and it is not over: {runs.said.decode()}")


def _resumable(runs: Runs) -> bool:
    from smsc_transports.bulk.journal import Journal

    journal = Journal(runs._folder / "rows.csv.journal")
    try:
        return "digest" in journal.facts
    finally:
        journal.close()


def _moment(dice: random.Random, rows: int) -> tuple[str, float]:
    if dice.random() < 0.3:
        return "seconds", dice.uniform(0.2, 1.2)
    return "rows", dice.uniform(1, rows)


def _is_over(runs: Runs, trouble: Trouble) -> bool:
    outcomes = Counter(row["outcome"] for row in runs.results())
    return not outcomes["not sent"] and not outcomes["sending"]


def _prepare(sandbox: Sandbox, trouble: Trouble, seed: int) -> None:
    sandbox.reset()
    sandbox.limits = False
    sandbox.balance = (
        "100000.00" if trouble.money_for is None else f"{trouble.money_for * 1.40:.2f}"
    )
    sandbox.status_lag = trouble.status_lag
    for endpoint, chances in (("send", trouble.sends), ("status", trouble.statuses)):
        if chances:
            for host in range(5):
                sandbox.fail(chances=chances, host=host, endpoint=endpoint, seed=seed + host)


def _show(trouble: Trouble, count: Count, kills: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if count.kills >= kills else ""
        print(f"\r{trouble.name}: {count.kills} of {kills}", end=end, file=sys.stderr)


def main() -> int:
    """Run everything; exit status 1 if a row was sent twice, lost, or reported falsely."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.bulk", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="kills for each trouble")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print("| what goes wrong | kills | rows | sent twice | lost | falsely reported | unknown |")
    print("|---|---|---|---|---|---|---|")
    wrong: List[str] = []
    with Sandbox(keep=100_000) as sandbox:
        for trouble in TROUBLES:
            c = run(sandbox, trouble, options.kills, options.seed)
            told = c.false_sent + c.false_failed
            cells = (trouble.name, c.kills, c.rows, c.twice, c.lost, told, c.unknown)
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
            wrong += [trouble.name] if c.is_wrong else []
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

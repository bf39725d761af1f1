"""Counts what becomes of queued messages when workers are killed and when answers are lost.

``python -m tests.faults.queue --kills 200`` kills workers with ``kill -9`` at random moments, two
at a time, starts others until nothing waits, and compares the journal with what the sandbox
received. ``--redis`` keeps the queue in a Redis of its own, which is killed as well.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, List, Optional

from smsc_transports.failover.shared_slots import leases
from smsc_transports.queueing.entries import FAILED, SENT, UNKNOWN
from smsc_transports.queueing.store import Store, store_of
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.settings import read_settings
from tests.faces import load_face
from tests.redis_server import RedisServer

from .bulk import PATIENCE, ROOT, TROUBLES, Count, Trouble, _prepare, _show

MESSAGES = 120
WORKERS = 2
MOST_STARTS = 200
# A second, since the busy sandbox may not have read yet what a killed worker wrote.
PROGRAM = """\
import sys
from smsc_transports.cli.main import main
from smsc_transports.failover import reconcile
from smsc_transports.failover.shared_slots import leases

reconcile.PAUSE_SECONDS = 1.0
leases.LEASE_SECONDS, leases.RENEW_SECONDS, leases.GRACE_SECONDS = 1.0, 0.1, 0.3
sys.exit(main(["worker", "--once", "--threads", "4"]))
"""


class Queue:
    """A queue with messages of one program."""

    def __init__(self, sandbox: Sandbox, place: str, messages: int) -> None:
        face: Any = load_face()
        face.SMSC_LOGIN, face.SMSC_PASSWORD = "login", "password"
        face.SMSC_HOST, face.SMSC_TIMEOUT = ",".join(sandbox.http), 2
        face.SMSC_TRANSPORT, face.SMSC_QUEUE = "queue", place
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), "SMSC_TIMEOUT": "2"}
        for name in ("LOGIN", "PASSWORD", "HOST", "TRANSPORT", "QUEUE"):
            self.environment[f"SMSC_{name}"] = getattr(face, f"SMSC_{name}")
        smsc = face.SMSC()
        for number in range(messages):
            smsc.send_sms(f"38050{number:07}", f"number {number}").raise_for_error()
        self.store: Store = store_of(read_settings(vars(face)))

    def start(self) -> subprocess.Popen[bytes]:
        """Start a worker that ends when nothing waits."""
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    @property
    def is_over(self) -> bool:
        """True if everything is settled."""
        return all(entry.state in (SENT, FAILED, UNKNOWN) for entry in self.store.all()[0])


def run(sandbox: Sandbox, trouble: Trouble, kills: int, seed: int, redis: bool) -> Count:
    """Kill workers so often and count what became of the messages."""
    dice, count = random.Random(seed), Count()
    while count.kills < kills:
        _prepare(sandbox, trouble, dice.randrange(1 << 30))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            server = RedisServer(folder, "--appendonly", "yes", "--appendfsync", "always")
            if redis:
                server.start().client().set(leases.SINCE, 1)
            try:
                queue = Queue(
                    sandbox, server.url if redis else f"sqlite:///{folder}/q.sqlite", MESSAGES
                )
                _drain(sandbox, queue, dice, count, kills, server if redis else None)
            finally:
                server.kill()
        _show(trouble, count, kills)
    return count


def _drain(
    sandbox: Sandbox,
    queue: Queue,
    dice: random.Random,
    count: Count,
    kills: int,
    server: Optional[RedisServer],
) -> None:
    for _ in range(MOST_STARTS):
        workers = [queue.start() for _ in range(WORKERS)]
        if count.kills < kills:
            wanted = len(sandbox._engine.store.messages) + dice.randrange(MESSAGES // 3)
            _wait(sandbox, workers, wanted)
            time.sleep(dice.uniform(0, 0.03))
            victim = dice.choice(workers)
            victim.kill()
            count.kills += victim.wait() == -9
            if server is not None and dice.random() < 0.3:
                server.kill()
                server.start()
        for worker in workers:
            _, said = worker.communicate(timeout=PATIENCE)
            away = (
                worker.returncode == 2
                and server is not None
                and b"The queue cannot be used" in said
            )
            if worker.returncode not in (-9, 0, 1, 3, 4) and not away:
                raise AssertionError(said.decode())
        if queue.is_over:
            _compare(sandbox, queue, count)
            return
    raise AssertionError("it is not over")


def _wait(sandbox: Sandbox, workers: List[subprocess.Popen[bytes]], wanted: int) -> None:
    ends_at = time.monotonic() + PATIENCE
    while time.monotonic() < ends_at and any(worker.poll() is None for worker in workers):
        if len(sandbox._engine.store.messages) >= wanted:
            return
        time.sleep(0.001)


def _compare(sandbox: Sandbox, queue: Queue, count: Count) -> None:
    copies = Counter(r.phone for message in sandbox.messages for r in message.recipients)
    entries, _ = queue.store.all()
    count.lost += MESSAGES - len(entries)
    for entry in entries:
        sent = copies[entry.argument.partition("phones=")[2].partition("&")[0]]
        count.rows += 1
        count.twice += max(sent - 1, 0)
        count.unknown += entry.state == UNKNOWN
        count.lost += sent == 0 and entry.state != UNKNOWN
        count.false_sent += sent == 0 and entry.state == SENT
        count.false_failed += sent > 0 and entry.state == FAILED


def main() -> int:
    """Run everything; exit status 1 if a message was sent twice, lost, or reported falsely."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.queue", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="kills for each trouble")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--redis", action="store_true")
    parser.add_argument("--troubles", type=int, default=4, help="only so many")
    options = parser.parse_args()
    print("| what goes wrong | kills | messages | sent twice | lost | falsely reported | unknown |")
    print("|---|---|---|---|---|---|---|")
    wrong = False
    with Sandbox(keep=100_000) as sandbox:
        for trouble in TROUBLES[: options.troubles]:
            c = run(sandbox, trouble, options.kills, options.seed, options.redis)
            told = c.false_sent + c.false_failed
            cells = (trouble.name, c.kills, c.rows, c.twice, c.lost, told, c.unknown)
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
            wrong = wrong or c.is_wrong
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())

"""How long a program waits for the queue: ``python -m tests.benchmarks.queue``."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Iterator, List, Tuple

from tests.faces import load_face
from tests.redis_server import EXECUTABLE, RedisServer

CALLS = 300
WAITING = 3000
MOST_MILLISECONDS = 10.0


def enqueued(place: str) -> List[float]:
    """Give the milliseconds that calls take with many messages in the queue."""
    face: Any = load_face()
    face.SMSC_LOGIN, face.SMSC_PASSWORD = "login", "password"
    face.SMSC_TRANSPORT, face.SMSC_QUEUE = "queue", place
    smsc, taken = face.SMSC(), []
    for number in range(WAITING + CALLS):
        started = time.perf_counter()
        smsc.send_sms(f"38050{number:07}", f"Your code: {number}").raise_for_error()
        taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken[WAITING:])


def places(folder: Path) -> Iterator[Tuple[str, str]]:
    """Give the kinds of queue."""
    yield "SQLite", f"sqlite:///{folder}/queue.sqlite"
    if EXECUTABLE is not None:
        server = RedisServer(folder, "--appendonly", "yes").start()
        yield "Redis", server.url
        server.kill()


def main() -> int:
    """Print the table; gives 1 where a median is over 10 ms."""
    met = True
    print("| queue | median, ms | 95 % within, ms | longest, ms |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, place in places(Path(folder)):
            taken = enqueued(place)
            median = statistics.median(taken)
            met = met and median <= MOST_MILLISECONDS
            print(f"| {name} | {median:.2f} | {taken[len(taken) * 95 // 100]:.2f} "
                  f"| {taken[-1]:.2f} |", flush=True)  # fmt: skip
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

"""Shared slots: ``python -m tests.benchmarks.slots``.

Four processes of 20 threads share the slots of one login, against one process of 14 threads, in
one run. The gateway takes 100 ms for an answer and counts how many requests it has at once.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Iterator, List, NamedTuple, Tuple

from smsc_transports.failover.shared_slots import leases
from tests.faces import load_face
from tests.redis_server import EXECUTABLE, RedisServer

from .peers import PROCESSES

ANSWER_SECONDS = 0.1
CALLS = 1400
MOST = 14
HEAD = """\
| who sends | calls a second, in those of one process | most at once | error 9 | longest call, s \
| slowest of the 4 processes, in the time of the quickest |
|---|---|---|---|---|---|"""

_ready: Barrier

Shared = Tuple[str, int, int]
"""What SMSC_SLOTS says, processes, threads of each."""


class Figures(NamedTuple):
    """What one run showed; waits in seconds."""

    rate: float
    peak: int
    refused: int
    longest: float
    of_each: List[float]


class CountingGateway:
    """Answers sends after a while, with error 9 where it has more than 14 at once."""

    def __init__(self) -> None:
        self.peak = self._now = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result()
        self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            self._now += 1
            self.peak = max(self.peak, self._now)
            body = b"0,-9" if self._now > MOST else b"1,1,1.00,1.00"
            await asyncio.sleep(ANSWER_SECONDS)
            self._now -= 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        writer.close()


class Worked(NamedTuple):
    """What one process did, in seconds of the system's clock: replies and what each took."""

    started: float
    ended: float
    replies: List[Tuple[str, float]]


def work(port: int, place: str, login: str, threads: int, calls: int) -> Worked:
    """Send from so many threads of this process, when all processes are ready."""
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_HOST, face.SMSC_SLOTS = login, f"127.0.0.1:{port}", place
    smsc = face.SMSC()

    def send(number: int) -> Tuple[str, float]:
        started = time.monotonic()
        reply = smsc.send_sms(f"7999{number:07}", "test")
        return reply[1], time.monotonic() - started

    smsc.get_balance()  # imports everything
    _ready.wait()
    started = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        replies = list(pool.map(send, range(calls)))
    return Worked(started, time.monotonic(), replies)


def _start_with(ready: Barrier) -> None:
    global _ready
    _ready = ready


def measure(place: str, processes: int, threads: int) -> Figures:
    """Let so many processes send together."""
    gateway, login = CountingGateway(), uuid.uuid4().hex
    ready = PROCESSES.Barrier(processes)
    with ProcessPoolExecutor(processes, PROCESSES, _start_with, (ready,)) as pool:
        given = (gateway.port, place, login, threads, CALLS // processes)
        worked = [each.result() for each in [pool.submit(work, *given) for _ in range(processes)]]
    replies = [reply for each in worked for reply in each.replies]
    seconds = max(each.ended for each in worked) - min(each.started for each in worked)
    longest = max(seconds for _, seconds in replies)
    refused = sum(parts != "1" for parts, _ in replies)
    of_each = [each.ended - each.started for each in worked]
    return Figures(len(replies) / seconds, gateway.peak, refused, longest, of_each)


def shares() -> Iterator[Tuple[str, Shared]]:
    """Give what is compared."""
    yield "one process of 14 threads", ("", 1, 14)
    yield "4 processes of 20 threads, not shared", ("", 4, 20)
    yield "4 processes of 20 threads, `machine`", ("machine", 4, 20)
    if EXECUTABLE is not None:
        yield "4 processes of 20 threads, Redis", ("redis", 4, 20)


def main() -> int:
    """Print the table; gives 1 where a bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.slots")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = range(parser.parse_args().rounds)
    met = True
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        if EXECUTABLE is not None:
            server.start().client().set(leases.SINCE, 1)
        print(HEAD)
        found = {name: [measure(server.url if place == "redis" else place, *size) for _ in rounds]
                 for name, (place, *size) in shares()}  # fmt: skip
        server.kill()
    alone = statistics.median(each.rate for each in found["one process of 14 threads"])
    for name, several in found.items():
        ratio = statistics.median(each.rate for each in several) / alone
        peak = max(each.peak for each in several)
        refused = sum(each.refused for each in several)
        longest = max(each.longest for each in several)
        spread = statistics.median(max(each.of_each) / min(each.of_each) for each in several)
        print(f"| {name} | {ratio:.2f} | {peak} | {refused} | {longest:.1f} | {spread:.2f} |")
        if "not shared" not in name:
            met = met and peak <= MOST and not refused and ratio >= 0.95
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

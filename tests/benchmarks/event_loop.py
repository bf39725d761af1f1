"""Sending from a program of asyncio: ``python -m tests.benchmarks.event_loop``.

The gateway takes 100 ms for an answer. A task that wakes up every 5 ms shows how long the event
loop was blocked.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Awaitable, Callable, List, NamedTuple, Optional

from tests.faces import load_face

from .slots import MOST, CountingGateway

CALLS = 140
TICK_SECONDS = 0.005
HEAD = """\
| how | calls a second | the loop was blocked for at most, ms |
|---|---|---|"""

Send = Callable[[int], Awaitable[Any]]


class Figures(NamedTuple):
    """What one way of sending showed."""

    rate: float
    blocked: float


async def measure(send: Send, threads: Optional[int]) -> Figures:
    """Send all messages as tasks of one loop."""
    loop = asyncio.get_running_loop()
    if threads is not None:
        loop.set_default_executor(ThreadPoolExecutor(threads))
    lags: List[float] = []
    ticker = asyncio.ensure_future(_tick(lags))
    await asyncio.sleep(2 * TICK_SECONDS)
    started = time.perf_counter()
    await asyncio.gather(*(send(number) for number in range(CALLS)))
    seconds = time.perf_counter() - started
    await asyncio.sleep(2 * TICK_SECONDS)
    ticker.cancel()
    return Figures(CALLS / seconds, max(lags))


async def _tick(lags: List[float]) -> None:
    while True:
        due = time.perf_counter() + TICK_SECONDS
        await asyncio.sleep(TICK_SECONDS)
        lags.append(time.perf_counter() - due)


def main() -> int:
    """Print the table; gives 1 where ``to_thread`` with 14 threads does not reach its bars."""
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_HOST = "alex", f"127.0.0.1:{CountingGateway().port}"
    smsc = face.SMSC()
    smsc.get_balance()  # imports everything

    async def direct(number: int) -> None:
        smsc.send_sms(f"7999{number:07}", "test")

    async def in_thread(number: int) -> None:
        await asyncio.to_thread(smsc.send_sms, f"7999{number:07}", "test")

    usual = min(32, (os.cpu_count() or 1) + 4)
    found = {
        "called in the coroutine": asyncio.run(measure(direct, None)),
        f"`asyncio.to_thread`, {usual} threads (asyncio's default here)": asyncio.run(
            measure(in_thread, None)
        ),
        f"`asyncio.to_thread`, {MOST} threads": asyncio.run(measure(in_thread, MOST)),
    }
    print(HEAD)
    for how, figures in found.items():
        print(f"| {how} | {figures.rate:.0f} | {1000 * figures.blocked:.0f} |")
    last = list(found.values())[-1]
    return 0 if last.rate >= 100 and last.blocked < 0.05 else 1


if __name__ == "__main__":
    sys.exit(main())

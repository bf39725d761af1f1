"""How fast the sandbox is: ``python -m tests.benchmarks.sandbox``.

Prints each bar with the figures of this machine: sends a second over kept connections (the load
comes from a second process, so both take about one core), the inbox API listing 1,000 messages,
and a day of statuses of 10,000 messages.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from typing import List

from smsc_transports.sandbox.rules import statuses
from smsc_transports.sandbox.server import Sandbox

ROUNDS = 5
SENDS = 4000
CONNECTIONS = 8
TEXT = "mes=Your+code+is+4821&sender=Shop&translit=0"


async def _load(address: str, sends: int) -> float:
    """Seconds that ``sends`` requests take over kept connections, each answer awaited."""
    host, port = address.split(":")
    numbers = iter(range(sends))

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for number in numbers:
            query = f"login=l&psw=p&fmt=1&cost=3&phones=7999{number:07}&{TEXT}"
            writer.write(f"GET /sys/send.php?{query} HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            answer = await reader.readexactly(length)
            assert answer.count(b",") == 3, answer
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return time.perf_counter() - started


def sends_per_second(sandbox: Sandbox) -> List[float]:
    """Sends a second, once for each round."""
    command = [sys.executable, "-m", "tests.benchmarks.sandbox", "load", sandbox.http[0]]
    seconds = [float(subprocess.check_output(command)) for _ in range(ROUNDS)]
    return [SENDS / taken for taken in seconds]


def listing_milliseconds(sandbox: Sandbox) -> List[float]:
    """Milliseconds to get and parse 1,000 messages from the inbox API."""
    taken = []
    # The first call of urllib loads the system's certificates, which is none of our time.
    urllib.request.urlopen(f"{sandbox.url}/api/ready").close()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        with urllib.request.urlopen(f"{sandbox.url}/api/messages?limit=1000") as response:
            assert len(json.load(response)) == 1000
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def day_of_statuses_seconds(sandbox: Sandbox) -> List[float]:
    """Seconds for the whole lives of all kept messages, hour by hour through a day."""
    taken = []
    messages = sandbox.messages[:10_000]
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(24):
            sandbox.clock.advance(3600)
        now = sandbox.clock.now()
        for message in messages:
            for recipient in message.recipients:
                statuses.history(message, recipient, now)
        taken.append(time.perf_counter() - started)
    return taken


def main() -> None:
    with Sandbox(limits=False, balance="1000000") as sandbox:
        print(f"{'what':44} {'median':>10} {'lowest':>10} {'highest':>10}   bar")
        for what, figures, bar in (
            ("sends a second, kept connections", sends_per_second(sandbox), "2000 or more"),
            ("1,000 messages by the inbox API, ms", listing_milliseconds(sandbox), "under 50"),
            (
                f"24 h of statuses, {len(sandbox.messages)} messages, s",
                day_of_statuses_seconds(sandbox),
                "under 1",
            ),
        ):
            median = statistics.median(figures)
            print(f"{what:44} {median:10.4g} {min(figures):10.4g} {max(figures):10.4g}   {bar}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        print(asyncio.run(_load(sys.argv[2], SENDS)))
    else:
        main()

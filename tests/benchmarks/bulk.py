"""Many messages: ``smsc bulk`` against a loop over single calls, and how it prepares its rows.

Both sides send to a sandbox that is 100 ms away; rows a second are compared, of the sending alone.
"""

from __future__ import annotations

import asyncio
import resource
import selectors
import statistics
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, List, NamedTuple

from smsc_transports.sandbox.server import Sandbox
from tests.faces import load_face

from .peers import PROCESSES, delaying, process

AWAY_SECONDS = 0.100
THREADS = 14
ROUNDS = 3
SINGLE_CALLS = 700
BULK_ROWS = 10_000
MILLION = 1_000_000


class Prepared(NamedTuple):
    """Rows a second, and the most memory that the process had, in MiB."""

    rate: float
    memory: float


def ratios(folder: Path) -> List[float]:
    """Give the rate of bulk in those of 14 threads of single calls, once for each round."""
    found = []
    with Sandbox(limits=False, balance="100000000", keep=100) as sandbox:
        target = int(sandbox.http[0].split(":")[1])
        with process(_line, target) as ports, ProcessPoolExecutor(1, PROCESSES) as side:
            for number in range(ROUNDS):
                single = side.submit(single_rate, ports["away"]).result()
                place = folder / f"{number}.journal"
                found.append(side.submit(bulk_rate, ports["away"], place).result() / single)
    return found


def prepared(folder: Path, rows: int = MILLION) -> Prepared:
    """Prepare a file of rows in a process of its own."""
    file = folder / "rows.csv"
    with open(file, "w", encoding="utf-8") as out:
        out.write("phone;name\n")
        out.writelines(f"05{n // 10**7}{n % 10**7:07};Клієнт {n}\n" for n in range(rows))
    with ProcessPoolExecutor(1, PROCESSES) as side:
        return side.submit(_prepare, file).result()


def single_rate(port: int) -> float:
    """Send with 14 threads, a call for each row; gives rows a second."""
    smsc = _face(port).SMSC()

    def send(number: int) -> None:
        answer = smsc.send_sms(f"+38050{number:07}", f"Ваше замовлення {number} готове")
        assert len(answer) == 4, answer

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, range(THREADS)))  # the connections are there now
        started = time.perf_counter()
        list(pool.map(send, range(SINGLE_CALLS)))
        return SINGLE_CALLS / (time.perf_counter() - started)


def bulk_rate(port: int, place: Path) -> float:
    """Send by bulk from a prepared journal; gives rows a second."""
    from smsc_transports.bulk.gateway import Gateway
    from smsc_transports.bulk.journal import Journal
    from smsc_transports.bulk.preparing import Entry, write_down
    from smsc_transports.bulk.sending import Run

    texts = (f"Ваше замовлення {n} готове" for n in range(BULK_ROWS))
    entries = [Entry(n, f"+38050{n:07}", text) for n, text in enumerate(texts)]
    journal = Journal.create(place)
    write_down(journal, entries, None, 0)
    run = Run(journal, Gateway(vars(_face(port)), {}), 100)
    started = time.perf_counter()
    sent = sum(result.outcome == "done" for result in run.send())
    seconds = time.perf_counter() - started
    journal.close()
    assert sent == BULK_ROWS, sent
    return BULK_ROWS / seconds


def _face(port: int) -> Any:
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_PASSWORD = "login", "password"
    face.SMSC_HOST = f"127.0.0.1:{port}"
    return face


def _prepare(file: Path) -> Prepared:
    from smsc_transports.bulk.journal import Journal
    from smsc_transports.bulk.preparing import Texts, entries_of, write_down
    from smsc_transports.bulk.tables import open_table

    started = time.perf_counter()
    table = open_table(file, "phone")
    journal = Journal.create(file.with_suffix(".journal"))
    texts = Texts("phone", "Вітаємо, {name}! Ваше замовлення вже чекає на Вас.")
    write_down(journal, entries_of(table, texts), "UA", 0)
    journal.close()
    seconds = time.perf_counter() - started
    with file.open("rb") as stream:
        rows = sum(1 for _ in stream) - 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Prepared(rows / seconds, memory)


def _line(pipe: Connection, target: int) -> None:
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    pipe.send({"away": loop.run_until_complete(delaying(target, AWAY_SECONDS))})
    loop.run_forever()


def median_ratio(folder: Path) -> float:
    return statistics.median(ratios(folder))

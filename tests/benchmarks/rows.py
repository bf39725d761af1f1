"""What is measured, each as one row of the table, and what it must come to.

Both sides take turns in short rounds, so that whatever else the machine does hits both; the
figure is the median of the rounds' ratios.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Sequence

from tests.faces import FACE

from . import bulk, by_requests, worker
from .peers import FAR_SECONDS, PROCESSES, Ports, bundle_in

ROUNDS = 9
PROCESS_ROUNDS = 25
SILENCE_SECONDS = 0.25
MOST_AT_ONCE = 14  # requests of one login that the gateway allows

ONE_CALL = """
import socket
socket.getaddrinfo = lambda *_, **__: [(2, 1, 0, "", ("127.0.0.1", {port}))]
import smsc_api
smsc_api.SMSC_LOGIN, smsc_api.SMSC_PASSWORD = "login", "password"
assert len(smsc_api.SMSC().send_sms("79990001122", "Your code is 123456", sender="Shop")) == 4
"""


class Row(NamedTuple):
    """A line of the table.

    ``figure`` is what the bar is about: at most so much, or with ``at_least`` that much. The
    samples are medians in milliseconds, one of each round.
    """

    what: str
    figure: float
    bar: float
    at_least: bool = False
    theirs: Sequence[float] = ()
    ours: Sequence[float] = ()
    requests_get: Sequence[float] = ()
    session_get: Sequence[float] = ()

    @property
    def met(self) -> bool:
        return self.figure >= self.bar if self.at_least else self.figure <= self.bar


class Surroundings(NamedTuple):
    """The copy to compare with, the peers, and a folder for what is written."""

    vendors: Path
    ports: Ports
    folder: Path

    def side(
        self, closing: ExitStack, path: Path, ports: Dict[str, int], **constants: bool
    ) -> Side:
        """Start a process that makes the calls of one copy; ports are by host, "" any other."""
        pool = closing.enter_context(ProcessPoolExecutor(1, mp_context=PROCESSES))
        run: Side = lambda work, *arguments: pool.submit(work, *arguments).result()  # noqa: E731
        run(worker.load, path, constants, ports, bundle_in(self.folder))
        return run


Side = Callable[..., Any]
"""Runs a function of the module ``worker`` in the process of a side."""


def importing(around: Surroundings) -> List[Row]:
    return [_processes(around, "`import smsc_api`, whole process", 1.10, "import smsc_api")]


def first_call(around: Surroundings) -> List[Row]:
    program = ONE_CALL.format(port=around.ports.http)
    return [_processes(around, "whole process with one call, HTTP", 2.8, program)]


def http(around: Surroundings) -> List[Row]:
    row = _calls(around, "a call, HTTP, loopback", 2.1, around.ports.http, 200)
    figure = _ratio(row.ours, row.session_get)
    return [row, Row("the same call, in those of a kept `Session.get`", figure, 0.70)]


def https(around: Surroundings) -> List[Row]:
    return [_calls(around, "a call, HTTPS, loopback", 0.03, around.ports.https, 40, https=True)]


def near_http(around: Surroundings) -> List[Row]:
    return [_calls(around, "a call, HTTP, 1 ms away", 0.99, around.ports.near_http, 100)]


def far_http(around: Surroundings) -> List[Row]:
    return [_calls(around, "a call, HTTP, 20 ms away", 0.52, around.ports.far_http, 20)]


def far_https(around: Surroundings) -> List[Row]:
    row = _calls(around, "a call, HTTPS, 20 ms away", 0.21, around.ports.far_https, 20, https=True)
    # Where the processor makes handshakes quickly, one round trip and 2 ms are more than that.
    bearable_ms = FAR_SECONDS * 1000 + 2
    return [row._replace(bar=max(row.bar, bearable_ms / statistics.median(row.theirs)))]


def silent_host(around: Surroundings) -> List[Row]:
    hosts = {"smsc.ua": around.ports.silent, "": around.ports.http}
    samples: List[List[float]] = [[], []]
    for _ in range(3):
        for path, sample in zip((around.vendors, FACE), samples):
            with ExitStack() as closing:  # a new process: what it learns is part of the figure
                side = around.side(closing, path, hosts)
                side(worker.give_up_after, SILENCE_SECONDS)
                sample.append(sum(side(worker.milliseconds, 20)))
    theirs, ours = samples
    what = f"20 calls, the first host silent, timeout {SILENCE_SECONDS} s"
    return [Row(what, _ratio(ours, theirs), 0.10, theirs=theirs, ours=ours)]


def threads(around: Surroundings) -> List[Row]:
    rates: List[float] = []
    with ExitStack() as closing:
        side = around.side(closing, FACE, {"": around.ports.far_http})
        for _ in range(ROUNDS):
            one = side(worker.calls_per_second, 1, 25)
            rates.append(side(worker.calls_per_second, MOST_AT_ONCE, 25) / one)
    what = f"calls a second of {MOST_AT_ONCE} threads, in those of one, HTTP, 20 ms away"
    return [Row(what, statistics.median(rates), 12, at_least=True)]


def endurance(around: Surroundings) -> List[Row]:
    with ExitStack() as closing:
        side = around.side(closing, FACE, {"": around.ports.http})
        first = side(worker.held_after, 100)
        then = side(worker.held_after, 9900)
    return [
        Row(
            "blocks of memory more after 10,000 calls than after 100",
            then.blocks - first.blocks,
            990,  # Python's own caches fill up; a leak is a block for every call, or more
        ),
        Row("open files more", then.files - first.files, 0),
    ]


def bulk_rows(around: Surroundings) -> List[Row]:
    what = "rows a second of bulk, in those of 14 threads of single calls, 100 ms away"
    return [Row(what, bulk.median_ratio(around.folder), 50, at_least=True)]


def bulk_preparing(around: Surroundings) -> List[Row]:
    rate, memory = bulk.prepared(around.folder)
    return [
        Row("rows a second, 1,000,000 of them prepared for bulk", rate, 5000, at_least=True),
        Row("MiB of memory of that process at the most", memory, 150),
    ]


ROWS: Dict[str, Callable[[Surroundings], List[Row]]] = {
    "import": importing,
    "first": first_call,
    "http": http,
    "https": https,
    "near-http": near_http,
    "far-http": far_http,
    "far-https": far_https,
    "silent": silent_host,
    "threads": threads,
    "endurance": endurance,
    "bulk": bulk_rows,
    "bulk-preparing": bulk_preparing,
}


def _calls(
    around: Surroundings, what: str, bar: float, port: int, calls: int, https: bool = False
) -> Row:
    """Compare calls after the first ones, and with what requests alone needs for the same."""
    alone = Path(by_requests.__file__)
    copies = [(around.vendors, {}), (FACE, {}), (alone, {}), (alone, {"KEPT": True})]
    samples: List[List[float]] = [[] for _ in copies]
    with ExitStack() as closing:
        sides = [
            around.side(closing, path, {"": port}, SMSC_HTTPS=https, **constants)
            for path, constants in copies
        ]
        for side in sides:
            side(worker.milliseconds, 3)
        for _ in range(ROUNDS):
            for side, sample in zip(sides, samples):
                sample.append(statistics.median(side(worker.milliseconds, calls)))
    theirs, ours, requests_get, session_get = samples
    return Row(what, _ratio(ours, theirs), bar, False, theirs, ours, requests_get, session_get)


def _processes(around: Surroundings, what: str, bar: float, program: str) -> Row:
    """Compare whole processes, each of which finds its copy under the name smsc_api."""
    samples: List[List[float]] = [[], []]
    places = [
        _place(around.folder / "theirs", around.vendors),
        _place(around.folder / "ours", FACE),
    ]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(around.folder / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for _ in range(PROCESS_ROUNDS + 1):
        for place, sample in zip(places, samples):
            environment["PYTHONPATH"] = f"{place}{os.pathsep}{FACE.parent}"
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], cwd=place, env=environment, check=True)
            sample.append((time.perf_counter() - started) * 1000)
    theirs, ours = (sample[1:] for sample in samples)  # the first one compiles
    return Row(what, _ratio(ours, theirs), bar, theirs=theirs, ours=ours)


def _place(folder: Path, copy: Path) -> Path:
    folder.mkdir(exist_ok=True)
    shutil.copy(copy, folder / "smsc_api.py")
    return folder


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(mine / other for mine, other in zip(ours, theirs))

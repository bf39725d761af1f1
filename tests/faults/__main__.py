"""Counts what becomes of messages when things go wrong, and prints it as Markdown tables.

``python -m tests.faults --sends 1000 --mode safe`` drives our file through all faults, by HTTP and
HTTPS; the vendor's way over the network is measured in the same run where the two can be compared.
``--vendor PATH`` takes a copy of the vendor's file for that, else a stand-in does.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator, List, Tuple

from smsc_transports.sandbox.server import Sandbox

from .count import Count
from .sandboxed import SCENARIOS, run
from .wire import THE_STATUS_LIES, wire_faults
from .wire_runs import STAND_IN, run_on_wire, run_with_closed_descriptors, trusted

CLOSED = "the program closes all descriptors"


def table(rows: List[Tuple[str, str, Count]]) -> Iterator[str]:
    """Give the lines of a Markdown table."""
    yield (
        "| what goes wrong | mode | sends | sent twice | lost | falsely reported sent "
        "| falsely reported failed | reported unknown |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for name, mode, c in rows:
        yield (
            f"| {name} | {mode} | {c.sends} | {c.surplus} | {c.lost} | {c.false_sent} "
            f"| {c.false_failed} | {c.unknown} |"
        )


def wire_table(rows: List[Tuple[str, str, List[Count]]], ways: List[str]) -> Iterator[str]:
    """Give a table with a column for each way: twice / lost / false / mixed up / unknown."""
    yield f"| what goes wrong | by | {' | '.join(ways)} |"
    yield "|---|---|" + "---|" * len(ways)
    for name, scheme, counts in rows:
        cells = (
            f"{c.surplus} / {c.lost} / {c.false_sent + c.false_failed} / {c.foreign} / {c.unknown}"
            for c in counts
        )
        yield f"| {name} | {scheme} | {' | '.join(cells)} |"


def on_the_wire(
    ways: List[str], sends: int, vendor: Path
) -> Iterator[Tuple[str, str, List[Count]]]:
    """Run every fault of the wire in every way."""
    names = [fault.name for fault in wire_faults()]
    with tempfile.TemporaryDirectory() as folder, trusted(Path(folder)) as context:
        for (place, name), scheme in itertools.product(enumerate(names), ("http", "https")):
            tls = context if scheme == "https" else None
            counts = [run_on_wire(wire_faults()[place], w, sends, tls, vendor) for w in ways]
            yield name, scheme, counts
        for scheme in ("http", "https"):
            tls = context if scheme == "https" else None
            counts = [run_with_closed_descriptors(way, sends, tls, vendor) for way in ways]
            yield CLOSED, scheme, counts


def is_wrong(name: str, count: Count) -> Any:
    """Tell whether ``safe`` broke its promise.

    A gateway that denies a message which it has makes everybody send a copy.
    """
    surplus = count.surplus and name != THE_STATUS_LIES
    return surplus or count.lost or count.false_sent or count.false_failed or count.foreign


def main() -> int:
    """Run everything; exit status 1 if ``safe`` sent twice, mixed up or reported falsely."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--sends", type=int, default=1000, help="messages a scenario")
    parser.add_argument("--mode", choices=["legacy", "safe", "both"], default="both")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--vendor", type=Path, default=STAND_IN, help="a copy of the vendor's file")
    options = parser.parse_args()
    modes = ["legacy", "safe"] if options.mode == "both" else [options.mode]
    rows: List[Tuple[str, str, Count]] = []
    with Sandbox(keep=20 * options.sends) as sandbox:
        for scenario, mode in itertools.product(SCENARIOS, modes):
            count = run(sandbox, scenario, mode, options.sends, options.seed)
            rows.append((scenario.name, mode, count))
    print("\n".join(table(rows)), flush=True)
    ways = [*modes, "vendor"]
    wire = list(on_the_wire(ways, options.sends, options.vendor))
    print(
        f"\n{options.sends} sends each: sent twice / lost / falsely reported / mixed up / unknown\n"
    )
    print("\n".join(wire_table(wire, ways)))
    of_safe = [(name, count) for name, mode, count in rows if mode == "safe"]
    of_safe += [(n, c) for n, _, counts in wire for way, c in zip(ways, counts) if way == "safe"]
    return 1 if any(is_wrong(*each) for each in of_safe) else 0


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    sys.exit(main())

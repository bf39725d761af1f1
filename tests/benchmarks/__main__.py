"""``python -m tests.benchmarks [VENDORS_COPY] [--row NAME] [--profile NAME]``.

Compares this file with a copy of the vendor's, or, where none is given, with what such a copy
does to the network; prints a table in Markdown. The copy is run as it is: it is a program of
yours that you trust.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Iterator, List, Optional, Sequence

from tests.faces import FACE

from . import baseline, worker
from .peers import peers
from .rows import ROWS, Row, Surroundings

PROFILED = {"http": False, "https": True}
HEAD = """\
| what | the vendor's file, ms | here, ms | ratio | at most | met | http.client alone, ms |
|---|---|---|---|---|---|---|"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Print the table, or a profile; gives 1 if a bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("copy", nargs="?", type=Path, help="a copy of the vendor's file")
    parser.add_argument("--row", choices=ROWS, action="append", help="only this one")
    parser.add_argument("--profile", choices=PROFILED, help="where the time of our calls goes")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, peers(Path(name), "smsc.ua", "*.smsc.ua") as ports:
        copy = options.copy or Path(baseline.__file__)
        around = Surroundings(copy.resolve(), ports, Path(name))
        if options.profile:
            print(_profile(around, PROFILED[options.profile]))
            return 0
        return _print_table(around, options.row or list(ROWS))


def _print_table(around: Surroundings, names: List[str]) -> int:
    print(HEAD)
    all_met = True
    for name in names:
        for row in ROWS[name](around):
            print(f"| {' | '.join(_cells(row))} |", flush=True)
            all_met = all_met and row.met
    return 0 if all_met else 1


def _cells(row: Row) -> Iterator[str]:
    yield row.what
    yield _spread(row.theirs)
    yield _spread(row.ours)
    yield f"{row.figure:.3g}"
    yield f"at least {row.bar:.3g}" if row.at_least else f"{row.bar:.3g}"
    yield "yes" if row.met else "NO"
    yield _spread(row.limit)


def _spread(samples: Sequence[float]) -> str:
    """Write the median of the rounds, and the lowest and the highest."""
    if not samples:
        return ""
    return f"{statistics.median(samples):.3g} ({min(samples):.3g}\N{EN DASH}{max(samples):.3g})"


def _profile(around: Surroundings, https: bool) -> str:
    with ExitStack() as closing:
        port = around.ports.https if https else around.ports.http
        side = around.side(closing, FACE, https, {"": port})
        side(worker.milliseconds, 100)
        report: str = side(worker.profile, 2000)
        return report


if __name__ == "__main__":
    sys.exit(main())

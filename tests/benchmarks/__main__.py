"""``python -m tests.benchmarks [VENDORS_COPY] [--row NAME]``.

Compares this file with a copy of the vendor's, or, where none is given, with what such a copy
does to the network; prints a table in Markdown. The copy is run as it is: it is a program of
yours that you trust.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Iterable, Iterator, Optional, Sequence

from . import baseline
from .peers import peers
from .rows import ROWS, Row, Surroundings

HEAD = """\
Medians of the rounds (lowest\N{EN DASH}highest), times in milliseconds:

| what | the vendor's file | here | ratio | at most | met | `requests.get` | `Session.get` |
|---|---|---|---|---|---|---|---|"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Print the table; gives 1 if a bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("copy", nargs="?", type=Path, help="a copy of the vendor's file")
    parser.add_argument("--row", choices=ROWS, action="append", help="only this one")
    options = parser.parse_args(arguments)
    copy = options.copy or Path(baseline.__file__)
    with tempfile.TemporaryDirectory() as name, peers(Path(name), "smsc.ua", "*.smsc.ua") as ports:
        return _print_table(Surroundings(copy.resolve(), ports, Path(name)), options.row or ROWS)


def _print_table(around: Surroundings, names: Iterable[str]) -> int:
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
    yield _spread(row.requests_get)
    yield _spread(row.session_get)


def _spread(samples: Sequence[float]) -> str:
    """Write the median of the rounds, and the lowest and the highest."""
    if not samples:
        return ""
    return f"{statistics.median(samples):.3g} ({min(samples):.3g}\N{EN DASH}{max(samples):.3g})"


if __name__ == "__main__":
    sys.exit(main())

"""The subcommand ``smsc compare``: its options, and what it prints.

Light to import: the comparison and the sandbox that it needs come in only when it runs.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List

from smsc_transports import __version__
from smsc_transports.sandbox.command import EXTRA, INSTALL

if TYPE_CHECKING:
    from smsc_transports.compare.comparison import Comparison
    from smsc_transports.compare.faults import Outcome, Row
    from smsc_transports.compare.report import Report

_DESCRIPTION = """\
Runs your copy of the vendor's smsc_api.py beside this project's: the same calls, each in a
process of its own, and says where they differ and why. Nothing is sent: the copy finds a gateway
on this machine in the place of every host, whatever its login and its hosts are.
"""
_EPILOG = """\
Run it in the folder of your program. If the copy imports modules of the program or of its
virtual environment: smsc compare --python venv/bin/python FILE

exit status:
  0  the same, but for numbered differences and known edits
  1  some difference is not explained
  2  the copy cannot be compared; it is said why

The table of faults shows and does not count for the exit status.
"""
_MOST_SHOWN = 10  # unexplained cases; --verbose shows all
_WIDTH = 96  # of a line of text
_BEFORE = 24  # characters shown before the first that differs
_COLUMNS = (33, 26, 26, 26)  # of the table of faults
_OUTCOME = "{:<10.10} {:<3} {}"
_HOSTS_SHOWN = 5


def add_parser(subparsers: Any) -> None:
    """Declare ``compare``."""
    parser = subparsers.add_parser(
        "compare",
        help="your copy of the vendor's file and this project's, side by side",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="your copy, whatever its name")
    parser.add_argument(
        "--python", default=sys.executable, metavar="PATH", help="the Python to run the copy with"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--verbose", action="store_true", help="show every case that differs")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        from smsc_transports.compare import comparison, faults, report
        from smsc_transports.compare.program import CannotCompare
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        print(f"smsc compare needs more packages: {INSTALL}", file=sys.stderr)
        return 2
    if not arguments.file.is_file():
        print(f"smsc compare: no such file: {arguments.file}", file=sys.stderr)
        return 2
    if hasattr(sys.stdout, "reconfigure"):  # an ASCII console shows escapes
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with comparison.Comparison(arguments.file, arguments.python) as compared:
            printer = _Printer(report.Report(compared), arguments.json, arguments.verbose)
            printer.print_beginning(compared)
            printer.print_cases(compared)
            with closing(faults.rows(compared)) as rows:
                printer.print_faults(rows)
    except CannotCompare as error:
        if arguments.json:
            print(json.dumps({"file": str(arguments.file), "cannot_compare": str(error)}))
        print(f"smsc compare: {arguments.file} cannot be compared. {error}", file=sys.stderr)
        return 2
    printer.print_end()
    return 1 if printer.report.unexplained else 0


class _Printer:
    """Prints a report as it comes into being; as JSON at its end."""

    def __init__(self, report: Report, as_json: bool, verbose: bool) -> None:
        self.report = report
        self._json = as_json
        self._verbose = verbose

    def print_beginning(self, comparison: Comparison) -> None:
        """Say what is compared, and how."""
        self._say(
            f"{comparison.path} beside the shim, smsc_api.py of smsc-transports {__version__}"
        )

    def print_cases(self, comparison: Comparison) -> None:
        """Run the cases, and print what they came to."""
        from smsc_transports.compare.verdict import SAME

        parts = comparison.parts()
        total = sum(len(part.cases) for part in parts)
        done = 0
        for part in parts:
            for verdict in comparison.verdicts(part):
                self.report.add(part, verdict)
                done += 1
                _show_progress(f"{done} of {total} cases", done == total)
                if self._verbose and verdict.kind != SAME:
                    self._say(*_case(self.report.describe(verdict)))
        for note in self.report.notes():
            self._say(*_wrapped(note, "  "))
        self._say("", *_counts(self.report), "", *_reasons(self.report))
        if not self._verbose:
            self._print_unexplained()

    def print_faults(self, rows: Iterable[Row]) -> None:
        """Run the faults; each row is printed as it comes."""
        from smsc_transports.compare.faults import SIDES

        self._say(
            "",
            "One message while the gateway goes wrong: what the caller is told, how many",
            "SMS arrive (! is too many), which hosts are asked (2 is www2; ?: for the status).",
            "",
            _line("", *SIDES),
            _line("", *(_OUTCOME.format("told", "sms", "hosts") for _ in SIDES)),
        )
        for row in rows:
            outcomes = self.report.add_row(row).outcomes
            self._say(_line(row.scenario.what, *(_outcome(each) for each in outcomes)))

    def print_end(self) -> None:
        """Print the report as JSON, if that is wanted."""
        if self._json:
            print(json.dumps(self.report.as_json(), ensure_ascii=False, indent=1))

    def _print_unexplained(self) -> None:
        unexplained = self.report.unexplained
        for verdict in unexplained[:_MOST_SHOWN]:
            self._say(*_case(self.report.describe(verdict)))
        if len(unexplained) > _MOST_SHOWN:
            self._say(f"... and {len(unexplained) - _MOST_SHOWN} more; --verbose shows all")

    def _say(self, *lines: str) -> None:
        if not self._json:
            for line in lines:
                print(line, flush=True)


def _counts(report: Report) -> Iterator[str]:
    from smsc_transports.compare.report import KINDS

    yield " " * 16 + "".join(f"{heading:>13}" for heading in ("cases", *KINDS))
    for title, counts in report.parts.items():
        numbers = [sum(counts.values()), *(counts[kind] for kind in KINDS)]
        yield f"{title:<16}" + "".join(f"{number:>13}" for number in numbers)


def _reasons(report: Report) -> Iterator[str]:
    from smsc_transports.compare.recorded.differences import RULES

    if report.numbered:
        yield "Numbered: the shim differs on purpose (README, What differs)"
        for number, count in report.by_number():
            yield f"  {number:<4}{count:>5}  {RULES[number]}"
    if report.edits:
        yield "Edited: your copy is another edition than 2.0, or was changed"
        for name, count in report.edits.items():
            yield from _wrapped(report.edit_line(name), f"      {count:>5}  ")
    yield f"Unexplained: {len(report.unexplained) or 'none'}"


def _wrapped(text: str, head: str) -> List[str]:
    """Lay a text out in lines that start below each other, the first after ``head``."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
        break_long_words=False,
    )


def _line(*cells: str) -> str:
    return "".join(f"{cell:<{width}}" for cell, width in zip(cells, _COLUMNS)).rstrip()


def _outcome(outcome: Outcome) -> str:
    messages = f"{outcome.messages}{'!' if outcome.messages > 1 else ''}"
    hosts = outcome.hosts[:_HOSTS_SHOWN]
    more = " .." if len(outcome.hosts) > _HOSTS_SHOWN else ""
    return _OUTCOME.format(outcome.told, messages, " ".join(hosts) + more)


def _case(described: Dict[str, Any]) -> Iterator[str]:
    reason = f" ({described['reason']})" if described["reason"] else ""
    yield ""
    yield f"{described['case']}{reason}"
    yield f"  {described['call']}  {described['settings']}".rstrip()
    for difference in described["differences"]:
        yield f"  {difference['of']}"
        yield from _beside(difference["your copy"], difference["shim"])


def _beside(own: str, shim: str) -> List[str]:
    """Show two texts one above the other, from a little before the place where they part."""
    pairs = enumerate(zip(own, shim))
    place = next((i for i, (a, b) in pairs if a != b), min(len(own), len(shim)))
    start = max(0, place - _BEFORE)
    return [
        f"    yours {_cut(own, start)}",
        f"    shim  {_cut(shim, start)}",
        " " * (10 + place - start + 3 * bool(start)) + "^",
    ]


def _cut(text: str, start: int) -> str:
    """Give a part of a text, with dots where something is left out."""
    end = start + _WIDTH - 16  # with a heading and dots
    return ("..." if start else "") + text[start:end] + ("..." if len(text) > end else "")


def _show_progress(text: str, last: bool) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}", end="\n" if last else "", file=sys.stderr, flush=True)

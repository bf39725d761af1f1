"""The subcommand ``smsc check``: its options, and what it prints."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Callable

_DESCRIPTION = """\
Read programs, without running them, and say what our smsc_api.py does in the
place of the vendor's: which files are copies of it, what their owners changed,
and for every place that uses one whether it stays the same, gets better, or
needs a line changed. Passwords are told by place and never shown.
"""
_EPILOG = """\
exit status:
  0  nothing needs a change
  1  something needs a line changed, or a file about the gateway cannot be read
  2  a PATH cannot be read
"""


def add_parser(subparsers: Any) -> None:
    """Declare ``check``."""
    parser = subparsers.add_parser(
        "check",
        help="what changes for your programs with our smsc_api.py",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.switch.replacement import NotInstalled
    from smsc_transports.switch.report import as_json, as_text
    from smsc_transports.switch.survey import NoSuchPath, survey

    try:
        found = survey(arguments.paths, _progress())
    except (NoSuchPath, NotInstalled) as error:
        print(f"smsc check: {error}", file=sys.stderr)
        return 2
    finally:
        _clear_progress()
    print(as_json(found) if arguments.json else as_text(found))
    return 1 if found.needs_a_change else 0


def _progress() -> Callable[[int], None]:
    """Give what shows the number of files on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda _count: None

    def show(count: int) -> None:
        if count % 100 == 0:
            print(f"\r{count} files read", end="", file=sys.stderr, flush=True)

    return show


def _clear_progress() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)

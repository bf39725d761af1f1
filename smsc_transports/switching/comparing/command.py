"""The subcommand ``smsc compare``: its options and exit status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

_DESCRIPTION = """\
Runs your copy of the vendor's smsc_api.py beside ours with what smsc migrate would
carry over: the same calls, with a gateway on this machine in the place of every
host. Nothing leaves this machine, no file is written.
"""
_EPILOG = """\
Run it in the folder of your program, where its modules are installed, with its
environment variables set to anything.

exit status:
  0  the same, but for numbered differences and changes that smsc check names
  1  something differs that smsc check does not name
  2  the copy cannot be compared; it is said why
"""


def add_parser(subparsers: Any) -> None:
    """Declare ``compare``."""
    parser = subparsers.add_parser(
        "compare",
        help="your copy of the vendor's file and ours, side by side",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="your copy, whatever its name")
    parser.add_argument("--verbose", action="store_true", help="show all causes and calls")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.cli.terminal import print_anything
    from smsc_transports.switching.comparing.comparison import DIFFERENT, compare
    from smsc_transports.switching.comparing.program import CannotCompare
    from smsc_transports.switching.comparing.report import lines

    print_anything(sys.stdout)
    try:
        result = compare(arguments.file)
    except CannotCompare as error:
        print(f"smsc compare: {arguments.file} cannot be compared. {error}", file=sys.stderr)
        return 2
    print("\n".join(lines(result, arguments.verbose)))
    return int(any(verdict.kind == DIFFERENT for verdict in result.verdicts))

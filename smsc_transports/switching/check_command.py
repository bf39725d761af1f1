"""The subcommand ``smsc check``: its options."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

_DESCRIPTION = """\
Reads programs, without running them: which files are copies of the vendor's
file, what smsc migrate takes over from each and what it refuses, who uses them,
and which lines of programs need a change. Passwords are reported by line and
never printed.
"""
_EPILOG = """\
exit status:
  0  nothing needs a change
  1  something needs a change, or a file about the gateway cannot be read
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
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.cli.terminal import print_anything
    from smsc_transports.switching import words
    from smsc_transports.switching.sources import UnreadableFile
    from smsc_transports.switching.survey import survey

    try:
        found = survey(arguments.paths)
    except UnreadableFile as error:
        print(f"smsc check: {error}", file=sys.stderr)
        return 2
    print_anything(sys.stdout)
    if arguments.json:
        print(json.dumps(words.document(found), ensure_ascii=False, indent=2))
    else:
        print("\n".join(words.of_survey(found)))
    return int(found.needs_a_change)

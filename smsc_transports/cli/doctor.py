"""``smsc doctor``: what is set, where it comes from, and what is wrong.

Light to import, since ``smsc --help`` needs it.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from smsc_transports.cli.options import add_module

_DESCRIPTION = """\
Look at the settings of your program, its transports and plugins, proxies and TLS. Your program is
read and never run; no secret is shown. Without --online nothing leaves this process; with it,
every host is asked for the balance, which costs nothing, by your program's own transports.
"""
_EPILOG = """\
exit status:
  0  no problems (notes are none)
  1  problems, each with its remedy
"""


def add_parser(subparsers: Any) -> None:
    """Declare ``doctor`` and its arguments."""
    parser = subparsers.add_parser(
        "doctor",
        help="look for what is set up wrongly",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_module(parser)
    parser.add_argument("--online", action="store_true", help="also ask the hosts")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.cli import report
    from smsc_transports.cli.examination import examine
    from smsc_transports.cli.terminal import print_anything, printable

    print_anything(sys.stdout)
    sections = []
    for section in examine(arguments.module, arguments.online):
        sections.append(section)
        if not arguments.json:
            print(printable(report.in_words(section)) + "\n", flush=True)
    problems = report.problems(sections)
    if arguments.json:
        print(json.dumps(report.as_data(sections), ensure_ascii=False, indent=2))
    else:
        print("no problems" if problems == 0 else f"problems: {problems}")
    return 1 if problems else 0

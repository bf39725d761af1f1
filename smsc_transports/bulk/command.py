"""``smsc bulk``: a file of messages, from a look at it to the report.

Light to import, since ``smsc --help`` needs it.
"""

from __future__ import annotations

import argparse
from typing import Any

from smsc_transports.cli import options

_DESCRIPTION = """\
Send a message for each row of FILE: CSV with the names of the columns in its first line, or JSON
lines. Before anything is sent the rows are checked and the price is asked for. A journal beside
the file, FILE.journal, makes sure that an interrupted run goes on with --resume and sends nothing
twice. The result is written beside it, FILE with the ending .result.csv.
'smsc bulk report FILE' asks what became of the messages and writes a page, .report.html.
"""
_EXAMPLES = """\
examples:
  smsc bulk clients.csv --phone phone --text "Hello, {name}!" --dry-run
  smsc bulk clients.csv --phone phone --text "Hello, {name}!" --sender Shop
  smsc bulk clients.csv --resume
  smsc bulk report clients.csv
"""


def add_parser(subparsers: Any) -> None:
    """Declare ``bulk`` with its arguments."""
    parser = options.add_command(
        subparsers, "bulk", "send a file of messages", _DESCRIPTION, _run, _EXAMPLES
    )
    parser.usage = "smsc bulk FILE [options]\n       smsc bulk report FILE [options]"
    add = parser.add_argument
    add("file", metavar="FILE", nargs="+", help="with rows: CSV or JSON lines")
    add("--phone", metavar="COLUMN", help="the column with the numbers (default: phone)")
    text = parser.add_mutually_exclusive_group().add_argument
    text("--text", metavar="TEMPLATE", help="the text, with columns in it: 'Hello, {name}!'")
    text("--text-column", metavar="COLUMN", help="the column with the texts")
    add("--region", metavar="CODE", help="the country of national numbers: UA")
    add("--sender", metavar="NAME", help="the sender's name")
    add("--time", metavar="TIME", help="DDMMYYhhmm, h1-h2, 0ts or +m; else now")
    add("--tz", metavar="HOURS", help="the time zone of --time, from Moscow's")
    add("--translit", choices=("0", "1", "2"), help="write the texts in Latin letters")
    add("--valid", metavar="TIME", help="for how long to try: hours, or hh:mm")
    add("--batch", metavar="N", type=int, default=100, help="rows in a request (default 100)")
    add("--yes", action="store_true", help="send without asking")
    add("--dry-run", action="store_true", help="check, ask for the price, and send nothing")
    add("--queue", action="store_true", help="let 'smsc worker' send, on any machine")
    add("--resume", action="store_true", help="go on with an interrupted run")
    add(
        "--repeat-unknown",
        action="store_true",
        help="with --resume: send the unknown rows again; they may arrive twice",
    )


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.bulk import files
    from smsc_transports.cli import program

    return program.run(arguments, files.work)

"""The arguments of the commands that call the gateway.

Light to import, since ``smsc --help`` needs it.
"""

from __future__ import annotations

import argparse
from typing import Any, Callable

FORMATS = {
    "sms": 0,
    "flash": 1,
    "push": 2,
    "hlr": 3,
    "bin": 4,
    "bin-hex": 5,
    "ping": 6,
    "mms": 7,
    "mail": 8,
    "call": 9,
    "viber": 10,
    "soc": 11,
    "tg": 13,
}
"""The formats of ``send_sms`` by name."""

WITHOUT_TEXT = ("hlr", "ping")
"""Formats that need no text."""

EXIT_STATUS = """\
exit status (of several messages the highest counts):
  0    done
  1    the gateway refused: an error code, explained
  2    wrong arguments, or a setting that must be changed first; nothing was sent
  3    not sent, or not answered: no host could be reached
  4    unknown: the message may have been sent, the answer was lost
  130  ended by Ctrl-C
"""

SETTINGS = """\
The settings are those of your program: the constants in the smsc_api.py that a program started in
this folder would import, and the environment. The file is read and never run.
"""

Run = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """Takes the text of a message after the options too, where argparse may leave it over."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse the arguments; gives them, and what is left over."""
        found, left = super().parse_known_args(args, namespace)
        if left and not left[0].startswith("-") and "phones" in found and found.text is None:
            found.text = left.pop(0)
        return found, left


def add_command(
    subparsers: Any, name: str, help: str, description: str, run: Run, examples: str = ""
) -> argparse.ArgumentParser:
    """Declare a command with the arguments that all of them take."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=help,
        description=f"{description}\n\n{SETTINGS}",
        epilog=f"{examples}\n{EXIT_STATUS}" if examples else EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_module(parser)
    parser.add_argument("--transport", metavar="NAME", help="instead of SMSC_TRANSPORT")
    parser.add_argument("--json", action="store_true", help="print JSON, an object a line")
    parser.set_defaults(run=run)
    return parser


def add_module(parser: argparse.ArgumentParser) -> None:
    """Declare how the program's own file is named."""
    parser.add_argument(
        "--module", help="the program's smsc_api: a module (shop.smsc_api) or a path"
    )


def add_message(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of a message, named as those of ``send_sms``."""
    parser.add_argument(
        "phones", metavar="PHONES", help="numbers with commas between them; - for lines of stdin"
    )
    parser.add_argument(
        "text", metavar="TEXT", nargs="?", help="the text; - or nothing: all of stdin"
    )
    parser.add_argument("--sender", metavar="NAME", help="the sender's name")
    parser.add_argument("--id", metavar="ID", help="an own id for the message")
    parser.add_argument("--time", metavar="TIME", help="DDMMYYhhmm, h1-h2, 0ts or +m; else now")
    parser.add_argument(
        "--translit", type=int, choices=(0, 1, 2), default=0, help="write it in Latin letters"
    )
    parser.add_argument("--format", choices=FORMATS, default="sms", help="what kind of message")
    parser.add_argument(
        "--query", metavar="PARAMETERS", default="", help="further ones: 'valid=01:00&maxsms=3'"
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show what would go out and its cost; send nothing",
    )

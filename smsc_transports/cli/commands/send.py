"""``smsc send``: sends messages with the settings of a program."""

from __future__ import annotations

import argparse
from typing import Any

from smsc_transports.cli.calls import options

_DESCRIPTION = """\
Send a message, or one for each line of the standard input. All lines are read before the first
message goes out. What the next message would meet too (no money, wrong login, a block, no network,
a lost answer) ends the series; what was not sent is told.
"""
_EXAMPLES = """\
examples:
  smsc send 79991112233 "Your order is ready" --sender Shop
  smsc send 79991112233,79992223344 < text.txt
  smsc send - < messages.txt     a message in each line: 79991112233 Your order is ready
  smsc send 79991112233 "Hello" --dry-run
"""


def add_parser(subparsers: Any) -> None:
    """Declare ``send`` and its arguments."""
    parser = options.add_command(subparsers, "send", "send messages", _DESCRIPTION, _run, _EXAMPLES)
    options.add_message(parser)


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.cli.calls import command, sending

    return command.run(arguments, sending.send)

"""``smsc status``: asks what became of a message."""

from __future__ import annotations

import argparse
from typing import Any

from smsc_transports.cli.calls import options

_DESCRIPTION = "Ask what became of a message, or of an HLR query."


def add_parser(subparsers: Any) -> None:
    """Declare ``status`` and its arguments."""
    parser = options.add_command(
        subparsers, "status", "ask what became of a message", _DESCRIPTION, _run
    )
    parser.add_argument("id", metavar="ID", help="the id of the message")
    parser.add_argument("phone", metavar="PHONE", help="the number it was sent to")
    parser.add_argument("--all", action="store_true", help="with all details")


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.cli.calls import asking, command

    return command.run(arguments, asking.status)

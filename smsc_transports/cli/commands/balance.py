"""``smsc balance``: asks what is left on the account."""

from __future__ import annotations

import argparse
from typing import Any

from smsc_transports.cli.calls import options


def add_parser(subparsers: Any) -> None:
    """Declare ``balance`` and its arguments."""
    options.add_command(
        subparsers,
        "balance",
        "ask what is left on the account",
        "Ask what is left on the account; this costs nothing.",
        _run,
    )


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.cli.calls import asking, command

    return command.run(arguments, asking.balance)

"""``smsc cost``: asks what messages would cost."""

from __future__ import annotations

import argparse
from typing import Any

from smsc_transports.cli.calls import options

_DESCRIPTION = """\
Ask what messages would cost, without sending them. The arguments are those of 'smsc send'; the id
and the time change nothing.
"""


def add_parser(subparsers: Any) -> None:
    """Declare ``cost`` and its arguments."""
    parser = options.add_command(
        subparsers, "cost", "ask what messages would cost", _DESCRIPTION, _run
    )
    options.add_message(parser)


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.cli.calls import command, sending

    return command.run(arguments, sending.price)

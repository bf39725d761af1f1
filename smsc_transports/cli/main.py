"""The command ``smsc``: finds the subcommand and gives it the rest.

Every subcommand is a module with ``add_parser(subparsers)``, which sets ``run``, a function
from the parsed arguments to the exit status. What it needs beyond argparse it imports there.
"""

from __future__ import annotations

import os
import sys
from typing import Optional, Sequence

from smsc_transports import __version__
from smsc_transports.bulk import command as bulk
from smsc_transports.cli import ask, doctor, send, transports
from smsc_transports.cli.options import Parser
from smsc_transports.queueing import command as queueing
from smsc_transports.sandbox import command as sandbox
from smsc_transports.switching import check_command, migrate_command
from smsc_transports.switching.comparing import command as compare_command

_COMMANDS = (
    sandbox,
    check_command,
    compare_command,
    migrate_command,
    doctor,
    send,
    bulk,
    queueing,
    ask,
    transports,
)


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run ``smsc`` with ``argv`` (by default the process's arguments); the exit status."""
    parser = Parser(prog="smsc", description="Tools for the SMS gateway SMSC.")
    parser.add_argument("--version", action="version", version=f"smsc-transports {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(subparsers)
    arguments = parser.parse_args(argv)
    # A plugin beside the program is found as the program finds it; last, to replace no module.
    sys.path.append(os.getcwd())
    try:
        status = int(arguments.run(arguments))
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return 130  # as a shell tells of a command ended by Ctrl-C
    except BrokenPipeError:
        # The reader has closed the pipe, as `head` does: Python's last flush must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # as a shell tells of a command ended by a broken pipe


if __name__ == "__main__":
    sys.exit(main())

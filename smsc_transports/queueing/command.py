"""``smsc worker`` and ``smsc queue``: sending what waits in the queue, and looking into it.

Light to import, since ``smsc --help`` needs it.
"""

from __future__ import annotations

import argparse
from typing import Any

from smsc_transports.cli import options

_WORKER = """\
Send what programs with SMSC_TRANSPORT=queue have put into the queue, until Ctrl-C or SIGTERM:
then the messages under way are settled first. Nothing is sent twice; the messages of a worker that
was killed are looked for, and sent if they did not arrive.
"""
_QUEUE = """\
Show what is in the queue, and what was sent, failed or is unknown. 'retry' sends again what failed
or is unknown; 'cancel' takes back what still waits.
"""
_EXAMPLES = """\
examples:
  smsc queue
  smsc queue retry 1512345678
  smsc queue cancel 1512345678 1587654321
"""


def add_parser(subparsers: Any) -> None:
    """Declare ``worker`` and ``queue`` with their arguments."""
    worker = options.add_command(
        subparsers, "worker", "send what waits in the queue", _WORKER, _work
    )
    worker.add_argument("--once", action="store_true", help="end when nothing waits any more")
    worker.add_argument(
        "--threads", metavar="N", type=int, default=14, help="messages at once: 1 to 14"
    )
    queue = options.add_command(
        subparsers, "queue", "look into the queue", _QUEUE, _look, _EXAMPLES
    )
    queue.add_argument("action", nargs="?", choices=("show", "retry", "cancel"), default="show")
    queue.add_argument("ids", metavar="ID", nargs="*", help="of messages")


def _work(arguments: argparse.Namespace) -> int:
    from smsc_transports.cli import program
    from smsc_transports.queueing import looking

    def work(arguments: argparse.Namespace, face: Any) -> int:
        program.require_account(face, "balance")
        return looking.work(arguments, face)

    return program.run(arguments, work)


def _look(arguments: argparse.Namespace) -> int:
    from smsc_transports.cli import program
    from smsc_transports.queueing import looking

    return program.run(arguments, looking.look)

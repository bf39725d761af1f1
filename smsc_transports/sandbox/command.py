"""The subcommand ``smsc sandbox``: its options, and the way to what it does.

Light to import: aiohttp and the other parts of the extra come in only when a sandbox starts.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Callable, List

from smsc_transports.sandbox.defaults import (
    BALANCE,
    CALLBACK_SECRET,
    KEEP,
    PORT,
    SMTP_PORT,
    VARIABLE,
)
from smsc_transports.sandbox.rules import assumptions

if TYPE_CHECKING:
    from smsc_transports.sandbox.server import Sandbox

EXTRA = ("aiohttp", "aiosmtpd", "trustme", "smpplib")

_DESCRIPTION = """\
A gateway on this machine that keeps and shows every message and sends none.
Without an ACTION it runs until Ctrl-C. Options stand before the action.
"""
_EPILOG = """\
examples:
  smsc sandbox                              run it, print each message
  smsc sandbox run -- python program.py     run a program against one of its own
  smsc sandbox run --at http://127.0.0.1:2580 -- python program.py
                                            run it against one that runs already
  smsc sandbox ready --wait 10              wait until a sandbox answers
"""


def add_parser(subparsers: Any) -> None:
    """Declare ``sandbox`` and its actions."""
    parser = subparsers.add_parser(
        "sandbox",
        help="a local gateway to see and test every SMS",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port",
        type=_port,
        metavar="N",
        help="inbox; HTTP hosts take N+1 to N+5, HTTPS hosts N+11 to N+15, SMPP N+21 and N+22; "
        f"0: any free ones (default {PORT}, with run 0)",
    )
    parser.add_argument(
        "--smtp-port",
        type=_port,
        metavar="N",
        help=f"SMTP (default {SMTP_PORT}, or 0 with --port 0)",
    )
    parser.add_argument(
        "--no-limits", action="store_true", help="no errors 4 and 9 for repeats, rates and floods"
    )
    parser.add_argument("--balance", default=BALANCE, help="money at the start (%(default)s)")
    parser.add_argument(
        "--keep", type=int, default=KEEP, metavar="N", help="messages kept (%(default)s)"
    )
    parser.add_argument("--login", help="accept only this login (by default any)")
    parser.add_argument("--password", help="accept only this password or API key (by default any)")
    parser.add_argument(
        "--callback-url", metavar="URL", help="post status changes there, on this machine only"
    )
    parser.add_argument(
        "--callback-secret", default=CALLBACK_SECRET, help="signs the callbacks (%(default)s)"
    )
    parser.set_defaults(run=_serve)
    actions = parser.add_subparsers(metavar="ACTION")
    run = actions.add_parser("run", help="run a program against a sandbox, unchanged")
    run.add_argument("--at", metavar="URL", help="join the sandbox that runs there")
    run.add_argument("program", nargs=argparse.REMAINDER, metavar="-- COMMAND ARGUMENT")
    run.set_defaults(run=_run)
    ready = actions.add_parser("ready", help="exit status 0 if a sandbox answers")
    ready.add_argument(
        "--wait", type=float, default=0, metavar="SECONDS", help="how long to wait for it"
    )
    ready.set_defaults(run=_ready)
    table = actions.add_parser("assumptions", help="what the documentation leaves open")
    table.set_defaults(run=_assumptions)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535 - 22:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65513")
    return port


def _serve(arguments: argparse.Namespace) -> int:
    def serve(sandbox: Sandbox) -> int:
        from smsc_transports.sandbox import console

        return console.serve(sandbox)

    return _with_sandbox(arguments, PORT, serve)


def _run(arguments: argparse.Namespace) -> int:
    program: List[str] = arguments.program
    if program[:1] == ["--"]:
        program = program[1:]
    if not program:
        print("smsc sandbox run: which program? smsc sandbox run -- COMMAND", file=sys.stderr)
        return 2
    from smsc_transports.sandbox import running
    from smsc_transports.sandbox.fence import launch

    reason = launch.why_unfenced(program)
    if reason:
        print(f"smsc sandbox run: not started: {reason}", file=sys.stderr)
        return 2
    if arguments.at is None:
        return _with_sandbox(arguments, 0, lambda sandbox: running.own(sandbox, program))
    try:
        return running.joined(arguments.at, program)
    except running.Unreachable as error:
        print(f"smsc sandbox run: {error}", file=sys.stderr)
        return 1


def _with_sandbox(
    arguments: argparse.Namespace, default_port: int, action: Callable[[Sandbox], int]
) -> int:
    try:
        from smsc_transports.sandbox.server import PortTaken, Sandbox
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        print(error, file=sys.stderr)
        return 2
    try:
        sandbox: Sandbox = Sandbox(
            port=default_port if arguments.port is None else arguments.port,
            smtp_port=arguments.smtp_port,
            limits=not arguments.no_limits,
            balance=arguments.balance,
            keep=arguments.keep,
            login=arguments.login,
            password=arguments.password,
            callback_url=arguments.callback_url,
            callback_secret=arguments.callback_secret,
        ).start()
    except (PortTaken, ValueError) as error:
        print(f"smsc sandbox: {error}", file=sys.stderr)
        return 1
    try:
        return action(sandbox)
    finally:
        sandbox.stop()


def _ready(arguments: argparse.Namespace) -> int:
    url = os.environ.get(VARIABLE) or f"http://127.0.0.1:{arguments.port or PORT}"
    # Loopback is never reached through a proxy.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + arguments.wait
    while True:
        try:
            with opener.open(f"{url.rstrip('/')}/api/ready", timeout=5):
                return 0
        except (OSError, ValueError):
            if time.monotonic() >= deadline:
                print(f"smsc sandbox: nothing answers at {url}", file=sys.stderr)
                return 1
            time.sleep(0.1)


def _assumptions(_arguments: argparse.Namespace) -> int:
    for topic, assumption in assumptions.TABLE.items():
        print(f"{topic}: {assumption}")
    return 0

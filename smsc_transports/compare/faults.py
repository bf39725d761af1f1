"""What becomes of one send when the gateway goes wrong: the copy, and the shim in both modes.

Each row is a sandbox with one fault, and a fresh process for each side, so that no connection
and no memory of an earlier row counts.
"""

from __future__ import annotations

import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Generator, List, Mapping, NamedTuple, Optional, Tuple

from smsc_transports.compare.child.values import unpack
from smsc_transports.compare.comparison import Comparison
from smsc_transports.compare.program import SECONDS_A_CALL, Call, Fields, Program, Stopped
from smsc_transports.sandbox.server import Sandbox

PATIENCE = (2, 1)  # SMSC_TIMEOUT here, in seconds; the shim's default is (5, 60)
SIDES = ("your copy", "the shim, legacy", "the shim, safe")
SENT = "sent"
WAITS = "never ends"


class Scenario(NamedTuple):
    """What goes wrong, in words and as arguments of ``Sandbox.fail``; None: on every host."""

    what: str
    fault: str = ""
    host: Optional[int] = 0
    no_status: bool = False
    repeat_is_error_9: bool = False


SCENARIOS = (
    Scenario("nothing goes wrong"),
    Scenario("first host refuses", "refuse"),
    Scenario("first host is silent", "hang"),
    Scenario("reset, message not taken", "reset"),
    Scenario("reset, message taken", "reset+stored"),
    Scenario("closed, message taken", "close+stored"),
    Scenario("empty answer, message taken", "empty+stored"),
    Scenario("HTTP 500, message taken", "error+stored"),
    Scenario("half an answer, message taken", "truncated+stored"),
    Scenario("no text in utf-8, message taken", "undecodable+stored"),
    Scenario("a web page, message not taken", "garbage"),
    Scenario("redirect to itself", "redirect"),
    Scenario("every answer lost, message taken", "close+stored", None),
    Scenario("the same, and no status", "close+stored", None, no_status=True),
    Scenario("answer lost, repeats get error 9", "close+stored", repeat_is_error_9=True),
    Scenario("no host can be reached", "refuse", None),
)


class Outcome(NamedTuple):
    """What one side was told, how many messages went out, which hosts it asked in which order.

    A host is 1 (base) to 5 (www5); one that was asked for the status has a ``?``.
    """

    told: str
    messages: int
    hosts: Tuple[str, ...]


class Row(NamedTuple):
    """A scenario and its outcome for each of SIDES."""

    scenario: Scenario
    outcomes: Tuple[Outcome, ...]


class SandboxNetwork:
    """Leads every host name to the sandbox's host of the same rank."""

    def __init__(self, sandbox: Sandbox, silent: bool) -> None:
        self.hosts: List[str] = []
        self._sandbox = sandbox
        self._silent = silent

    def resolve(self, host: str, port: int) -> Optional[Tuple[str, int]]:
        """Give the address of a host; there is only HTTP."""
        mirror = re.match(r"www([2-5])\.", host)
        rank = int(mirror[1]) if mirror else 1
        if port != 80:
            return None
        self.hosts.append(str(rank))
        name, _, number = self._sandbox.http[rank - 1].rpartition(":")
        return name, int(number)

    def connected(self, timeout: Optional[float]) -> None:
        """End a call that would wait for ever: for a host that never answers, without timeout."""
        if self._silent and timeout is None and self.hosts == ["1"]:
            raise Stopped(WAITS)


def rows(comparison: Comparison) -> Generator[Row, None, None]:
    """Run every scenario, its sides at the same time."""
    here = {"SMSC_HTTPS": False, "SMSC_DEBUG": False, "SMSC_TIMEOUT": PATIENCE}
    settings = {**comparison.constants, **here}
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(SIDES)))
        sandboxes = [stack.enter_context(Sandbox()) for _ in SIDES]

        def outcome(side: str, sandbox: Sandbox) -> Outcome:
            if side == SIDES[0]:
                return _send(comparison.copy(), settings, sandbox, scenario)
            mode = {"SMSC_FAILOVER": side.rpartition(" ")[2]}
            return _send(comparison.shim(), {**settings, **mode}, sandbox, scenario)

        for scenario in SCENARIOS:
            for sandbox in sandboxes:
                # While no process is being started: it would inherit a port that is to be closed.
                _prepare(sandbox, scenario)
            yield Row(scenario, tuple(pool.map(outcome, SIDES, sandboxes)))


def _prepare(sandbox: Sandbox, scenario: Scenario) -> None:
    sandbox.reset()
    sandbox.limits = False
    sandbox.error9_on_repeat = scenario.repeat_is_error_9
    if scenario.fault:
        endpoint = None if scenario.fault == "refuse" else "send"
        sandbox.fail(scenario.fault, host=scenario.host, endpoint=endpoint)
    if scenario.no_status:
        sandbox.fail("error", endpoint="status")


def _send(
    program: Program, constants: Mapping[str, Any], sandbox: Sandbox, scenario: Scenario
) -> Outcome:
    network = SandboxNetwork(sandbox, scenario.fault == "hang")
    arguments = ("79991112233", "Your order 17 is ready")
    try:
        with program:
            told = program.call(Call("send_sms", arguments, {}, constants), network)
    except Stopped as error:
        words = f"over {SECONDS_A_CALL:g} s" if error.timed_out else str(error)
        return Outcome(words, len(sandbox.messages), tuple(network.hosts))
    # Only a program that asks for it by name sees the outcome; in legacy mode that is new to it.
    lost = told.get("outcome") == "unknown" and constants["SMSC_FAILOVER"] == "safe"
    hosts = _asked(told) or network.hosts
    once = tuple(host for host, _ in itertools.groupby(hosts))
    return Outcome("unknown" if lost else _in_words(told), len(sandbox.messages), once)


def _asked(told: Fields) -> List[str]:
    """Give the hosts as the shim tells them: it keeps connections, which are not looked up."""
    asked = []
    for command, address in told.get("attempts", ()):
        mirror = re.match(r"www([2-5])\.", address)
        asked.append((mirror[1] if mirror else "1") + "?" * (command == "status"))
    return asked


def _in_words(told: Fields) -> str:
    """Say what the caller knows afterwards."""
    if "raises" in told:
        return str(told["raises"])
    result = unpack(told["result"])
    if result == ["", ""]:
        return "no answer"
    if isinstance(result, list) and len(result) == 4:
        return SENT
    if isinstance(result, list) and len(result) == 2 and re.fullmatch(r"-\d+", str(result[1])):
        return f"error {result[1][1:]}"
    return repr(result)

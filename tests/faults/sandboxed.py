"""Faults of the sandbox: answers lost, cut, late and wrong, in every mixture.

Waiting is virtual: a pause of the library turns the sandbox's clock.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, List, Mapping, Tuple
from unittest import mock

from smsc_transports import call as dispatch
from smsc_transports.failover.policies import Call
from smsc_transports.failover.resting import RestingAddresses
from smsc_transports.sandbox.server import Sandbox
from tests.faces import load_face

from .count import Count

HOSTS = range(5)

LOST_ANSWERS = {
    "close+stored": 0.125,
    "empty+stored": 0.125,
    "error+stored": 0.125,
    "truncated+stored": 0.125,
}
EVERYTHING = {
    "close": 0.05,
    "close+stored": 0.05,
    "reset": 0.03,
    "reset+stored": 0.05,
    "error": 0.04,
    "error+stored": 0.05,
    "empty": 0.03,
    "empty+stored": 0.04,
    "truncated": 0.03,
    "truncated+stored": 0.04,
    "garbage": 0.03,
    "garbage+stored": 0.04,
    "undecodable": 0.02,
    "undecodable+stored": 0.02,
    "redirect": 0.02,
    "hang": 0.01,
    "hang+stored": 0.01,
    "slow": 0.02,
    "huge": 0.002,
}
BAD_STATUS = {"close": 0.1, "error": 0.1, "empty": 0.05, "garbage": 0.05, "reset": 0.05}


@dataclass(frozen=True)
class Scenario:
    """What goes wrong: chances for each send and each status question, and lasting troubles."""

    name: str
    sends: Mapping[str, float] = field(default_factory=dict)
    statuses: Mapping[str, float] = field(default_factory=dict)
    refusing: Tuple[int, ...] = ()
    status_lag: float = 0
    error9_on_repeat: bool = False


SCENARIOS = [
    Scenario("half of the answers lost", LOST_ANSWERS),
    Scenario("all faults of the sandbox", EVERYTHING),
    Scenario("the same, and status.php fails too", EVERYTHING, BAD_STATUS),
    Scenario("the same, and the status lags 4 s", EVERYTHING, BAD_STATUS, status_lag=4),
    Scenario("half lost, a repeat gets error 9", LOST_ANSWERS, error9_on_repeat=True),
    Scenario("every fault, error 9, lag 4 s", EVERYTHING, {}, (), 4, True),
    Scenario("two hosts refuse, half lost", LOST_ANSWERS, refusing=(0, 2)),
    Scenario("half lost, no status at all", LOST_ANSWERS, {"error": 1.0}),
]
NO_STATUS = SCENARIOS[-1]


class VirtualTime(threading.local):
    """A clock that the pauses of its thread turn, and the sandbox's along with it."""

    passed = 0.0

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def now(self) -> float:
        return time.monotonic() + self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self._sandbox.clock.advance(seconds)


def prepare(sandbox: Sandbox, scenario: Scenario, seed: int) -> None:
    """Put the faults of a scenario in force."""
    sandbox.reset()
    sandbox.limits = False
    sandbox.balance = "1000000.00"
    sandbox.slow_interval = 0.001
    sandbox.status_lag = scenario.status_lag
    sandbox.error9_on_repeat = scenario.error9_on_repeat
    for host in scenario.refusing:
        sandbox.fail("refuse", host=host)
    for endpoint, chances in (("send", scenario.sends), ("status", scenario.statuses)):
        if chances:
            for host in HOSTS:
                sandbox.fail(chances=chances, host=host, endpoint=endpoint, seed=seed + host)


def run(
    sandbox: Sandbox, scenario: Scenario, mode: str, sends: int, seed: int = 7, threads: int = 4
) -> Count:
    """Send so many messages, each to a number of its own, and count what became of them."""
    prepare(sandbox, scenario, seed)
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_PASSWORD = "login", "password"
    face.SMSC_HOST = ",".join(sandbox.http)
    face.SMSC_FAILOVER = mode
    face.SMSC_TIMEOUT = (2, 0.5)
    virtual = VirtualTime(sandbox)
    call = functools.partial(
        Call, clock=virtual.now, sleep=virtual.sleep, resting=RestingAddresses()
    )
    smsc = face.SMSC()
    phones = [f"7999{number:07}" for number in range(sends)]
    with mock.patch.object(dispatch, "Call", call), ThreadPoolExecutor(threads) as pool:
        replies: List[Any] = []
        for reply in pool.map(lambda phone: smsc.send_sms(phone, f"to {phone}"), phones):
            replies.append(reply)
            show_progress(scenario, mode, len(replies), sends)
    copies = Counter(recipient.phone for m in sandbox.messages for recipient in m.recipients)
    count = Count()
    for phone, reply in zip(phones, replies):
        count.add(copies[phone], reply)
    return count


def show_progress(scenario: Scenario, mode: str, done: int, sends: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == sends else ""
        print(f"\r{mode}: {scenario.name}: {done} of {sends}", end=end, file=sys.stderr)

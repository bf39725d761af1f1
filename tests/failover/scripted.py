"""A transport that follows a script, and a clock that only pauses turn."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Sequence, Tuple, Union

from smsc_transports import Request, Settings, Transport
from smsc_transports.failover.policies import Call
from smsc_transports.failover.resting import RestingAddresses
from smsc_transports.values.settings import Timeout

Step = Union[str, Exception, Callable[[Request], str]]

HOSTS = "one,two,three"


class Scripted(Transport):
    """Answers each command from its list of steps; the last step is for all that follow."""

    name = "scripted"

    def __init__(self, **steps: Sequence[Step]) -> None:
        self._steps: Dict[str, List[Step]] = {name: list(s) for name, s in steps.items()}
        self.requests: List[Tuple[str, str, Request]] = []

    def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
        self.requests.append((request.command, address, request))
        steps = self._steps[request.command]
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, str) else step(request)

    def asked(self, command: str) -> List[Request]:
        """Give the requests of one command, oldest first."""
        return [request for name, _, request in self.requests if name == command]

    def addresses_of(self, command: str) -> List[str]:
        """Give the addresses that one command went to, oldest first."""
        return [address for name, address, _ in self.requests if name == command]


class VirtualTime:
    """Time that passes by pausing."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: List[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def send_request(
    argument: str = "cost=3&phones=79990000001&mes=hello&translit=0&id=0", **settings: Any
) -> Request:
    chosen = {"login": "l", "password": "p", "host": HOSTS, **settings}
    return Request("send", argument, Settings(**chosen))


def make_call(request: Request, time: VirtualTime) -> Call:
    resting = RestingAddresses(time.clock)
    return Call(request, lambda attempt: None, time.clock, time.sleep, resting)

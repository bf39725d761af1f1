"""The loop that all transports share.

The cast: a *transport* makes one attempt against one address and says how it went; a *call*
makes the attempts of one request, keeps its time and tells observers; a *policy* is a function
that decides which attempt comes next. An attempt ends in one of three ways, by phase and never by
HTTP verb (a send is a GET): **answered**, **not sent**, **unknown**.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Callable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from smsc_transports.attempt import Attempt
from smsc_transports.errors import (
    ANSWERED,
    NOT_SENT,
    UNKNOWN,
    NotSent,
    OutcomeUnknown,
    TransportError,
    Unsupported,
)
from smsc_transports.redaction import redact
from smsc_transports.request import Request
from smsc_transports.settings import Timeout
from smsc_transports.transport import Transport

log = logging.getLogger("smsc_transports.failover")

Observer = Callable[[Attempt], None]


class Route(NamedTuple):
    """A transport and one of its addresses."""

    transport: Transport
    address: str


@dataclass(frozen=True)
class Verdict:
    """What came of a call: the reply text, or None and what is known without it."""

    text: Optional[str]
    outcome: str
    error: Optional[TransportError] = None


class Call:
    """One request on its way: makes attempts, within the time there is, and remembers them."""

    def __init__(
        self,
        request: Request,
        observe: Observer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.request = request
        self.attempts: List[Attempt] = []
        self._observe = observe
        self._clock = clock

    def routes(self, transports: Sequence[Transport]) -> Iterator[Route]:
        """Give the addresses of all transports in the order of trying."""
        for transport in transports:
            for address in transport.addresses(self.request):
                yield Route(transport, address)

    def attempt(self, request: Request, route: Route) -> str:
        """Make one attempt and give the reply text; raises TransportError if there is none."""
        started = self._clock()
        try:
            text = _exchange(request, route, request.settings.timeout)
        except TransportError as error:
            self._note(request, route, started, error.outcome, str(error))
            raise
        self._note(request, route, started, ANSWERED)
        return text

    def _note(
        self, request: Request, route: Route, started: float, outcome: str, error: str = ""
    ) -> None:
        attempt = Attempt(
            request.command,
            route.transport.name,
            route.address,
            len(self.attempts) + 1,
            self._clock() - started,
            outcome,
            error,
        )
        self.attempts.append(attempt)
        log.log(logging.DEBUG if outcome == ANSWERED else logging.WARNING, "%s", attempt)
        self._observe(attempt)


def _exchange(request: Request, route: Route, timeout: Timeout) -> str:
    """Let the transport try, and make of whatever it raises one of our errors, without secrets."""
    try:
        text = route.transport.exchange(request, route.address, timeout)
    except TransportError as error:
        clean = type(error)(redact(str(error), request.settings.secrets))
        clean.timed_out = error.timed_out
        raise clean from error.__cause__
    except Exception as error:
        # A stranger's transport may raise anything, after any byte.
        reason = redact(f"{type(error).__name__}: {error}", request.settings.secrets)
        raise OutcomeUnknown(reason) from error
    if not text:
        raise OutcomeUnknown("the answer is empty")
    return text


def run_legacy(call: Call, transports: Sequence[Transport]) -> Verdict:
    """Try every address until one answers, whatever became of the attempt before.

    The vendor's rule: a send whose answer was lost is sent again.
    """
    return _run(call, transports, stop_at=())


def run_once(call: Call, transports: Sequence[Transport]) -> Verdict:
    """Try the next address only while the request surely was not sent."""
    return _run(call, transports, stop_at=(OutcomeUnknown,))


def _run(call: Call, transports: Sequence[Transport], stop_at: Tuple[type, ...]) -> Verdict:
    outcome = NOT_SENT
    last: Optional[TransportError] = None
    useless: Optional[Transport] = None
    for route in call.routes(transports):
        if route.transport is useless:
            continue
        try:
            return Verdict(call.attempt(call.request, route), ANSWERED)
        except TransportError as error:
            last = error
            if isinstance(error, Unsupported):
                useless = route.transport
            elif not isinstance(error, NotSent):
                outcome = UNKNOWN
            if isinstance(error, stop_at):
                break
    return Verdict(None, outcome, last)

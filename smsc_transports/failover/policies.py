"""The loop that all transports share.

A *transport* makes one attempt against one address and says how it went; a *call* makes the
attempts of one request, limits their time and reports to observers; a *policy* is a function
that decides which attempt comes next. An attempt ends in one of three ways, by phase and never by
HTTP verb (a send is a GET): **answered**, **not sent**, **unknown**.

Two policies are here, the third, ``run_safe``, is in the module ``safe``.
"""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from dataclasses import replace
from typing import Callable, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Type

from smsc_transports.failover.resting import RESTING, RestingAddresses
from smsc_transports.failover.slots import slot
from smsc_transports.plugins.blame import report_bug
from smsc_transports.plugins.transport import Transport
from smsc_transports.reporting.logs import DEBUG, INFO, Log
from smsc_transports.reporting.redaction import redact, without_user
from smsc_transports.values.attempt import Attempt
from smsc_transports.values.errors import (
    ANSWERED,
    NOT_SENT,
    UNKNOWN,
    ConfigurationError,
    NotSent,
    OutcomeUnknown,
    TransportError,
    Unsupported,
    text_of,
    type_and_text,
)
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Timeout

log = Log("failover")

Observer = Callable[[Attempt], None]


class Route(NamedTuple):
    """A transport and one of its addresses."""

    transport: Transport
    address: str

    @property
    def key(self) -> Tuple[str, str]:
        """The key under which the rest of the address is recorded."""
        return (self.transport.name, str(self.address))


class Verdict(NamedTuple):
    """The result of a call: the reply text, or None and what is known without it.

    ``id`` is our message id, under which a send without a reply may have arrived.
    """

    text: Optional[str]
    outcome: str
    error: Optional[TransportError] = None
    id: str = ""


class Call:
    """One request under way: makes attempts within the time that is left, and records them."""

    def __init__(
        self,
        request: Request,
        observe: Observer,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        resting: RestingAddresses = RESTING,
    ) -> None:
        self.request = request
        self.attempts: List[Attempt] = []
        self.planned = 0
        self.clock = clock
        self._observe = observe
        self._sleep = sleep
        self._resting = resting
        deadline = request.settings.deadline
        self._end = math.inf if deadline is None else clock() + deadline

    @property
    def seconds_left(self) -> float:
        """What is left of ``SMSC_DEADLINE``, infinite without one."""
        return self._end - self.clock()

    def routes(self, transports: Sequence[Transport]) -> Iterator[Route]:
        """Give the addresses of all transports while there is time, resting ones last."""
        for transport in transports:
            resting = []
            addresses = self._addresses(transport)
            self.planned += len(addresses)
            for address in addresses:
                route = Route(transport, address)
                if not self._resting.may_try(route.key):
                    resting.append(route)
                elif self.seconds_left > 0:
                    yield route
            for route in resting:
                if self.seconds_left > 0:
                    yield route

    def attempt(
        self, request: Request, route: Route, understands: Callable[[str], bool] = bool
    ) -> str:
        """Make one attempt and give the reply text; raises TransportError if there is none.

        ``understands`` tells a reply from something else that a host may answer, which counts as
        an unknown outcome.
        """
        started, own = self.clock(), request.settings.timeout
        try:
            needed = route.transport.needs_slot
            held = slot(request, min(own.read, self.seconds_left)) if needed else nullcontext()
            with held:
                timeout = own._replace(total=max(self.seconds_left, 0.001))
                text = _exchange(request, route, timeout)
            if not understands(text):
                raise OutcomeUnknown("the answer is not a reply of the gateway")
        except TransportError as error:
            if not error.timed_out:
                self._resting.responded(route.key)
            elif self.seconds_left > 0:  # a deadline that is over says nothing about the host
                self._resting.timed_out(route.key)
            self._note(request, route, started, error.outcome, str(error))
            raise
        self._resting.responded(route.key)
        self._note(request, route, started, ANSWERED)
        return text

    def _addresses(self, transport: Transport) -> Sequence[str]:
        try:
            addresses = transport.addresses(self.request)
            if isinstance(addresses, str):
                raise TypeError("it gave one text, not a list of texts")
            return list(addresses)
        except ConfigurationError:
            raise
        except Exception as error:  # plugin code; it counts as an attempt that sent nothing
            reason = redact(type_and_text(error), self.request.settings.secrets)
            report_bug(transport, "addresses", error, self.request.settings.secrets)
            self._note(self.request, Route(transport, ""), self.clock(), NOT_SENT, reason)
            return []

    def pause(self, seconds: float) -> bool:
        """Wait and return True, or return False at once if no time would be left after that."""
        if self.seconds_left <= seconds:
            return False
        self._sleep(seconds)
        return True

    def _note(
        self, request: Request, route: Route, started: float, outcome: str, error: str = ""
    ) -> None:
        attempt = Attempt(
            request.command,
            route.transport.name,
            without_user(str(route.address)),
            len(self.attempts) + 1,
            self.clock() - started,
            outcome,
            error,
        )
        self.attempts.append(attempt)
        log.log(DEBUG if outcome == ANSWERED else INFO, "%s", attempt)
        self._observe(attempt)


def _exchange(request: Request, route: Route, timeout: Timeout) -> str:
    """Let the transport try, and turn what it raises into one of our errors, without secrets."""
    if not route.transport.carries(request):
        raise Unsupported(f"{route.transport.name} does not carry {request.task}")
    try:
        text = route.transport.exchange(request, route.address, timeout)
    except TransportError as error:
        raise _clean(error, request) from error.__cause__
    except ConfigurationError:
        raise
    except Exception as error:  # plugin code may fail at any point
        report_bug(route.transport, "exchange", error, request.settings.secrets)
        raise OutcomeUnknown(redact(type_and_text(error), request.settings.secrets)) from error
    except BaseException as error:  # Ctrl-C: the frames below hold the password
        raise error.with_traceback(None) from None
    if not isinstance(text, str):
        report_bug(route.transport, "exchange", f"it gave {type(text).__name__}, not text")
        raise OutcomeUnknown(f"the transport gave {type(text).__name__}, not text")
    if not text:
        raise OutcomeUnknown("the answer is empty")
    return text


def _clean(error: TransportError, request: Request) -> TransportError:
    """Give an error of the same outcome whose text holds no secret."""
    kinds = (NotSent, OutcomeUnknown, Unsupported)
    kind = next((kind for kind in kinds if isinstance(error, kind)), OutcomeUnknown)
    clean = kind(redact(text_of(error) or type(error).__name__, request.settings.secrets))
    clean.timed_out, clean.stale = error.timed_out, error.stale
    return clean


def run_legacy(
    call: Call, transports: Sequence[Transport], understands: Callable[[str], bool] = bool
) -> Verdict:
    """Try every address until one answers, whatever became of the attempt before.

    The vendor's rule: a send whose answer was lost is sent again.
    """
    return _run(call, transports, (), understands)


def run_once(
    call: Call, transports: Sequence[Transport], understands: Callable[[str], bool] = bool
) -> Verdict:
    """Try the next address only while the request surely was not sent."""
    return _run(call, transports, (OutcomeUnknown,), understands)


def _run(
    call: Call,
    transports: Sequence[Transport],
    stop_at: Tuple[Type[TransportError], ...],
    understands: Callable[[str], bool] = bool,
) -> Verdict:
    outcome = NOT_SENT
    last: Optional[TransportError] = None
    unfit: Optional[Transport] = None
    repeats = 0
    for route in call.routes(transports):
        if route.transport is unfit:
            continue
        # The repeat over a new connection takes the place of one host, so that a message never
        # goes out more often than there are hosts; of one host, twice.
        most = max(call.planned, 2) if call.request.billable else math.inf
        if repeats and len(call.attempts) >= most:
            break
        try:
            try:
                return Verdict(call.attempt(call.request, route, understands), ANSWERED)
            except OutcomeUnknown as error:
                if not error.stale or repeats or stop_at:
                    raise
                repeats += 1
            again = replace(call.request, fresh=True)  # threads may have kept others meanwhile
            return Verdict(call.attempt(again, route, understands), ANSWERED)
        except Unsupported as error:
            last, unfit = error, route.transport
        except NotSent as error:
            last = error
        except TransportError as error:
            last, outcome = error, UNKNOWN
            if isinstance(error, stop_at):
                break
    return Verdict(None, UNKNOWN if repeats else outcome, last)

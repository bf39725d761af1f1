"""The policy that asks for the status of a message before it sends it again.

After a send with an unknown outcome its status is asked for under our id. Found: the reply is
built from the status. Surely not found: it is sent again under the same id, twice at the most. No
host answers: the outcome stays unknown, and the reply says so.
"""

from __future__ import annotations

import random
import re
from typing import Optional, Sequence

from smsc_transports.failover.policies import Call, Route, Verdict, run_legacy, run_once
from smsc_transports.failover.reconcile import Search, Undecided
from smsc_transports.plugins.transport import Transport
from smsc_transports.values.errors import (
    ANSWERED,
    NOT_SENT,
    UNKNOWN,
    OutcomeUnknown,
    TransportError,
    Unsupported,
)
from smsc_transports.values.request import Request

MOST_REPEATS = 2
MOST_ATTEMPTS = 20
PATIENCE_SECONDS = 300.0
"""No attempt starts after so many attempts or seconds; ``SMSC_DEADLINE`` may be shorter."""

LARGEST_ID = 2**31 - 1

_REPEATED = re.compile(r"[^,]*,-9\s*")
_ERROR = re.compile(r"([\w.-]*),-\d+\s*")
_SUCCESS = re.compile(r"([\w.;-]+),\d+(,-?[\d.]*)*\s*")
_FIELDS = {"2": 3, "3": 4}
"""How many fields a success has, by the parameter ``cost``; else two."""

# Not the program's generator: a seeded one would repeat the ids of its last run.
_random = random.SystemRandom()


def run_safe(call: Call, transports: Sequence[Transport], askers: Sequence[Transport]) -> Verdict:
    """Send so that nothing goes out twice; ``askers`` are the transports that can ask a status.

    A call that costs nothing is repeated freely. A caller's own id is never replaced, and since
    it need not be unique nothing can be concluded from its status: after an unknown outcome such
    a send is not repeated.
    """
    if not call.request.billable:
        return run_legacy(call, transports)
    if call.request.command != "send":
        return run_once(call, transports)
    if call.request.id:
        strict = any(transport.is_gateway for transport in transports)
        return run_once(call, transports, lambda text: is_reply(call.request, text, strict))
    return run_under_our_id(call, call.request.with_id(new_id()), transports, askers)


def new_id() -> str:
    """Choose an id for a message."""
    return str(_random.randint(1, LARGEST_ID))


def run_under_our_id(
    call: Call, request: Request, transports: Sequence[Transport], askers: Sequence[Transport]
) -> Verdict:
    """Send a request under our own id, so that a status found under it is this message's."""
    search = Search(call, request, askers)
    try:
        return _run(call, request, transports, search)
    except Undecided:
        error = OutcomeUnknown("it is not known whether it arrived")
        return Verdict(None, UNKNOWN, error, request.id)


def _run(call: Call, request: Request, transports: Sequence[Transport], search: Search) -> Verdict:
    patience_ends = call.clock() + PATIENCE_SECONDS
    attempts = lost = 0
    last: Optional[TransportError] = None
    while True:
        route = None
        search.heard = False
        for route in call.routes(transports):
            if attempts == MOST_ATTEMPTS or call.clock() > patience_ends:
                return _not_answered(lost, last)
            attempts += 1
            try:
                text = _send(call, request, route)
            except OutcomeUnknown as error:
                last, text = error, ""
            except TransportError as error:
                last = error
                continue
            # Error 9 may be the answer to a second copy: ours, or one made by a proxy.
            if text and not _REPEATED.fullmatch(text):
                return Verdict(text, ANSWERED)
            if not route.transport.carries_id:  # there is no id to ask for
                return Verdict(text, ANSWERED) if text else Verdict(None, UNKNOWN, last)
            found = search.find(route, sent_for_sure=bool(text) and bool(lost))
            if found is not None or text:
                return Verdict(found or text, ANSWERED)
            lost += 1
            if lost > MOST_REPEATS or not _tells_status(route.transport):
                raise Undecided
        # Another round is useful only while a host is reachable, which cannot be known from a
        # transport that cannot ask for a status.
        if route is None or isinstance(last, Unsupported) or not _tells_status(route.transport):
            return _not_answered(lost, last)
        if not search.heard and not search.anybody_there(route):
            return _not_answered(lost, last)


def _send(call: Call, request: Request, route: Route) -> str:
    if not route.transport.carries_id:
        request = call.request
    strict = route.transport.is_gateway and route.transport.carries_id
    return call.attempt(request, route, lambda text: is_reply(request, text, strict))


def _not_answered(lost: int, last: Optional[TransportError]) -> Verdict:
    if lost:
        raise Undecided
    return Verdict(None, NOT_SENT, last)


def _tells_status(transport: Transport) -> bool:
    """Tell whether "not found" is reliable: an e-mail may be processed later."""
    return transport.commands is None or "status" in transport.commands


def is_reply(request: Request, text: str, strict: bool) -> bool:
    """Tell the gateway's reply to a send from a page of something else, or from a part of one.

    A ``strict`` reply carries the id of the request; one of another gateway has its own.
    """
    error = _ERROR.fullmatch(text)
    if error is not None:
        return not strict or error.group(1) in ("", "0", request.id)
    success = _SUCCESS.fullmatch(text)
    if success is None or (strict and success.group(1) != request.id):
        return False
    expected = _FIELDS.get(request.fields.get("cost", ""), 2)
    return text.count(",") + 1 >= expected

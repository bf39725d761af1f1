"""The policy that never sends twice.

A send whose outcome is unknown is not repeated but looked for, under an id of ours. Found: the
reply is put together from what the gateway says. Surely not found: it goes out again under the
same id. Nobody can say: neither can we, and the caller is told so.
"""

from __future__ import annotations

import random
import re
from typing import Optional, Sequence

from smsc_transports.failover.policies import Call, Verdict, run_legacy, run_once
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

MOST_SENDS = 20
PATIENCE_SECONDS = 300.0
"""After so many attempts, or so long, no other attempt is begun; ``SMSC_DEADLINE`` may be less."""

LARGEST_ID = 2**31 - 1

_REPEATED = re.compile(r"[^,]*,-9\s*")
_ERROR = re.compile(r"[\w.-]*,-\d+\s*")
_SUCCESS = re.compile(r"[\w.-]+,\d+(,-?[\d.]*)*\s*")
_FIELDS = {"2": 3, "3": 4}
"""How many fields a success has, by the parameter ``cost``; else two."""


def run_safe(call: Call, transports: Sequence[Transport], askers: Sequence[Transport]) -> Verdict:
    """Send so that nothing goes out twice; ``askers`` are the transports that can ask a status.

    A call that costs nothing is repeated freely. A caller's own id is never replaced, and since
    it need not be unique nothing can be concluded from its status: after an unknown outcome such
    a send is not repeated.
    """
    if not call.request.billable:
        return run_legacy(call, transports)
    if call.request.command != "send" or call.request.id:
        return run_once(call, transports)
    request = call.request.with_id(str(random.randint(1, LARGEST_ID)))
    search = Search(call, request, askers)
    try:
        return _run(call, request, transports, search)
    except Undecided:
        error = OutcomeUnknown("nobody can say whether it arrived")
        return Verdict(None, UNKNOWN, error, request.id)


def _run(call: Call, request: Request, transports: Sequence[Transport], search: Search) -> Verdict:
    patience_ends = call.clock() + PATIENCE_SECONDS
    sends = 0
    lost_before = False
    last: Optional[TransportError] = None
    while True:
        route = None
        search.heard = False
        for route in call.routes(transports):
            if sends == MOST_SENDS or call.clock() > patience_ends:
                return Verdict(None, NOT_SENT, last)
            sends += 1
            try:
                text = call.attempt(request, route, lambda text: is_reply(request, text))
            except OutcomeUnknown as error:
                last, text = error, ""
            except TransportError as error:
                last = error
                continue
            is_repeat = bool(_REPEATED.fullmatch(text)) and lost_before
            if text and not is_repeat:
                return Verdict(text, ANSWERED)
            found = search.find(route, sent_for_sure=is_repeat)
            if found is not None:
                return Verdict(found, ANSWERED)
            lost_before = True
        # Another round is worth it only while somebody is there to hand the message to.
        if route is None or isinstance(last, Unsupported):
            return Verdict(None, NOT_SENT, last)
        if not search.heard and not search.anybody_there(route):
            return Verdict(None, NOT_SENT, last)


def is_reply(request: Request, text: str) -> bool:
    """Tell the gateway's reply to a send from a page of something else, or from a part of one."""
    if _ERROR.fullmatch(text):
        return True
    expected = _FIELDS.get(request.fields.get("cost", ""), 2)
    return bool(_SUCCESS.fullmatch(text)) and text.count(",") + 1 >= expected

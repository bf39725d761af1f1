"""Finds out whether a message arrived whose send got no answer.

``status.php`` knows a message by its id and phone. The source of its rules and forms is the
vendor's HTTP page.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Dict, Iterator, List, Optional, Sequence
from urllib.parse import quote

from smsc_transports.failover.policies import Call, Route
from smsc_transports.plugins.transport import Transport
from smsc_transports.values.errors import TransportError
from smsc_transports.values.parts import segment
from smsc_transports.values.request import Request

PAUSE_SECONDS = 6.0
"""Between two questions for one message: the status may lag behind the send."""

ASKS_TO_BE_SURE = 2
MOST_ASKS = 4

ASKS_PER_MINUTE = 5
"""More questions for one message are refused with error 9."""

NOT_FOUND = "-3"

_KEPT_AS_WRITTEN = re.compile(r"\+[1-9]\d{7,14}|(?!8\d{10}$)[1-9]\d{10,14}|[^@\s]+@[^@\s]+")
"""Recipients that the gateway stores as given; other numbers it may have corrected."""

_STATUS = re.compile(r"-?\d\d?")
"""All statuses of the gateway: another server's page may hold a status of another kind."""
_AMOUNT = re.compile(r"-?\d+(\.\d+)?")

Entry = Dict[str, Any]


class Undecided(Exception):
    """It cannot be known whether the message arrived."""


class Search:
    """Looks for one message; ``askers`` are the transports that can ask for a status.

    ``heard`` is True once any host answered a status request.
    """

    def __init__(self, call: Call, request: Request, askers: Sequence[Transport]) -> None:
        self.heard = False
        self._call = call
        self._request = request
        self._askers = askers
        self._asked: Dict[str, List[float]] = {}
        self._asked_for_all = False

    def find(self, failed: Route, sent_for_sure: bool = False) -> Optional[str]:
        """Give the reply that the send would have had, None if the message did not arrive.

        ``failed`` is the host that did not answer, which is asked last;
        ``sent_for_sure`` says that the gateway reported a repeat, so that it must be there.
        Raises Undecided.
        """
        if not self._askers:
            raise Undecided
        absent = 0
        for ask in range(MOST_ASKS):
            if ask and not self._call.pause(PAUSE_SECONDS):
                break
            entries = self._ask(failed)
            if any(map(_is_present, entries)):
                return self._reply(entries, failed)
            absent += bool(entries)
            if ask + 1 >= ASKS_TO_BE_SURE and absent in (0, ASKS_TO_BE_SURE) and not sent_for_sure:
                break
        if sent_for_sure or absent < ASKS_TO_BE_SURE or not self._is_known_by_phone():
            raise Undecided
        return None

    def anybody_there(self, failed: Route) -> bool:
        """Tell whether any host answers."""
        self._ask(failed)
        return self.heard

    def _is_known_by_phone(self) -> bool:
        phones = self._request.phones
        return bool(phones) and all(_KEPT_AS_WRITTEN.fullmatch(phone) for phone in phones)

    def _ask(self, failed: Route) -> List[Entry]:
        """Ask once; no entries if no host answered."""
        phones = self._request.phones
        if len(phones) > 1 and not self._asked_for_all:
            self._asked_for_all = True  # the gateway allows one such question a minute
            entries = self._statuses(phones, failed)
            if entries:
                return entries
        ends = sorted({phones[0], phones[-1]}) if phones else []
        return [entry for phone in ends for entry in self._statuses([phone], failed)]

    def _statuses(self, phones: List[str], failed: Route) -> List[Entry]:
        listed = ",".join(phones)
        if not self._wait_for_turn(listed):
            return []
        ids = ",".join([self._request.id] * len(phones))
        question = self._request.about("status", f"phone={quote(listed)}&id={ids}&all=1", fmt=3)
        for route in self._routes(failed):
            try:
                text = self._call.attempt(question, route, self._is_answer)
            except TransportError:
                continue
            self.heard = True
            return _entries(text)
        return []

    def _is_answer(self, text: str) -> bool:
        entries = _decoded(text)
        own = self._request.id
        return entries is not None and all(str(each.get("id", own)) == own for each in entries)

    def _wait_for_turn(self, listed: str) -> bool:
        times = self._asked.setdefault(listed, [])
        if len(times) >= ASKS_PER_MINUTE:
            minute_over = times[-ASKS_PER_MINUTE] + 60
            wait = minute_over - self._call.clock()
            if wait > 0 and not self._call.pause(wait):
                return False
        times.append(self._call.clock())
        return True

    def _routes(self, failed: Route) -> Iterator[Route]:
        last = []
        for route in self._call.routes(self._askers):
            if route.address == failed.address:
                last.append(route)
            else:
                yield route
        yield from last

    def _reply(self, entries: List[Entry], failed: Route) -> str:
        """Put together what the send would have answered: id, parts, cost, balance."""
        phones = self._request.phones
        if len(entries) < len(phones):
            entries = [entry for phone in phones for entry in self._statuses([phone], failed)]
        present = list(filter(_is_present, entries))
        parts = sum(self._parts(entry) for entry in present)
        return f"{self._request.id},{parts},{_total_cost(present)},{self._balance(failed)}"

    def _parts(self, entry: Entry) -> int:
        counted = str(entry.get("sms_cnt", ""))
        return int(counted) if counted.isdigit() else len(segment(self._request.text).parts)

    def _balance(self, failed: Route) -> str:
        for route in self._routes(failed):
            try:
                text = self._call.attempt(self._request.about("balance", ""), route)
            except TransportError:
                continue
            return text.strip() if _AMOUNT.fullmatch(text.strip()) else ""
        return ""


def _decoded(text: str) -> Optional[List[Entry]]:
    """Read an answer of ``status.php``: JSON, or the numbers that a plugin may have got."""
    try:
        data = json.loads(text, parse_float=str)
    except ValueError:
        fields = text.strip().split(",", 8)
        if re.fullmatch(r"0,-\d+", text.strip()):
            return [{"error_code": fields[1][1:]}]
        if len(fields) < 3 or not _STATUS.fullmatch(fields[0]):
            return None
        cost = {"cost": fields[5]} if len(fields) > 5 else {}
        return [{"status": fields[0], **cost}]
    entries = data if isinstance(data, list) else [data]
    known = [e for e in entries if isinstance(e, dict) and ("error_code" in e or _has_status(e))]
    return known or None


def _has_status(entry: Entry) -> bool:
    return _STATUS.fullmatch(str(entry.get("status", ""))) is not None


def _entries(text: str) -> List[Entry]:
    """Give the statuses of an answer, none of an error."""
    return list(filter(_has_status, _decoded(text) or []))


def _is_present(entry: Entry) -> bool:
    return str(entry["status"]) != NOT_FOUND


def _total_cost(entries: List[Entry]) -> str:
    try:
        return str(sum((Decimal(str(entry["cost"])) for entry in entries), Decimal(0)))
    except (KeyError, InvalidOperation):
        return ""

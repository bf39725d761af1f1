"""The reply: the list of strings that old callers know, with names for new ones."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from smsc_transports.values.attempt import Attempt
from smsc_transports.values.errors import (
    ANSWERED,
    UNKNOWN,
    GatewayError,
    NotSent,
    OutcomeUnknown,
)

_SMS = ("status", "changed_at", "error_code")
_HLR = (
    *_SMS,
    "imsi",
    "service_center",
    "mcc",
    "mnc",
    "country",
    "operator",
    "roaming_country",
    "roaming_operator",
)
_DETAILS = ("sent_at", "phone", "cost", "sender", "status_name", "text")
_FIRST_OF_TWELVE = ("sent_at", "phone", "country", "operator", "region")

NO_ANSWER = ("", "")

DECIDING_PARAMETERS = ("cost", "all", "id")
"""The parameters of a request that decide what its reply can be asked for."""


def _status_names(values: Sequence[str], every: str) -> Tuple[str, ...]:
    """Name the fields of a status; the forms are told apart as the vendor's libraries do."""
    if len(values) <= len(_SMS):
        return _SMS
    if every == "2":
        return _SMS + _FIRST_OF_TWELVE
    if every in ("", "0") or (len(values) > 14 and values[14] == "HLR"):
        return _HLR + _DETAILS
    return _SMS + _DETAILS


class _Field:
    """A field of the reply under its name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, reply: Optional[Reply], owner: type) -> Optional[str]:
        return None if reply is None else reply.by_name(self._name)


class Reply(List[str]):
    """A reply of the gateway, as a ``list`` of ``str``.

    It compares, prints, unpacks, pickles and dumps to JSON as that list, and it also answers by
    name. A name gives the element as text, or None where this reply has no such field:

    - a send: ``id``, ``parts``, ``cost``, ``balance``;
    - a price: ``cost``, ``parts``;
    - a status: ``status``, ``changed_at`` (Unix seconds), ``error_code``; of an HLR query also
      ``imsi``, ``service_center``, ``mcc``, ``mnc``, ``country``, ``operator``,
      ``roaming_country``, ``roaming_operator``; with ``all=1`` also ``sent_at``, ``phone``,
      ``cost``, ``sender``, ``status_name``, ``text``;
    - a balance: ``balance``.

    ``outcome`` is "answered", "not sent" or "unknown" (it may have arrived);
    ``attempts`` lists every :class:`Attempt`, oldest first.
    """

    id = _Field()
    parts = _Field()
    cost = _Field()
    balance = _Field()
    status = _Field()
    changed_at = _Field()
    error_code = _Field()
    imsi = _Field()
    service_center = _Field()
    mcc = _Field()
    mnc = _Field()
    country = _Field()
    operator = _Field()
    region = _Field()
    roaming_country = _Field()
    roaming_operator = _Field()
    sent_at = _Field()
    phone = _Field()
    sender = _Field()
    status_name = _Field()
    text = _Field()

    def __init__(
        self,
        values: Iterable[str] = (),
        command: str = "",
        fields: Optional[Dict[str, str]] = None,
        outcome: str = ANSWERED,
        attempts: Sequence[Attempt] = (),
    ) -> None:
        super().__init__(values)
        self.command = command
        self.outcome = outcome
        self.attempts = tuple(attempts)
        self._fields = fields or {}

    def __reduce_ex__(self, protocol: Any) -> Tuple[Any, ...]:
        # A plain list in the pickle: what an old program stored stays readable without us.
        return (list, (list(self),))

    def __copy__(self) -> Reply:
        return self.with_values(self)

    def __deepcopy__(self, memo: Any) -> Reply:
        return self.with_values(self)

    def with_values(self, values: Iterable[str]) -> Reply:
        """Give the same reply with its elements cut another way."""
        return Reply(values, self.command, self._fields, self.outcome, self.attempts)

    @property
    def _is_price(self) -> bool:
        return self.command == "send" and self._fields.get("cost") == "1"

    @property
    def error(self) -> Optional[int]:
        """The gateway's error code as a positive number, None if it reported none."""
        if len(self) == 2 and self[1][:1] == "-" and self[1][1:].strip().isdecimal():
            return int(self[1][1:])
        return None

    @property
    def ok(self) -> bool:
        """True if the gateway answered, understood, and reported no error."""
        if self.outcome != ANSWERED or self.error is not None:
            return False
        if self.command == "send":
            return len(self) > 1 and self[1].strip().isdecimal() and int(self[1]) > 0
        if self.command == "status":
            return len(self) >= len(_SMS) and self[0].lstrip("-").isdecimal()
        if self.command == "balance":
            return bool(self) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?\s*", self[0]) is not None
        return bool(self) and self[0] != ""

    @property
    def sent_id(self) -> Optional[str]:
        """The id to ask the status of a send by, also where no reply came; None if nobody knows.

        Without a reply it is the caller's own, or the one that the safe mode gave the message.
        """
        if self.command != "send":
            return None
        understood = self.ok or self.error is not None
        known = (self.id if understood else None, self._fields.get("id"))
        return next((id for id in known if id and id != "0"), None)

    def raise_for_error(self) -> None:
        """Do nothing if the call succeeded, else raise what went wrong.

        Raises:
            GatewayError: the gateway refused.
            NotSent: no host could be reached; nothing was sent.
            OutcomeUnknown: no host gave a usable answer; the request may have arrived.
        """
        if self.ok:
            return
        if self.error is not None:
            raise GatewayError(self.error, self[0])
        story = "\n".join(str(attempt) for attempt in self.attempts)
        if self.outcome in (ANSWERED, UNKNOWN):
            raise OutcomeUnknown(f"no usable answer: the request may have arrived\n{story}")
        raise NotSent(f"no host was reached: nothing was sent\n{story}")

    def _names(self) -> Tuple[str, ...]:
        if self._is_price:
            return ("cost", "parts")
        if self.command == "send":
            return ("id", "parts", "cost", "balance")
        if self.command == "status":
            return _status_names(self, self._fields.get("all", ""))
        return ("balance",) if self.command == "balance" else ()

    def by_name(self, name: str) -> Optional[str]:
        """Give the element called ``name``, None where this reply has none."""
        names = self._names()
        # Of an error only the id means what its place says.
        if name not in names or (self.error is not None and name != "id"):
            return None
        place = names.index(name)
        return self[place] if place < len(self) else None

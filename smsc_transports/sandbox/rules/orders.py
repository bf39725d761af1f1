"""A send request, checked and priced but not yet accepted: everything that needs no account."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Tuple

from smsc_transports.sandbox.rules import parameters
from smsc_transports.sandbox.rules.assumptions import FORBIDDEN_TEXT, MAX_TEXT, UNDELIVERABLE
from smsc_transports.sandbox.rules.parameters import Fields, integer
from smsc_transports.sandbox.rules.pricing import Priced, price
from smsc_transports.sandbox.rules.refused import Refused
from smsc_transports.sandbox.rules.store import Recipient

_NEED_NO_TEXT = ("hlr", "ping", "mms")


@dataclass(frozen=True)
class Draft:
    """One text and who shall get it, when (seconds since the epoch) and from whom."""

    recipients: Tuple[Recipient, ...]
    comment: str
    sender: str
    priced: Priced
    due: float

    @property
    def count(self) -> int:
        """Parts for all numbers, or seconds of a call; wrong numbers get none."""
        return self.priced.count * sum(not recipient.wrong for recipient in self.recipients)


@dataclass(frozen=True)
class Order:
    """All that a request asks to be sent. ``own_id`` is "" when the gateway shall assign one.

    ``mode`` is the parameter ``cost``, ``validity`` is in seconds.
    """

    kind: str
    own_id: str
    mode: int
    validity: int
    drafts: Tuple[Draft, ...]

    @property
    def recipients(self) -> Tuple[Recipient, ...]:
        """Everybody, wrong numbers included."""
        return tuple(recipient for draft in self.drafts for recipient in draft.recipients)

    @property
    def cost(self) -> Decimal:
        """The price of everything."""
        return sum((recipient.cost for recipient in self.recipients), Decimal("0.00"))

    @property
    def count(self) -> int:
        """Parts, or seconds of calls, for all numbers."""
        return sum(draft.count for draft in self.drafts)

    def check(self, message_id: str) -> None:
        """Errors 7, 6 and 8, which carry the id of the message."""
        recipients = self.recipients
        if all(recipient.wrong for recipient in recipients):
            raise Refused(7, "", message_id)
        for draft in self.drafts:
            allowed_sender = self.kind == "mail" or _is_sender(draft.sender)
            if FORBIDDEN_TEXT in draft.priced.text or not allowed_sender:
                raise Refused(6, "", message_id)
        if any(recipient.phone == UNDELIVERABLE for recipient in recipients):
            raise Refused(8, "", message_id)


def read(fields: Fields, now: float, test: bool = False) -> Order:
    """The order in a request's parameters; errors 1 and 5 for what cannot be understood.

    A ``test`` is accepted, costs nothing and is never sent.
    """
    kind, text = parameters.kind(fields)
    parameters.check_ranges(fields)
    if kind == "mail" and not (fields.get("subj") and text and fields.get("sender")):
        raise Refused(1, "mail needs subj, mes and sender")
    return Order(
        kind=kind,
        own_id=parameters.message_id(fields),
        mode=integer(fields, "cost", 0, 3, 0),
        validity=parameters.validity(fields),
        drafts=tuple(
            _draft(line, kind, fields, now, test) for line in parameters.lines(fields, text)
        ),
    )


def _draft(line: parameters.Line, kind: str, fields: Fields, now: float, test: bool) -> Draft:
    text, comment = parameters.split_comment(line.text)
    if not line.phones or (not text and kind not in _NEED_NO_TEXT and "file" not in fields):
        raise Refused(1)
    if len(text) > MAX_TEXT and kind != "mail":
        raise Refused(1, f"mes is longer than {MAX_TEXT} characters")
    priced = price(kind, text, fields, test)
    return Draft(
        recipients=tuple(priced.recipient(phone, kind) for phone in line.phones),
        comment=comment,
        sender=fields.get("sender", "") if line.sender is None else line.sender,
        priced=priced,
        due=parameters.due(fields, line.tz or fields.get("tz"), now),
    )


def _is_sender(name: str) -> bool:
    return len(name) <= (15 if name.lstrip("+").isdigit() else 11)

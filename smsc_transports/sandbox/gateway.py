"""The gateway's rules, without any input or output: what is asked, what is answered.

Every public method takes decoded parameters and returns a value for
:mod:`smsc_transports.sandbox.formats`, or raises :class:`~.refused.Refused`.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import List, Optional, Tuple

from . import parameters
from .assumptions import CURRENCY, FORBIDDEN_TEXT, MAX_TEXT, UNDELIVERABLE
from .clock import Clock
from .limits import Limits
from .parameters import Fields, integer, is_set
from .pricing import Priced, price
from .refused import Refused
from .store import Message, Origin, Recipient, Store

_NEED_NO_TEXT = ("hlr", "ping", "mms")
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Sent:
    """The answer to a send or a price query. ``message_id`` is None when nothing was sent."""

    message_id: Optional[str]
    count: int
    cost: Decimal
    balance: Decimal
    mode: int
    recipients: Tuple[Recipient, ...] = ()
    wrong_only: bool = False
    code: Optional[str] = None


@dataclass(frozen=True)
class Status:
    """One queried message; ``found`` is None when there is no such message."""

    message_id: str
    phone: str
    found: Optional[Tuple[Message, Recipient]]


@dataclass(frozen=True)
class Statuses:
    """The answer of status.php; ``several`` when a list was asked for."""

    records: Tuple[Status, ...]
    several: bool
    detail: int
    now: float


@dataclass(frozen=True)
class Balance:
    """The answer of balance.php; ``currency`` only when asked for."""

    amount: Decimal
    currency: str = ""


@dataclass(frozen=True)
class _Draft:
    """A checked line of a send, not yet paid."""

    recipients: Tuple[Recipient, ...]
    text: str
    comment: str
    sender: str
    priced: Priced
    due: float


def money(value: object) -> Decimal:
    """An amount with two decimals; ValueError for anything that is not one."""
    try:
        return Decimal(str(value)).quantize(_CENT)
    except InvalidOperation:
        raise ValueError(f"not an amount of money: {value!r}") from None


class Gateway:
    """One account with its balance, its messages and its limits."""

    def __init__(
        self,
        clock: Clock,
        store: Store,
        limits: Limits,
        balance: object = "100.00",
        login: Optional[str] = None,
        password: Optional[str] = None,
    ) -> None:
        self.clock = clock
        self.store = store
        self.limits = limits
        self.balance = self._first_balance = money(balance)
        self.status_lag = 0.0
        self._login = login
        self._password = password

    def reset(self) -> None:
        """As on the first day."""
        self.balance = self._first_balance
        self.status_lag = 0.0
        self.limits.reset()
        self.store.reset()

    def send(self, fields: Fields, origin: Origin) -> Sent:
        """Accept a message, or only tell its price (``cost=1``)."""
        self._admit(fields, "send")
        try:
            return self._send(fields, origin)
        except Refused:
            self.limits.failed_send()
            raise

    def status(self, fields: Fields) -> Statuses:
        """Look up messages by number and id; ``del=1`` hides one (error 5 when there is none)."""
        account = self._admit(fields, "status")
        ids, phones = fields.get("id", ""), fields.get("phone", "")
        if not ids.strip(",") or not phones.strip(","):
            raise Refused(1)
        several = "," in ids
        pairs = _pairs(ids, phones)
        self.limits.check_status(account, (ids, phones), several)
        if is_set(fields, "del"):
            for phone, message_id in pairs:
                if not self.store.delete(phone, message_id):
                    raise Refused(5, "message was not deleted")
            return Statuses((), several, 0, self.clock.now())
        records = tuple(Status(i, phone, self._find(phone, i)) for phone, i in pairs)
        return Statuses(records, several, integer(fields, "all", 0, 2, 0), self.clock.now())

    def balance_of(self, fields: Fields) -> Balance:
        """What is left."""
        self.limits.check_balance(self._admit(fields, "balance"))
        return Balance(self.balance, CURRENCY if is_set(fields, "cur") else "")

    def _find(self, phone: str, message_id: str) -> Optional[Tuple[Message, Recipient]]:
        found = self.store.find(phone, message_id)
        if found and self.clock.now() < found[0].received + self.status_lag:
            return None
        return found

    def _admit(self, fields: Fields, endpoint: str) -> str:
        """The name of the account, after the checks that come before any other."""
        account = account_of(fields)
        self.limits.check_request(account, endpoint)
        if not self._authorised(fields):
            self.limits.wrong_login()
            raise Refused(2)
        return account

    def _authorised(self, fields: Fields) -> bool:
        login, psw, key = (fields.get(name, "") for name in ("login", "psw", "apikey"))
        if not key and not (login and psw):
            return False
        password = self._password
        if self._login is None and password is None:
            return True
        password = password or ""
        if key:
            return _same(key, password)
        digest = hashlib.md5(password.encode()).hexdigest()
        return _same(login, self._login or login) and (_same(psw, password) or _same(psw, digest))

    def _send(self, fields: Fields, origin: Origin) -> Sent:
        kind, text = parameters.kind(fields)
        own_id = parameters.message_id(fields)
        mode = integer(fields, "cost", 0, 3, 0)
        for name, low, high in (("maxsms", 1, 255), ("freq", 1, 1440), ("smsreq", 10, 999)):
            integer(fields, name, low, high, low)
        parameters.check_period(fields)
        validity = parameters.validity(fields)
        if kind == "mail" and not (fields.get("subj") and text and fields.get("sender")):
            raise Refused(1, "mail needs subj, mes and sender")
        drafts = [self._draft(line, kind, fields) for line in parameters.lines(fields, text)]
        identity = _identity(fields, kind)
        id_and_phones = (own_id, fields.get("phones"), fields.get("list")) if own_id else None
        if mode == 1:
            self.limits.check_price(identity)
        else:
            self.limits.check_send(identity, id_and_phones)
        message_id = own_id or (self.store.new_id() if mode != 1 else "")
        self._check_recipients(drafts, kind, message_id)
        cost = sum((r.cost for draft in drafts for r in draft.recipients), Decimal("0.00"))
        count = sum(draft.priced.count * _payable(draft) for draft in drafts)
        recipients = tuple(r for draft in drafts for r in draft.recipients)
        wrong_only = not is_set(fields, "op")
        listed = recipients if is_set(fields, "op") or is_set(fields, "err") else ()
        if mode == 1:
            return Sent(None, count, cost, self.balance, mode, listed, wrong_only)
        if cost > self.balance:
            raise Refused(3, "", message_id)
        self.balance -= cost
        request = self.store.new_request()
        for draft in drafts:
            message = self._message(draft, request, message_id, kind, validity, fields, origin)
            self.store.add(message)
        self.limits.accepted_send(identity, id_and_phones)
        code = drafts[0].priced.code
        return Sent(message_id, count, cost, self.balance, mode, listed, wrong_only, code)

    def _draft(self, line: parameters.Line, kind: str, fields: Fields) -> _Draft:
        text, comment = parameters.split_comment(line.text)
        if not line.phones or (not text and kind not in _NEED_NO_TEXT and "file" not in fields):
            raise Refused(1)
        if len(text) > MAX_TEXT and kind != "mail":
            raise Refused(1, f"mes is longer than {MAX_TEXT} characters")
        priced = price(kind, text, fields)
        sender = fields.get("sender", "") if line.sender is None else line.sender
        recipients = tuple(priced.recipient(phone, kind) for phone in line.phones)
        due = parameters.due(fields, line.tz or fields.get("tz"), self.clock.now())
        return _Draft(recipients, priced.text, comment, sender, priced, due)

    def _check_recipients(self, drafts: List[_Draft], kind: str, message_id: str) -> None:
        recipients = [r for draft in drafts for r in draft.recipients]
        if all(recipient.wrong for recipient in recipients):
            raise Refused(7, "", message_id)
        for draft in drafts:
            if FORBIDDEN_TEXT in draft.text or (kind != "mail" and not _good(draft.sender)):
                raise Refused(6, "", message_id)
        if any(recipient.phone == UNDELIVERABLE for recipient in recipients):
            raise Refused(8, "", message_id)

    def _message(
        self,
        draft: _Draft,
        request: int,
        message_id: str,
        kind: str,
        validity: int,
        fields: Fields,
        origin: Origin,
    ) -> Message:
        return Message(
            key=self.store.new_key(),
            request=request,
            id=message_id,
            recipients=draft.recipients,
            text=draft.text,
            comment=draft.comment,
            sender=draft.sender,
            kind=kind,
            encoding=draft.priced.encoding,
            parts=draft.priced.parts,
            received=self.clock.now(),
            due=draft.due,
            validity=validity,
            options={k: v for k, v in fields.items() if k not in _NOT_OPTIONS},
            origin=origin,
        )


_NOT_OPTIONS = {"login", "psw", "apikey", "phones", "mes", "list", "id", "sender", "fmt", "cost"}


def account_of(fields: Fields) -> str:
    """Whose request it is: the login or, without one, the API key."""
    return fields.get("login") or fields.get("apikey", "")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _good(sender: str) -> bool:
    return len(sender) <= (15 if sender.lstrip("+").isdigit() else 11)


def _payable(draft: _Draft) -> int:
    return sum(not recipient.wrong for recipient in draft.recipients)


def _pairs(ids: str, phones: str) -> List[Tuple[str, str]]:
    """(phone, id) in the order asked for."""
    id_list = [i.strip() for i in ids.split(",") if i.strip()]
    phone_list = [p.strip() for p in phones.split(",") if p.strip()]
    if len(id_list) != len(phone_list):
        raise Refused(1, "as many phones as ids are needed")
    return [(_stored_phone(p), i) for p, i in zip(phone_list, id_list)]


def _stored_phone(text: str) -> str:
    return parameters.phone(text, "mail") or parameters.phone(text, "tg") or text


def _identity(fields: Fields, kind: str) -> Tuple[str, ...]:
    phones = ",".join(parameters.split_phones(fields.get("phones", "")))
    named = (fields.get(name, "") for name in ("mes", "list", "sender", "time", "id"))
    return (account_of(fields), phones, kind, *named)

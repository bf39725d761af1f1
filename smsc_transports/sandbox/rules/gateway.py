"""The gateway's rules, without any input or output: what is asked, what is answered.

Every public method takes decoded parameters and returns a value for
:mod:`smsc_transports.sandbox.rules.formats`, or raises :class:`~.refused.Refused`.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import List, Optional, Tuple

from smsc_transports.sandbox.defaults import BALANCE
from smsc_transports.sandbox.rules import orders, parameters
from smsc_transports.sandbox.rules.assumptions import CURRENCY
from smsc_transports.sandbox.rules.clock import Clock
from smsc_transports.sandbox.rules.faults import Switches
from smsc_transports.sandbox.rules.limits import Limits
from smsc_transports.sandbox.rules.orders import Draft, Order
from smsc_transports.sandbox.rules.parameters import Fields, integer, is_set
from smsc_transports.sandbox.rules.refused import Refused
from smsc_transports.sandbox.rules.store import Message, Origin, Recipient, Store

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Sent:
    """The answer to a send or a price query. ``message_id`` is None when nothing was sent.

    ``mode`` is the parameter ``cost``; ``listed`` the numbers that the answer tells about.
    """

    message_id: Optional[str]
    count: int
    cost: Decimal
    balance: Decimal
    mode: int
    listed: Tuple[Recipient, ...] = ()
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


def money(value: object) -> Decimal:
    """An amount with two decimals; ValueError for anything that is not one."""
    try:
        amount = Decimal(str(value)).quantize(_CENT)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise ValueError(f"not an amount of money: {value!r}")
    return amount


class Gateway:
    """One account with its balance, its messages and its limits."""

    def __init__(
        self,
        clock: Clock,
        store: Store,
        limits: Limits,
        switches: Switches,
        balance: object = BALANCE,
        login: Optional[str] = None,
        password: Optional[str] = None,
    ) -> None:
        self.clock = clock
        self.store = store
        self.limits = limits
        self.balance = self._first_balance = money(balance)
        self._switches = switches
        self._login = login
        self._password = password

    @property
    def credentials(self) -> Fields:
        """A login and a password that it accepts."""
        return {"login": self._login or "sandbox", "psw": self._password or "sandbox"}

    def reset(self) -> None:
        """As on the first day."""
        self.balance = self._first_balance
        self.limits.reset()
        self.store.reset()

    def admit(self, fields: Fields) -> None:
        """Check a client that logs in once for all its messages; error 2 or 4."""
        self._admit(fields, "send")

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
        if found and self.clock.now() < found[0].received + self._switches.status_lag:
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
        if key:
            return self._is_password(key)
        return bool(login and psw) and self._is_login(login) and self._is_password(psw)

    def _is_login(self, text: str) -> bool:
        return self._login is None or _same(text, self._login)

    def _is_password(self, text: str) -> bool:
        if self._password is None:
            return True
        digest = hashlib.md5(self._password.encode()).hexdigest()
        return _same(text, self._password) or _same(text, digest)

    def _send(self, fields: Fields, origin: Origin) -> Sent:
        # Only e-mails have a field for it.
        test = origin.channel == "smtp" and is_set(fields, "test")
        order = orders.read(fields, self.clock.now(), test)
        identity = _identity(fields, order.kind)
        id_and_phones = (order.own_id, *identity[1:3]) if order.own_id else None
        if order.mode == 1:
            self.limits.check_price(identity)
            order.check(order.own_id)
            return _answer(order, fields, None, self.balance)
        self.limits.check_send(identity, id_and_phones)
        message_id = order.own_id or self.store.new_id()
        order.check(message_id)
        if order.cost > self.balance:
            raise Refused(3, "", message_id)
        self.balance -= order.cost
        request = self.store.new_request()
        for draft in order.drafts:
            self.store.add(self._message(order, draft, request, message_id, fields, origin))
        self.limits.accepted_send(identity, id_and_phones)
        return _answer(order, fields, message_id, self.balance)

    def _message(
        self,
        order: Order,
        draft: Draft,
        request: int,
        message_id: str,
        fields: Fields,
        origin: Origin,
    ) -> Message:
        return Message(
            key=self.store.new_key(),
            request=request,
            id=message_id,
            recipients=draft.recipients,
            text=draft.priced.text,
            comment=draft.comment,
            sender=draft.sender,
            kind=order.kind,
            encoding=draft.priced.encoding,
            parts=draft.priced.parts,
            received=self.clock.now(),
            due=draft.due,
            validity=order.validity,
            options={k: v for k, v in fields.items() if k not in _NOT_OPTIONS},
            origin=origin,
        )


def _answer(order: Order, fields: Fields, message_id: Optional[str], balance: Decimal) -> Sent:
    """The answer to an order, accepted (with ``message_id``) or only priced."""
    listed: Tuple[Recipient, ...] = ()
    if is_set(fields, "op"):
        listed = order.recipients
    elif is_set(fields, "err"):
        listed = tuple(recipient for recipient in order.recipients if recipient.wrong)
    return Sent(
        message_id=message_id,
        count=order.count,
        cost=order.cost,
        balance=balance,
        mode=order.mode,
        listed=listed,
        code=order.drafts[0].priced.code if message_id else None,
    )


_NOT_OPTIONS = {"login", "psw", "apikey", "phones", "mes", "list", "id", "sender", "fmt", "cost"}


def account_of(fields: Fields) -> str:
    """Whose request it is: the login or, without one, the API key."""
    return fields.get("login") or fields.get("apikey", "")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


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
    """What makes two sends identical; account, numbers and list come first."""
    phones = ",".join(parameters.split_phones(fields.get("phones", "")))
    named = (fields.get(name, "") for name in ("list", "mes", "sender", "time", "id"))
    return (account_of(fields), phones, *named, kind)

"""The names of what the gateway tells, and how the text under each is read.

A text that cannot be read gives None and never raises: a reply may be anything.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Callable, Generic, Optional, TypeVar, Union, overload

from smsc_transports.values import words
from smsc_transports.values.statuses import DeliveryError, MessageStatus

_NUMBER = re.compile(r"-?[0-9]{1,18}")
_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_DATE = "%d.%m.%Y %H:%M:%S"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

# Timestamps are in seconds and need no zone. Of dates as text the vendor tells none; a public
# client reads them as Moscow time, and the gateway's parameter tz counts from Moscow too.
_MOSCOW = timezone(timedelta(hours=3))

T = TypeVar("T")


def number(text: str) -> Optional[int]:
    """Read a whole number."""
    text = text.strip()
    return int(text) if _NUMBER.fullmatch(text) else None


def count(text: str) -> Optional[int]:
    """Read a number of things, which is not negative."""
    found = number(text)
    return found if found is not None and found >= 0 else None


def amount(text: str) -> Optional[Decimal]:
    """Read an amount of money; "NaN", "1e5" and such are none."""
    text = text.strip()
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def moment(text: str) -> Optional[datetime]:
    """Read a time, as UTC: Unix seconds, or "DD.MM.YYYY HH:MM:SS" in Moscow time (UTC+3).

    An empty text or 0 is no time.
    """
    seconds = number(text)
    try:
        if seconds is None:
            return (
                datetime.strptime(text.strip(), _DATE)
                .replace(tzinfo=_MOSCOW)
                .astimezone(timezone.utc)
            )
        return _EPOCH + timedelta(seconds=seconds) if seconds > 0 else None
    except (ValueError, OverflowError):
        return None


def status(text: str) -> Optional[MessageStatus]:
    """Read a status; None for a number that is not documented."""
    try:
        return MessageStatus(int(text)) if _NUMBER.fullmatch(text.strip()) else None
    except ValueError:
        return None


def delivery_error(text: str) -> Optional[DeliveryError]:
    """Read the code of why a message was not delivered."""
    code = number(text)
    return None if code is None else DeliveryError(code)


class Name(Generic[T]):
    """A name for a text of its owner, read by a function."""

    def __init__(self, read: Callable[[str], Optional[T]]) -> None:
        self._read = read

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, owner: None, kind: type) -> Name[T]: ...
    @overload
    def __get__(self, owner: Any, kind: type) -> Optional[T]: ...
    def __get__(self, owner: Any, kind: type) -> Union[Name[T], Optional[T]]:
        if owner is None:
            return self
        text = owner.by_name(self._name)
        return self._read(text) if isinstance(text, str) else None


def _text(text: str) -> str:
    return text


class Named:
    """Something with texts by name, as typed values; None where it has no such text.

    ``cost`` and ``balance`` are :class:`decimal.Decimal` in the account's currency, ``parts`` is
    an int, ``changed_at`` and ``sent_at`` are aware :class:`datetime.datetime` in UTC, ``status``
    is a :class:`MessageStatus`, ``error_code`` an int with a ``text``; the others are text.
    A value that cannot be read is None too: ``by_name`` gives any text as it came.
    """

    __slots__ = ()

    id = Name(_text)
    parts = Name(count)
    cost = Name(amount)
    balance = Name(amount)
    status = Name(status)
    changed_at = Name(moment)
    error_code = Name(delivery_error)
    imsi = Name(_text)
    service_center = Name(_text)
    mcc = Name(_text)
    mnc = Name(_text)
    country = Name(_text)
    operator = Name(_text)
    region = Name(_text)
    roaming_country = Name(_text)
    roaming_operator = Name(_text)
    sent_at = Name(moment)
    phone = Name(_text)
    sender = Name(_text)
    status_name = Name(_text)
    text = Name(_text)

    def by_name(self, name: str) -> Optional[str]:
        """Give a text as it came, None where there is none."""
        raise NotImplementedError

    @property
    def status_text(self) -> Optional[str]:
        """The status in words, with its number where it is not documented; None without one.

        In the language of ``SMSC_LANG`` (uk, ru, en), else of the locale, else English.
        """
        given = self.by_name("status")
        code = number(given) if isinstance(given, str) else None
        return None if code is None else words.status_text(code, words.language())

    @property
    def error_text(self) -> Optional[str]:
        """What went wrong in words, in the language of ``status_text``; None if nothing did."""
        code = self.error_code
        return code.text if code else None

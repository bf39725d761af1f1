"""The reply: the list of strings that old callers know, with names for new ones."""

from __future__ import annotations

import copy
import re
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from smsc_transports.values import words
from smsc_transports.values.attempt import Attempt
from smsc_transports.values.errors import (
    ANSWERED,
    UNKNOWN,
    GatewayError,
    NotSent,
    OutcomeUnknown,
)
from smsc_transports.values.names import Named, amount, number
from smsc_transports.values.records import SMS, Record, record, status_records

_ERROR = re.compile(r"-\s*([0-9]{1,18})\s*")

NO_ANSWER = ("", "")

DECIDING_PARAMETERS = ("cost", "all", "id", "del")
"""The parameters of a request that decide what its reply can be asked for."""


class Reply(Named, List[str]):
    """A reply of the gateway, as a ``list`` of ``str``.

    It compares, prints, unpacks, pickles and dumps to JSON as that list, of the text as it came.
    It also answers by name, with typed values (see :class:`Named`), or None where this reply has
    no such field or it cannot be read:

    - a send: ``id``, ``parts``, ``cost``, ``balance``;
    - a price: ``cost``, ``parts``;
    - a status: ``status``, ``changed_at``, ``error_code``; of an HLR query also
      ``imsi``, ``service_center``, ``mcc``, ``mnc``, ``country``, ``operator``,
      ``roaming_country``, ``roaming_operator``; with ``all=1`` also ``sent_at``, ``phone``,
      ``cost``, ``sender``, ``status_name``, ``text``, with ``all=2`` before ``cost`` also
      ``country``, ``operator``, ``region``;
    - a balance: ``balance``.

    ``records`` has one :class:`Record` with the same names for each message; the names of a reply
    about several messages are None, since they would speak of one of them only.
    ``outcome`` is "answered", "not sent" or "unknown" (it may have arrived);
    ``attempts`` lists every :class:`Attempt`, oldest first.
    """

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

    def __deepcopy__(self, memo: Dict[int, Any]) -> Reply:
        copied = memo[id(self)] = self.with_values(())
        copied.extend(copy.deepcopy(value, memo) for value in self)  # a program may add anything
        return copied

    def with_values(self, values: Iterable[str]) -> Reply:
        """Give the same reply with its elements cut another way."""
        return Reply(values, self.command, self._fields, self.outcome, self.attempts)

    @property
    def _is_price(self) -> bool:
        return self.command == "send" and self._fields.get("cost") == "1"

    @property
    def error(self) -> Optional[int]:
        """The gateway's error code as a positive number, None if it reported none."""
        found = _ERROR.fullmatch(self._text_at(1)) if len(self) == 2 else None
        return None if found is None else int(found[1])

    @property
    def error_text(self) -> Optional[str]:
        """What went wrong, in words: the gateway's error, or why the message was not delivered.

        In the language that ``SMSC_LANG`` names (uk, ru, en), else that of the locale, else
        English. None if the gateway told of nothing wrong.
        """
        if self.error is None:
            return super().error_text
        return words.error_text(self.error, self.command, words.language())

    @property
    def ok(self) -> bool:
        """True if the gateway answered, understood, and reported no error."""
        if self.outcome != ANSWERED or self.error is not None:
            return False
        first = self._text_at(0)
        if self.command == "send":
            return (number(self._text_at(1)) or 0) > 0
        if self.command == "status":
            if self._fields.get("del") and first.strip() == "OK":
                return True
            return len(self) >= len(SMS) and number(first) is not None
        if self.command == "balance":
            return amount(first) is not None
        return first != ""

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
            raise GatewayError(self.error, self[0], self.command)
        story = "\n".join(str(attempt) for attempt in self.attempts)
        if self.outcome in (ANSWERED, UNKNOWN):
            raise OutcomeUnknown(f"no usable answer: the request may have arrived\n{story}")
        raise NotSent(f"no host was reached: nothing was sent\n{story}")

    @property
    def records(self) -> List[Record]:
        """What the gateway tells about each message; none if it refused or did not answer."""
        return self._records() if self.ok else []

    def by_name(self, name: str) -> Optional[str]:
        """Give the text under a name as it came, None where this reply has none."""
        records = self._records()
        # Of an error only the id means what its place says.
        if len(records) != 1 or (self.error is not None and name != "id"):
            return None
        return records[0].by_name(name)

    def _records(self) -> List[Record]:
        if self.command != "status":
            return [record(self._names(), self)]
        text = ",".join(map(self._text_at, range(len(self))))
        return status_records(text, self._fields.get("all", ""), self._fields.get("id", ""))

    def _names(self) -> Tuple[str, ...]:
        if self._is_price:
            return ("cost", "parts")
        if self.command == "send":
            return ("id", "parts", "cost", "balance")
        return ("balance",) if self.command == "balance" else ()

    def _text_at(self, place: int) -> str:
        """Give an element, "" where there is none; a program may have put anything there."""
        value: Any = self[place] if place < len(self) else ""
        return value if isinstance(value, str) else ""

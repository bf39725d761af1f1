"""The requests of a bulk run, and the gateway's answers to them.

All ask for JSON (``fmt=3``), the only form that tells about single numbers of a batch.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from smsc_transports import call
from smsc_transports.bulk.journal import Batch, Message
from smsc_transports.failover.policies import Call, Verdict, run_legacy, run_once
from smsc_transports.plugins.transport import Transport
from smsc_transports.transports.http import HttpTransport
from smsc_transports.values.encoding import Argument, fitting_charset, percent_encode
from smsc_transports.values.errors import ANSWERED, NOT_SENT, ConfigurationError, TransportError
from smsc_transports.values.hidden import Hidden
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings, read_settings
from smsc_transports.values.words import delivery_error_text, status_text

_ROUNDS = 100_000
_FIRST_REFUSING_STATUS = 20

Parameters = Mapping[str, str]
"""Further parameters of a send by the gateway's names: sender, time, tz, translit, valid."""


@dataclass(frozen=True)
class Taken:
    """The gateway accepted a batch; what it says of single numbers, by their digits."""

    cost: str
    balance: str
    costs: Dict[str, str] = field(default_factory=dict)
    refused: Dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """The gateway refused all of a batch with an error code."""

    code: int


@dataclass(frozen=True)
class Unsent:
    """Nothing was sent, or surely nothing arrived."""

    reason: str


@dataclass(frozen=True)
class InDoubt:
    """The batch may have arrived."""

    reason: str


@dataclass(frozen=True)
class Price:
    """What a batch would cost, and in how many parts it would go."""

    cost: Decimal
    parts: int


Answer = Union[Taken, Refused, Unsent, InDoubt]


class Gateway:
    """Asks the gateway with the settings of a copy of smsc_api.py, whose globals are ``names``.

    Raises ConfigurationError where these settings do not send by the gateway's own HTTP pages.
    """

    queue = ""
    """Where its batches wait for a worker; "" if it makes the requests itself."""

    def __init__(self, names: Mapping[str, Any], parameters: Parameters) -> None:
        names = Hidden(names)
        self._settings, self._face = read_settings(names), call.replaceable(names)
        self._parameters = parameters
        self.pause: Callable[[float], bool] = lambda _: True

    def send(self, batch: Batch) -> Answer:
        """Send a batch. An attempt is made again only where it surely was not sent."""
        argument = self._argument_of(batch)
        verdict = self._ask("send", argument, lambda text: is_answer(text, str(batch.id)))
        if verdict.outcome == NOT_SENT:
            return Unsent(_reason(verdict))
        if verdict.outcome != ANSWERED or verdict.text is None:
            return InDoubt(_reason(verdict))
        return answer_in(verdict.text)

    def look(self, batch: Batch) -> Optional[Answer]:  # noqa: ARG002
        """Say what is known of a batch without asking the gateway, None if nothing is."""
        return None

    def price(self, messages: Sequence[Message]) -> Union[Price, Refused, Unsent]:
        """Ask what messages would cost, after a look at what would send them."""
        if not self.queue:
            self._prepared(Request("send", "", self._settings, face=self._face))
        verdict = self._ask("send", self._argument(messages, "cost=1"), _is_price)
        if verdict.text is None:
            return Unsent(_reason(verdict))
        found = _object(verdict.text)
        if "error_code" in found:
            return Refused(int(found["error_code"]))
        return Price(Decimal(str(found["cost"])), int(found["cnt"]))

    def status(self, id: int, phone: str) -> Optional[Dict[str, Any]]:
        """Ask for the status of a message, with the gateway's names; None if no host answers."""
        argument = f"phone={percent_encode(phone, 'utf-8', 'phone')}&id={id}&all=2"
        verdict = self._ask("status", Argument(argument, "utf-8"), _is_status)
        found = {} if verdict.text is None else _object(verdict.text)
        return found if "status" in found else None

    def balance(self) -> Union[str, Refused]:
        """Ask for the balance, "" if no host answers."""
        reply = call.ask("balance", "", self._settings, self._face)
        if reply.error is not None:
            return Refused(reply.error)
        return reply[0].strip() if reply.ok else ""

    def account(self, salt: bytes) -> str:
        """Give a mark that differs between accounts and contains no secret."""
        settings = self._merged()
        name = settings.login or settings.password
        given = name if isinstance(name, bytes) else str(name).encode()
        return hashlib.pbkdf2_hmac("sha256", given, salt, _ROUNDS).hex()

    def hosts(self) -> List[str]:
        """List the hosts of the gateway."""
        return self._merged().hosts

    def _merged(self) -> Settings:
        request = Request("balance", "", self._settings, face=self._face)
        try:
            return call.prepare(request)[0].request.settings
        except (TransportError, UnicodeError) as error:
            raise ConfigurationError(f"{error}.") from None

    def _argument_of(self, batch: Batch) -> Argument:
        return self._argument(batch.messages, f"cost=3&err=1&op=1&id={batch.id}")

    def _argument(self, messages: Sequence[Message], first: str) -> Argument:
        lines = "\n".join(f"{m.phone}:{m.text}".replace("\n", "\\n") for m in messages)
        given = {"list": lines, **self._parameters}
        charset = fitting_charset(self._settings.charset, *given.values())
        pairs = [f"{name}={percent_encode(value, charset, name)}" for name, value in given.items()]
        return Argument("&".join([first, *pairs]), charset)

    def _ask(self, command: str, argument: Argument, understands: Callable[[str], bool]) -> Verdict:
        request = Request(command, argument, self._settings, fmt=3, face=self._face)
        try:
            under_way, transports = self._prepared(request)
        except TransportError as error:
            return Verdict(None, NOT_SENT, error)
        policy = run_once if under_way.request.billable else run_legacy
        return policy(under_way, transports, understands)

    def _prepared(self, request: Request) -> Tuple[Call, List[Transport]]:
        under_way, transports = call.prepare(request)
        strangers = [t.name for t in transports if not isinstance(t, HttpTransport)]
        if strangers:
            raise ConfigurationError(
                f"smsc bulk sends by HTTP, and {', '.join(strangers)} does not. Choose another "
                f"transport: --transport {call.usual_transport(request.settings)}"
            )
        return under_way, transports


def _refusal(entry: Mapping[str, Any]) -> str:
    """Say why a number of a batch is refused, "" if it is not."""
    status, error = _number(entry.get("status")), _number(entry.get("error"))
    words = [status_text(status)] if status >= _FIRST_REFUSING_STATUS else []
    words += [delivery_error_text(error)] if error else []
    return ", ".join(dict.fromkeys(words))


def digits(phone: str) -> str:
    """Give a number as the gateway writes it in its answers."""
    return phone.lstrip("+")


def _taken(found: Dict[str, Any]) -> Taken:
    costs, refused = {}, {}
    listed = found.get("phones")
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict):
            phone = digits(str(entry.get("phone", "")))
            costs[phone] = str(entry.get("cost") or "")
            reason = _refusal(entry)
            if reason:
                refused[phone] = reason
    return Taken(str(found.get("cost", "")), str(found.get("balance", "")), costs, refused)


def answer_in(text: str) -> Union[Taken, Refused]:
    """Read the answer to a send."""
    found = _object(text)
    return Refused(int(found["error_code"])) if "error_code" in found else _taken(found)


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _object(text: str) -> Dict[str, Any]:
    try:
        found = json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_error(found: Mapping[str, Any]) -> bool:
    return _number(found.get("error_code")) > 0


def is_answer(text: str, id: str) -> bool:
    """Tell the answer to a send under this id from anything else a host may say."""
    found = _object(text)
    if _is_error(found):
        return str(found.get("id", 0)) in ("0", id)
    return str(found.get("id")) == id and "cnt" in found


def _is_price(text: str) -> bool:
    found = _object(text)
    try:
        return _is_error(found) or (Decimal(str(found["cost"])) >= 0 and int(found["cnt"]) >= 0)
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return False


def _is_status(text: str) -> bool:
    found = _object(text)
    return _is_error(found) or "status" in found


def _reason(verdict: Verdict) -> str:
    return str(verdict.error) if verdict.error is not None else "there was no time to try"

"""The request: what is asked of the gateway, in the forms that transports need."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Callable, Dict, List, NamedTuple, Optional
from urllib.parse import parse_qsl

from smsc_transports.values.encoding import (
    Argument,
    fitting_charset,
    parameter,
    percent_encode,
    recoded,
)
from smsc_transports.values.settings import Settings

READ_ONLY_COMMANDS = frozenset({"status", "balance", "info", "get", "tinyurls"})
"""Commands that cost nothing and change nothing: they may always be repeated."""

_NO_ID = ("", "0")


class FaceNames(NamedTuple):
    """The names of the face that old test suites replace; a transport uses a replaced one."""

    urlopen: Optional[Callable[..., Any]] = None
    smtp: Optional[Callable[..., Any]] = None


@dataclass(frozen=True)
class Request:
    """One call to the gateway.

    ``command`` is the name of the endpoint ("send", "status", "balance", ...);
    ``argument`` is the encoded parameter string without credentials;
    ``fmt`` is the form of reply to ask HTTP endpoints for (1: numbers; 3: JSON);
    ``fresh`` asks for a new connection, since one that was kept has just failed.
    """

    command: str
    argument: str = field(repr=False)
    settings: Settings
    fmt: int = 1
    face: FaceNames = field(default=FaceNames(), repr=False)
    fresh: bool = field(default=False, repr=False)

    @cached_property
    def charset(self) -> str:
        """The charset of the request and of its reply: one that carries the credentials too."""
        login, password = self.settings.login, self.settings.password
        return fitting_charset(self.argument_charset, self.argument, login, password)

    @cached_property
    def argument_charset(self) -> str:
        """The charset that the text in ``argument`` is in."""
        if isinstance(self.argument, Argument):
            return self.argument.charset
        return fitting_charset(self.settings.charset, self.argument)

    @cached_property
    def query(self) -> str:
        """The whole parameter string as it goes over HTTP, with credentials: never log it.

        Raises TypeError where a credential or the charset is no text.
        """
        login, password, charset = self.settings.login, self.settings.password, self.charset
        encoded_login = percent_encode(login, charset, "SMSC_LOGIN")
        secret = percent_encode(password, charset, "SMSC_PASSWORD")
        who = f"login={encoded_login}&psw=" if login else "apikey="
        argument: str = self.argument
        if charset != self.argument_charset:
            argument = recoded(argument, self.argument_charset, charset)
        return f"{who}{secret}&fmt={self.fmt}&charset={charset}&{argument}"

    @cached_property
    def fields(self) -> Dict[str, str]:
        """The decoded parameters by the gateway's own names; of equal names the last counts."""
        charset = self.argument_charset
        return dict(
            parse_qsl(self.argument, keep_blank_values=True, encoding=charset, errors="replace")
        )

    def bytes_of(self, name: str) -> bytes:
        """Give one parameter as its bytes, which need not be text; empty if it is missing."""
        charset, errors = self.argument_charset, "surrogateescape"
        pairs = parse_qsl(self.argument, keep_blank_values=True, encoding=charset, errors=errors)
        return dict(pairs).get(name, "").encode(charset, errors)

    @property
    def text(self) -> str:
        """The text of the message."""
        return self.fields.get("mes", "")

    @property
    def phones(self) -> List[str]:
        """The phone numbers, one each; of a ``list`` send those of all its lines."""
        numbers = self.fields.get("phones", self.fields.get("phone", ""))
        if "list" in self.fields:  # its lines are "phones:text" or "sender|phones:text"
            heads = [line.split(":")[0] for line in self.fields["list"].split("\n") if ":" in line]
            numbers = ",".join(head.split("|")[-1] for head in heads)
        return [number.strip() for number in re.split("[,;]", numbers) if number.strip()]

    @property
    def id(self) -> str:
        """The caller's message id, "" if the gateway is to choose one."""
        own = self.fields.get("id", "")
        return "" if own in _NO_ID else own

    @property
    def billable(self) -> bool:
        """True if doing it twice may cost twice or deliver twice."""
        return self.task != "cost" and self.task not in READ_ONLY_COMMANDS

    @cached_property
    def task(self) -> str:
        """What a transport must carry: the command, or "cost" for a send that asks a price only."""
        asks_price = self.command == "send" and parameter(self.argument, "cost") == "1"
        return "cost" if asks_price else self.command

    def with_id(self, id: str) -> Request:
        """Give the same request under another message id."""
        argument, found = re.subn("(^|&)id=[^&]*", rf"\g<1>id={id}", self.argument)
        if not found:
            argument = f"{self.argument}&id={id}"
        return replace(self, argument=Argument(argument, self.argument_charset))

    def about(self, command: str, argument: str, fmt: int = 1) -> Request:
        """Give another request with the same settings, such as one for the status of this."""
        return Request(command, argument, self.settings, fmt, self.face)

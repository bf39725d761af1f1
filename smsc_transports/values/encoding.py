"""The encoded parameters of a call, as smsc_api.py writes them.

Imported together with it, so this module imports nothing that a program may not have already.
"""

from __future__ import annotations

from urllib.parse import quote, unquote_plus

TYPE_CHECKING = False  # typing has it too, but takes long to import
if TYPE_CHECKING:
    from typing import Any

FORMAT_FLAGS = (
    "flash=1",
    "push=1",
    "hlr=1",
    "bin=1",
    "bin=2",
    "ping=1",
    "mms=1",
    "mail=1",
    "call=1",
    "viber=1",
    "soc=1",
    "",
    "tg=1",
)
"""The gateway's parameter for each message format from 1 up; format 12 has none."""

_FORMATS = (
    "0 SMS, 1 flash, 2 WAP push, 3 HLR, 4 binary, 5 binary as hex, 6 ping, 7 MMS, 8 e-mail, "
    "9 call, 10 Viber, 11 social network, 13 Telegram"
)
_EXAMPLES = {
    "phones": '"79991112233", or "79991112233,79992223344" for several',
    "phone": '"79991112233"',
    "message": '"Your order is ready"',
    "time": '"3112261530" (DDMMYYhhmm), or "" for now',
    "sender": '"Shop"',
    "query": '"valid=01:00&maxsms=3"',
    "SMSC_LOGIN": '"shop", or "" with an API key; os.getenv gives None where nothing is set',
    "SMSC_PASSWORD": '"secret"; os.getenv gives None where nothing is set',
    "SMSC_CHARSET": '"utf-8", "windows-1251" or "koi8-r"',
}

_LETTERS = "az09+-.."


class Argument(str):
    """An encoded argument string that remembers which charset its text is in."""

    charset: str

    def __new__(cls, text: str, charset: str) -> Argument:
        """Make the string and note its charset."""
        self = super().__new__(cls, text)
        self.charset = charset
        return self


class MailArgument(Argument):
    """The parameters of send_sms_mail, which writes what it is given as the vendor's file does."""


def fitting_charset(declared: str, *values: Any) -> str:
    """Give the declared charset if it carries every text among the values, else utf-8.

    Raises TypeError for a charset that is no text.
    """
    if not isinstance(declared, str):
        raise wrong_type("SMSC_CHARSET", declared)
    try:
        if _LETTERS.encode(declared) != _LETTERS.encode():  # a login would be another one there
            return "utf-8"
        for value in values:
            if isinstance(value, str):
                value.encode(declared)
    except (UnicodeError, LookupError):
        return "utf-8"
    return declared


def percent_encode(value: Any, charset: str, name: str = "a value") -> str:
    """Percent-encode a text in a charset, or bytes as they are.

    Raises TypeError for anything else, which names the argument.
    """
    if isinstance(value, str):
        return quote(value, encoding=charset)
    try:
        return quote(value)
    except TypeError:
        raise wrong_type(name, value) from None


def wrong_type(name: str, value: object) -> TypeError:
    """Give the exception for an argument that must be text."""
    example = _EXAMPLES.get(name)
    such = f"; write it as {example}" if example else ""
    return TypeError(f"{name} must be text, not {type(value).__name__}{such}")


def format_parameter(format: Any, flags: Any) -> str:
    """Give the parameter of a message format with its separator, "" for an SMS.

    Raises IndexError for a number that is no format, TypeError for what is no number.
    """
    try:
        flag = flags[format - 1]
        return f"&{flag}" if format > 0 else ""
    except (IndexError, TypeError) as error:
        shown = repr(format) if isinstance(format, (int, str)) else type(format).__name__
        raise type(error)(f"format must be one of these numbers, not {shown}: {_FORMATS}") from None


def query_parameter(query: Any) -> str:
    """Give further parameters with their separator. Raises TypeError for what is no text."""
    try:
        more: str = "&" + query
    except TypeError:
        raise wrong_type("query", query) from None
    return more if query else ""


def recoded(argument: str, charset: str, other: str) -> str:
    """Write the values of an encoded argument string in another charset.

    A value that is not in the first charset, such as binary data, stays as it is.
    """
    return "&".join(_recoded(pair, charset, other) for pair in argument.split("&"))


def _recoded(pair: str, charset: str, other: str) -> str:
    name, equals, value = pair.partition("=")
    try:
        text = unquote_plus(value, charset, "strict")
    except UnicodeDecodeError:
        return pair
    return pair if text.isascii() else name + equals + quote(text, encoding=other)


def parameter(argument: str, name: str) -> str:
    """Give one decoded parameter, "" if it is missing; of equal names the last counts."""
    start = f"{name}="
    values = [pair[len(start) :] for pair in argument.split("&") if pair.startswith(start)]
    return unquote_plus(values[-1]) if values else ""

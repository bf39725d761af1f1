"""What the vendor's file does where ours differs on purpose, derived from what ours did."""

from __future__ import annotations

import copy
import re
from typing import Any, Callable, Dict, List, Mapping
from urllib.parse import quote, unquote_to_bytes

from smsc_transports.switching.comparing.program import DOES_NOT_END, Fields

MEANINGS = {
    "D1": "text goes in the charset that it is labelled with",
    "D2": "a query that HTTP cannot carry is escaped instead of not sent",
    "D3": "a number sign in a query is escaped instead of ending the request",
    "D4": "letters carry Cyrillic instead of raising UnicodeEncodeError",
    "D5": "a status of 14 fields is read instead of raising IndexError",
    "D6": "SMSC_DEBUG never raises",
    "D7": "Ctrl-C ends the call instead of counting as a failed host",
    "D8": "a silent host is given up after a time; the copy waits for ever",
    "D9": "letters check their arguments before they connect, and say QUIT after a failure",
    "D11": "a letter that was taken counts as sent, whatever the server says to QUIT",
    "D16": "bytes of a query may be percent-escaped in another way",
}
_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")

Vendors = Callable[[Fields, Fields, Mapping[str, Fields]], None]


def vendors(number: str, ours: Fields, settings: Fields, others: Mapping[str, Fields]) -> Fields:
    """Give what the vendor's file does where ours did ``ours``.

    ``settings`` are those in force, ``others`` what ours did in other scenes, by name.
    """
    theirs = copy.deepcopy(ours)
    _RULES[number](theirs, settings, others)
    return theirs


def _charset(seen: Fields, settings: Fields, _: Mapping[str, Fields]) -> None:
    charset = str(settings.get("SMSC_CHARSET", "utf-8"))

    def in_utf8(match: re.Match[str]) -> str:
        return quote(unquote_to_bytes(match[0]).decode(charset, "replace"))

    for attempt in seen["wire"]:
        for field in ("sent", "body"):
            text = attempt.get(field, "")
            if f"charset={charset}&" in text:
                attempt[field] = _ESCAPES.sub(in_utf8, text)
            elif text:  # what the charset cannot carry goes as utf-8
                attempt[field] = text.replace("charset=utf-8", f"charset={charset}")


def _unsafe_query(seen: Fields, settings: Fields, _: Mapping[str, Fields]) -> None:
    if not settings.get("SMSC_POST"):
        seen["wire"] = []
        seen["outcomes"] = [{"result": ["", ""]} for _ in seen["outcomes"]]


def _number_sign(seen: Fields, *_: Any) -> None:
    for attempt in seen["wire"]:
        attempt["sent"] = attempt["sent"].partition("%23")[0]


def _cyrillic_letter(seen: Fields, *_: Any) -> None:
    for attempt in seen["wire"]:
        attempt.pop("data", None)
        attempt["commands"] = _before_the_letter(attempt) or ["EHLO"]
    _raise(seen, "UnicodeEncodeError")


def _fourteen_fields(seen: Fields, *_: Any) -> None:
    _raise(seen, "IndexError")


def _debug(seen: Fields, *_: Any) -> None:
    seen["printed"] = ""
    _raise(seen, "IndexError")


def _interrupted(seen: Fields, _: Fields, others: Mapping[str, Fields]) -> None:
    from smsc_transports.switching.comparing.calls import UNREACHABLE

    seen.update(copy.deepcopy(others[UNREACHABLE]))


def _silent(seen: Fields, *_: Any) -> None:
    seen["wire"] = seen["wire"][:1]
    seen["outcomes"] = [{"stopped": DOES_NOT_END}]


def _letter_checks(seen: Fields, settings: Fields, others: Mapping[str, Fields]) -> None:
    if seen["wire"]:  # the server refused something
        for attempt in seen["wire"]:
            if attempt.get("commands", [""])[-1] == "QUIT":
                del attempt["commands"][-1]
        return
    (first, *_) = others["a letter"]["wire"] or [{"to": "smtp://", "commands": []}]
    greeting = _before_the_letter(first) if settings.get("SMTP_LOGIN") else []
    seen["wire"] = [{"to": first["to"], "commands": greeting} for _ in seen["outcomes"]]


def _goodbye(seen: Fields, *_: Any) -> None:
    _raise(seen, "SMTPServerDisconnected")


def _before_the_letter(attempt: Fields) -> List[str]:
    commands: List[str] = attempt.get("commands", [])
    ends = [place for place, each in enumerate(commands) if each.startswith("MAIL")]
    return commands[: ends[0]] if ends else commands


def _raise(seen: Fields, name: str) -> None:
    seen["outcomes"] = [{"raises": name} for _ in seen["outcomes"]]


_RULES: Dict[str, Callable[..., None]] = {
    "D1": _charset,
    "D2": _unsafe_query,
    "D3": _number_sign,
    "D4": _cyrillic_letter,
    "D5": _fourteen_fields,
    "D6": _debug,
    "D7": _interrupted,
    "D8": _silent,
    "D9": _letter_checks,
    "D11": _goodbye,
}

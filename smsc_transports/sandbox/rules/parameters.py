"""Reading the parameters of a send request: strict where the documentation gives a range."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Dict, List, NamedTuple, Optional, Tuple

from smsc_transports.sandbox.rules.assumptions import DEFAULT_VALIDITY
from smsc_transports.sandbox.rules.clock import MOSCOW
from smsc_transports.sandbox.rules.refused import Refused

Fields = Dict[str, str]

# In the order in which the vendor's libraries number their formats.
KINDS = ("flash", "push", "hlr", "bin", "ping", "mms", "mail", "call", "viber", "soc", "tg")
# The same for the format number of an e-mail; 12 is the bot of one edition, a plain SMS here.
FORMATS = {
    1: {"flash": "1"},
    2: {"push": "1"},
    3: {"hlr": "1"},
    4: {"bin": "1"},
    5: {"bin": "2"},
    6: {"ping": "1"},
    7: {"mms": "1"},
    8: {"mail": "1"},
    9: {"call": "1"},
    10: {"viber": "1"},
    11: {"soc": "1"},
    13: {"tg": "1"},
}
_PREFIXES = {
    "__CALL__": "call",
    "__VIBER__": "viber",
    "__SOC__": "soc",
    "__PING__": "ping",
    "__HLR__": "hlr",
}
_COMMENT = re.compile(r"\r?\n~~~\r?\n")
_STRING_ID = re.compile(r"[A-Za-z0-9._-]{1,40}\Z")
_LIST_LINE = re.compile(
    r"(?:(?P<sender>[^|:;\n,]*)(?:,(?P<tz>-?\d+))?\|)?(?P<phones>\s*\+?\d[\d\s+,;()-]*?):(?P<text>.*)",
    re.DOTALL,
)
_LIST_LINE_SEMICOLON = re.compile(
    r"(?:(?P<sender>[^|:;\n,]*)(?:,(?P<tz>-?\d+))?\|)?(?P<phones>\s*\+?\d[\d\s+,()-]*?);(?P<text>.*)",
    re.DOTALL,
)


class Line(NamedTuple):
    """Numbers that get one text; ``sender`` and ``tz`` only where the line of a list has them."""

    phones: List[str]
    text: str
    sender: Optional[str] = None
    tz: Optional[str] = None


def is_set(fields: Fields, name: str) -> bool:
    """Whether a flag is on: present, and neither empty nor 0."""
    return fields.get(name, "") not in ("", "0")


def integer(fields: Fields, name: str, low: int, high: int, default: int) -> int:
    """A parameter that must be a whole number from ``low`` to ``high``; error 1 otherwise."""
    value = fields.get(name, "")
    if not value:
        return default
    if not re.match(r"-?[0-9]{1,10}\Z", value) or not low <= int(value) <= high:
        raise Refused(1, f"{name} must be a whole number from {low} to {high}")
    return int(value)


def kind(fields: Fields) -> Tuple[str, str]:
    """The kind of message and its text without the prefix that may have chosen it."""
    text = fields.get("mes", "")
    for prefix, name in _PREFIXES.items():
        if text.startswith(prefix):
            return name, text[len(prefix) :]
    for name in (*KINDS, "whatsapp"):
        if is_set(fields, name):
            return name, text
    return ("bot" if fields.get("bot") else "sms"), text


def split_comment(text: str) -> Tuple[str, str]:
    """The text to send, and the comment after ``~~~`` that is only stored."""
    text, *comment = _COMMENT.split(text, maxsplit=1)
    return text, "".join(comment)


def message_id(fields: Fields) -> str:
    """The caller's id, or "" when the gateway shall assign one."""
    value = fields.get("id", "")
    if value in ("", "0"):
        return ""
    numeric = re.match(r"[0-9]+\Z", value)
    if numeric and len(value) <= 40 and 1 <= int(value) <= 2147483647:
        return str(int(value))
    if numeric or not _STRING_ID.match(value):
        raise Refused(1, "id must be 1 to 2147483647 or up to 40 of A-Z a-z 0-9 . - _")
    return value


def split_phones(text: str) -> List[str]:
    """The numbers of a list, as written."""
    return [phone.strip() for phone in re.split(r"[,;\n]", text) if phone.strip()]


def phone(text: str, kind_of_message: str = "sms") -> Optional[str]:
    """A recipient as the gateway stores it, or None when it is not one."""
    text = text.strip()
    if kind_of_message == "mail":
        return text if re.match(r"[^@\s]+@[^@\s]+\Z", text) else None
    if kind_of_message in ("tg", "bot") and re.match(r"(@\w+|#\d+)\Z", text):
        return text
    if re.match(r"[Gg]\d+\Z", text):
        return text.upper()
    if not re.match(r"\+?[0-9\s()-]+\Z", text):
        return None
    digits = re.sub(r"[^0-9]", "", text)
    if not text.startswith("+"):
        digits = _corrected(digits)
    return digits if 10 <= len(digits) <= 15 and digits[0] != "0" else None


def _corrected(digits: str) -> str:
    if len(digits) == 11 and digits[0] == "8":
        return "7" + digits[1:]
    if len(digits) == 10 and digits[0] == "0":
        return "38" + digits
    if len(digits) == 10 and digits[0] == "9":
        return "7" + digits
    return digits


def lines(fields: Fields, text: str) -> List[Line]:
    """Who gets which text: from ``list``, or from ``phones`` and ``text``."""
    if not fields.get("list"):
        return [Line(split_phones(fields.get("phones", "")), text)]
    found = [_list_line(line) for line in _list_lines(fields["list"], is_set(fields, "nl"))]
    if not found:
        raise Refused(1, "list is empty")
    return found


def _list_lines(text: str, with_line_breaks: bool) -> List[str]:
    result: List[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if with_line_breaks and result and not _starts_with_phone(line):
            result[-1] += "\n" + line
        elif line.strip():
            result.append(line)
    return result


def _starts_with_phone(line: str) -> bool:
    """Whether a line begins an entry, rather than goes on with a text such as "12:30 lunch"."""
    match = _LIST_LINE.match(line)
    return bool(match and all(phone(number) for number in split_phones(match["phones"])))


def _list_line(line: str) -> Line:
    match = _LIST_LINE.match(line) or _LIST_LINE_SEMICOLON.match(line)
    if not match:
        raise Refused(1, "a line of list must be phones:text")
    text = match["text"].replace("\\n", "\n")
    return Line(split_phones(match["phones"]), text, match["sender"], match["tz"])


def validity(fields: Fields) -> int:
    """Life time in seconds."""
    value = fields.get("valid", "")
    if not value:
        return DEFAULT_VALIDITY
    match = re.match(r"(\d{1,2})(?::(\d{2}))?\Z", value)
    if match:
        minutes = int(match[1]) * 60 + int(match[2] or 0)
        if 1 <= minutes <= 24 * 60 and int(match[2] or 0) < 60:
            return minutes * 60
    raise Refused(1, "valid must be hours from 1 to 24 or hh:mm from 00:01 to 24:00")


def check_ranges(fields: Fields) -> None:
    """Error 1 for parameters that are only stored but have a documented range."""
    for name, low, high in (("freq", 1, 1440), ("smsreq", 10, 999)):
        integer(fields, name, low, high, low)
    period = fields.get("period", "")  # hours
    if period and not (re.match(r"\d{1,3}(\.\d+)?\Z", period) and 0.1 <= float(period) <= 720):
        raise Refused(1, "period must be hours from 0.1 to 720")


def due(fields: Fields, tz: Optional[str], now: float) -> float:
    """When the message shall leave, in seconds since the epoch; a past time means now."""
    value = fields.get("time", "").strip()
    zone = MOSCOW
    hours = integer({"tz": tz or ""}, "tz", -15, 12, 0)
    if hours:
        zone = timezone(timedelta(hours=3 + hours))
    if value in ("", "0"):
        return now
    return max(now, _moment(value, zone, now))


def _moment(value: str, zone: timezone, now: float) -> float:
    try:
        if re.match(r"\d{10}\Z", value):
            return datetime.strptime(value, "%d%m%y%H%M").replace(tzinfo=zone).timestamp()
        if re.match(r"0\d{10,11}\Z", value):
            return float(value)
        if re.match(r"\d\d\.\d\d\.\d\d \d\d:\d\d\Z", value):
            return datetime.strptime(value, "%d.%m.%y %H:%M").replace(tzinfo=zone).timestamp()
        if re.match(r"\+\d{1,6}\Z", value):
            return now + int(value) * 60
        hours = re.match(r"(\d{1,2})-(\d{1,2})\Z", value)
        if hours and int(hours[1]) < int(hours[2]) <= 24:
            return _within_hours(int(hours[1]), int(hours[2]), zone, now)
    except (ValueError, OverflowError):
        pass
    raise Refused(5)


def _within_hours(first: int, last: int, zone: timezone, now: float) -> float:
    local = datetime.fromtimestamp(now, zone)
    opening = local.replace(hour=first, minute=0, second=0, microsecond=0)
    if first <= local.hour < last:
        return now
    if local.hour >= last:
        opening += timedelta(days=1)
    return opening.timestamp()

"""The calls that both sides are put through, and what the gateway does about each.

About fifty calls cover the six methods with their documented parameters; the table of faults
follows. Where the vendor's file is known to differ from ours, the scene names the number of the
difference, and ``MAY_DIFFER`` in what.
"""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping, NamedTuple, Sequence, Tuple

from smsc_transports.switching.comparing.gateway import (
    ANSWER,
    CLOSED,
    NO_SUCH_NAME,
    REFUSED,
    RESET,
)

MEANINGS = {
    "D1": "text goes in the charset that it is labelled with",
    "D2": "a query that HTTP cannot carry is escaped instead of not sent",
    "D3": "a number sign in a query is escaped instead of ending the request",
    "D4": "e-mails carry Cyrillic instead of raising UnicodeEncodeError",
    "D5": "a status of 14 fields is read instead of raising IndexError",
    "D6": "SMSC_DEBUG never raises",
    "D16": "bytes of a query may be percent-escaped in another way",
}
ANYTHING = "anything: the copy sends nothing"
MAY_DIFFER: Mapping[str, Tuple[str, ...]] = {
    "D1": ("the parameter mes", "the parameter sender", "the parameter charset"),
    "D2": (ANYTHING,),
    "D3": ("the parameter a",),
    "D4": (
        "the outcome",
        "the result",
        "the sender of the e-mail",
        "the recipients of the e-mail",
        "the e-mail",
    ),
    "D5": ("the outcome", "the result"),
    "D6": ("the outcome", "the result"),
}

PHONE = "79999999999"
TEXT = "A text of smsc compare"
CYRILLIC = "Привет"
SEND, COST, MAIL = "send_sms", "get_sms_cost", "send_sms_mail"
STATUS, BALANCE, RAW = "get_status", "get_balance", "_smsc_send_cmd"
PLAIN: Mapping[str, Tuple[Any, ...]] = {
    SEND: (PHONE, TEXT),
    COST: (PHONE, TEXT),
    STATUS: (1234, PHONE),
    BALANCE: (),
}
PLAIN_SEND = "a plain message"


class Scene(NamedTuple):
    """One call. ``settings`` are set for it; the gateway follows ``script``, then ``rest``."""

    name: str
    method: str
    args: Sequence[Any] = ()
    keywords: Mapping[str, Any] = {}
    script: Sequence[str] = ()
    rest: str = ANSWER
    settings: Mapping[str, Any] = {}
    number: str = ""

    def shown(self) -> str:
        """Give the call as source code."""
        words = [_shown(arg) for arg in self.args]
        words += [f"{name}={_shown(value)}" for name, value in self.keywords.items()]
        settings = ", ".join(f"{name} = {value!r}" for name, value in self.settings.items())
        return f"{self.method}({', '.join(words)})" + (f" with {settings}" if settings else "")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:40]}... {len(value)} characters"


def http(status: str, body: str = "", *headers: str) -> str:
    """Return a whole answer; its length is declared unless ``headers`` say otherwise."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    if not any(line.startswith("Content-Length") for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]) + body


def ok(text: str) -> str:
    """Answer 200 with this text."""
    return http("200 OK", text)


_DETAILS = "1,1577836800,0,01.01.2020 00:00:00,79999999999,0.50,sms,Delivered,text"
_HLR = (
    "1,1577836800,0,250011234567890,79168999100,ru,25001,Russia,MTS,,,"
    "01.01.2020 00:00:00,79999999999,0.50,HLR,Delivered,"
)
_FAULTS = {
    "refuses the connection": REFUSED,
    "resets the connection": RESET,
    "closes the connection": CLOSED,
    "is unknown to DNS": NO_SUCH_NAME,
    "answers 500": http("500 Internal Server Error", "1234,1,0.50,99.50"),
    "answers 404": http("404 Not Found", "1234,1,0.50,99.50"),
    "answers nothing": http("200 OK"),
    "answers half": http("200 OK", "1234,1,0.5", "Content-Length: 17"),
    "answers no text": http("200 OK", "1234,\x98\xff,0.50,99.50"),
    "does not speak HTTP": "garbage\r\n\r\n",
    "redirects": http("302 Found", "", "Location: http://smsc.ua/moved.php?a=1"),
}
_KEYWORDS: Mapping[str, Mapping[str, Any]] = {
    "in Latin letters": {"translit": 1},
    "later": {"time": "+60"},
    "with an id": {"id": "a1"},
    "flash": {"format": 1},
    "HLR": {"format": 3},
    "format 13": {"format": 13},
    "a format that does not exist": {"format": 15},
    "from a sender": {"sender": "My Shop"},
    "from an empty sender": {"sender": ""},
    "from a number": {"sender": 777},
    "a format and a sender": {"format": 12, "sender": "Shop"},
    "with a query": {"query": "maxsms=3&valid=01:00"},
}
_TEXTS: Mapping[str, Any] = {
    "empty text": "",
    "special characters": " ~\"<>[]{}|\\^`'a+b&c=d#e%41/?",
    "several lines": "a\nb\r\nc",
    "long text": "x" * 2001,
    "bytes": b"bytes",
    "text of a wrong type": 5,
}
_STATUSES = {
    "details": _DETAILS,
    "details with commas": _DETAILS + ", a,b" + ",c" * 6,
    "an HLR request": _HLR,
    "an error": "0,-2",
}
_REPLIES = {"an error": "12,-6", "many fields": "1, 2,3,4,5\n", "one field": "OK"}
_POST, _HTTPS, _DEBUG = {"SMSC_POST": True}, {"SMSC_HTTPS": True}, {"SMSC_DEBUG": True}
_WINDOWS = {"SMSC_CHARSET": "windows-1251"}
_KEY = {"SMSC_LOGIN": "", "SMSC_PASSWORD": "dummy key"}
_ACCOUNT = {"SMTP_LOGIN": "mailer", "SMTP_PASSWORD": "mail password"}


def scenes() -> List[Scene]:
    """Give all scenes."""
    return [*_messages(), *_others(), *_by_settings(), *_faults()]


def _messages() -> Iterator[Scene]:
    plain = PLAIN[SEND]
    yield Scene(PLAIN_SEND, SEND, plain)
    positions = (PHONE, TEXT, 2, "0101300000", 77, 1, "Shop", "maxsms=3")
    yield Scene("all by position", SEND, positions)
    for name, given in _KEYWORDS.items():
        yield Scene(name, SEND, plain, given)
    for name, text in _TEXTS.items():
        yield Scene(name, SEND, (PHONE, text))
    yield Scene("several phones", SEND, ("7999,7888;+7 (9)", TEXT))
    yield Scene("a list of phones", SEND, (["7999"], TEXT))
    yield Scene("Cyrillic", SEND, (PHONE, CYRILLIC), {"sender": "Магазин"}, number="D1")
    yield Scene("an emoji", SEND, (PHONE, "ok 🙂"), number="D1")
    yield Scene("query with a space", SEND, plain, {"query": "a=1 2"}, number="D2")
    yield Scene("query with a number sign", SEND, plain, {"query": "a=1#b=2"}, number="D3")


def _others() -> Iterator[Scene]:
    yield Scene("a price", COST, PLAIN[COST])
    yield Scene("price: all by position", COST, (PHONE, TEXT, 1, 3, "Shop", "maxsms=3"))
    yield Scene("price: format 13", COST, PLAIN[COST], {"format": 13})
    yield Scene("price: empty sender", COST, PLAIN[COST], {"sender": ""})
    yield Scene("price: Cyrillic", COST, (PHONE, CYRILLIC), number="D1")
    yield Scene("an e-mail", MAIL, (PHONE, TEXT))
    yield Scene("e-mail: all by position", MAIL, (PHONE, "a\nb", 1, "0101300000", 5, 1, "Shop"))
    yield Scene("e-mail: with an account", MAIL, (PHONE, TEXT), settings=_ACCOUNT)
    yield Scene("e-mail: Cyrillic", MAIL, (PHONE, CYRILLIC), number="D4")
    yield Scene("a status", STATUS, PLAIN[STATUS])
    yield Scene("status: by name", STATUS, (), {"id": "5", "phone": "+7 9", "all": 1})
    for name, reply in _STATUSES.items():
        yield Scene(f"status: {name}", STATUS, (1, PHONE, 1), script=(ok(reply),))
    yield Scene("status: 14 fields", STATUS, (1, PHONE, 1), script=(ok("f," * 13),), number="D5")
    yield Scene("a balance", BALANCE)
    yield Scene("balance: an error", BALANCE, script=(ok("0,-2"),))
    yield Scene("a command of its own", RAW, ("info", "get_operator=1&phone=79"))


def _by_settings() -> Iterator[Scene]:
    plain, cyrillic = PLAIN[SEND], (PHONE, CYRILLIC)
    yield Scene("POST", SEND, plain, settings=_POST)
    yield Scene("HTTPS", SEND, plain, settings=_HTTPS)
    yield Scene("POST by HTTPS", BALANCE, settings={**_POST, **_HTTPS})
    yield Scene("POST, Cyrillic", SEND, cyrillic, settings=_POST, number="D1")
    yield Scene("POST, the first host fails", SEND, plain, script=(RESET,), settings=_POST)
    yield Scene("windows-1251", SEND, plain, {"sender": "Shop"}, settings=_WINDOWS)
    yield Scene("windows-1251, Cyrillic", SEND, cyrillic, settings=_WINDOWS, number="D1")
    yield Scene("an API key", SEND, plain, settings=_KEY)
    yield Scene("e-mail: debug", MAIL, (PHONE, TEXT), settings=_DEBUG)
    for method, args in PLAIN.items():
        yield Scene(f"{method}: debug", method, args, settings=_DEBUG)
        yield Scene(f"{method}: debug, an error", method, args, {}, (ok("12,-6"),), ANSWER, _DEBUG)
        yield Scene(f"{method}: debug, no host", method, args, rest=REFUSED, settings=_DEBUG)
    yield Scene("debug, 1 field", SEND, plain, {}, (ok("OK"),), ANSWER, _DEBUG, "D6")


def _faults() -> Iterator[Scene]:
    plain = PLAIN[SEND]
    for name, reply in _REPLIES.items():
        yield Scene(f"a reply: {name}", SEND, plain, script=(ok(reply),))
    for name, step in _FAULTS.items():
        yield Scene(f"the first host {name}", SEND, plain, script=(step,))
    yield Scene("four hosts fail", SEND, plain, script=(REFUSED, RESET, CLOSED, REFUSED))
    for method, args in PLAIN.items():
        yield Scene(f"{method}: no host answers", method, args, rest=REFUSED)

"""The calls that both sides are put through, and what the gateway does about each.

A scene is a row of calls on one object, which share settings and script. Where the vendor's file
is known to differ from ours, the scene names the number of the difference.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

from smsc_transports.switching.comparing.child.fence import INTERRUPTED, NO_SUCH_NAME
from smsc_transports.switching.comparing.gateway import (
    ANSWER,
    CLOSED,
    REFUSED,
    RESET,
    SILENT,
    Step,
    http,
    ok,
)

PHONE = "79999999999"
CYRILLIC = "Привет"
LIMIT = 2000  # characters of parameters that the vendor's file sends by GET

Arguments = Tuple[Tuple[Any, ...], Mapping[str, Any]]


class Scene(NamedTuple):
    """Calls of one method. ``settings`` are set for it; ``script`` starts anew with each call."""

    name: str
    method: str
    calls: Sequence[Arguments]
    script: Tuple[Step, ...] = ()
    rest: Step = ANSWER
    settings: Mapping[str, Any] = {}
    number: str = ""

    def shown(self, place: int) -> str:
        """Give one of the calls as source code."""
        args, keywords = self.calls[place]
        words = [_shown(arg) for arg in args]
        words += [f"{name}={_shown(value)}" for name, value in keywords.items()]
        settings = ", ".join(f"{name} = {value!r}" for name, value in self.settings.items())
        return f"{self.method}({', '.join(words)})" + (f" with {settings}" if settings else "")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:40]}... {len(value)} characters"


def _send(*args: Any, **keywords: Any) -> Arguments:
    return (PHONE, "test", *args), keywords


def _each(name: str, *values: Any) -> List[Arguments]:
    return [_send(**{name: value}) for value in values]


def _call(*args: Any, **keywords: Any) -> Arguments:
    return args, keywords


SEND, COST, MAIL = "send_sms", "get_sms_cost", "send_sms_mail"
STATUS, BALANCE, RAW = "get_status", "get_balance", "_smsc_send_cmd"
PLAIN: Dict[str, Arguments] = {
    SEND: _send(),
    COST: _send(),
    STATUS: _call(1234, PHONE),
    BALANCE: _call(),
}
PLAIN_SEND = "a plain message"
UNREACHABLE = "the first host cannot be reached"
DEBUG = {"SMSC_DEBUG": True}
POST = {"SMSC_POST": True}

_DETAILS = "1,1577836800,0,01.01.2020 00:00:00,79999999999,0.50,sms,Delivered,text"
_HLR = (
    "1,1577836800,0,250011234567890,79168999100,ru,25001,Russia,MTS,,,"
    "01.01.2020 00:00:00,79999999999,0.50,HLR,Delivered,"
)
_FAULTS: Dict[str, Step] = {
    "resets the connection": RESET,
    "closes the connection": CLOSED,
    "is unknown to DNS": NO_SUCH_NAME,
    "answers 500": http("500 Internal Server Error", b"1234,1,0.50,99.50"),
    "answers 404": http("404 Not Found", b"1234,1,0.50,99.50"),
    "answers nothing": http("200 OK"),
    "answers half": http("200 OK", b"1234,1,0.5", "Content-Length: 17"),
    "answers no text": http("200 OK", b"1234,\x98\xff,0.50,99.50"),
    "does not speak HTTP": b"garbage\r\n\r\n",
}
_REPLIES = (
    "0,-2", "12,-6", "0,-10", "OK", "0.50,1", "1,2,3,4,5", ",", " ", "1234, 1, 0.50, 99.50\n",
    "1234,3,1.50,98.00", "1234,0,0,99.50", "<html>closed, for now</html>", "-1,0,0",
)  # fmt: skip


def scenes() -> List[Scene]:
    """Give all scenes but those that depend on what the first one sent."""
    return [
        Scene(PLAIN_SEND, SEND, [_send()]),
        *_messages(),
        *_questions(),
        *_answers(),
        *_other_settings(),
        *_letters(),
        *_differences(),
        *_silence(),
    ]


def at_the_limit(plain_length: int) -> Scene:
    """Give the longest message that goes by GET, and the one after it."""
    rest = LIMIT - plain_length + len("test")
    lengths = [max(rest + more, 0) for more in (0, 1)]
    return Scene("at the limit of a GET", SEND, [_call(PHONE, "x" * each) for each in lengths])


def _messages() -> List[Scene]:
    texts = ["", " a  b ", "a\nb\r\nc", "a+b&c=d#e%41/?", "~\"<>[]{}|\\^`'", "x" * 2001]
    wrong = [5, None, b"bytes", ["list"]]
    return [
        Scene("all by position", SEND, [_send(1, "0101300000", 77, 1, "Shop", "maxsms=3")]),
        Scene("translit", SEND, _each("translit", 0, 1, 2, True, "1")),
        Scene("time", SEND, _each("time", "0101300000", "+60", "9-21", "", None, 5)),
        Scene("id", SEND, _each("id", 1, 77, "a1", 2147483647, None)),
        Scene("formats", SEND, _each("format", *range(14))),
        Scene("formats that do not exist", SEND, _each("format", -1, 14, "1", None)),
        Scene("sender", SEND, _each("sender", "Shop", "My Shop", "", "a&b", 777, 0, None, True)),
        Scene("query", SEND, _each("query", "maxsms=3", "valid=01:00&tz=2", "", None)),
        Scene("a format and a sender", SEND, [_send(format=f, sender="Shop") for f in (7, 11, 12)]),
        Scene("phones", SEND, [_call(phones, "t") for phones in ("7999,7888;7777", "+7 (9)", "")]),
        Scene("phones of a wrong type", SEND, [_call(each, "t") for each in (7999, None, ["7"])]),
        Scene("texts", SEND, [_call(PHONE, text) for text in texts]),
        Scene("texts of a wrong type", SEND, [_call(PHONE, each) for each in wrong]),
        Scene("text in Cyrillic", SEND, [_call(PHONE, CYRILLIC, sender="Магазин")], number="D1"),
        Scene("text with an emoji", SEND, [_call(PHONE, "ok 🙂")], number="D1"),
        Scene("two on one object", SEND, [_send(), _send(sender="Shop"), _send()]),
    ]


def _questions() -> List[Scene]:
    raw = [_call("info", "get_operator=1&phone=79"), _call("balance"), _call("jobs", arg="get=1")]
    costs = _each("sender", "Shop", "", 777, None) + _each("query", "list=7:a", None, "maxsms=1")
    status = [_call("1,2", "7,8"), _call(5, "+7 9"), _call(id=5, phone="7", all=1), _call(None, "")]
    return [
        Scene("a price", COST, [_send(), _send(1, 1, "Shop", "maxsms=3")]),
        Scene("price: translit", COST, _each("translit", 1, "2")),
        Scene("price: formats", COST, _each("format", *range(-1, 15))),
        Scene("price: sender and query", COST, costs),
        Scene("price: text", COST, [_call(PHONE, "x" * 2001), _call(PHONE, 5), _call(7, "a&b")]),
        Scene("price: Cyrillic", COST, [_call(PHONE, CYRILLIC)], number="D1"),
        Scene("a status", STATUS, [_call(1234, PHONE), _call(1234, PHONE, 1), _call(1, PHONE, 2)]),
        Scene("status: several, wrong types", STATUS, [*status, _call(5, 7), _call(5, None)]),
        *(
            Scene(
                f"status: {what}", STATUS, [_call(1, PHONE, all) for all in (0, 1, "0")], (reply,)
            )
            for what, reply in (
                ("8 fields", ok(_DETAILS.rpartition(",")[0])),
                ("details", ok(_DETAILS)),
                ("10 fields", ok(_DETAILS + ",a")),
                ("details with commas", ok(_DETAILS + ", a,b, c")),
                ("details with many commas", ok(_DETAILS + ",a" * 8)),
                ("an HLR request", ok(_HLR)),
                ("15 fields", ok("f," * 14 + "x")),
                ("15 fields, the last before HLR", ok("f," * 14 + "A")),
            )
        ),
        Scene("a balance", BALANCE, [_call()]),
        Scene("a command of its own", RAW, raw),
    ]


def _answers() -> List[Scene]:
    found = [
        Scene(f"{method}: reply {reply!r}", method, [PLAIN[method]], (ok(reply),))
        for method in PLAIN
        for reply in _REPLIES
    ]
    found += [
        Scene(f"{method}: no host answers", method, [PLAIN[method]], rest=REFUSED)
        for method in PLAIN
    ]
    found.append(Scene(UNREACHABLE, SEND, [_send()], (REFUSED,)))
    found += [
        Scene(f"the first host {what}", SEND, [_send()], (step,)) for what, step in _FAULTS.items()
    ]
    found += [
        Scene(f"{count} hosts fail", SEND, [_send()], (REFUSED, RESET) * (count // 2) + (CLOSED,))
        for count in (1, 3, 5, 7)
    ]
    every = [*_FAULTS.values()][3:]
    found.append(Scene("every host answers wrongly", SEND, [_send()], tuple(every), REFUSED))
    moved = http("302 Found", b"", "Location: http://smsc.ua/moved.php?a=1")
    found.append(Scene("the first host redirects", SEND, [_send()], (moved,)))
    return found


def _other_settings() -> List[Scene]:
    found = []
    for method, plain in PLAIN.items():
        for reply in (
            "",
            "0,-2",
            "12,-6",
            "-1,0,0",
            "-1,1577836800,0,0",
            "1234,1,0.50,99.50",
            "1,0,0",
        ):
            script = (ok(reply),) if reply else ()
            name = f"{method}: debug, reply {reply!r}"
            found.append(Scene(name, method, [plain], script, settings=DEBUG))
        name = f"{method}: debug, no host answers"
        found.append(Scene(name, method, [plain], rest=REFUSED, settings=DEBUG))
    for post in (False, True):
        for https in (False, True):
            settings = {"SMSC_POST": post, "SMSC_HTTPS": https}
            found += [
                Scene(f"{method}: {_protocol(settings)}", method, [plain], settings=settings)
                for method, plain in PLAIN.items()
            ]
    fails = Scene("POST, the first host fails", SEND, [_send()], (RESET,), settings=POST)
    found.append(fails)
    found.append(Scene("POST, Cyrillic", SEND, [_call(PHONE, CYRILLIC)], (), ANSWER, POST, "D1"))
    windows = {"SMSC_CHARSET": "windows-1251"}
    found.append(Scene("windows-1251", SEND, [_send(), *_each("sender", "Shop")], settings=windows))
    text = [_call(PHONE, CYRILLIC), _call(PHONE, "ok 🙂")]
    found.append(Scene("windows-1251, Cyrillic", SEND, text, (), ANSWER, windows, "D1"))
    cyrillic = ok("0,Ошибка")
    found.append(
        Scene("windows-1251, no such answer", SEND, [_send()], (cyrillic,), ANSWER, windows)
    )
    return found


def with_an_api_key() -> Scene:
    """Give the scene for a copy that knows API keys."""
    settings = {"SMSC_LOGIN": "", "SMSC_PASSWORD": "dummy key"}
    return Scene("an API key", SEND, [_send()], settings=settings)


def _protocol(settings: Mapping[str, Any]) -> str:
    scheme = "HTTPS" if settings["SMSC_HTTPS"] else "HTTP"
    return f"{scheme} {'POST' if settings['SMSC_POST'] else 'GET'}"


def _letters() -> List[Scene]:
    texts = ["", ".", ".a\n..b\n.\nc", "a\rb\r\nc", "Subject: x\n\ny", "x" * 2000, "a:b,c"]
    keywords = [
        *_each("translit", 1, "2"), *_each("time", "0101300000"), *_each("id", 77),
        *_each("format", 1, 13), *_each("sender", "Shop", "a:b"),
    ]  # fmt: skip
    account = {"SMTP_LOGIN": "mailer", "SMTP_PASSWORD": "mail password"}
    return [
        Scene("a letter", MAIL, [_send(), _send(1, "0101300000", 5, 1, "Shop")]),
        Scene("letter: keywords", MAIL, keywords),
        Scene("letter: texts", MAIL, [_call(PHONE, text) for text in texts]),
        Scene("letter: windows-1251", MAIL, [_send()], settings={"SMSC_CHARSET": "windows-1251"}),
        Scene("letter: with an account", MAIL, [_send()], settings=account),
        Scene("letter: debug", MAIL, [_send()], settings=DEBUG),
        Scene("letter: server refuses the connection", MAIL, [_send()], (REFUSED,)),
        Scene("letter: server closes at once", MAIL, [_send()], (CLOSED,)),
        Scene("letter: wrong server", MAIL, [_send()], ({"connect": "554 no"},)),
    ]


def _differences() -> List[Scene]:
    """Give scenes where ours differs on purpose, each with the number of the difference."""
    wrong = [_call(5, "t"), _call(PHONE, None), *_each("time", 0), *_each("sender", False, 777)]
    return [
        Scene("query in Cyrillic", SEND, _each("query", "a=Я"), number="D2"),
        Scene("query with a space", SEND, _each("query", "a=1 2", "a=1\n2"), number="D2"),
        Scene("query with a number sign", SEND, _each("query", "a=1#b=2"), number="D3"),
        Scene("letter in Cyrillic", MAIL, [_call(PHONE, CYRILLIC)], number="D4"),
        Scene("status: 14 fields", STATUS, [_call(1, PHONE, 1)], (ok("f," * 13),), number="D5"),
        *(
            Scene(
                f"{method}: debug, 1 field",
                method,
                [PLAIN[method]],
                (ok("OK"),),
                ANSWER,
                DEBUG,
                "D6",
            )
            for method in (SEND, COST, STATUS)
        ),
        Scene("Ctrl-C while connecting", SEND, [_send()], (INTERRUPTED,), number="D7"),
        Scene("letter: wrong types", MAIL, wrong, number="D9"),
        Scene("letter: recipient refused", MAIL, [_send()], ({"RCPT": "550 no"},), number="D9"),
        Scene("letter: no goodbye", MAIL, [_send()], ({"QUIT": ""},), number="D11"),
    ]


def _silence() -> List[Scene]:
    """Give what comes last: a host that was silent is asked later than others for a while."""
    return [Scene("the first host is silent", SEND, [_send()], (SILENT,), number="D8")]

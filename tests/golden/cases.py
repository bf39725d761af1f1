"""The table of cases: a call, the settings it is made with and the gateway's script.

Pure data. A name never changes once recorded, since the vectors and the differences refer to it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Sequence, Tuple

from .gateway import (
    CLOSED,
    EXITED,
    INTERRUPTED,
    NO_SUCH_NAME,
    REFUSED,
    RESET,
    WRONG_AUTHORITY,
    WRONG_NAME,
    Step,
)


class Case(NamedTuple):
    name: str
    method: str
    args: Tuple[Any, ...]
    keywords: Dict[str, Any]
    settings: Dict[str, Any]
    script: Tuple[Step, ...]
    console: str

    @property
    def group(self) -> str:
        return self.name.partition(": ")[0]

    def describe(self) -> Dict[str, Any]:
        """Return what goes in, as text, to stand beside what comes out."""
        arguments = [repr(value) for value in self.args]
        arguments += [f"{name}={value!r}" for name, value in self.keywords.items()]
        return {
            "call": f"{self.method}({', '.join(arguments)})",
            "settings": ", ".join(f"{name}={value!r}" for name, value in self.settings.items()),
            "script": [_step_as_text(step) for step in self.script],
            "console": self.console,
        }


def _step_as_text(step: Step) -> Any:
    if isinstance(step, bytes):
        return step.decode("latin-1")
    return f"<{step}>" if isinstance(step, str) else dict(step)


PHONE = "79999999999"
ACCOUNT = {"SMSC_LOGIN": "login", "SMSC_PASSWORD": "password"}
POST = {"SMSC_POST": True}
HTTPS = {"SMSC_HTTPS": True}
DEBUG = {"SMSC_DEBUG": True}
APIKEY = {"SMSC_LOGIN": "", "SMSC_PASSWORD": "the-api-key"}
CYRILLIC = "Привет"


def charset(name: Any) -> Dict[str, Any]:
    return {"SMSC_CHARSET": name}


def _caller(method: str) -> Callable[..., Case]:
    def call(
        name: str,
        /,
        *args: Any,
        given: Mapping[str, Any] = {},
        script: Sequence[Step] = (),
        console: str = "utf-8",
        **keywords: Any,
    ) -> Case:
        replies = tuple(script) or (DEFAULT_SCRIPT[method],)
        return Case(name, method, args, keywords, {**ACCOUNT, **given}, replies, console)

    return call


send = _caller("send_sms")
cost = _caller("get_sms_cost")
status = _caller("get_status")
balance = _caller("get_balance")
command = _caller("_smsc_send_cmd")
letter = _caller("send_sms_mail")

# A plain call of every HTTP method, for what is the same in all of them.
PLAIN_CALLS: Tuple[Tuple[str, Callable[..., Case], Tuple[Any, ...]], ...] = (
    ("send_sms", send, (PHONE, "test")),
    ("get_sms_cost", cost, (PHONE, "test")),
    ("get_status", status, (1234, PHONE)),
    ("get_balance", balance, ()),
)


def these(*values: Any) -> Tuple[Any, ...]:
    return values


# Answers, byte by byte. Every one closes the connection, so that one attempt is one connection.


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    """Return a whole answer; its length is declared unless `headers` say otherwise."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    if not any(line.startswith(("Content-Length", "Transfer-Encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def ok(text: str, encoding: str = "utf-8") -> bytes:
    return http("200 OK", text.encode(encoding))


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return http("200 OK", body + end, "Transfer-Encoding: chunked")


def redirect(status: str, location: str) -> bytes:
    return http(status, b"moved", f"Location: {location}")


SENT = ok("1234,1,0.50,99.50")
EMPTY = http("200 OK")
BROKEN = http("500 Internal Server Error", b"oops")
MISSING = http("404 Not Found", b"<html>no such page</html>")
TRUNCATED = http("200 OK", b"1234,1,0.50", "Content-Length: 17")
GARBAGE = b"this is not HTTP at all\r\n\r\n"
UNDECODABLE = http("200 OK", b"1234,\xff\xfe,0.50,99.50")

# With nothing to change, the mail server takes everything.
MAIL: Dict[str, str] = {}

DEFAULT_SCRIPT: Dict[str, Step] = {
    "send_sms": SENT,
    "get_sms_cost": ok("0.50,1"),
    "get_status": ok("1,1577836800,0"),
    "get_balance": ok("99.50"),
    "_smsc_send_cmd": ok("OK"),
    "send_sms_mail": MAIL,
}


def settings() -> Iterator[Case]:
    for method, call, args in PLAIN_CALLS:
        yield call(f"{method}, GET over HTTP", *args)
        yield call(f"{method}, POST over HTTP", *args, given=POST)
        yield call(f"{method}, GET over HTTPS", *args, given=HTTPS)
        yield call(f"{method}, POST over HTTPS", *args, given={**POST, **HTTPS})
        yield call(f"{method}, apikey", *args, given=APIKEY)
        yield call(f"{method}, apikey and POST", *args, given={**APIKEY, **POST})
    for value in these("False", "0", "no", 1, [0]):
        yield balance(f"POST because {value!r} is true", given={"SMSC_POST": value})
        yield balance(f"HTTPS because {value!r} is true", given={"SMSC_HTTPS": value})
        yield balance(f"debug because {value!r} is true", given={"SMSC_DEBUG": value})
    for value in these("", 0, None, []):
        yield balance(f"GET because {value!r} is false", given={"SMSC_POST": value})
        yield balance(f"HTTP because {value!r} is false", given={"SMSC_HTTPS": value})
        yield balance(f"quiet because {value!r} is false", given={"SMSC_DEBUG": value})
    for what, value in (
        ("with special characters", "a&b=c d/e+f%g#h?i~j|k:l;m,n@o"),
        ("in Cyrillic", "Логин"),
        ("in bytes", b"\xcb\xee\xe3"),
        ("with a line break", "two\nlines"),
        ("that is None", None),
        ("that is an int", 12345),
        ("that is False", False),
        ("that is empty", ""),
    ):
        yield balance(f"login {what}", given={"SMSC_LOGIN": value})
        yield balance(f"login {what}, POST", given={"SMSC_LOGIN": value, **POST})
        yield balance(f"password {what}", given={"SMSC_PASSWORD": value})
        yield balance(f"apikey {what}", given={**APIKEY, "SMSC_PASSWORD": value})
    yield balance("neither login nor password", given=dict.fromkeys(ACCOUNT, ""))


def charsets() -> Iterator[Case]:
    for name in ("utf-8", "UTF-8", "utf8", "windows-1251", "cp1251", "koi8-r", "latin-1"):
        yield send(f"{name}, ASCII text", PHONE, "test", given=charset(name))
        yield send(f"{name}, ASCII text, POST", PHONE, "test", given={**charset(name), **POST})
    for name in ("windows-1251", "cp1251", "koi8-r", "latin-1", "ascii"):
        given = charset(name)
        yield send(f"{name!r}, Cyrillic", PHONE, CYRILLIC, given=given)
        yield send(f"{name!r}, Cyrillic, POST", PHONE, CYRILLIC, given={**given, **POST})
        yield cost(f"{name!r}, Cyrillic, cost", PHONE, CYRILLIC, given=given)
        yield send(f"{name!r}, emoji", PHONE, "test 🙂", given=given)
    for name in ("no-such-charset", ""):
        given = charset(name)
        for what, text in (("ASCII text", "test"), ("Cyrillic", CYRILLIC), ("emoji", "test 🙂")):
            yield send(f"{name!r}, {what}", PHONE, text, given=given, script=[SENT] * 5)
            yield send(f"{name!r}, {what}, POST", PHONE, text, given={**given, **POST})
        yield balance(f"{name!r}, balance", given=given, script=[ok("1")] * 5)
        yield cost(f"{name!r}, cost", PHONE, "Я", given=given, script=[SENT] * 5)
        yield status(f"{name!r}, status", 1, PHONE, given=given, script=[SENT] * 5)
    yield balance("None", given=charset(None))
    cp1251 = charset("windows-1251")
    yield send("windows-1251, Cyrillic sender", PHONE, "x", sender="Ваня", given=cp1251)
    yield balance("windows-1251, Cyrillic login", given={**cp1251, "SMSC_LOGIN": "Я"})
    yield balance("windows-1251, emoji login", given={**cp1251, "SMSC_LOGIN": "🙂"})
    yield send("windows-1251, bytes text", PHONE, b"\xcf\xf0", given=cp1251)
    yield send(
        "windows-1251, text in bytes beside a Cyrillic sender",
        PHONE,
        b"\xcf\xf0",
        sender="Я",
        given=cp1251,
    )
    yield send("windows-1251, Cyrillic query", PHONE, "x", query="a=Я", given=cp1251)
    yield send(
        "windows-1251, Cyrillic query, POST", PHONE, "x", query="a=Я", given={**cp1251, **POST}
    )
    yield send(
        "windows-1251, Cyrillic text and emoji query", PHONE, "Я", query="a=🙂", given=cp1251
    )
    yield send(
        "windows-1251, Cyrillic text and emoji query, POST",
        PHONE,
        "Я",
        query="a=🙂",
        given={**cp1251, **POST},
    )
    yield send("windows-1251, 300 Cyrillic letters", PHONE, "Я" * 300, given=cp1251)
    yield send("windows-1251, 600 Cyrillic letters", PHONE, "Я" * 600, given=cp1251)
    yield send("windows-1251, 700 Cyrillic letters", PHONE, "Я" * 700, given=cp1251)
    for name in ("windows-1251", "koi8-r"):
        yield status(
            f"{name}, Cyrillic answer",
            1,
            PHONE,
            1,
            given=charset(name),
            script=[ok("1,1577836800,0,,,,,Доставлено,Текст, ещё", name)],
        )
    yield status(
        "windows-1251, answer in utf-8 decodes to something",
        1,
        PHONE,
        given=cp1251,
        script=[ok("1,2,Я")],
    )


class Text(str):
    """A str by another class, as templating libraries make them."""


def arguments() -> Iterator[Case]:
    for method, call, _ in PLAIN_CALLS[:2]:
        yield call(f"{method}, by keyword", message="test", phones=PHONE)
        yield call(f"{method}, none")
        yield call(f"{method}, unknown keyword", PHONE, "test", nosuch=1)
        for value in these(
            b"79999999999", bytearray(b"7999"), 79999999999, None, [PHONE], True, ""
        ):
            yield call(f"{method}, phones {value!r}", value, "test")
        for value in these(b"test \xff", bytearray(b"t"), 5, None, ["t"], True, Text("<t>"), ""):
            yield call(f"{method}, message {value!r}", PHONE, value)
        for value in these(1, 2, "1", True, None, "1&x=2"):
            yield call(f"{method}, translit {value!r}", PHONE, "test", translit=value)
        for value in these(
            "", "sms", "My Shop", "Ваня", "a&b", "~|/", b"x", 0, 0.0, None, True, 777, []
        ):
            yield call(f"{method}, sender {value!r}", PHONE, "test", sender=value)
        for value in these(*range(1, 15), 100, -1, -12, -13, True, False, 1.0, 0.0, "1", None):
            yield call(f"{method}, format {value!r}", PHONE, "test", format=value)
        for value in these(None, 0, False, b"a=1", ["a=1"]):
            yield call(f"{method}, query {value!r}", PHONE, "test", query=value)
    yield send("send_sms, all by position", PHONE, "test", 1, "0101200000", 5, 1, "sms", "maxsms=3")
    yield cost("get_sms_cost, all by position", PHONE, "test", 1, 1, "sms", "maxsms=3")
    yield send("send_sms, one too many", *"123456789")
    yield balance("get_balance, one too many", 1)
    for phones in ("79999999999,78888888888", "7999;7888", "+7 (999) 999-99-99", "group name"):
        yield send(f"send_sms, phones {phones!r}", phones, "test")
    for value in these("0101200000", "10-18", "01577836800", "+60", "12:30", b"+60", Text("+1")):
        yield send(f"send_sms, time {value!r}", PHONE, "test", time=value)
    for value in these(None, 0, 5, False, ["+60"]):
        yield send(f"send_sms, time {value!r}", PHONE, "test", time=value)
    for value in these(1, 2147483647, -1, "77", "a b", "1&x=2", None, True, 1.5, b"7", "№7"):
        yield send(f"send_sms, id {value!r}", PHONE, "test", id=value)
    for value in these(0, "1234", "1,2", None, True, [1], "№7"):
        yield status(f"get_status, id {value!r}", value, PHONE)
    for value in these(b"7999", 79999999999, None, "7999,7888", "+7 999", ""):
        yield status(f"get_status, phone {value!r}", 1234, value)
    for value in these(1, 2, "0", "", None, True, False):
        yield status(f"get_status, all {value!r}", 1234, PHONE, value)
    yield status("get_status, by keyword", phone=PHONE, all=2, id=5)
    yield status("get_status, none")


QUERIES = {
    "one parameter": "maxsms=3",
    "several parameters": "valid=01:00&maxsms=3&tinyurl=1",
    "leading ampersand": "&maxsms=3",
    "trailing ampersand": "maxsms=3&",
    "percent-encoded list": "list=7999%3A%D0%AF%0A7888%3Ax",
    "tilde and bar": "a=~|",
    "percent seven e": "a=%7e%7E%41%zz%",
    "brackets": "a[]=1&b={2}&c=<3>",
    "quotes": "a=\"1\"&b='2'&c=`3`",
    "other printable ASCII": "a=!$()*+,;:@/?\\^_-.",
    "number sign": "a=1#b=2",
    "number sign first": "#a=1",
    "number sign last": "a=1#",
    "Cyrillic": "a=Я",
    "list in Cyrillic": "list=79999999999:Ваш пароль: 123\n78888888888:Ваш пароль: 456",
    "emoji": "a=🙂",
    "space inside": "a=1 2",
    "line break inside": "a=1\nb",
    "carriage return inside": "a=1\r\nb",
    "tab inside": "a=1\tb",
    "delete character inside": "a=1\x7fb",
    "no-break space inside": "a=1\xa0b",
    "trailing space": "a=1 ",
    "trailing line break": "a=1\n",
    "trailing mix of white space": "a=1 \t\r\n ",
    "trailing no-break space": "a=1\xa0",
    "only a space": " ",
    "leading space": " a=1",
    "trailing space after Cyrillic": "a=Я ",
    "space before a number sign": "a=1 #b",
    "starts as an address": "http://smsc.ua/?a=1",
}


def queries() -> Iterator[Case]:
    for what, query in QUERIES.items():
        yield send(f"{what}, GET", PHONE, "test", query=query)
        yield send(f"{what}, POST", PHONE, "test", query=query, given=POST)
    for what in ("several parameters", "Cyrillic", "number sign", "trailing line break"):
        yield cost(f"{what}, cost", PHONE, "test", query=QUERIES[what])
        yield send(f"{what}, HTTPS", PHONE, "test", query=QUERIES[what], given=HTTPS)
        yield send(f"{what}, debug", PHONE, "test", query=QUERIES[what], given=DEBUG)
    yield send("Cyrillic over 2000 characters", PHONE, "test", query="list=" + "Я" * 2000)
    yield send("with every other parameter", PHONE, "t", 1, "+1", 2, 3, "s", "q=~")


TEXTS = {
    "ASCII punctuation": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "Cyrillic": "Вы успешно зарегистрированы!",
    "Ukrainian": "Їжак з'їв ґудзик",
    "emoji": "ok 🙂👍🏽",
    "line breaks": "one\ntwo\r\nthree\rfour",
    "tab and control characters": "a\tb\x00c\x7fd",
    "spaces around": "  a  ",
    "percent signs": "100% %41 %zz",
    "address": "http://smsc.ua\nSMSC.UA",
    "HTML": "<b>&amp;</b>",
    "commas": ",,,",
    "hex": "0605040B8423F0DC0601AE02056A0045C60C036D79736974652E72750001036D7973697465000101",
    "lone surrogate": "a\ud800b",
    "byte order mark": "\ufeffa",
    "combining accent": "и\u0306",
    "Chinese and Arabic": "你好 مرحبا",
}


def texts() -> Iterator[Case]:
    for what, text in TEXTS.items():
        yield send(f"{what}, GET", PHONE, text)
        yield send(f"{what}, POST", PHONE, text, given=POST)
    for what in ("Cyrillic", "emoji", "line breaks"):
        yield cost(f"{what}, cost", PHONE, TEXTS[what])
        yield send(f"{what}, phones", TEXTS[what], "test")
        yield status(f"{what}, status", 1, TEXTS[what])
    for length in (1999, 2000, 2001):
        yield send(f"argument of {length} characters", PHONE, _filling(length))
        yield send(
            f"argument of {length} characters, apikey",
            PHONE,
            _filling(length, "apikey=the-api-key"),
            given=APIKEY,
        )
        yield send(f"argument of {length} characters, query", PHONE, "", query=_filling(length - 1))
    yield send("argument of 2001 characters, HTTPS", PHONE, _filling(2001), given=HTTPS)
    yield cost("argument of 2001 characters, cost", PHONE, "x" * 2000)
    yield send("Cyrillic of 300 letters", PHONE, "Я" * 300)
    yield send("Cyrillic of 400 letters", PHONE, "Я" * 400)
    yield status("long phone list for status", "1,2", ",".join([PHONE] * 170))
    yield balance("long login", given={"SMSC_LOGIN": "x" * 2000})


def _filling(length: int, account: str = "login=login&psw=password") -> str:
    """Return the text that makes the whole argument string `length` characters long."""
    rest = f"{account}&fmt=1&charset=utf-8&cost=3&phones={PHONE}&mes=&translit=0&id=0"
    return "x" * (length - len(rest))


def commands() -> Iterator[Case]:
    for name, argument in (
        ("balance", ""),
        ("balance", "cur=1"),
        ("status", "phone=7999&id=1&all=0&fmt=3"),
        ("send", "phones=7999&mes=%D0%AF"),
        ("info", "get_operator=1&phone=7999"),
        ("phones", "add_group=1&name=Группа"),
        ("get", "get_answers=1"),
        ("../other", "a=1"),
        ("with space", "a=1"),
    ):
        yield command(f"{name!r}, {argument!r}", name, argument)
        yield command(f"{name!r}, {argument!r}, POST", name, argument, given=POST)
    yield command("no argument", "balance")
    yield command("by keyword", arg="a=1", cmd="info")
    for value in these(None, b"a=1", 5, ["a=1"]):
        yield command(f"argument {value!r}", "balance", value)
        yield command(f"command {value!r}", value, "a=1")
    yield command("JSON answer", "info", "fmt=3", script=[ok('{"a":1,"b":2}')])
    yield command("nothing answers", "info", "a=1", script=[EMPTY] * 5)


REPLIES = {
    "sent": "1234,1,0.50,99.50",
    "sent in three parts": "1234,3,1.50,98.00",
    "sent with spaces": "1234, 1, 0.50, 99.50",
    "sent with a trailing line break": "1234,1,0.50,99.50\n",
    "sent with trailing CRLF": "1234,1,0.50,99.50\r\n",
    "error without id": "0,-7",
    "error with id": "12,-6",
    "error of two digits": "0,-10",
    "two fields": "0.50,1",
    "one field": "OK",
    "three fields": "1,1577836800,0",
    "five fields": "1,2,3,4,5",
    "only a comma": ",",
    "only commas": ",,,",
    "empty first field": ",1,0.50,99.50",
    "empty second field": "1234,,0.50,99.50",
    "a space": " ",
    "a line break": "\n",
    "HTML page": "<html><body>maintenance</body></html>",
    "HTML page with commas": "<html>Sorry, we are closed, come back</html>",
    "text": "ERROR = 2 (authorise error)",
    "JSON": '{"error": "x", "error_code": 2}',
    "byte order mark": "\ufeff1234,1,0.50,99.50",
    "Cyrillic": "Ошибка,Я",
    "zero count": "1234,0,0,99.50",
    "minus only": "0,-",
    "words": "abc,def,ghi,jkl",
    "NUL": "1234\x00,1,0.50,99.50",
}


def replies() -> Iterator[Case]:
    for what, text in REPLIES.items():
        for method, call, args in PLAIN_CALLS:
            yield call(f"{what}, {method}", *args, script=[ok(text)])
    declared = "Content-Type: text/html; charset=windows-1251"
    yield send(
        "charset of the answer's header is not looked at",
        PHONE,
        "test",
        script=[http("200 OK", "Я,1".encode(), declared)],
    )
    yield send("undecodable, then sent", PHONE, "test", script=[UNDECODABLE, SENT])
    yield send("undecodable on all hosts", PHONE, "t", script=[UNDECODABLE] * 5)
    yield status("windows-1251 answer to utf-8", 1, PHONE, 1, script=[ok("1,2,Я", "cp1251")] * 5)
    yield balance(
        "windows-1251 answer with a hole in the code page",
        given=charset("windows-1251"),
        script=[http("200 OK", b"\x98")] * 5,
    )


def statuses() -> Iterator[Case]:
    head = ["1", "1577836800", "0"]
    sms = [*head, "01.01.2020 00:00:00", PHONE, "0.50", "sms", "Доставлено"]
    for commas in (0, 1, 2, 4, 5, 6, 11):
        reply = ok(",".join([*sms, "a" + ", b" * commas]))
        for value in these(0, 1, 2, "0"):
            yield status(
                f"text with {commas} commas, all={value!r}", 1234, PHONE, value, script=[reply]
            )
    hlr = [*head, "250011234567890", "79168999100", "ru", "25001", "Russia", "MTS", "", ""]
    tail = ["01.01.2020 00:00:00", PHONE, "0.50", "HLR", "Доставлено", ""]
    for value in these(0, 1, 2, True):
        yield status(
            f"HLR, all={value!r}",
            1234,
            PHONE,
            value,
            script=[ok(",".join(hlr + tail if value else hlr))],
        )
    for count in (4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20):
        fields = [f"f{number}" for number in range(count)]
        yield status(f"{count} fields, all=1", 1, PHONE, 1, script=[ok(",".join(fields))])
        if count > 14:
            fields[14] = "HLR"
            yield status(
                f"{count} fields, HLR at its place, all=1",
                1,
                PHONE,
                1,
                script=[ok(",".join(fields))],
            )
    yield status(
        "HLR among 14 fields, all=1", 1, PHONE, 1, script=[ok(",".join(["x"] * 13 + ["HLR"]))]
    )
    yield status("empty fields, all=1", 1, PHONE, 1, script=[ok("," * 11)])
    yield status("14 fields, debug", 1, PHONE, 1, given=DEBUG, script=[ok("1," * 13)])
    yield status("error, all=1", 1, PHONE, 1, script=[ok("0,-3")])
    yield status("never sent yet", 1, PHONE, 1, script=[ok("-1,0,0")])
    yield status("two ids", "1,2", "7,8", 1, script=[ok("1,5,0\n0,6,0")])


# What a host can do instead of answering, over plain HTTP.
FAULTS: Dict[str, Step] = {
    "refused": REFUSED,
    "no such name": NO_SUCH_NAME,
    "closed before reading": CLOSED,
    "reset after reading": RESET,
    "closed after reading": b"",
    "garbage status line": GARBAGE,
    "unknown protocol": b"ICY 200 OK\r\n\r\n1,1,1,1",
    "status that is no number": b"HTTP/1.1 abc OK\r\nContent-Length: 1\r\n\r\n1",
    "cut off in the headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "empty 200": EMPTY,
    "204": http("204 No Content"),
    "400": http("400 Bad Request", b"bad"),
    "401": http("401 Unauthorized", b"who?", 'WWW-Authenticate: Basic realm="x"'),
    "403": http("403 Forbidden", b"no"),
    "404": MISSING,
    "407": http("407 Proxy Authentication Required", b"proxy"),
    "429": http("429 Too Many Requests", b"slow down", "Retry-After: 0"),
    "500": BROKEN,
    "500 with an answer": http("500 Internal Server Error", b"1234,1,0.50,99.50"),
    "502": http("502 Bad Gateway", b"<html>"),
    "503 with Retry-After": http("503 Service Unavailable", b"", "Retry-After: 0"),
    "304": http("304 Not Modified"),
    "302 without Location": http("302 Found", b"moved"),
    "truncated by length": TRUNCATED,
    "truncated to nothing": http("200 OK", b"", "Content-Length: 17"),
    "truncated chunk": chunked(b"1234,1", end=b"b\r\n,0.50"),
    "no last chunk": chunked(b"1234,1,0.50,99.50", end=b""),
    "chunk size that is no number": chunked(end=b"zz\r\n1234"),
    "undecodable": UNDECODABLE,
}

# Unusual, but answers all the same.
ANSWERS: Dict[str, Step] = {
    "chunked": chunked(b"1234,1", b",0.50,99.50"),
    "chunked with extension": http(
        "200 OK", b"4;a=b\r\n12,1\r\n0\r\nTrailer: x\r\n\r\n", "Transfer-Encoding: chunked"
    ),
    "HTTP/1.0 without length": b"HTTP/1.0 200 OK\r\n\r\n1234,1,0.50,99.50",
    "HTTP/1.1 without length": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n1234,1,0.50,99.50",
    "no reason phrase": b"HTTP/1.1 200\r\nConnection: close\r\n\r\n1234,1,0.50,99.50",
    "bare line feeds": b"HTTP/1.1 200 OK\nConnection: close\n\n1234,1,0.50,99.50",
    "100 first": b"HTTP/1.1 100 Continue\r\n\r\n" + SENT,
    "201": http("201 Created", b"1234,1,0.50,99.50"),
    "206": http("206 Partial Content", b"1234,1,0.50,99.50"),
    "more than its length": http("200 OK", b"1234,1,0.50,99.50", "Content-Length: 6"),
    "cookie": http("200 OK", b"1234,1,0.50,99.50", "Set-Cookie: a=b; path=/"),
}


def faults() -> Iterator[Case]:
    for what, step in FAULTS.items():
        yield send(f"{what}, then sent", PHONE, "test", script=[step, SENT])
        yield send(f"{what}, then sent, POST", PHONE, "t", script=[step, SENT], given=POST)
        yield send(f"{what} on all hosts", PHONE, "test", script=[step] * 5)
    for what, step in ANSWERS.items():
        yield send(f"{what}", PHONE, "test", script=[step])
        yield send(f"{what}, POST", PHONE, "test", script=[step], given=POST)
    for count in range(1, 5):
        yield send(f"{count} hosts refuse", PHONE, "t", script=[REFUSED] * count + [SENT])
        yield balance(f"{count} hosts answer 500, balance", script=[BROKEN] * count + [ok("99.50")])
    mixed = [REFUSED, BROKEN, EMPTY, TRUNCATED, RESET]
    yield send("five different faults", PHONE, "test", script=mixed)
    yield send("five different faults, debug", PHONE, "t", script=mixed, given=DEBUG)
    yield send("five other faults", PHONE, "t", script=[CLOSED, GARBAGE, MISSING, b"", UNDECODABLE])
    for method, call, args in PLAIN_CALLS:
        yield call(f"{method}, no host answers", *args, script=[REFUSED] * 5)
        yield call(f"{method}, no host answers, POST", *args, script=[BROKEN] * 5, given=POST)
        yield call(f"{method}, no host answers, debug", *args, script=[EMPTY] * 5, given=DEBUG)
        yield call(f"{method}, the last host answers", *args, script=[REFUSED] * 4 + [SENT])
    yield send("error answer is an answer", PHONE, "t", script=[ok("0,-9"), SENT])
    yield send("long text, no host answers", PHONE, "x" * 2000, script=[BROKEN] * 5)
    yield send("query that fails nowhere else", PHONE, "t", query="a=~|", script=[BROKEN] * 5)
    for what, secured in (
        ("certificate for another name", WRONG_NAME),
        ("certificate from a stranger", WRONG_AUTHORITY),
        ("closed after the handshake", CLOSED),
        ("closed after reading", b""),
        ("500", BROKEN),
        ("empty 200", EMPTY),
        ("truncated by length", TRUNCATED),
        ("refused", REFUSED),
    ):
        yield send(f"HTTPS, {what}, then sent", PHONE, "t", script=[secured, SENT], given=HTTPS)
        yield balance(f"HTTPS, {what} on all hosts", script=[secured] * 5, given={**HTTPS, **DEBUG})
    for what in (INTERRUPTED, EXITED):
        yield send(f"{what}, then sent", PHONE, "test", script=[what, SENT])
        yield balance(f"{what} on the second host", script=[BROKEN, what, ok("1")])


def redirects() -> Iterator[Case]:
    for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect"):
        for how, given in (("GET", {}), ("POST", POST)):
            yield send(
                f"{status[:3]} on {how}",
                PHONE,
                "test",
                given=given,
                script=[redirect(status, "/sys/other.php?a=1"), SENT, SENT],
            )
    for what, location in (
        ("relative path", "other.php?a=1"),
        ("whole address", "http://smsc.ua/elsewhere"),
        ("other host", "http://www3.smsc.ua/sys/send.php?a=1"),
        ("over HTTPS", "https://smsc.ua/sys/send.php?a=1"),
        ("without scheme", "//www2.smsc.ua/x"),
        ("only a query", "?a=1"),
        ("with a fragment", "/x?a=1#b"),
        ("with a space", "/x?a=1 2"),
        ("with odd characters", "/x?a=~|%7e[]{}\"'"),
        ("to another scheme", "mailto:someone@example.com"),
        ("to a file", "file:///etc/passwd"),
        ("empty", ""),
    ):
        yield send(
            f"302, {what}", PHONE, "test", script=[redirect("302 Found", location), SENT, SENT]
        )
    yield balance("302 twice", script=[redirect("302 Found", f"/{n}") for n in "ab"] + [ok("1")])
    yield balance("302 to a page that fails", script=[redirect("302 Found", "/a"), BROKEN, ok("1")])
    yield balance("302 to an empty page", script=[redirect("302 Found", "/a"), EMPTY, ok("1")])
    yield balance("302 on all hosts without Location", script=[http("302 Found")] * 5)
    yield balance(
        "302 from HTTPS to HTTP",
        given=HTTPS,
        script=[redirect("302 Found", "http://smsc.ua/a"), ok("1")],
    )
    yield balance(
        "302 to itself, on and on", script=[redirect("302 Found", "/sys/balance.php")] * 25
    )


def debug() -> Iterator[Case]:
    for what, text in REPLIES.items():
        for method, call, args in PLAIN_CALLS:
            yield call(f"{what}, {method}", *args, given=DEBUG, script=[ok(text)])
    for what, moment in (
        ("zero", "0"),
        ("empty", ""),
        ("negative", "-5"),
        ("a word", "soon"),
        ("a date", "01.01.2020"),
        ("with a fraction", "1577836800.5"),
        ("with spaces", " 1577836800 "),
        ("starting with a space", " 5"),
        ("in the year 10000", "253402300800"),
        ("one", "1"),
        ("a digit that is no ASCII", "٣"),
    ):
        yield status(f"status time {what}", 1, PHONE, given=DEBUG, script=[ok(f"1,{moment},0")])
    for method, call, args in PLAIN_CALLS:
        yield call(f"ASCII console, {method}", *args, given=DEBUG, console="ascii")
        yield call(
            f"ASCII console, {method} fails",
            *args,
            given=DEBUG,
            console="ascii",
            script=[ok("0,-2")],
        )
        yield call(
            f"ASCII console, {method} gets no answer",
            *args,
            given=DEBUG,
            console="ascii",
            script=[EMPTY] * 5,
        )
    yield balance("windows-1251 console", given=DEBUG, console="cp1251")
    yield send(
        "windows-1251 console, error",
        PHONE,
        "t",
        given=DEBUG,
        console="cp1251",
        script=[ok("0,-2")],
    )
    yield send(
        "latin-1 console, error", PHONE, "t", given=DEBUG, console="latin-1", script=[ok("0,-2")]
    )
    yield balance("over HTTPS, no answer", given={**DEBUG, **HTTPS}, script=[EMPTY] * 5)
    yield send("wrong argument", 7999, "t", given=DEBUG)


def mail() -> Iterator[Case]:
    yield letter("plain", PHONE, "test")
    yield letter("by keyword", message="test", phones=PHONE)
    yield letter("all by position", PHONE, "test", 1, "0101200000", 5, 1, "sms")
    yield letter("apikey", PHONE, "test", given=APIKEY)
    yield letter("colons in everything", "7:9", "a:b", 0, "1:2", "3:4", 0, "s:t")
    for what, text in (
        ("empty", ""),
        ("a dot", "."),
        ("dots first", ".a\n..b\n...\n.\nend"),
        ("dot after carriage return", "a\r.b"),
        ("line feeds", "a\nb\n\nc"),
        ("carriage returns", "a\rb\r\rc"),
        ("CRLF", "a\r\nb\r\n\r\nc"),
        ("mixed line ends", "a\n\rb\r\r\nc\n\n"),
        ("ends with a line feed", "a\n"),
        ("ends with CRLF", "a\r\n"),
        ("ends with a carriage return", "a\r"),
        ("ends with a dot on its own line", "a\n."),
        ("looks like a header", "Subject: x\n\nbody"),
        ("all printable ASCII", TEXTS["ASCII punctuation"]),
        ("NUL and tab", "a\x00b\tc"),
        ("2000 letters", "x" * 2000),
        ("list of lines", "7999:one\n7888:two"),
        ("delete character", "a\x7fb"),
    ):
        yield letter(f"text {what}", PHONE, text)
    for what, text in (
        ("Cyrillic", CYRILLIC),
        ("emoji", "ok 🙂"),
        ("Cyrillic with line breaks", "Раз\n.два\rтри\r\n"),
        ("lone surrogate", "a\ud800b"),
    ):
        yield letter(f"text {what}", PHONE, text)
    for name in ("windows-1251", "koi8-r", "no-such-charset", "latin-1"):
        yield letter(f"{name}, ASCII", PHONE, "test", given=charset(name))
        yield letter(f"{name}, Cyrillic", PHONE, CYRILLIC, given=charset(name))
        yield letter(f"{name}, emoji", PHONE, "ok 🙂", given=charset(name))
    for what, value in (("id", 77), ("id", "a"), ("id", None), ("translit", True), ("format", "9")):
        yield letter(f"{what} {value!r}", PHONE, "test", **{what: value})
    for what, word in (("sender", "Ваня"), ("phones", "группа"), ("time", "завтра"), ("id", "№")):
        yield letter(f"{what} in Cyrillic", **{"phones": PHONE, "message": "t", what: word})
    for name in ACCOUNT:
        yield letter(f"{name} in Cyrillic", PHONE, "test", given={name: "Я"})
    for what, values in (
        ("phones", these(79999999999, None, b"7999", [PHONE])),
        ("message", these(5, None, b"test")),
        ("time", these(0, None)),
        ("sender", these(False, None, 777)),
    ):
        for value in values:
            yield letter(f"{what} {value!r}", **{"phones": PHONE, "message": "t", what: value})
    yield letter("phones None, with AUTH", None, "t", given=_mail_account())
    for name in (*ACCOUNT, "SMSC_CHARSET"):
        yield letter(f"{name} None", PHONE, "test", given={name: None})
    yield letter("unknown keyword", PHONE, "test", query="a=1")
    yield letter("debug", PHONE, "test", given=DEBUG)
    yield letter("other sender address", PHONE, "t", given={"SMTP_FROM": "me@example.com"})
    yield letter("sender address with a name", PHONE, "t", given={"SMTP_FROM": "Me <me@x.y>"})
    yield letter("no sender address", PHONE, "t", given={"SMTP_FROM": ""})


def _mail_account(login: Any = "mailer", password: Any = "mail password") -> Dict[str, Any]:
    return {"SMTP_LOGIN": login, "SMTP_PASSWORD": password}


def mail_servers() -> Iterator[Case]:
    replies: Tuple[Tuple[str, Dict[str, str]], ...] = (
        ("greeting 554", {"connect": "554 go away"}),
        ("greeting garbage", {"connect": "hello"}),
        ("hangs up at the greeting", {"connect": ""}),
        ("no EHLO", {"EHLO": "502 what?"}),
        ("neither EHLO nor HELO", {"EHLO": "502 what?", "HELO": "502 what?"}),
        ("hangs up at EHLO", {"EHLO": ""}),
        ("no extensions", {"EHLO": "250 gateway"}),
        (
            "extensions that are not used",
            {"EHLO": "250-gateway\r\n250-STARTTLS\r\n250-8BITMIME\r\n250 SMTPUTF8"},
        ),
        ("multi-line replies", {"MAIL": "250-one\r\n250 two", ".": "250-one\r\n250 two"}),
        ("refuses the sender", {"MAIL": "550 no"}),
        ("refuses the sender for now", {"MAIL": "451 later"}),
        ("closes at MAIL", {"MAIL": "421 closing"}),
        ("refuses the recipient", {"RCPT": "550 no"}),
        ("closes at RCPT", {"RCPT": "421 closing"}),
        ("hangs up at RCPT", {"RCPT": ""}),
        ("forwards the recipient", {"RCPT": "251 forwarded"}),
        ("refuses DATA", {"DATA": "554 no"}),
        ("takes DATA with 250", {"DATA": "250 what?"}),
        ("refuses the message", {".": "552 too big"}),
        ("closes after the message", {".": "421 closing"}),
        ("hangs up after the message", {".": ""}),
        ("hangs up at QUIT", {"QUIT": ""}),
        ("refuses QUIT", {"QUIT": "500 stay"}),
    )
    for what, script in replies:
        yield letter(what, PHONE, "test", script=[script])
    for what, step in (("refuses", REFUSED), ("has no address", NO_SUCH_NAME), ("closes", CLOSED)):
        yield letter(f"server {what}", PHONE, "test", script=[step])
    for mechanisms in ("PLAIN LOGIN", "LOGIN", "CRAM-MD5 PLAIN", "PLAIN", "XOAUTH2", ""):
        greeting = {
            "EHLO": f"250-gateway\r\n250 AUTH {mechanisms}" if mechanisms else "250 gateway"
        }
        if mechanisms.startswith("CRAM"):
            greeting["AUTH"] = "334 PDEyMzQ1QGdhdGV3YXk+"
        if mechanisms == "LOGIN":
            greeting["AUTH"] = "334 UGFzc3dvcmQ6"
        yield letter(
            f"AUTH, server offers {mechanisms or 'none'}",
            PHONE,
            "test",
            given=_mail_account(),
            script=[greeting],
        )
    refused = {"AUTH": "535 wrong"}
    yield letter("AUTH refused", PHONE, "test", given=_mail_account(), script=[refused])
    yield letter("hangs up at AUTH", PHONE, "t", given=_mail_account(), script=[{"AUTH": ""}])
    yield letter("AUTH with empty password", PHONE, "t", given=_mail_account(password=""))
    yield letter("AUTH with Cyrillic password", PHONE, "t", given=_mail_account(password="Я"))
    yield letter("AUTH with password None", PHONE, "t", given=_mail_account(password=None))
    yield letter("no AUTH without a login", PHONE, "t", given=_mail_account(login=""))
    yield letter("no AUTH with login None", PHONE, "t", given=_mail_account(login=None))
    yield letter("AUTH and Cyrillic text", PHONE, CYRILLIC, given=_mail_account())
    yield letter("server with port", PHONE, "t", given={"SMTP_SERVER": "send.smsc.ua:25"})
    yield letter("no server", PHONE, "t", given={"SMTP_SERVER": ""})


GROUPS = {
    function.__name__: function
    for function in (
        settings,
        charsets,
        arguments,
        queries,
        texts,
        commands,
        replies,
        statuses,
        faults,
        redirects,
        debug,
        mail,
        mail_servers,
    )
}

CASES: List[Case] = [
    entry._replace(name=f"{group}: {entry.name}")
    for group, function in GROUPS.items()
    for entry in function()
]

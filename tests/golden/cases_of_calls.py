"""Cases of what is called with which settings and arguments."""

from __future__ import annotations

from typing import Iterator

from tests.golden.case import (
    ACCOUNT,
    APIKEY,
    CYRILLIC,
    DEBUG,
    EMPTY,
    HTTPS,
    PHONE,
    PLAIN_CALLS,
    POST,
    SENT,
    Case,
    Text,
    balance,
    charset,
    command,
    cost,
    ok,
    send,
    status,
    these,
)


def settings() -> Iterator[Case]:
    """Each way of sending, each kind of credentials, odd values of switches."""
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
    """Texts in the charset of SMSC_CHARSET, in another, and in none."""
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


def arguments() -> Iterator[Case]:
    """Every argument with values of every type."""
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
    """Further parameters, well and badly encoded."""
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
    """Texts of every alphabet and length."""
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
    """Calls of the method under all others."""
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

"""Cases of what the gateway answers, or does instead of answering."""

from __future__ import annotations

from typing import Dict, Iterator

from tests.golden.case import (
    BROKEN,
    DEBUG,
    EMPTY,
    GARBAGE,
    HTTPS,
    MISSING,
    PHONE,
    PLAIN_CALLS,
    POST,
    SENT,
    TRUNCATED,
    UNDECODABLE,
    Case,
    balance,
    charset,
    chunked,
    http,
    ok,
    redirect,
    send,
    status,
    these,
)
from tests.golden.gateway import (
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
    """Each method is given replies of every shape."""
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
    """Statuses of every length, with and without commas in the text."""
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
    """Hosts fail in every way, one, some or all of them."""
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
        ("certificate of an unknown authority", WRONG_AUTHORITY),
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
    """Hosts send the client elsewhere."""
    for code in ("301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect"):
        for how, given in (("GET", {}), ("POST", POST)):
            yield send(
                f"{code[:3]} on {how}",
                PHONE,
                "test",
                given=given,
                script=[redirect(code, "/sys/other.php?a=1"), SENT, SENT],
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
    """What SMSC_DEBUG prints of every reply, on several consoles."""
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

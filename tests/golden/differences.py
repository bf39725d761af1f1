"""The deliberate differences from the vendor's file, and what is due instead in each case.

What is due is written out from the rule of the difference, never copied from a run, so that the
test can fail. A case that is named nowhere here must be the vendor's, byte for byte.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from tests.golden.case import Case

Fields = Dict[str, Any]  # of an observation: those that differ

# Rows for this one would depend on the HTTP library: every case is compared by what it decodes to.
ESCAPES = "D16"

RULES = {
    "D1": "Text is percent-encoded in SMSC_CHARSET; what that cannot carry makes it all utf-8.",
    "D2": "Non-ASCII, spaces and line breaks in a GET's parameters go percent-encoded.",
    "D3": "A number sign in a GET's parameters goes as %23 instead of ending the request.",
    "D4": "send_sms_mail carries non-ASCII text, as bytes of the charset that it declares.",
    "D5": "get_status joins the text of an answer of exactly 14 fields too.",
    "D6": "SMSC_DEBUG prints what it can and never raises.",
    "D7": "KeyboardInterrupt and SystemExit pass through.",
    "D9": "send_sms_mail checks its arguments before it connects, and takes leave after a failure.",
    "D11": "A letter that the server took is sent, even if it hangs up instead of taking leave.",
    ESCAPES: "A byte of a raw query may be percent-escaped in another way; it decodes to the same.",
}


class Due(NamedTuple):
    """The number of a difference, and the fields of the observation that it changes."""

    number: str
    fields: Fields


def expected_instead(case: Case, recorded: Fields) -> Optional[Tuple[str, Fields]]:
    """Return the number of the difference and the whole observation due, or None."""
    due = DUE.get(case.name)
    if due is None:
        return None
    kept = dict(recorded)
    if "result" in due.fields:
        kept.pop("raises", None)
    if "raises" in due.fields:
        kept.pop("result", None)
    return due.number, {**kept, **due.fields}


# Building blocks of what is due. Requests are spelt out from the argument string on.

SENT = ["1234", "1", "0.50", "99.50"]
ACCOUNT = "login=login&psw=password"
PLAIN = "cost=3&phones=79999999999&mes=test&translit=0&id=0"


def get(
    argument: str,
    charset: str = "utf-8",
    *,
    command: str = "send",
    account: str = ACCOUNT,
    to: str = "http://smsc.ua",
) -> List[Fields]:
    """Give the wire of one GET."""
    whole = f"{account}&fmt=1&charset={charset}&{argument}"
    return [{"to": to, "sent": f"GET /sys/{command}.php?{whole}"}]


def post(argument: str, charset: str = "utf-8") -> List[Fields]:
    """Give the wire of one POST."""
    return [
        {
            "to": "http://smsc.ua",
            "sent": "POST /sys/send.php",
            "type": "application/x-www-form-urlencoded",
            "body": f"{ACCOUNT}&fmt=1&charset={charset}&{argument}",
        }
    ]


def sms(text: str, rest: str = "") -> str:
    """Give the parameters of a plain send."""
    return f"cost=3&phones=79999999999&mes={text}&translit=0&id=0{rest}"


def letter(
    text: bytes,
    charset: str = "utf-8",
    *,
    head: bytes = b"login:password:0::0,0,:79999999999:",
    stuffed: Optional[bytes] = None,
    greeting: Tuple[str, ...] = ("EHLO",),
) -> List[Fields]:
    """Return the wire of a letter; `text` has CRLF line ends, `stuffed` its dots doubled."""
    start = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + head
    body = start + (text if stuffed is None else stuffed)
    commands = [
        *greeting,
        f"MAIL FROM:<api@smsc.ua> size={len(start + text)}",
        "RCPT TO:<send@send.smsc.ua>",
        "DATA",
        "QUIT",
    ]
    data = body if body.endswith(b"\r\n") else body + b"\r\n"
    return [{"to": "smtp://send.smsc.ua", "commands": commands, "data": data.decode("latin-1")}]


Rows = Iterator[Tuple[str, Fields]]


def charset_of_text() -> Rows:
    """D1."""
    words = {
        "windows-1251": "%CF%F0%E8%E2%E5%F2",
        "cp1251": "%CF%F0%E8%E2%E5%F2",
        "koi8-r": "%F0%D2%C9%D7%C5%D4",
    }
    utf8 = "%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82"
    emoji = "test%20%F0%9F%99%82"
    for name in ("windows-1251", "cp1251", "koi8-r", "latin-1", "ascii"):
        word, label = words.get(name, utf8), name if name in words else "utf-8"
        cost = f"cost=1&phones=79999999999&mes={word}&translit=0"
        yield f"charsets: {name!r}, Cyrillic", {"wire": get(sms(word), label)}
        yield f"charsets: {name!r}, Cyrillic, POST", {"wire": post(sms(word), label)}
        yield f"charsets: {name!r}, Cyrillic, cost", {"wire": get(cost, label)}
        yield f"charsets: {name!r}, emoji", {"wire": get(sms(emoji))}
    for name in ("no-such-charset", ""):
        for what, text in (("ASCII text", "test"), ("Cyrillic", utf8), ("emoji", emoji)):
            yield f"charsets: {name!r}, {what}", {"result": SENT, "wire": get(sms(text))}
            yield f"charsets: {name!r}, {what}, POST", {"result": SENT, "wire": post(sms(text))}
        cost = "cost=1&phones=79999999999&mes=%D0%AF&translit=0"
        status = "phone=79999999999&id=1&all=0"
        balance = get("", command="balance")
        yield f"charsets: {name!r}, cost", {"result": SENT, "wire": get(cost)}
        yield (
            f"charsets: {name!r}, status",
            {"result": SENT, "wire": get(status, command="status")},
        )
        yield f"charsets: {name!r}, balance", {"result": "1", "wire": balance}
    cp1251 = "windows-1251"
    yield (
        "charsets: windows-1251, Cyrillic sender",
        {"wire": get(sms("x", "&sender=%C2%E0%ED%FF"), cp1251)},
    )
    yield (
        "charsets: windows-1251, Cyrillic login",
        {"wire": get("", cp1251, command="balance", account="login=%DF&psw=password")},
    )
    yield (
        "charsets: windows-1251, emoji login",
        {"wire": get("", command="balance", account="login=%F0%9F%99%82&psw=password")},
    )
    yield (
        "charsets: windows-1251, text in bytes beside a Cyrillic sender",
        {"wire": get(sms("%CF%F0", "&sender=%DF"), cp1251)},
    )
    # The limit of 2000 characters counts what is sent, and windows-1251 is half as long.
    yield ("charsets: windows-1251, 300 Cyrillic letters", {"wire": get(sms("%DF" * 300), cp1251)})
    yield ("charsets: windows-1251, 600 Cyrillic letters", {"wire": get(sms("%DF" * 600), cp1251)})
    yield ("charsets: windows-1251, 700 Cyrillic letters", {"wire": post(sms("%DF" * 700), cp1251)})


def unsafe_characters() -> Rows:
    """D2."""
    cost = "cost=1&phones=79999999999&mes=test&translit=0&a=%D0%AF"
    your_password = "%D0%92%D0%B0%D1%88%20%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C"
    for what, query in (
        ("Cyrillic", "a=%D0%AF"),
        (
            "list in Cyrillic",
            f"list=79999999999:{your_password}:%20123%0A78888888888:{your_password}:%20456",
        ),
        ("emoji", "a=%F0%9F%99%82"),
        ("space inside", "a=1%202"),
        ("line break inside", "a=1%0Ab"),
        ("carriage return inside", "a=1%0D%0Ab"),
        ("tab inside", "a=1%09b"),
        ("delete character inside", "a=1%7Fb"),
        ("no-break space inside", "a=1%C2%A0b"),
        ("leading space", "%20a=1"),
        ("trailing space after Cyrillic", "a=%D0%AF"),
        ("space before a number sign", "a=1%20%23b"),
    ):
        yield f"queries: {what}, GET", {"result": SENT, "wire": get(f"{PLAIN}&{query}")}
    wire = get(f"{PLAIN}&a=%D0%AF")
    yield "queries: Cyrillic, cost", {"result": ["0.50", "1"], "wire": get(cost)}
    yield (
        "queries: Cyrillic, HTTPS",
        {"result": SENT, "wire": get(f"{PLAIN}&a=%D0%AF", to="https://smsc.ua")},
    )
    yield (
        "queries: Cyrillic, debug",
        {"result": SENT, "wire": wire, "printed": success("1234", "1", "0.50", "99.50")},
    )
    yield (
        "charsets: windows-1251, Cyrillic query",
        {"result": SENT, "wire": get(sms("x", "&a=%DF"), "windows-1251")},
    )
    yield (
        "charsets: windows-1251, Cyrillic text and emoji query",
        {"result": SENT, "wire": get(sms("%D0%AF", "&a=%F0%9F%99%82"))},
    )
    yield (
        "charsets: windows-1251, Cyrillic text and emoji query, POST",
        {"result": SENT, "wire": post(sms("%D0%AF", "&a=\xf0\x9f\x99\x82"))},
    )
    # The other parameters that are not quoted go the same way.
    yield (
        "arguments: send_sms, id 'a b'",
        {"result": SENT, "wire": get(PLAIN.replace("id=0", "id=a%20b"))},
    )
    yield (
        "arguments: send_sms, id '№7'",
        {"result": SENT, "wire": get(PLAIN.replace("id=0", "id=%E2%84%967"))},
    )
    status = get("phone=79999999999&id=%E2%84%967&all=0", command="status")
    yield ("arguments: get_status, id '№7'", {"result": ["1", "1577836800", "0"], "wire": status})
    group = "add_group=1&name=%D0%93%D1%80%D1%83%D0%BF%D0%BF%D0%B0"
    yield (
        "commands: 'phones', 'add_group=1&name=Группа'",
        {"result": ["OK"], "wire": get(group, command="phones")},
    )


def number_signs() -> Rows:
    """D3."""
    yield "queries: number sign, GET", {"wire": get(f"{PLAIN}&a=1%23b=2")}
    yield "queries: number sign first, GET", {"wire": get(f"{PLAIN}&%23a=1")}
    yield "queries: number sign last, GET", {"wire": get(f"{PLAIN}&a=1%23")}
    yield "queries: number sign, debug", {"wire": get(f"{PLAIN}&a=1%23b=2")}
    yield ("queries: number sign, HTTPS", {"wire": get(f"{PLAIN}&a=1%23b=2", to="https://smsc.ua")})
    cost = "cost=1&phones=79999999999&mes=test&translit=0&a=1%23b=2"
    yield "queries: number sign, cost", {"wire": get(cost)}


def letters() -> Rows:
    """D4."""
    for name, wire in _letters():
        yield name, {"result": None, "wire": wire}


def _letters() -> Iterator[Tuple[str, List[Fields]]]:
    cyrillic, emoji = "Привет".encode(), "ok 🙂".encode()
    yield "mail: text Cyrillic", letter(cyrillic)
    yield "mail: text emoji", letter(emoji)
    yield (
        "mail: text Cyrillic with line breaks",
        letter("Раз\r\n.два\r\nтри\r\n".encode(), stuffed="Раз\r\n..два\r\nтри\r\n".encode()),
    )
    yield ("mail: windows-1251, Cyrillic", letter(b"\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251"))
    yield "mail: koi8-r, Cyrillic", letter(b"\xf0\xd2\xc9\xd7\xc5\xd4", "koi8-r")
    for name in ("no-such-charset", "latin-1"):
        yield f"mail: {name}, Cyrillic", letter(cyrillic)
    for name in ("windows-1251", "koi8-r", "no-such-charset", "latin-1"):
        yield f"mail: {name}, emoji", letter(emoji)
    for what, head in (
        ("sender", "login:password:0::0,0,Ваня:79999999999:"),
        ("phones", "login:password:0::0,0,:группа:"),
        ("time", "login:password:0:завтра:0,0,:79999999999:"),
        ("id", "login:password:№::0,0,:79999999999:"),
    ):
        yield f"mail: {what} in Cyrillic", letter(b"t", head=head.encode())
    yield (
        "mail: SMSC_LOGIN in Cyrillic",
        letter(b"test", head="Я:password:0::0,0,:79999999999:".encode()),
    )
    yield (
        "mail: SMSC_PASSWORD in Cyrillic",
        letter(b"test", head="login:Я:0::0,0,:79999999999:".encode()),
    )
    yield (
        "mail_servers: AUTH and Cyrillic text",
        letter(cyrillic, greeting=("EHLO", "AUTH PLAIN AG1haWxlcgBtYWlsIHBhc3N3b3Jk")),
    )


def fourteen_fields() -> Rows:
    """D5."""
    head = ["1", "1577836800", "0", "01.01.2020 00:00:00", "79999999999", "0.50", "sms"]
    for value in (1, 2, "0"):
        yield (
            f"statuses: text with 5 commas, all={value!r}",
            {"result": [*head, "Доставлено", "a, b, b, b, b, b"]},
        )
    numbered = ["f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8,f9,f10,f11,f12,f13"]
    yield "statuses: 14 fields, all=1", {"result": numbered}
    yield ("statuses: HLR among 14 fields, all=1", {"result": [*["x"] * 8, "x,x,x,x,x,HLR"]})
    yield "statuses: 14 fields, debug", {"result": [*["1"] * 8, "1,1,1,1,1,"]}


def success(number: str, count: str, cost: str = "", balance: str = "") -> str:
    """Give the debug line of a send."""
    return (
        f"Сообщение отправлено успешно. ID: {number}, всего SMS: {count}, "
        f"стоимость: {cost}, баланс: {balance}\n"
    )


def change(status: str, moment: str) -> str:
    """Give the debug line of a status."""
    return f"Статус SMS = {status}, время изменения статуса - {moment}\n"


def printing() -> Rows:
    """D6: missing fields count as empty; what is no time is printed as it came."""
    error = "Ошибка №\n"
    page = "<html><body>maintenance</body></html>"
    complaint = "ERROR = 2 (authorise error)"
    for what, fields, printed in (
        ("two fields", ["0.50", "1"], success("0.50", "1")),
        ("three fields", ["1", "1577836800", "0"], success("1", "1577836800", "0")),
        ("Cyrillic", ["Ошибка", "Я"], success("Ошибка", "Я")),
        ("one field", ["OK"], "Ошибка №, ID: OK\n"),
        ("HTML page", [page], f"Ошибка №, ID: {page}\n"),
        ("text", [complaint], f"Ошибка №, ID: {complaint}\n"),
        ("a space", [" "], error),
        ("a line break", ["\n"], error),
    ):
        yield f"debug: {what}, send_sms", {"result": fields, "printed": printed}
        if len(fields) == 1:
            yield f"debug: {what}, get_sms_cost", {"result": fields, "printed": error}
            yield f"debug: {what}, get_status", {"result": fields, "printed": error}
    yield (
        "debug: Cyrillic, get_status",
        {"result": ["Ошибка", "Я"], "printed": change("Ошибка", "Я")},
    )
    yield (
        "debug: words, get_status",
        {"result": ["abc", "def", "ghi", "jkl"], "printed": change("abc", "def")},
    )
    for what, moment in (
        ("a word", "soon"),
        ("a date", "01.01.2020"),
        ("with a fraction", "1577836800.5"),
        ("in the year 10000", "253402300800"),
    ):
        yield (
            f"debug: status time {what}",
            {"result": ["1", moment, "0"], "printed": change("1", moment)},
        )
    yield from poor_consoles()


def poor_consoles() -> Rows:
    """D6 where the console has no Cyrillic."""
    nothing: Any = ["", ""]
    address = "Ошибка чтения адреса: http://www5.smsc.ua/sys"
    for method, command, result, printed, failed, unanswered in (
        ("send_sms", "send", SENT, success(*SENT), ["0", "-2"], nothing),
        (
            *("get_sms_cost", "send", ["0.50", "1"]),
            *("Стоимость рассылки: 0.50. Всего SMS: 1\n", ["0", "-2"], nothing),
        ),
        (
            *("get_status", "status", ["1", "1577836800", "0"]),
            *(change("1", "2020-01-01 00:00:00"), ["0", "-2"], nothing),
        ),
        ("get_balance", "balance", "99.50", "Сумма на счете: 99.50\n", False, False),
    ):
        name = f"debug: ASCII console, {method}"
        yield name, {"result": result, "printed": escaped(printed)}
        yield f"{name} fails", {"result": failed, "printed": escaped("Ошибка №2\n")}
        lines = f"{address}/{command}.php\nОшибка №\n"
        yield f"{name} gets no answer", {"result": unanswered, "printed": escaped(lines)}
    yield (
        "debug: latin-1 console, error",
        {"result": ["0", "-2"], "printed": escaped("Ошибка №2\n")},
    )


def escaped(text: str) -> str:
    """Give a text as such a console shows it."""
    return text.encode("ascii", "backslashreplace").decode("ascii")


def interruptions() -> Rows:
    """D7."""
    first: Fields = {"to": "http://smsc.ua"}
    balance = get("", command="balance")
    for what, raised in (("Ctrl-C", "ScriptedInterrupt"), ("sys.exit", "ScriptedExit")):
        yield f"faults: {what}, then sent", {"raises": raised, "wire": [first]}
        yield (
            f"faults: {what} on the second host",
            {"raises": raised, "wire": [*balance, {"to": "http://www2.smsc.ua"}]},
        )


def early_checks_and_late_goodbyes() -> Rows:
    """D9."""
    untouched: Fields = {"raises": "TypeError", "wire": []}
    for what in (
        *("phones 79999999999", "phones None", "phones b'7999'", "phones ['79999999999']"),
        *("message 5", "message None", "message b'test'", "time 0", "time None"),
        *("sender False", "sender None", "sender 777", "phones None, with AUTH"),
        *("SMSC_LOGIN None", "SMSC_PASSWORD None", "SMSC_CHARSET None"),
    ):
        yield f"mail: {what}", untouched
    yield "mail: text lone surrogate", {"wire": []}  # no charset can carry it
    start = ["EHLO", "MAIL FROM:<api@smsc.ua> size=82"]
    recipient = "RCPT TO:<send@send.smsc.ua>"
    plain = "AUTH PLAIN AG1haWxlcgBtYWlsIHBhc3N3b3Jk"
    for what, commands in (
        ("neither EHLO nor HELO", ["EHLO", "HELO"]),
        ("refuses the sender", [*start, "RSET"]),
        ("refuses the sender for now", [*start, "RSET"]),
        ("refuses the recipient", [*start, recipient, "RSET"]),
        ("refuses DATA", [*start, recipient, "DATA"]),
        ("takes DATA with 250", [*start, recipient, "DATA"]),
        ("AUTH, server offers XOAUTH2", ["EHLO"]),
        ("AUTH, server offers none", ["EHLO"]),
        ("AUTH refused", ["EHLO", plain, "AUTH LOGIN bWFpbGVy"]),
        ("AUTH with Cyrillic password", ["EHLO"]),
    ):
        wire = [{"to": "smtp://send.smsc.ua", "commands": [*commands, "QUIT"]}]
        yield f"mail_servers: {what}", {"wire": wire}
    refused = letter(b"test")
    refused[0]["commands"] = [*start, recipient, "DATA", "RSET", "QUIT"]
    yield "mail_servers: refuses the message", {"wire": refused}


def unanswered_goodbyes() -> Rows:
    """D11."""
    yield "mail_servers: hangs up at QUIT", {"result": None}


SOURCES: Dict[str, Callable[[], Rows]] = {
    "D1": charset_of_text,
    "D2": unsafe_characters,
    "D3": number_signs,
    "D4": letters,
    "D5": fourteen_fields,
    "D6": printing,
    "D7": interruptions,
    "D9": early_checks_and_late_goodbyes,
    "D11": unanswered_goodbyes,
}

DUE: Dict[str, Due] = {
    name: Due(number, fields) for number, source in SOURCES.items() for name, fields in source()
}

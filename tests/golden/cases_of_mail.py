"""Cases of sending by mail."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Tuple

from tests.golden.case import (
    ACCOUNT,
    APIKEY,
    CYRILLIC,
    DEBUG,
    PHONE,
    Case,
    by_mail,
    charset,
    these,
)
from tests.golden.cases_of_calls import TEXTS
from tests.golden.gateway import CLOSED, NO_SUCH_NAME, REFUSED


def mail() -> Iterator[Case]:
    """E-mails of every content."""
    yield by_mail("plain", PHONE, "test")
    yield by_mail("by keyword", message="test", phones=PHONE)
    yield by_mail("all by position", PHONE, "test", 1, "0101200000", 5, 1, "sms")
    yield by_mail("apikey", PHONE, "test", given=APIKEY)
    yield by_mail("colons in everything", "7:9", "a:b", 0, "1:2", "3:4", 0, "s:t")
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
        yield by_mail(f"text {what}", PHONE, text)
    for what, text in (
        ("Cyrillic", CYRILLIC),
        ("emoji", "ok 🙂"),
        ("Cyrillic with line breaks", "Раз\n.два\rтри\r\n"),
        ("lone surrogate", "a\ud800b"),
    ):
        yield by_mail(f"text {what}", PHONE, text)
    for name in ("windows-1251", "koi8-r", "no-such-charset", "latin-1"):
        yield by_mail(f"{name}, ASCII", PHONE, "test", given=charset(name))
        yield by_mail(f"{name}, Cyrillic", PHONE, CYRILLIC, given=charset(name))
        yield by_mail(f"{name}, emoji", PHONE, "ok 🙂", given=charset(name))
    for what, value in (("id", 77), ("id", "a"), ("id", None), ("translit", True), ("format", "9")):
        yield by_mail(f"{what} {value!r}", PHONE, "test", **{what: value})
    for what, word in (("sender", "Ваня"), ("phones", "группа"), ("time", "завтра"), ("id", "№")):
        yield by_mail(f"{what} in Cyrillic", **{"phones": PHONE, "message": "t", what: word})
    for name in ACCOUNT:
        yield by_mail(f"{name} in Cyrillic", PHONE, "test", given={name: "Я"})
    for what, values in (
        ("phones", these(79999999999, None, b"7999", [PHONE])),
        ("message", these(5, None, b"test")),
        ("time", these(0, None)),
        ("sender", these(False, None, 777)),
    ):
        for value in values:
            yield by_mail(f"{what} {value!r}", **{"phones": PHONE, "message": "t", what: value})
    yield by_mail("phones None, with AUTH", None, "t", given=_mail_account())
    for name in (*ACCOUNT, "SMSC_CHARSET"):
        yield by_mail(f"{name} None", PHONE, "test", given={name: None})
    yield by_mail("unknown keyword", PHONE, "test", query="a=1")
    yield by_mail("debug", PHONE, "test", given=DEBUG)
    yield by_mail("other sender address", PHONE, "t", given={"SMTP_FROM": "me@example.com"})
    yield by_mail("sender address with a name", PHONE, "t", given={"SMTP_FROM": "Me <me@x.y>"})
    yield by_mail("no sender address", PHONE, "t", given={"SMTP_FROM": ""})


def _mail_account(login: Any = "mailer", password: Any = "mail password") -> Dict[str, Any]:
    return {"SMTP_LOGIN": login, "SMTP_PASSWORD": password}


def mail_servers() -> Iterator[Case]:
    """Mail servers that refuse, hang up or ask for a password."""
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
        yield by_mail(what, PHONE, "test", script=[script])
    for what, step in (("refuses", REFUSED), ("has no address", NO_SUCH_NAME), ("closes", CLOSED)):
        yield by_mail(f"server {what}", PHONE, "test", script=[step])
    for mechanisms in ("PLAIN LOGIN", "LOGIN", "CRAM-MD5 PLAIN", "PLAIN", "XOAUTH2", ""):
        greeting = {
            "EHLO": f"250-gateway\r\n250 AUTH {mechanisms}" if mechanisms else "250 gateway"
        }
        if mechanisms.startswith("CRAM"):
            greeting["AUTH"] = "334 PDEyMzQ1QGdhdGV3YXk+"
        if mechanisms == "LOGIN":
            greeting["AUTH"] = "334 UGFzc3dvcmQ6"
        yield by_mail(
            f"AUTH, server offers {mechanisms or 'none'}",
            PHONE,
            "test",
            given=_mail_account(),
            script=[greeting],
        )
    refused = {"AUTH": "535 wrong"}
    yield by_mail("AUTH refused", PHONE, "test", given=_mail_account(), script=[refused])
    yield by_mail("hangs up at AUTH", PHONE, "t", given=_mail_account(), script=[{"AUTH": ""}])
    yield by_mail("AUTH with empty password", PHONE, "t", given=_mail_account(password=""))
    yield by_mail("AUTH with Cyrillic password", PHONE, "t", given=_mail_account(password="Я"))
    yield by_mail("AUTH with password None", PHONE, "t", given=_mail_account(password=None))
    yield by_mail("no AUTH without a login", PHONE, "t", given=_mail_account(login=""))
    yield by_mail("no AUTH with login None", PHONE, "t", given=_mail_account(login=None))
    yield by_mail("AUTH and Cyrillic text", PHONE, CYRILLIC, given=_mail_account())
    yield by_mail("server with port", PHONE, "t", given={"SMTP_SERVER": "send.smsc.ua:25"})
    yield by_mail("no server", PHONE, "t", given={"SMTP_SERVER": ""})

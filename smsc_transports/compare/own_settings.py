"""Cases with the constants of the copy itself, which the recordings know nothing of."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Mapping, Tuple
from urllib.parse import quote

from smsc_transports.compare.child.values import unpack
from smsc_transports.compare.gateway import REFUSED, RESET
from smsc_transports.compare.program import Fields
from smsc_transports.compare.recorded.case import (
    BROKEN,
    CYRILLIC,
    EMPTY,
    PHONE,
    PLAIN_CALLS,
    SENT,
    Case,
    command,
    cost,
    letter,
    ok,
    send,
    status,
)
from smsc_transports.compare.replay import replaced, vendor_constants
from smsc_transports.compare.verdict import Expected

GROUP = "your settings"
SECRETS = ("SMSC_LOGIN", "SMSC_PASSWORD", "SMTP_LOGIN", "SMTP_PASSWORD")


def own_constants(loaded: Fields, domain: str) -> Dict[str, Any]:
    """Give the constants of a copy, credentials replaced by others of the same kind."""
    own = {
        name: unpack(value)
        for name, value in loaded["constants"].items()
        if not isinstance(value, dict) and name not in loaded["unknown"]
    }
    with_key = bool(own.get("SMSC_PASSWORD")) and not own.get("SMSC_LOGIN")
    with_mail_account = bool(own.get("SMTP_LOGIN"))
    return {
        **vendor_constants(domain),
        **own,
        "SMSC_HOST": own.get("SMSC_HOST") or domain,
        "SMSC_LOGIN": "" if with_key else "login",
        "SMSC_PASSWORD": "the-api-key" if with_key else "password",
        "SMTP_LOGIN": "mailer" if with_mail_account else "",
        "SMTP_PASSWORD": "mail password" if with_mail_account else "",
    }


def edited(constants: Mapping[str, Any], domain: str) -> Dict[str, Any]:
    """Give the settings that are not the vendor's, but for credentials."""
    vendors = vendor_constants(domain)
    return {
        name: value
        for name, value in constants.items()
        if value != vendors[name] and name not in SECRETS
    }


def cases() -> Iterator[Case]:
    """Give the cases; they set nothing, so that the constants count as they are."""
    for case in _cases():
        yield case._replace(name=f"{GROUP}: {case.name}", settings={})


def expected(case: Case, constants: Mapping[str, Any], shim: Fields) -> Expected:
    """Say what the vendor's file would do with these constants, by what the shim does: D1."""
    charset = str(constants["SMSC_CHARSET"])
    text = "".join(arg for arg in case.args if isinstance(arg, str) and not arg.isascii())
    try:
        encoded = quote(text, encoding=charset)
        vendors = replaced(shim, encoded, quote(text)) if text else shim
    except UnicodeEncodeError:  # the shim sends and labels it as utf-8
        vendors = replaced(shim, "charset=utf-8", f"charset={charset}")
    except LookupError:
        vendors = shim
    return Expected(vendors, shim, "" if vendors == shim else "D1")


def _cases() -> Iterator[Case]:
    for method, call, args in PLAIN_CALLS:
        yield call(method, *args)
        yield call(f"{method}, refused with an error", *args, script=[ok("0,-2")])
        yield call(f"{method}, no host answers", *args, script=[REFUSED])
    for what, fault in (("refuses", REFUSED), ("resets", RESET), ("500", BROKEN), ("empty", EMPTY)):
        yield send(f"the first host {what}", PHONE, "test", script=[fault, SENT])
    yield send("Cyrillic", PHONE, CYRILLIC, sender="Shop")
    yield cost("Cyrillic price", PHONE, CYRILLIC)
    yield send("a long text", PHONE, "x" * 2001)
    for name, value in _ARGUMENTS:
        yield send(f"{name} {value!r}", PHONE, "test", **{name: value})
    for call in (send, cost):
        where = "send" if call is send else "price"
        yield call(f"format 12 with a sender, {where}", PHONE, "test", format=12, sender="bot")
    details = ok("1,1577836800,0,01.01.2020 00:00:00,79999999999,0.50,sms,Delivered,a, b")
    yield status("all details", 1234, PHONE, 1, script=[details])
    yield command("a command of its own", "info", "get_operator=1")
    yield letter("a letter", PHONE, "test")


_ARGUMENTS: Tuple[Tuple[str, Any], ...] = (
    ("translit", 1),
    ("time", "0101300000"),
    ("id", 77),
    ("format", 1),
    ("sender", "Shop"),
    ("sender", ""),
    ("query", "maxsms=3"),
)

"""What others repeat of a secret, or quote of an address with one, is shown nowhere."""

from __future__ import annotations

import base64
import html
import json
import smtplib
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from smsc_transports import NotSent, OutcomeUnknown

from ..surroundings import PHONE
from ..transports.gateway import MailServer, Proxy, raw
from .programs import Courier, Shown, employ, locals_in, shown, story_of

__all__ = ["shown"]

pytestmark = pytest.mark.usefixtures("fresh_plugins")

SECRET = "QzXsecret"
PLAIN = "QzX&<w>\"o'/рд+1"
IN_ASCII = [
    html.escape(PLAIN).encode("ascii", "xmlcharrefreplace").decode(),
    json.dumps(json.dumps(PLAIN)[1:-1])[1:-1],
    quote(quote_plus(PLAIN)),
]


@pytest.mark.parametrize("kind", [NotSent, OutcomeUnknown, RuntimeError])
def test_echoes_of_the_password_are_masked_in_attempts_logs_and_exceptions(
    face: Any, shown: Shown, kind: Any
) -> None:
    def refuse(request: Any) -> str:
        raise kind(" and ".join([PLAIN, *IN_ASCII]))

    employ(Courier(refuse))
    face.SMSC_PASSWORD, face.SMSC_TRANSPORT = PLAIN, "courier"
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert "*** and *** and *** and ***" in reply.attempts[0].error
    assert "QzX" not in f"{story_of(reply)}{shown}"


def test_echoes_of_a_mail_server_are_masked_in_exceptions_and_attempts(
    face: Any, shown: Shown
) -> None:
    face.SMSC_PASSWORD = PLAIN
    with MailServer({"RCPT": f"550 {' and '.join(IN_ASCII)}"}) as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(smtplib.SMTPRecipientsRefused) as raised:
            face.SMSC().send_sms_mail(PHONE, "hello")
        face.SMSC_TRANSPORT = "smtp"
        reply = face.SMSC().send_sms(PHONE, "hello")
    everything = f"{raised.value!r}{vars(raised.value)}{story_of(reply)}{shown}"
    assert "*** and *** and ***" in reply.attempts[0].error
    assert "QzX" not in everything


@pytest.mark.parametrize("kind", [RuntimeError, TypeError, OSError])
def test_a_replaced_smtplib_that_repeats_a_mail_shows_no_password(
    face: Any, shown: Shown, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    class Repeating:
        def __init__(self, *_: Any) -> None:
            pass

        def sendmail(self, sender: str, recipient: str, letter: str) -> None:
            raise kind(f"no {letter}")

        def quit(self) -> None:
            pass

    face.SMSC_PASSWORD = SECRET
    monkeypatch.setattr(face.smtplib, "SMTP", Repeating)
    with pytest.raises(kind) as raised:
        face.SMSC().send_sms_mail(PHONE, "hello")
    assert SECRET not in f"{raised.value!r}{shown}"


@pytest.mark.parametrize("address", [f"amqp://me:{SECRET}@host/", f"me:{SECRET}@host"])
def test_the_user_in_an_address_of_a_transport_is_not_shown(
    face: Any, shown: Shown, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    courier = Courier()
    monkeypatch.setattr(courier, "addresses", lambda _: [address])
    employ(courier)
    face.SMSC_TRANSPORT = "courier"
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert "***@host" in reply.attempts[0].address
    assert SECRET not in f"{story_of(reply)}{shown}"


def test_the_user_of_a_mail_server_is_not_shown(face: Any, shown: Shown) -> None:
    face.SMTP_SERVER, face.SMSC_TRANSPORT = f"{SECRET}@127.0.0.1:x", "smtp"
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert reply.attempts[0].address == "***@127.0.0.1:x"
    assert SECRET not in f"{story_of(reply)}{shown}"


@pytest.mark.parametrize("by_mail", [False, True], ids=["by HTTP", "by mail"])
def test_a_password_that_cannot_be_encoded_is_not_shown(
    face: Any, shown: Shown, by_mail: bool
) -> None:
    face.SMSC_PASSWORD = f"{SECRET}\udcff"  # from an environment in another charset
    face.SMTP_SERVER = "127.0.0.1:1"
    call = face.SMSC().send_sms_mail if by_mail else face.SMSC().send_sms
    with pytest.raises(UnicodeError) as raised:
        call(PHONE, "hello")
    assert SECRET not in f"{raised.value!r}{raised.value}{vars(raised.value)}{shown}"
    assert [each for each in locals_in(raised.value, __file__) if SECRET in each[2]] == []


@pytest.mark.parametrize("form", ["plain", "percent", "base64", "HTML"])
@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_a_proxy_that_repeats_its_own_password_shows_it_nowhere(
    face: Any, shown: Shown, monkeypatch: pytest.MonkeyPatch, https: bool, form: str
) -> None:
    user, word = "QzX-user", "QzX-w&rd/2"
    echo = {
        "plain": f"{user} {word}",
        "percent": f"{quote(user, safe='')} {quote(word, safe='')}",
        "base64": base64.b64encode(f"{user}:{word}".encode()).decode(),
        "HTML": html.escape(word),
    }[form]
    face.SMSC_HTTPS = https
    face.SMSC_HOST = "smsc.example:8080"
    refusals = [f"HTTP/1.1 403 {echo} denied\r\n\r\n", f"{echo} denied\r\n\r\n"]
    with Proxy(*(raw(each.encode()) for each in refusals)) as proxy:
        url = f"http://{quote(user)}:{quote(word, safe='')}@{proxy.address}"
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, url)
        stories = [story_of(face.SMSC().send_sms(PHONE, "hello")) for _ in refusals]
    assert proxy.requests
    everything = f"{stories}{shown}"
    assert "QzX" not in everything
    assert echo not in everything


@pytest.mark.parametrize(
    "url",
    [
        "http://QzX-user:QzX-word@127.0.0.1:1",
        "socks5://QzX-u:QzX-w@h:1",
        "http://QzX-u:QzX/w@127.0.0.1:1",
        "QzX-u:QzX#w@127.0.0.1:1",
    ],
)
def test_a_proxy_that_cannot_be_used_shows_no_password(
    face: Any, shown: Shown, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    face.SMSC_HOST = "smsc.example:8080"
    monkeypatch.setenv("http_proxy", url)
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert reply == ["", ""]
    assert "QzX" not in f"{story_of(reply)}{shown}"

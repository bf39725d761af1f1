"""Login and password go to the gateway's own hosts alone, and are shown nowhere."""

from __future__ import annotations

import base64
import html
import json
import re
import signal
import smtplib
import threading
from typing import Any, Callable, Dict, List
from urllib.parse import quote, quote_plus, urlsplit

import pytest

from smsc_transports import NotSent, OutcomeUnknown, hookimpl
from smsc_transports.values.errors import ConfigurationError

from ..faces import PASSWORD
from ..surroundings import PHONE
from ..surroundings import Gateway as EveryHost
from ..transports.gateway import (
    PATIENCE,
    SENT,
    Client,
    Gateway,
    MailServer,
    Proxy,
    answer,
    ctrl_c_while_waiting_for,
    raw,
)
from .programs import Courier, Shown, employ, locals_in, shown, story_of

__all__ = ["shown"]

pytestmark = pytest.mark.usefixtures("fresh_plugins")

# A stranger's transport

ASKED: Dict[str, Callable[[Any], Any]] = {
    "status": lambda face: face.SMSC().get_status(5, PHONE),
    "balance": lambda face: face.SMSC()._smsc_send_cmd("balance"),
    "info": lambda face: face.SMSC()._smsc_send_cmd("info", f"get_operator=1&phone={PHONE}"),
}


@pytest.mark.parametrize("chosen_by", ["setting", "hook"])
@pytest.mark.parametrize("command", ASKED)
def test_what_a_strangers_transport_cannot_carry_is_not_sent_and_said_so(
    face: Any, shown: Shown, command: str, chosen_by: str
) -> None:
    courier = Courier()
    if chosen_by == "hook":
        employ(courier, smsc_choose_transport=hookimpl(lambda: "courier"))
    else:
        employ(courier)
        face.SMSC_TRANSPORT = "courier"
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        reply = ASKED[command](face)
    assert gateway.connections == 0
    assert (reply, reply.outcome, courier.carried) == (["", ""], "not sent", [])
    said = f"{story_of(reply)}{shown.told()}"
    assert "courier" in said
    assert command in said


@pytest.mark.usefixtures("shown")
def test_the_balance_by_a_strangers_transport_that_has_none_is_false(face: Any) -> None:
    employ(Courier())
    face.SMSC_TRANSPORT = "courier"
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().get_balance() is False
    assert gateway.connections == 0


def test_a_list_of_a_strangers_transport_and_http_asks_by_http(face: Any) -> None:
    employ(Courier())
    face.SMSC_TRANSPORT = "courier,http-get"
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().get_status(5, PHONE) == SENT
    assert gateway.connections == 1


def test_safe_mode_does_not_ask_by_http_what_became_of_a_strangers_message(face: Any) -> None:
    def lose(request: Any) -> str:
        raise OutcomeUnknown("the courier is gone")

    employ(Courier(lose))
    face.SMSC_TRANSPORT, face.SMSC_FAILOVER = "courier", "safe"
    with Gateway(answer(b"0,-3")) as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms(PHONE, "hello")
    assert gateway.connections == 0
    assert reply.outcome == "unknown"


def test_status_and_balance_go_by_http_where_mail_is_the_transport(face: Any) -> None:
    face.SMSC_TRANSPORT = "smtp"
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().get_status(5, PHONE) == SENT
    assert gateway.connections == 1


# SMSC_HOST

SECRET = "QzXsecret"
WITH_USER = [
    f"https://shop:{SECRET}@smsc.ru/",
    f"http://shop:{SECRET}@smsc.ru",
    f"//shop:{SECRET}@smsc.ru",
    f"shop:{SECRET}@smsc.ru",
    f"https://{SECRET}@smsc.ru:443/sys",
    f"https://shop:{SECRET}%40x@smsc.ru/",
    f"https://shop:{SECRET}/x@smsc.ru/",
    f"https://shop:{SECRET}@[::1]:8080",
]


def hosts_asked(face: Any, everywhere: EveryHost) -> List[str]:
    """Send, and give all hosts that were asked; a refusal may also raise."""
    try:
        reply = face.SMSC().send_sms(PHONE, "hello")
        said = story_of(reply)
        refused = reply.outcome == "not sent"
    except ConfigurationError as error:
        said, refused = str(error), True
    assert SECRET not in said
    assert refused or everywhere.urls
    return everywhere.hosts


@pytest.mark.parametrize("way", ["constant", "environment"])
@pytest.mark.parametrize("host", WITH_USER)
def test_a_host_with_a_user_is_refused_without_showing_it_and_nothing_is_sent_anywhere(
    face: Any,
    gateway: EveryHost,
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    way: str,
) -> None:
    if way == "constant":
        face.SMSC_HOST = host
    else:
        monkeypatch.setenv("SMSC_HOST", host)
    assert hosts_asked(face, gateway) == []
    assert SECRET not in str(shown)


def test_a_refused_host_is_named_so_that_the_setting_can_be_found(
    face: Any, gateway: EveryHost, shown: Shown
) -> None:
    face.SMSC_HOST = WITH_USER[0]
    said = ""
    try:
        said = story_of(face.SMSC().send_sms(PHONE, "hello"))
    except ConfigurationError as error:
        said = str(error)
    assert "SMSC_HOST" in said + shown.told()
    assert gateway.hosts == []


def test_beside_a_host_with_a_user_no_host_is_asked_but_those_that_are_named(
    face: Any, gateway: EveryHost, shown: Shown
) -> None:
    face.SMSC_HOST = f"smsc.kz:80,https://shop:{SECRET}@smsc.ru/"
    gateway.down = True
    assert set(hosts_asked(face, gateway)) <= {"smsc.kz:80", "smsc.kz"}
    assert SECRET not in str(shown)


RU = {"smsc.ru", *(f"www{number}.smsc.ru" for number in range(1, 6))}


@pytest.mark.parametrize(
    "host",
    [
        "//smsc.ru",
        "//smsc.ru/",
        "///smsc.ru",
        "http:/smsc.ru",
        "http:smsc.ru",
        "/smsc.ru",
        "@smsc.ru",
    ],
)
def test_a_host_behind_slashes_is_understood_or_refused_and_never_another(
    face: Any, gateway: EveryHost, shown: Shown, host: str
) -> None:
    face.SMSC_HOST = host
    assert {urlsplit(f"//{each}").hostname for each in hosts_asked(face, gateway)} <= RU


@pytest.mark.parametrize(
    "host", ["[fe80::1%eth0]", "fe80::1%eth0", "[fe80::1%25eth0]:8080", "http://[fe80::1%eth0]/"]
)
def test_an_ipv6_address_with_a_zone_is_understood_or_refused_and_never_another(
    face: Any, gateway: EveryHost, shown: Shown, host: str
) -> None:
    face.SMSC_HOST = host
    assert [each for each in hosts_asked(face, gateway) if "fe80::1" not in each] == []


@pytest.mark.parametrize(
    "host", ["[::1", "::1]", "[]", "http://", ":8080", "пример рф", "!", "/", "[smsc.ru]", "%6d"]
)
def test_a_host_that_cannot_be_read_never_becomes_the_vendors(
    face: Any, gateway: EveryHost, shown: Shown, host: str
) -> None:
    face.SMSC_HOST = host
    assert [each for each in hosts_asked(face, gateway) if "smsc.ua" in each] == []


# Traceback locals, as an error reporter takes them

HIDDEN = {"SMSC_LOGIN": "QzX-login", "SMSC_PASSWORD": "QzX-pass&word/1"}
HIDDEN_MAIL = {"SMTP_LOGIN": "QzX-box", "SMTP_PASSWORD": "QzX-word"}


def hide(face: Any, **values: str) -> None:
    for name, value in values.items():
        setattr(face, name, value)


def traces(error: BaseException) -> List[str]:
    """List the variables in the frames of a failure that show a secret in any encoding."""
    in_base64 = [base64.b64encode(f"\0QzX{n}".encode()).decode()[:6] for n in ("-box", "-wor")]
    return [
        f"{file}: {where}"
        for file, where, value in locals_in(error, __file__)
        if "QzX-" in value or any(word in value for word in in_base64)
    ]


MAIL_FAILURES: Dict[str, Dict[str, str]] = {
    "refuses the connection": {"connect": "554 no"},
    "hangs up at once": {"connect": ""},
    "refuses the login": {"AUTH": "535 no", "answer": "535 no"},
    "knows no login": {"EHLO": "250 gateway"},
    "refuses the sender": {"MAIL": "550 no"},
    "refuses the recipient": {"RCPT": "550 no"},
    "refuses the data": {"DATA": "554 no"},
    "refuses the letter": {".": "554 no"},
    "hangs up after the letter": {".": ""},
}


@pytest.mark.parametrize("replies", MAIL_FAILURES.values(), ids=MAIL_FAILURES)
def test_no_secret_is_in_the_frames_of_a_mail_that_fails(
    face: Any, replies: Dict[str, str]
) -> None:
    hide(face, **HIDDEN, **HIDDEN_MAIL)
    with MailServer(replies) as server:
        face.SMTP_SERVER = server.address
        with pytest.raises((OSError, smtplib.SMTPException)) as raised:
            face.SMSC().send_sms_mail(PHONE, "hello")
    assert traces(raised.value) == []


def test_no_secret_is_in_the_frames_of_a_mail_whose_password_cannot_be_sent(face: Any) -> None:
    hide(face, **HIDDEN, SMTP_LOGIN="QzX-box", SMTP_PASSWORD="QzX-слово")
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(ValueError, match="encode") as raised:
            face.SMSC().send_sms_mail(PHONE, "hello")
    assert traces(raised.value) == []


def test_no_secret_is_in_the_frames_of_a_wrong_transport(face: Any) -> None:
    hide(face, **HIDDEN, **HIDDEN_MAIL)
    face.SMSC_TRANSPORT = "nowhere"
    with pytest.raises(ConfigurationError) as raised:
        face.SMSC().send_sms(PHONE, "hello")
    assert traces(raised.value) == []


@pytest.mark.parametrize("name", ["SMSC_LOGIN", "SMSC_CHARSET"])
def test_no_secret_is_in_the_frames_of_a_constant_of_a_wrong_type(face: Any, name: str) -> None:
    hide(face, **HIDDEN, **HIDDEN_MAIL)
    setattr(face, name, 5)
    for call in (face.SMSC().send_sms, face.SMSC().send_sms_mail):
        with pytest.raises(TypeError) as raised:
            call(PHONE, "hello")
        assert traces(raised.value) == []


@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
def test_no_secret_is_in_the_frames_of_a_call_that_ctrl_c_ends(face: Any, post: bool) -> None:
    hide(face, **HIDDEN, **HIDDEN_MAIL)
    face.SMSC_POST = post
    with Gateway(Client.until_gone) as gateway:
        face.SMSC_HOST = gateway.address
        with ctrl_c_while_waiting_for(gateway), pytest.raises(KeyboardInterrupt) as raised:
            face.SMSC().send_sms(PHONE, "hello")
        assert gateway.left_alone.wait(PATIENCE)
    assert traces(raised.value) == []


@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
def test_no_secret_is_in_the_frames_of_a_call_that_sys_exit_in_a_signal_handler_ends(
    face: Any, post: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(*_: Any) -> None:
        raise SystemExit("terminated")

    hide(face, **HIDDEN, **HIDDEN_MAIL)
    face.SMSC_POST = post
    before = signal.signal(signal.SIGTERM, leave)
    try:
        with Gateway(Client.until_gone) as gateway:
            face.SMSC_HOST = gateway.address

            def terminate() -> None:
                main = threading.main_thread().ident
                if gateway.waiting.wait(PATIENCE) and main is not None:
                    signal.pthread_kill(main, signal.SIGTERM)

            thread = threading.Thread(target=terminate)
            thread.start()
            with pytest.raises(SystemExit) as raised:
                face.SMSC().send_sms(PHONE, "hello")
            thread.join()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert traces(raised.value) == []


def test_no_secret_is_in_the_frames_of_a_failure_that_was_asked_for(face: Any) -> None:
    hide(face, **HIDDEN, **HIDDEN_MAIL)
    with Gateway(Client.close) as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms(PHONE, "hello")
    with pytest.raises(OutcomeUnknown) as raised:
        reply.raise_for_error()
    assert traces(raised.value) == []


# Echoes

PLAIN = "QzX&<w>\"o'/рд+1"


def in_numbers(text: str, pattern: str) -> str:
    return "".join(pattern.format(ord(letter)) for letter in text)


def twice(encode: Callable[[str], str]) -> str:
    return encode(encode(PLAIN))


ECHOES = {
    "HTML": html.escape(PLAIN),
    "HTML without quotes": html.escape(PLAIN, quote=False),
    "HTML as PHP writes it": html.escape(PLAIN).replace("&#x27;", "&#039;"),
    "HTML with &apos;": html.escape(PLAIN).replace("&#x27;", "&apos;"),
    "HTML in ASCII": html.escape(PLAIN).encode("ascii", "xmlcharrefreplace").decode(),
    "HTML in decimal numbers": in_numbers(PLAIN, "&#{};"),
    "HTML in hexadecimal numbers": in_numbers(PLAIN, "&#x{:X};"),
    "HTML twice": html.escape(html.escape(PLAIN)),
    "JSON": json.dumps(PLAIN)[1:-1],
    "JSON in Unicode": json.dumps(PLAIN, ensure_ascii=False)[1:-1],
    "JSON as PHP writes it": json.dumps(PLAIN)[1:-1].replace("/", "\\/"),
    "JSON with capital digits": re.sub(
        r"\\u....", lambda each: "\\u" + each[0][2:].upper(), json.dumps(PLAIN)[1:-1]
    ),
    "JSON made fit for HTML": in_numbers(PLAIN, "\\u{:04x}"),
    "JSON in JSON": json.dumps(json.dumps(PLAIN)[1:-1])[1:-1],
    "percent twice": twice(lambda text: quote(text, safe="")),
    "percent twice, slashes kept": twice(quote),
    "percent twice, plus signs": twice(quote_plus),
    "percent twice, small digits": twice(lambda text: quote(text, safe="").lower()),
    "percent in HTML": html.escape(quote_plus(PLAIN, safe="&'")),
}


@pytest.mark.parametrize("kind", [NotSent, OutcomeUnknown, RuntimeError])
@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_an_encoded_echo_of_the_password_is_masked_in_attempts_logs_and_exceptions(
    face: Any, shown: Shown, echo: str, kind: Any
) -> None:
    def refuse(request: Any) -> str:
        raise kind(f"before {echo} after")

    employ(Courier(refuse))
    hide(face, SMSC_PASSWORD=PLAIN, SMSC_TRANSPORT="courier")
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert "before *** after" in reply.attempts[0].error
    everything = f"{story_of(reply)}{shown}"
    assert echo not in everything
    assert repr(echo)[1:-1] not in everything


@pytest.mark.parametrize(
    "echo", [echo for echo in ECHOES.values() if echo.isascii()], ids=lambda echo: echo[:20]
)
def test_an_encoded_echo_of_a_mail_server_is_masked_in_exceptions_and_attempts(
    face: Any, shown: Shown, echo: str
) -> None:
    hide(face, SMSC_PASSWORD=PLAIN)
    with MailServer({"RCPT": f"550 before {echo} after"}) as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(smtplib.SMTPRecipientsRefused) as raised:
            face.SMSC().send_sms_mail(PHONE, "hello")
        face.SMSC_TRANSPORT = "smtp"
        reply = face.SMSC().send_sms(PHONE, "hello")
    everything = f"{raised.value!r}{vars(raised.value)}{story_of(reply)}{shown}"
    assert echo not in everything
    assert "QzX" not in everything


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
    "url", ["http://QzX-user:QzX-word@127.0.0.1:1", "socks5://QzX-u:QzX-w@h:1"]
)
def test_a_proxy_that_cannot_be_used_shows_no_password(
    face: Any, shown: Shown, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    face.SMSC_HOST = "smsc.example:8080"
    monkeypatch.setenv("http_proxy", url)
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert reply == ["", ""]
    assert "QzX" not in f"{story_of(reply)}{shown}"


# Short secrets


def error_about(face: Any, text: str, login: str, password: str) -> str:
    def refuse(request: Any) -> str:
        raise NotSent(text)

    employ(Courier(refuse))
    hide(face, SMSC_LOGIN=login, SMSC_PASSWORD=password, SMSC_TRANSPORT="courier")
    error: str = face.SMSC().send_sms(PHONE, "hello").attempts[0].error
    return error


@pytest.mark.parametrize(
    ("login", "password"), [("on", "me"), ("e", "i"), ("con", "12"), ("a", ""), ("ти", "е")]
)
def test_secrets_under_four_characters_are_not_masked_inside_words(
    face: Any, login: str, password: str
) -> None:
    text = "connection named 4124 timed_out: ответили"
    assert error_about(face, text, login, password) == text


@pytest.mark.parametrize("secret", ["on", "m3", "x", "ти", "1-2"])
def test_secrets_under_four_characters_are_masked_where_they_stand_alone(
    face: Any, secret: str
) -> None:
    text = f"no user '{secret}' ({secret}): {secret}, psw={secret}&y=2"
    assert error_about(face, text, secret, PASSWORD) == "no user '***' (***): ***, psw=***&y=2"


def test_secrets_of_four_characters_are_masked_inside_words_too(face: Any) -> None:
    assert error_about(face, "xabcdx", "abcd", "1234") == "x***x"

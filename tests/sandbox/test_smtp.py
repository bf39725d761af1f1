"""E-mails to the gateway become messages."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest

from smsc_transports.sandbox.server import Sandbox

from .conftest import PHONE, SECONDS, Client

CYRILLIC = "Привет, Олег"


def mail(body: Any, charset: Any = "utf-8", **headers: Any) -> Any:
    headers = {"Content-Type": f"text/plain; charset={charset}", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    return head.encode() + b"\r\n" + body.replace("\n", "\r\n").encode(charset)


def deliver(sandbox: Sandbox, content: Any, login: Any = None) -> Any:
    with smtplib.SMTP(sandbox.smtp[0], timeout=SECONDS) as server:
        if login:
            server.login(*login)
        server.sendmail("api@example.com", ["send@send.example.com"], content)


def test_mail_becomes_a_message(sandbox: Sandbox) -> None:
    deliver(sandbox, mail(f"me:secret:7::0,0,Shop:{PHONE},79990000001:a: b: {CYRILLIC}"))
    (message,) = sandbox.messages
    assert (message.id, message.sender, message.kind) == ("7", "Shop", "sms")
    assert (message.phones, message.text) == ((PHONE, "79990000001"), f"a: b: {CYRILLIC}")
    assert message.origin.channel == "smtp"
    assert message.raw.startswith("***:***:7:")


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r"])
def test_charset_is_the_one_declared(sandbox: Sandbox, charset: Any) -> None:
    deliver(sandbox, mail(f"me:secret:0::0,0,:{PHONE}:{CYRILLIC}", charset))
    assert sandbox.messages[0].text == CYRILLIC


def test_charset_is_koi8_r_when_none_is_declared(sandbox: Sandbox) -> None:
    body = mail(f"me:secret:0::0,0,:{PHONE}:{CYRILLIC}", "koi8-r", **{"Content-Type": ""})
    deliver(sandbox, body)
    assert sandbox.messages[0].text == CYRILLIC


@pytest.mark.parametrize("charset", ["no-such", "hex", "undefined", "rot13"])
def test_unknown_charset_counts_as_not_given(sandbox: Sandbox, charset: Any) -> None:
    content = mail(f"me:secret:0::0,0,:{PHONE}:{CYRILLIC}", "koi8-r", **{"Content-Type": ""})
    deliver(sandbox, f"Content-Type: text/plain; charset={charset}\r\n".encode() + content)
    assert sandbox.messages[0].text == CYRILLIC


def test_encoded_bodies_are_decoded(sandbox: Sandbox) -> None:
    import base64

    encoded = base64.b64encode(f"me:secret:0::0,0,:{PHONE}:{CYRILLIC}".encode())
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    deliver(sandbox, head + encoded)
    assert sandbox.messages[0].text == CYRILLIC


def test_api_key_stands_in_the_field_of_the_password(sandbox: Sandbox) -> None:
    deliver(sandbox, mail(f":the-key:0::0,0,:{PHONE}:hi"))
    assert sandbox.messages[0].text == "hi"
    assert "the-key" not in repr(sandbox.messages)


def test_list_of_several_lines(sandbox: Sandbox) -> None:
    deliver(sandbox, mail("me:secret:7::0,0,::79990000001:one: 1\n79990000002:two\n"))
    assert [(m.phones, m.text, m.id) for m in sandbox.messages] == [
        (("79990000001",), "one: 1", "7"),
        (("79990000002",), "two", "7"),
    ]


def test_fields_stand_in_their_places(sandbox: Sandbox) -> None:
    deliver(sandbox, mail(f"me:secret:9:+60,3:1,1,Shop:{PHONE}:Привет"))
    (message,) = sandbox.messages
    assert (message.text, message.kind) == ("Privet", "flash")
    assert (message.options["tz"], round(message.due - message.received)) == ("3", 3600)


def test_test_mail_costs_nothing_and_is_delivered_with_err_200(
    sandbox: Sandbox, client: Client
) -> None:
    deliver(sandbox, mail(f"me:secret:9::0,0,,1:{PHONE}:hi"))
    sandbox.clock.advance(10)
    assert client.status(9).split(",")[::2] == ["1", "200"]
    assert client.balance() == "100.00"


def test_lines_that_begin_with_a_dot_arrive_whole(sandbox: Sandbox) -> None:
    deliver(sandbox, mail(f"me:secret:0::0,0,:{PHONE}:.one\n..two\n.\nend"))
    assert sandbox.messages[0].text == ".one\n..two\n.\nend"


def test_marked_text_is_taken_out_of_a_html_mail(sandbox: Sandbox) -> None:
    html = f"<html><body>[text]me:secret:0::0,0,:{PHONE}:hi[/text]<img></body></html>"
    deliver(sandbox, mail(html, **{"Content-Type": "text/html; charset=utf-8"}))
    assert sandbox.messages[0].text == "hi"


def test_long_line_is_taken(sandbox: Sandbox) -> None:
    deliver(sandbox, mail(f"me:secret:0::0,0,:{PHONE}:{'я' * 1000}"))
    assert sandbox.messages[0].text == "я" * 1000


def test_mail_over_100_kb_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(smtplib.SMTPException):
        deliver(sandbox, mail(f"me:secret:0::0,0,:{PHONE}:{('x' * 900 + chr(10)) * 130}"))
    assert sandbox.messages == []


def test_any_login_to_the_server_is_accepted(sandbox: Sandbox) -> None:
    deliver(sandbox, mail(f"me:secret:0::0,0,:{PHONE}:hi"), login=("user", "pass"))
    assert len(sandbox.messages) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("no fields at all", 1),
        ("::0::0,0,:79991112233:hi", 2),
        ("me:secret:0:soon:0,0,:79991112233:hi", 5),
        ("me:secret:0::0,0,:12:hi", 7),
        ("me:secret:0::0,99,:79991112233:hi", 1),
        ("me:secret", 1),
        ("", 1),
    ],
)
def test_bad_mail_is_taken_and_reported_as_refused(sandbox: Sandbox, body: Any, code: Any) -> None:
    deliver(sandbox, mail(body))
    assert sandbox.messages == []
    assert [(r.endpoint, r.code) for r in sandbox.refusals] == [("smtp", code)]
    assert "secret" not in repr(sandbox.refusals)


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize(
    ("fault", "error"),
    [("close", smtplib.SMTPServerDisconnected), ("error", smtplib.SMTPDataError)],
)
def test_faults_of_the_mail_server(sandbox: Sandbox, fault: Any, error: Any, stored: Any) -> None:
    sandbox.fail(fault, stored=stored, endpoint="smtp", times=1)
    with pytest.raises(error):
        deliver(sandbox, mail(f"me:secret:0::0,0,:{PHONE}:hi"))
    assert len(sandbox.messages) == stored
    deliver(sandbox, mail(f"me:secret:0::0,0,:{PHONE}:again"))
    assert sandbox.messages[-1].text == "again"


def test_mail_server_may_hang_after_the_mail(sandbox: Sandbox) -> None:
    sandbox.fail("hang", stored=True, endpoint="smtp")
    with smtplib.SMTP(sandbox.smtp[0], timeout=SECONDS) as server:
        server.ehlo()
        assert server.sock is not None
        server.sock.settimeout(0.2)
        with pytest.raises((smtplib.SMTPServerDisconnected, TimeoutError, OSError)):
            server.sendmail("a@b.cz", ["c@d.cz"], mail(f"me:secret:0::0,0,:{PHONE}:hi"))
        server.close()
    assert len(sandbox.messages) == 1


def test_mail_server_may_refuse(sandbox: Sandbox) -> None:
    sandbox.fail("refuse", endpoint="smtp")
    with pytest.raises(ConnectionRefusedError):
        deliver(sandbox, mail("x"))
    sandbox.heal()
    deliver(sandbox, mail(f"me:secret:0::0,0,:{PHONE}:hi"))
    assert len(sandbox.messages) == 1

"""Sending by mail says "ok" only of a message that arrives as it was meant.

The gateway reads ``login:password:id:time:translit,format,sender:phones:text``: a colon, a comma
or a line break inside one of these moves all that follows to another place.
"""

from __future__ import annotations

import smtplib
from typing import Any, Dict, Tuple

import pytest

from smsc_transports import Attempt

from ..faces import LOGIN, PASSWORD
from ..surroundings import plug_in
from ..transports.gateway import SENT, Gateway, MailServer
from .programs import Shown, shown

__all__ = ["shown"]

pytestmark = pytest.mark.usefixtures("fresh_plugins")

PHONE = "79990000001"


def last_attempt(reply: Any) -> Attempt:
    attempt: Attempt = reply.attempts[-1]
    return attempt


MOVED: Dict[str, Tuple[str, Dict[str, Any]]] = {
    "a colon in sender, to another number": (PHONE, {"sender": "x:79995555555:hijacked"}),
    "a comma in sender": (PHONE, {"sender": "Shop,1"}),
    "LF in sender": (PHONE, {"sender": "Shop\n"}),
    "CR in sender": (PHONE, {"sender": "Sh\rop"}),
    "a colon in time": (PHONE, {"time": "01.12.26 12:00"}),
    "a comma in time": (PHONE, {"time": "0112261200,3"}),
    "a line break in time": (PHONE, {"time": "0112261200\r\n"}),
    "a colon in the time zone": (PHONE, {"query": "tz=3:4"}),
    "a comma in the time zone": (PHONE, {"query": "tz=3,4"}),
    "a colon in id": (PHONE, {"id": "5:6"}),
    "a line break in id": (PHONE, {"id": "5\n"}),
    "a colon in translit": (PHONE, {"translit": "0,0,x:79995555555"}),
    "a comma in translit": (PHONE, {"translit": "1,1"}),
    "a colon in a format of the query": (PHONE, {"query": "format=1,x:79995555555"}),
    "a colon in phones": (f"{PHONE}:hijacked", {}),
    "a line break in phones": (f"{PHONE}\n79990000002", {}),
}


@pytest.mark.parametrize(("phones", "options"), MOVED.values(), ids=MOVED)
def test_what_would_move_the_places_of_a_mail_is_unsupported_before_anything_is_sent(
    face: Any, phones: str, options: Dict[str, Any]
) -> None:
    face.SMSC_TRANSPORT = "smtp"
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        reply = face.SMSC().send_sms(phones, "hello", **options)
    assert (server.connections, server.mails) == (0, [])
    assert (reply, reply.outcome) == (["", ""], "not sent")
    assert last_attempt(reply).outcome == "unsupported"


@pytest.mark.parametrize("character", [":", "\n", "\r", "\r\n"], ids=repr)
@pytest.mark.parametrize("name", ["SMSC_LOGIN", "SMSC_PASSWORD"])
def test_credentials_that_would_move_the_places_of_a_mail_are_unsupported_and_not_shown(
    face: Any, shown: Shown, name: str, character: str
) -> None:
    setattr(face, name, f"Hidden{character}Value")
    face.SMSC_TRANSPORT = "smtp"
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        reply = face.SMSC().send_sms(PHONE, "hello")
    assert server.connections == 0
    assert (reply.outcome, last_attempt(reply).outcome) == ("not sent", "unsupported")
    for half in ("Hidden", "Value"):
        assert half not in f"{last_attempt(reply).error}{shown}"


@pytest.mark.parametrize("phones", ["", " ", ",", ";,; "], ids=repr)
def test_a_message_to_nobody_is_not_reported_as_sent_by_mail(face: Any, phones: str) -> None:
    face.SMSC_TRANSPORT = "smtp"
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        reply = face.SMSC().send_sms(phones, "hello")
    assert server.connections == 0
    assert (reply.ok, reply.outcome) == (False, "not sent")


@pytest.mark.parametrize("lines", ["", "%0A", "just a text", ":hello"])
def test_a_list_without_a_recipient_is_not_reported_as_sent_by_mail(face: Any, lines: str) -> None:
    face.SMSC_TRANSPORT = "smtp"
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        reply = face.SMSC()._smsc_send_cmd("send", f"list={lines}")
    assert server.connections == 0
    assert (reply.ok, reply.outcome) == (False, "not sent")


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("Use the tag [text]like this[/text] please", {}),
        ("[TEXT]like this[/TEXT] please", {}),
        ("an opened [text] alone", {}),
        ("like this[/text] please", {"sender": "[text]"}),
        ("", {"query": "list=7999:a %5Btext%5Db%5B/text%5D"}),
    ],
)
def test_a_text_with_the_tag_that_makes_the_gateway_cut_it_is_unsupported(
    face: Any, text: str, options: Dict[str, Any]
) -> None:
    face.SMSC_TRANSPORT = "smtp"
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        reply = face.SMSC().send_sms(PHONE, text, **options)
    assert server.connections == 0
    assert (reply.outcome, last_attempt(reply).outcome) == ("not sent", "unsupported")


@pytest.mark.parametrize(("phones", "options"), MOVED.values(), ids=MOVED)
def test_what_would_move_the_places_of_a_mail_goes_by_the_next_transport_if_one_is_named(
    face: Any, phones: str, options: Dict[str, Any]
) -> None:
    face.SMSC_TRANSPORT = "smtp,http-get"
    with MailServer() as server, Gateway() as gateway:
        face.SMTP_SERVER, face.SMSC_HOST = server.address, gateway.address
        assert face.SMSC().send_sms(phones, "hello", **options) == SENT
    assert (server.connections, gateway.connections) == (0, 1)


@pytest.mark.parametrize(
    ("text", "phones"),
    [("a:b,c [1] [texts]\ne", PHONE), ("12:30", f"{PHONE},79990000002;79990000003")],
)
def test_colons_commas_and_line_breaks_of_the_text_still_go_by_mail(
    face: Any, text: str, phones: str
) -> None:
    face.SMSC_TRANSPORT = "smtp"
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        assert face.SMSC().send_sms(phones, text).ok
    expected = f"{LOGIN}:{PASSWORD}:0::0,0,:{phones}:{text}\n".replace("\n", "\r\n")
    assert server.mails[0]["data"].partition("\r\n\r\n")[2] == expected


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((PHONE, "hello", 0, "", 0, 0, "x:79995555555:y"), f"0::0,0,x:79995555555:y:{PHONE}:hello"),
        ((PHONE, "hello", 0, "1:2,3", "4:5", 0, "a,b"), f"4:5:1:2,3:0,0,a,b:{PHONE}:hello"),
        (("", "[text]hello"), "0::0,0,::[text]hello"),
        (("", "7999:a\n7998:b"), "0::0,0,::7999:a\r\n7998:b"),
    ],
)
def test_send_sms_mail_writes_what_it_is_given_as_the_vendors_does(
    face: Any, arguments: Any, line: str
) -> None:
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        face.SMSC().send_sms_mail(*arguments)
    assert server.mails[0]["data"].partition("\r\n\r\n")[2] == f"{LOGIN}:{PASSWORD}:{line}\r\n"


DOCUMENTED = (OSError, smtplib.SMTPException)


def test_a_failing_settings_plugin_makes_send_sms_mail_raise_what_its_docstring_says(
    face: Any, shown: Shown
) -> None:
    def fail() -> None:
        raise KeyError("the vault is sealed")

    plug_in("vault", smsc_settings=fail)
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(DOCUMENTED) as raised:
            face.SMSC().send_sms_mail(PHONE, "hello")
    assert "vault" in str(raised.value)
    assert server.connections == 0


def test_send_sms_mail_without_time_to_try_raises_instead_of_looking_sent(face: Any) -> None:
    with MailServer() as server:
        face.SMTP_SERVER, face.SMSC_DEADLINE = server.address, 1e-9
        with pytest.raises(DOCUMENTED):
            face.SMSC().send_sms_mail(PHONE, "hello")
    assert server.mails == []

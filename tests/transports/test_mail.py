"""Sending by mail: what the mail server is told, and what the program is told of it."""

from __future__ import annotations

import base64
import smtplib
import socket
import threading
from contextlib import suppress
from typing import Any, Dict, List, Tuple, Type

import pytest

from .conftest import LOGIN, PASSWORD
from .gateway import PATIENCE, SENT, Client, Gateway, MailServer, Mute, ctrl_c_while_waiting_for

HEAD = f"{LOGIN}:{PASSWORD}:0::0,0,:79990000001:"


def body_of(server: MailServer) -> bytes:
    """Give the lines of the letter as they came, without its header."""
    [mail] = server.mails
    data: str = mail["data"]
    return data.partition("\r\n\r\n")[2].encode("latin-1")


def header_of(server: MailServer) -> str:
    data: str = server.mails[0]["data"]
    return data.partition("\r\n\r\n")[0]


@pytest.mark.parametrize(
    ("charset", "text", "declared", "raw"),
    [
        ("utf-8", "Привет", "utf-8", "Привет".encode()),
        ("koi8-r", "Привет", "koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4"),
        ("windows-1251", "Привет", "windows-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2"),
        ("windows-1251", "ok 🙂", "utf-8", "ok 🙂".encode()),
        ("koi8-r", "€", "utf-8", "€".encode()),
        ("latin-1", "Привет", "utf-8", "Привет".encode()),
        ("no-such-charset", "Привет", "utf-8", "Привет".encode()),
        ("koi8-r", "hello", "koi8-r", b"hello"),
    ],
)
@pytest.mark.filterwarnings("ignore::smsc_transports.reporting.notices.SMSCWarning")
def test_text_goes_in_the_charset_that_the_mail_declares(
    face: Any, charset: str, text: str, declared: str, raw: bytes
) -> None:
    face.SMSC_CHARSET = charset
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        face.SMSC().send_sms_mail("79990000001", text)
    assert header_of(server) == f"Content-Type: text/plain; charset={declared}"
    assert body_of(server) == HEAD.encode() + raw + b"\r\n"


@pytest.mark.parametrize("letter", ["a", "я"], ids=["ascii", "Cyrillic"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_lines_end_in_crlf_and_dots_are_doubled(face: Any, letter: str, end: str) -> None:
    text = end.join([letter, ".", ".." + letter, "", letter])
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        face.SMSC().send_sms_mail("79990000001", text)
    lines = [letter, "..", "..." + letter, "", letter, ""]
    assert body_of(server) == HEAD.encode() + "\r\n".join(lines).encode()


def test_everything_stands_in_its_place(face: Any) -> None:
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        face.SMSC().send_sms_mail("7999,7998;7997", "a:b", 1, "0111261200", 77, 3, "Me")
    places = f"{LOGIN}:{PASSWORD}:77:0111261200:1,3,Me:7999,7998;7997:a:b\r\n"
    assert body_of(server) == places.encode()


def commands_of(server: MailServer) -> List[str]:
    return [command.split(" ")[0] for mail in server.mails for command in mail["commands"]]


USUAL = ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]

REFUSALS: Dict[str, Tuple[Dict[str, str], Type[Exception], List[str]]] = {
    "the connection": ({"connect": "554 no"}, smtplib.SMTPConnectError, []),
    "the greeting": (
        {"EHLO": "500 no", "HELO": "500 no"},
        smtplib.SMTPHeloError,
        ["EHLO", "HELO", "QUIT"],
    ),
    "the sender": (
        {"MAIL": "550 no"},
        smtplib.SMTPSenderRefused,
        ["EHLO", "MAIL", "RSET", "QUIT"],
    ),
    "the recipient": (
        {"RCPT": "550 no"},
        smtplib.SMTPRecipientsRefused,
        ["EHLO", "MAIL", "RCPT", "RSET", "QUIT"],
    ),
    "the data": ({"DATA": "554 no"}, smtplib.SMTPDataError, USUAL),
    "the letter": ({".": "554 no"}, smtplib.SMTPDataError, [*USUAL[:4], "RSET", "QUIT"]),
}


@pytest.mark.parametrize(("replies", "error", "commands"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_reaches_the_caller_and_the_connection_is_closed(
    face: Any, replies: Dict[str, str], error: Type[Exception], commands: List[str]
) -> None:
    with MailServer(replies) as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(error):
            face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.until_all_are_gone()
    assert [mail.get("commands", []) and commands_of(server) for mail in server.mails] == [commands]


def test_a_refused_login_reaches_the_caller_and_the_connection_is_closed(face: Any) -> None:
    face.SMTP_LOGIN, face.SMTP_PASSWORD = "user", "word"
    with MailServer({"AUTH": "535 no", "answer": "535 no"}) as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(smtplib.SMTPAuthenticationError):
            face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.until_all_are_gone()
    assert server.mails[0]["commands"][-1] == "QUIT"
    assert "data" not in server.mails[0]


def test_a_server_that_knows_no_login_is_reported_to_the_caller(face: Any) -> None:
    face.SMTP_LOGIN = "user"
    with MailServer({"EHLO": "250 gateway"}) as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(smtplib.SMTPNotSupportedError):
            face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.until_all_are_gone()


def test_a_server_that_is_not_there_is_reported_to_the_caller(face: Any) -> None:
    with MailServer() as gone:
        pass
    face.SMTP_SERVER = gone.address
    with pytest.raises(ConnectionRefusedError):
        face.SMSC().send_sms_mail("79990000001", "hello")


@pytest.mark.parametrize("verb", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "."])
def test_a_server_that_hangs_up_is_reported_to_the_caller(face: Any, verb: str) -> None:
    with MailServer({verb: ""}) as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(smtplib.SMTPServerDisconnected):
            face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.until_all_are_gone()


def test_a_mail_that_was_taken_stays_taken_if_the_farewell_fails(face: Any) -> None:
    with MailServer({"QUIT": ""}) as server:
        face.SMTP_SERVER = server.address
        assert face.SMSC().send_sms_mail("79990000001", "hello") is None
        assert server.until_all_are_gone()


NOT_TAKEN: Dict[str, Dict[str, str]] = {
    "refuses the connection": {"connect": "554 no"},
    "hangs up at once": {"connect": ""},
    "hangs up after EHLO": {"EHLO": ""},
    "hangs up after MAIL": {"MAIL": ""},
    "refuses the sender": {"MAIL": "451 not now"},
    "refuses the recipient": {"RCPT": "550 no"},
    "refuses the letter": {".": "451 not now"},
}


@pytest.mark.parametrize("replies", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_the_next_server_gets_what_the_first_did_not_take(
    face: Any, replies: Dict[str, str]
) -> None:
    with MailServer(replies) as first, MailServer() as second:
        face.SMTP_SERVER = f"{first.address}, {second.address}"
        face.SMSC().send_sms_mail("79990000001", "hello")
        assert first.until_all_are_gone()
        assert second.until_all_are_gone()
    assert body_of(second) == HEAD.encode() + b"hello\r\n"


def test_the_next_server_does_not_get_what_the_first_may_have_taken(face: Any) -> None:
    with MailServer({".": ""}) as first, MailServer() as second:
        face.SMTP_SERVER = f"{first.address},{second.address}"
        with pytest.raises(smtplib.SMTPServerDisconnected):
            face.SMSC().send_sms_mail("79990000001", "hello")
    assert second.connections == 0


def test_servers_may_have_ipv6_addresses(face: Any, ipv6: str) -> None:
    with MailServer(host=ipv6) as server:
        face.SMTP_SERVER = server.address
        face.SMSC().send_sms_mail("79990000001", "hello")
    assert body_of(server) == HEAD.encode() + b"hello\r\n"


def test_ctrl_c_does_not_wait_for_the_server(face: Any) -> None:
    def until_the_letter(client: Client) -> None:
        client.send(b"220 gateway\r\n")
        client.read_line()
        client.until_gone()

    with Mute(until_the_letter) as server:
        face.SMTP_SERVER = server.address
        with ctrl_c_while_waiting_for(server), pytest.raises(KeyboardInterrupt):
            face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.left_alone.wait(PATIENCE)
    assert server.unanswered == []


def test_ctrl_c_before_the_greeting_closes_the_connection(
    face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = socket.SocketIO.readinto

    def readinto(self: socket.SocketIO, buffer: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        return genuine(self, buffer)

    monkeypatch.setattr(socket.SocketIO, "readinto", readinto)
    with Mute() as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(KeyboardInterrupt):
            face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.left_alone.wait(PATIENCE)


# SMSC_TRANSPORT = "smtp"


@pytest.fixture
def by_mail(face: Any) -> Any:
    face.SMSC_TRANSPORT = "smtp"
    return face


@pytest.mark.parametrize(
    ("phones", "text", "options", "reply"),
    [
        ("79990000001", "hello", {}, ["0", "1", "", ""]),
        ("79990000001", "hello", {"id": 77}, ["77", "1", "", ""]),
        ("79990000001", "x" * 160, {}, ["0", "1", "", ""]),
        ("79990000001", "x" * 161, {}, ["0", "2", "", ""]),
        ("79990000001", "[" * 81, {}, ["0", "2", "", ""]),
        ("79990000001", "я" * 70, {}, ["0", "1", "", ""]),
        ("79990000001", "я" * 71, {}, ["0", "2", "", ""]),
        ("79990000001", "я" * 71, {"translit": 1}, ["0", "1", "", ""]),
        ("7999,7998;7997", "я" * 71, {}, ["0", "6", "", ""]),
        ("7999,7998,", "hello", {}, ["0", "2", "", ""]),
        ("", "", {"query": "list=7999:hello\n7998:" + "я" * 71}, ["0", "3", "", ""]),
        ("", "", {"query": "list=7999,7998:hello%0a7997,:bye"}, ["0", "3", "", ""]),
    ],
)
def test_send_sms_by_mail_counts_the_parts_itself(
    by_mail: Any, phones: str, text: str, options: Dict[str, Any], reply: List[str]
) -> None:
    with MailServer() as server:
        by_mail.SMTP_SERVER = server.address
        answer = by_mail.SMSC().send_sms(phones, text, **options)
    assert answer == reply
    assert answer.ok
    assert commands_of(server) == USUAL


def test_send_sms_by_mail_carries_what_has_a_place_there(by_mail: Any) -> None:
    with MailServer() as server:
        by_mail.SMTP_SERVER = server.address
        by_mail.SMSC().send_sms("7999", "Да", 2, "0111261200", 77, 1, "Я", "tz=3")
    places = f"{LOGIN}:{PASSWORD}:77:0111261200,3:2,1,Я:7999:Да\r\n"
    assert body_of(server) == places.encode()


def test_send_sms_by_mail_carries_a_list(by_mail: Any) -> None:
    with MailServer() as server:
        by_mail.SMTP_SERVER = server.address
        by_mail.SMSC().send_sms("", "", query="list=7999:a%0A7998:b")
    assert body_of(server) == f"{LOGIN}:{PASSWORD}:0::0,0,::7999:a\r\n7998:b\r\n".encode()


def test_what_a_mail_cannot_carry_is_not_sent_by_mail(by_mail: Any) -> None:
    with MailServer() as server:
        by_mail.SMTP_SERVER = server.address
        reply = by_mail.SMSC().send_sms("7999", "hello", query="maxsms=3")
    assert reply == ["", ""]
    assert reply.outcome == "not sent"
    assert "maxsms" in reply.attempts[0].error
    assert server.connections == 0


def test_a_send_without_recipients_is_not_sent_by_mail(by_mail: Any) -> None:
    with MailServer() as server:
        by_mail.SMTP_SERVER = server.address
        reply = by_mail.SMSC()._smsc_send_cmd("send", "mes=hello")
    assert (reply, reply.outcome) == (["", ""], "not sent")
    assert reply.attempts[0].error == "a mail needs phones or list"
    assert server.connections == 0


def test_what_a_mail_cannot_carry_goes_by_the_next_transport(by_mail: Any) -> None:
    by_mail.SMSC_TRANSPORT = "smtp,http-get"
    with MailServer() as server, Gateway() as gateway:
        by_mail.SMTP_SERVER, by_mail.SMSC_HOST = server.address, gateway.address
        assert by_mail.SMSC().send_sms("7999", "hello", query="maxsms=3") == SENT
    assert (server.connections, gateway.connections) == (0, 1)


def test_what_no_mail_server_took_goes_by_the_next_transport(by_mail: Any) -> None:
    by_mail.SMSC_TRANSPORT = "smtp,http-get"
    with MailServer({"RCPT": "550 no"}) as server, Gateway() as gateway:
        by_mail.SMTP_SERVER, by_mail.SMSC_HOST = server.address, gateway.address
        assert by_mail.SMSC().send_sms("7999", "hello") == SENT


def test_what_mail_has_no_word_for_goes_by_http(by_mail: Any) -> None:
    with MailServer() as server, Gateway() as gateway:
        by_mail.SMTP_SERVER, by_mail.SMSC_HOST = server.address, gateway.address
        assert by_mail.SMSC().get_status(1, "7999") == SENT
    assert (server.connections, gateway.connections) == (0, 1)


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ({"connect": "554 no"}, "not sent"),
        ({"EHLO": ""}, "not sent"),
        ({"AUTH": "535 no", "answer": "535 no"}, "not sent"),
        ({"RCPT": ""}, "not sent"),
        ({"RCPT": "550 no"}, "not sent"),
        ({"DATA": "554 no"}, "not sent"),
        ({".": "451 no"}, "not sent"),
        ({".": ""}, "unknown"),
    ],
)
def test_send_sms_by_mail_never_raises_and_says_what_may_have_arrived(
    by_mail: Any, replies: Dict[str, str], outcome: str
) -> None:
    by_mail.SMTP_LOGIN, by_mail.SMTP_PASSWORD = "user", "word"
    with MailServer(replies) as server:
        by_mail.SMTP_SERVER = server.address
        reply = by_mail.SMSC().send_sms("7999", "hello")
        assert server.until_all_are_gone()
    assert reply == ["", ""]
    assert reply.outcome == outcome


# Secrets.

AUTHENTICATION = {
    "PLAIN": {"EHLO": "250-gateway\r\n250 AUTH PLAIN"},
    "LOGIN": {"EHLO": "250-gateway\r\n250 AUTH LOGIN", "AUTH": "334 VXNlcm5hbWU6"},
    "CRAM-MD5": {"EHLO": "250-gateway\r\n250 AUTH CRAM-MD5", "AUTH": "334 PDE+"},
}
SECRETS = ["s3cret-user", "w0rd", LOGIN, PASSWORD]


def traces(text: str) -> List[str]:
    """List the secrets that stand in a text, openly or encoded."""
    found = [secret for secret in SECRETS if secret in text or repr(secret.encode())[2:-1] in text]
    for word in text.replace("'", " ").replace("\\", " ").split():
        with suppress(ValueError):
            decoded = base64.b64decode(word, validate=True).decode("utf-8", "replace")
            found += [secret for secret in SECRETS if secret in decoded]
    return found


@pytest.mark.parametrize("refused", [False, True], ids=["accepted", "refused"])
@pytest.mark.parametrize("mechanism", AUTHENTICATION)
def test_debug_output_shows_the_dialogue_without_secrets(
    face: Any, capfd: pytest.CaptureFixture[str], mechanism: str, refused: bool
) -> None:
    face.SMSC_DEBUG = True
    face.SMTP_LOGIN, face.SMTP_PASSWORD = SECRETS[:2]
    replies = dict(AUTHENTICATION[mechanism])
    if refused:
        replies["AUTH" if mechanism == "PLAIN" else "answer"] = "535 no"
    elif mechanism == "LOGIN":
        replies["answer"] = "235 ok"
    with MailServer(replies) as server:
        face.SMTP_SERVER = server.address
        with suppress(smtplib.SMTPAuthenticationError):
            face.SMSC().send_sms_mail("79990000001", "hello")
    printed = capfd.readouterr().err
    assert server.mails[0]["commands"][1].startswith(f"AUTH {mechanism}")
    assert traces(printed) == []
    assert "ehlo" in printed
    assert ("79990000001:hello" in printed) is not refused


@pytest.mark.parametrize("verb", ["connect", "MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("said", [PASSWORD, base64.b64encode(PASSWORD.encode()).decode()])
def test_a_server_that_repeats_the_password_leaks_nothing(
    face: Any, verb: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with MailServer({verb: f"550 wrong password {said}"}) as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(smtplib.SMTPException) as caught:
            face.SMSC().send_sms_mail("79990000001", "hello")
    shown = [str(caught.value), repr(caught.value), repr(vars(caught.value)), caplog.text]
    assert [text for text in shown if said in text] == []
    assert "wrong password" in str(caught.value)


def test_a_password_that_smtplib_cannot_send_is_reported_without_it(face: Any) -> None:
    face.SMTP_LOGIN, face.SMTP_PASSWORD = "user", "пароль"
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(UnicodeEncodeError) as caught:
            face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.until_all_are_gone()
    assert "пароль" not in repr(caught.value) + caught.value.object

"""No secret is in the local variables of a failure, as an error reporter takes them."""

from __future__ import annotations

import base64
import signal
import smtplib
import threading
from typing import Any, Dict, List

import pytest

from smsc_transports import OutcomeUnknown
from smsc_transports.values.errors import ConfigurationError

from ..surroundings import PHONE
from ..transports.gateway import PATIENCE, Client, Gateway, MailServer, ctrl_c_while_waiting_for
from .programs import locals_in

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

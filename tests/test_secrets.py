"""No secret is shown: whatever happens, by whatever transport, with everything logged."""

from __future__ import annotations

import base64
import contextlib
import io
import logging
import smtplib
import traceback
from typing import Any, Iterator, List, Set
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsc_transports import TransportError
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.errors import GatewayError
from tests.faces import load_face

TRANSPORTS = ["http-get", "http-post", "https-get", "https-post", "smtp", "soap", "smpp", ""]
HTTP_FAULTS = ["ok", "close", "reset", "error", "empty", "truncated", "garbage", "redirect"]
SMTP_FAULTS = ["ok", "close", "error"]

# With a beginning of their own: a short secret would be found by chance in ports and times.
secrets = st.text(
    st.one_of(st.sampled_from("'\"%&<>\\+ /=:,\n41яЖ😀"), st.characters(exclude_categories=["Cs"])),
    max_size=20,
).map("QzX".__add__)
ascii_secrets = st.text(st.characters(max_codepoint=126)).map("QzX".__add__)


@pytest.fixture(scope="module")
def gateway() -> Iterator[Sandbox]:
    with Sandbox(limits=False) as sandbox:
        yield sandbox


def forms(secret: str) -> Set[str]:
    """Give the ways in which a secret may be shown."""
    raw = secret.encode()
    return {
        secret,
        repr(secret)[1:-1],
        repr(raw)[2:-1],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        base64.b64encode(raw).decode(),
    }


def everything_shown(face: Any, by_mail: bool) -> str:
    """Make a call and give all that it logs, prints, returns and raises."""
    log, out = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    shown: List[str] = []
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                if by_mail:
                    face.SMSC().send_sms_mail("79990000001", "hello")
                else:
                    reply = face.SMSC().send_sms("79990000001", "hello")
                    shown += [repr(reply), repr(reply.attempts)]
                    reply.raise_for_error()
            except (OSError, smtplib.SMTPException, TransportError, GatewayError) as error:
                shown += [repr(error), str(error), repr(vars(error))]
                shown += traceback.format_exception(type(error), error, error.__traceback__)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    return "\n".join([*shown, log.getvalue(), out.getvalue()])


@settings(max_examples=30)
@given(
    login=secrets,
    password=secrets,
    smtp_login=ascii_secrets,
    smtp_password=ascii_secrets,
    smpp_password=st.one_of(ascii_secrets, st.just("QzX-word")),
    transport=st.sampled_from(TRANSPORTS),
    http_fault=st.sampled_from(HTTP_FAULTS),
    smtp_fault=st.sampled_from(SMTP_FAULTS),
    by_mail=st.booleans(),
    with_key=st.booleans(),
)
def test_random_secrets_are_shown_by_no_outcome_of_any_transport(
    gateway: Sandbox,
    login: str,
    password: str,
    smtp_login: str,
    smtp_password: str,
    smpp_password: str,
    transport: str,
    http_fault: str,
    smtp_fault: str,
    by_mail: bool,
    with_key: bool,
) -> None:
    gateway.heal()
    gateway.fail(script=[http_fault] * 5, endpoint="send")
    gateway.fail(script=[smtp_fault], endpoint="smtp")
    gateway.fail(script=[smtp_fault] * 2, endpoint="smpp")
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_PASSWORD = "" if with_key else login, password
    face.SMTP_LOGIN, face.SMTP_PASSWORD = smtp_login, smtp_password
    face.SMPP_PASSWORD = smpp_password
    face.SMSC_TRANSPORT = transport
    face.SMSC_DEBUG = True
    with gateway.fence():
        shown = everything_shown(face, by_mail)
    used = [password, smtp_login, smtp_password, smpp_password] + ([] if with_key else [login])
    for secret in used:
        for form in forms(secret):
            assert form not in shown, shown
    plain = base64.b64encode(f"\0{smtp_login}\0{smtp_password}".encode()).decode()
    assert plain not in shown


def test_a_wrong_certificate_and_a_dead_host_show_nothing_either() -> None:
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_PASSWORD = "alexander", "pässwörd/+"
    face.SMSC_DEBUG = True
    with Sandbox() as sandbox:
        dead = "127.0.0.1:9"
        face.SMSC_HOST, face.SMSC_HTTPS = f"{sandbox.https[0]},{sandbox.http[0]},{dead}", True
        shown = everything_shown(face, by_mail=False)
    assert "certificate" in shown.lower()
    for secret in ("alexander", "pässwörd/+"):
        for form in forms(secret):
            assert form not in shown

"""Small promises: constants, copies of replies, charsets, memory, trust, lengths, log levels."""

from __future__ import annotations

import copy
import logging
import os
import smtplib
import ssl
from pathlib import Path
from typing import Any, Dict, List
from urllib.parse import parse_qsl, urlsplit

import pytest
import trustme

from ..faces import FACE, LOGIN, PASSWORD, load_face
from ..surroundings import PHONE
from ..transports.gateway import SENT, Client, Gateway, answer, raw
from .programs import run

pytestmark = pytest.mark.usefixtures("fresh_plugins")

# Deleted constants

HTTP_CONSTANTS = ["SMSC_POST", "SMSC_HTTPS", "SMSC_CHARSET", "SMSC_DEBUG"]
MAIL_CONSTANTS = ["SMTP_FROM", "SMTP_SERVER", "SMTP_LOGIN", "SMTP_PASSWORD"]
NEW_CONSTANTS = ["SMSC_TRANSPORT", "SMSC_FAILOVER", "SMSC_TIMEOUT", "SMSC_DEADLINE"]


@pytest.mark.parametrize("name", [*HTTP_CONSTANTS, *MAIL_CONSTANTS, *NEW_CONSTANTS])
def test_a_deleted_constant_counts_as_its_default_in_every_http_call(face: Any, name: str) -> None:
    delattr(face, name)
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        smsc = face.SMSC()
        assert smsc.send_sms(PHONE, "hello") == SENT
        assert smsc.get_sms_cost(PHONE, "hello") == SENT
        assert smsc.get_status(5, PHONE) == SENT
        assert smsc.get_balance() is False  # more than one field
    assert "charset=utf-8" in gateway.targets[0]


@pytest.mark.parametrize("name", [*HTTP_CONSTANTS, *MAIL_CONSTANTS])
def test_a_deleted_constant_counts_as_its_default_in_a_mail(
    face: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    sent: List[Any] = []

    class Server:
        def __init__(self, host: str) -> None:
            sent.append(host)

        def sendmail(self, sender: str, recipient: str, text: str) -> None:
            sent.extend([sender, recipient, text])

        def quit(self) -> None:
            pass

    monkeypatch.setattr(smtplib, "SMTP", Server)
    delattr(face, name)
    face.SMSC().send_sms_mail(PHONE, "hello")
    assert sent[:3] == ["send.smsc.ua", "api@smsc.ua", "send@send.smsc.ua"]
    assert f"{LOGIN}:{PASSWORD}:" in sent[3]


@pytest.mark.parametrize("name", ["SMSC_LOGIN", "SMSC_PASSWORD"])
def test_a_deleted_login_or_password_is_an_empty_one(face: Any, name: str) -> None:
    delattr(face, name)
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello") == SENT
    given = f"apikey={PASSWORD}&" if name == "SMSC_LOGIN" else f"login={LOGIN}&psw=&"
    assert gateway.targets[0].startswith(f"/sys/send.php?{given}")


def test_a_copy_of_the_file_without_any_constant_takes_the_account_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = FACE.read_text(encoding="utf-8").split("\n")
    kept = [line for line in lines if not line.startswith(("SMSC_", "SMTP_"))]
    path = tmp_path / "smsc_api.py"
    path.write_text("\n".join(kept), encoding="utf-8")
    monkeypatch.setenv("SMSC_LOGIN", "somebody")
    monkeypatch.setenv("SMSC_PASSWORD", "something")
    with Gateway() as gateway:
        monkeypatch.setenv("SMSC_HOST", gateway.address)
        assert load_face(path).SMSC().send_sms(PHONE, "hello") == SENT
    assert "login=somebody&psw=something&" in gateway.targets[0]


# Copies of replies


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_reply_keeps_its_names(face: Any, make: Any) -> None:
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms(PHONE, "hello")
    copied = make(reply)
    assert (type(copied), copied) == (type(reply), reply)
    for name in ("id", "cost", "balance", "outcome", "ok", "error", "sent_id", "attempts"):
        assert getattr(copied, name) == getattr(reply, name)
    assert (copied.id, copied.ok) == ("1234", True)
    copied.append("more")
    assert reply == SENT


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_lost_call_still_lists_its_attempts(face: Any, make: Any) -> None:
    with Gateway(Client.close) as gateway:
        face.SMSC_HOST = gateway.address
        reply = make(face.SMSC().send_sms(PHONE, "hello"))
    assert (reply, reply.outcome, len(reply.attempts)) == (["", ""], "unknown", 1)


# Charsets


@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
@pytest.mark.parametrize(
    ("name", "charset", "value"),
    [
        ("SMSC_LOGIN", "windows-1251", "日本"),
        ("SMSC_LOGIN", "koi8-r", "€uro"),
        ("SMSC_PASSWORD", "windows-1251", "pässwörd"),
        ("SMSC_PASSWORD", "koi8-r", "«ключ»"),
    ],
)
def test_where_the_charset_cannot_carry_the_login_everything_goes_as_utf_8_labelled_so(
    face: Any, name: str, charset: str, value: str, post: bool
) -> None:
    setattr(face, name, value)
    face.SMSC_CHARSET, face.SMSC_POST = charset, post
    with Gateway(answer("1234,1,привет".encode())) as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms(PHONE, "Привет", sender="Я")
    assert reply == ["1234", "1", "привет"]
    [seen] = gateway.requests
    query = seen.body.decode() if post else urlsplit(seen.target).query
    fields = dict(parse_qsl(query, errors="strict"))
    assert (fields["charset"], fields["mes"], fields["sender"]) == ("utf-8", "Привет", "Я")
    assert fields["login" if name == "SMSC_LOGIN" else "psw"] == value


def test_a_login_that_the_charset_carries_goes_in_it(face: Any) -> None:
    face.SMSC_LOGIN, face.SMSC_CHARSET = "Лавка", "windows-1251"
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().get_balance() is False
    fields = dict(parse_qsl(urlsplit(gateway.targets[0]).query, encoding="windows-1251"))
    assert (fields["login"], fields["charset"]) == ("Лавка", "windows-1251")


# Memory

GROWTH = """
import gc, tracemalloc

def grown_by(work):
    "Give the bytes that are held for each new value, of 150 after 100 others."
    def run(numbers):
        for number in numbers:
            work(number)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    before = run(range(100))
    return (run(range(100, 250)) - before) // 150

tracemalloc.start()
"""
MOST_BYTES = 100

VARYING: Dict[str, str] = {
    "logins": "smsc_api.SMSC_LOGIN = f'shop{number}'; send()",
    "passwords": "smsc_api.SMSC_PASSWORD = f'key{number}'; smsc_api.SMSC_LOGIN = ''; send()",
    "logins that ask a status": (
        "smsc_api.SMSC_LOGIN = f'shop{number}'; smsc_api.SMSC().get_status(number, '7999')"
    ),
    "wrong settings": "smsc_api.SMSC_TIMEOUT = f'{number} min'; send()",
    "wrong hosts beside the right one": (
        "smsc_api.SMSC_HOST = os.environ['HOST_OF_TEST'] + f', {number}!'; send()"
    ),
    "failures of a plugin": "plugin.number = number; send()",
}
PLUGIN = """
from types import ModuleType
from smsc_transports import hookimpl, plugin_manager

plugin = ModuleType("vault")
plugin.number = 0

@hookimpl
def smsc_choose_transport(names):
    raise KeyError(f"vault {plugin.number} is sealed")

plugin.smsc_choose_transport = smsc_choose_transport
plugin_manager().register(plugin)
"""


@pytest.fixture(scope="module")
def growth() -> Dict[str, int]:
    """The bytes that a program holds for each new value of these kinds, measured in a row."""
    program = GROWTH
    for number, (what, work) in enumerate(VARYING.items()):
        if "plugin" in what:
            program += PLUGIN
        program += f"def work{number}(number): {work}\nprint(grown_by(work{number}))\n"
    with Gateway() as gateway:
        out, err = run(program, gateway.address)
    assert len(out.split()) == len(VARYING), err
    return dict(zip(VARYING, map(int, out.split())))


@pytest.mark.parametrize("what", VARYING)
def test_nothing_grows_with_every_new_value(growth: Dict[str, int], what: str) -> None:
    assert growth[what] < MOST_BYTES, f"bytes for each of the {what}"


@pytest.mark.parametrize("what", ["wrong settings", "failures of a plugin"])
def test_what_is_reported_with_a_varying_text_does_not_fill_the_log(what: str) -> None:
    program = f"for number in range(500): {VARYING[what]}"
    if "plugin" in what:
        program = PLUGIN + program
    with Gateway() as gateway:
        _, err = run(program, gateway.address)
    assert 0 < len(err.split("\n")) <= 100


# Trust


def served_by(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize("way", ["in place", "by another file", "by a link"])
def test_a_ca_file_that_is_renewed_under_its_name_is_read_again(
    face: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    old, new = trustme.CA(), trustme.CA()
    bundle = tmp_path / "bundle.pem"
    for name, authority in (("old.pem", old), ("new.pem", new)):
        authority.cert_pem.write_to_path(str(tmp_path / name))
    if way == "by a link":
        bundle.symlink_to("old.pem")
    else:
        bundle.write_bytes(old.cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    face.SMSC_HTTPS = True
    with Gateway(tls=served_by(old)) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello") == SENT
    if way == "in place":
        bundle.write_bytes(new.cert_pem.bytes())
    elif way == "by another file":
        os.replace(str(tmp_path / "new.pem"), str(bundle))
    else:
        (tmp_path / "link").symlink_to("new.pem")
        os.replace(str(tmp_path / "link"), str(bundle))
    with Gateway(tls=served_by(new)) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello") == SENT
    with Gateway(tls=served_by(old)) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello") == ["", ""]
    assert gateway.requests == []


# Two lengths


@pytest.mark.parametrize(
    ("first", "second", "reply"),
    [
        ("17", "17", SENT),
        ("17", "6", SENT),
        ("6", "17", ["1234", "1"]),
        ("17, 17", "17", SENT),
    ],
)
def test_of_two_lengths_the_first_counts_as_in_the_vendors_file_and_nothing_is_sent_twice(
    face: Any, first: str, second: str, reply: List[str]
) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {first}\r\nContent-Length: {second}\r\n\r\n"
    step = raw(head.encode() + b"1234,1,0.50,99.50")
    with Gateway(step) as gateway:
        face.SMSC_HOST = f"{gateway.address},{gateway.address}"
        assert face.SMSC().send_sms(PHONE, "hello") == reply
    assert len(gateway.requests) == 1


# Log levels

TROUBLE: Dict[str, Any] = {
    "hangs up": Client.close,
    "fails": answer(b"", "503 Busy"),
    "has a broken header": raw(
        b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 17\r\n\r\n1234,1,0.50,99.50"
    ),
}


@pytest.mark.parametrize("step", TROUBLE.values(), ids=TROUBLE)
def test_a_program_with_basic_config_gets_no_line_about_attempts(step: Any) -> None:
    with Gateway(step) as gateway:
        _, err = run("import logging; logging.basicConfig(); send()", gateway.address)
    assert gateway.requests
    assert err == ""


def test_a_program_with_many_threads_and_basic_config_gets_no_line_about_connections() -> None:
    program = """
    import logging, threading
    logging.basicConfig()
    for _ in range(3):
        threads = [threading.Thread(target=send) for _ in range(40)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """
    with Gateway() as gateway:
        _, err = run(program, gateway.address)
    assert len(gateway.requests) == 120
    assert err == ""


@pytest.mark.parametrize("step", [answer(), *TROUBLE.values()], ids=["answers", *TROUBLE])
def test_attempts_are_logged_at_debug_and_info_only(
    face: Any, caplog: pytest.LogCaptureFixture, step: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    with Gateway(step) as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC().send_sms(PHONE, "hello")
    ours = [each for each in caplog.records if each.name.startswith("smsc_transports")]
    assert [each for each in ours if gateway.address in each.getMessage()]
    assert {each.levelno for each in caplog.records} <= {logging.DEBUG, logging.INFO}

"""Requests come in by GET, by POST, as multipart and as JSON, in three charsets."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any, Dict

import pytest
import requests

from smsc_transports.sandbox.server import Sandbox

from .conftest import PHONE, SECONDS, Client

FORM: Dict[str, str] = {"login": "me", "psw": "secret", "phones": PHONE, "mes": "hello"}


def test_post_form_is_taken(sandbox: Sandbox, client: Client) -> None:
    answer = client.session.post(client.url("send"), data={**FORM, "fmt": 1}, timeout=SECONDS)
    assert answer.text == "1001,1"
    assert sandbox.messages[0].text == "hello"


def test_post_overrides_the_query(sandbox: Sandbox, client: Client) -> None:
    url = client.url("send") + "?fmt=1&mes=from+query"
    assert client.session.post(url, data=FORM, timeout=SECONDS).text == "1001,1"
    assert sandbox.messages[0].text == "hello"


def test_multipart_with_a_file_is_taken(sandbox: Sandbox, client: Client) -> None:
    files = {"file0": ("photo.jpg", b"\xff\xd8secret bytes")}
    data = {**FORM, "fmt": 1, "mms": 1, "mes": "фото", "charset": "utf-8"}
    answer = client.session.post(client.url("send"), data=data, files=files, timeout=SECONDS)
    assert answer.text == "1001,1"
    (message,) = sandbox.messages
    assert (message.kind, message.text) == ("mms", "фото")
    assert "file0: file photo.jpg, 14 bytes" in message.raw


def test_json_of_the_rest_endpoint_is_taken(sandbox: Sandbox, client: Client) -> None:
    url = f"http://{sandbox.http[1]}/rest/send/"
    body = {**FORM, "phones": ["79990000001", "79990000002"], "mes": "привет", "id": 7}
    answer = client.session.post(url, json=body, timeout=SECONDS)
    assert answer.json() == {"id": 7, "cnt": 2}
    (message,) = sandbox.messages
    assert (message.text, message.host) == ("привет", 1)
    assert message.phones == ("79990000001", "79990000002")


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-8"])
def test_charset_holds_for_request_and_answer(
    sandbox: Sandbox, client: Client, charset: Any
) -> None:
    text = "Привет"
    encoded = "".join(f"%{byte:02x}" for byte in text.encode(charset))
    url = (
        client.url("send") + f"?login=me&psw=x&phones={PHONE}&id=7&charset={charset}&mes={encoded}"
    )
    client.session.get(url, timeout=SECONDS)
    assert sandbox.messages[0].text == text
    answer = client.response("status", phone=PHONE, id=7, all=1, charset=charset)
    assert answer.content.decode(charset).endswith(text)


def test_charset_is_windows_1251_when_not_given(sandbox: Sandbox, client: Client) -> None:
    url = client.url("send") + f"?login=me&psw=x&phones={PHONE}&mes=%CF%F0%E8%E2%E5%F2"
    client.session.get(url, timeout=SECONDS)
    assert sandbox.messages[0].text == "Привет"


def test_utf8_text_under_another_charset_arrives_garbled_as_at_the_gateway(
    sandbox: Sandbox, client: Client
) -> None:
    client.send(mes="Я", charset="windows-1251")
    assert sandbox.messages[0].text == "Я".encode().decode("windows-1251")


def test_https_is_verified_with_the_authority_of_the_sandbox(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text(sandbox.ca_pem)
    for number, address in enumerate(sandbox.https):
        url = f"https://{address}/sys/send.php"
        params = {**FORM, "mes": f"to host {number}"}
        with requests.Session() as session:
            session.trust_env = False
            assert session.get(url, params=params, verify=str(authority), timeout=SECONDS).ok
    assert [(m.host, m.origin.channel) for m in sandbox.messages] == [
        (host, "https") for host in range(5)
    ]


SECRETS = ("me-the-login", "pa55w0rd", "k3y-of-api")


def test_no_secret_is_kept_however_the_request_spells_it(sandbox: Sandbox, client: Client) -> None:
    login, psw, key = SECRETS
    secrets = {"login": login, "psw": psw, "apikey": key}
    rest = {"phones": PHONE, "fmt": "1"}
    url = client.url("send")
    session = client.session
    session.get(url, params={**rest, **secrets, "mes": "a"}, timeout=SECONDS)
    session.post(url, data={**rest, **secrets, "mes": "b"}, timeout=SECONDS)
    session.post(url, data={**rest, **secrets, "mes": "c"}, files={"f": b"x"}, timeout=SECONDS)
    session.get(f"{url}?%6cogin={login}&p%73w={psw}&phones={PHONE}&mes=d", timeout=SECONDS)
    body = {**rest, **secrets, "mes": "e"}
    session.post(f"http://{sandbox.http[0]}/rest/send/", json=body, timeout=SECONDS)
    session.get(url, params={**secrets, "mes": "refused"}, timeout=SECONDS)
    session.get(url, params={"mes": "f"}, headers={"Cookie": psw}, auth=(login, psw))
    assert len(sandbox.messages) == 5
    assert len(sandbox.refusals) == 2
    kept = repr(sandbox.messages) + repr(sandbox.refusals)
    for secret in SECRETS:
        assert secret not in kept
    assert "login=***&psw=***" in sandbox.messages[0].raw


def test_strict_sandbox_refuses_other_credentials() -> None:
    with Sandbox(login="me", password="secret", limits=False) as strict:
        client = Client(strict)
        with client.session:
            assert client.balance() == "100.00"
            md5 = "5ebe2294ecd0e0f08eab7690d2a6ee69"  # of "secret"
            assert client.balance(psw=md5) == "100.00"
            assert client.balance(login=None, psw=None, apikey="secret") == "100.00"
            assert client.balance(psw="other") == "0,-2"
            assert client.balance(login="you") == "0,-2"
            assert client.balance(login=None, psw=None, apikey="other") == "0,-2"
            assert client.status(7, psw="other") == "0,-2"
            assert client.send(psw="other") == "0,-2"
            assert client.balance(psw="пароль") == "0,-2"


def post(path: Any, content_type: Any, body: Any) -> Any:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


BROKEN = [
    b"GET /sys/send.php?mes=%zz%\xff&phones=%00&id=%d1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /sys/send.php?mes=%zz%&phones=%00&id=%d1&&=&= HTTP/1.1\r\nHost: x\r\n\r\n",
    post("/sys/send.php", "multipart/form-data", b"abc"),
    post("/sys/send.php", "multipart/form-data; boundary=b", b"--c\r\nx\r\n\r\n"),
    post("/sys/send.php", "multipart/form-data; boundary=b", b"--b\r\n\xff: \xff\r\n\r\n--b--"),
    post("/sys/send.php", "application/x-www-form-urlencoded", b"\x00=\xff&"),
    post("/rest/send/", "application/json", b"[[[\xff\xff["),
    post("/rest/send/", "application/json", b"[" * 100_000),
    post("/rest/send/", "application/json", b"[]"),
    post("/rest/send/", "application/json", b'{"login": {}, "phones": [[null]], "fmt": NaN}'),
    post(
        "/rest/send/", "application/json", b'{"login": "\\ud800", "psw": "\\udc00", "\\ud800": 1}'
    ),
    b"GET /sys/status.php?id=,&phone=, HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01",
    b"NONSENSE\r\n\r\n",
    b"GET /sys/send.php?" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", BROKEN)
def test_broken_requests_get_an_answer_and_no_traceback(
    sandbox: Sandbox, client: Client, caplog: pytest.LogCaptureFixture, request_bytes: Any
) -> None:
    host, port = sandbox.http[0].split(":")
    with socket.create_connection((host, int(port)), SECONDS) as connection:
        connection.sendall(request_bytes)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while True:
                received = connection.recv(65536)
                if not received:
                    break
                answer += received
        except ConnectionResetError:
            pass
    status = int(answer.split()[1]) if answer else None
    assert status in (200, 400, None)
    assert b"Traceback" not in answer
    if status == 200:
        assert b"-2" in answer or b"error_code" in answer or b"ERROR = " in answer
    assert sandbox.messages == []
    assert "Traceback" not in caplog.text
    assert client.balance() == "100.00"

"""No server holds a program for longer than the timeout, nor fills its memory."""

from __future__ import annotations

import socket
import ssl
from typing import Any, Callable, Iterator, Optional

import pytest

from smsc_transports.transports.deadline import MAX_ANSWER_BYTES

from .gateway import (
    PATIENCE,
    REPLY,
    Client,
    Gateway,
    MailServer,
    Mute,
    Proxy,
    Step,
    answer,
    dripping,
)

SOON = 0.2  # seconds; a hundred drips take far longer

SLOWLY = {
    "in the status line": dripping(
        b"HTTP/1.1 200 ", b"O", b"K\r\nContent-Length: 17\r\n\r\n" + REPLY
    ),
    "in the headers": dripping(
        b"HTTP/1.1 200 OK\r\nX: ", b"x", b"\r\nContent-Length: 17\r\n\r\n" + REPLY
    ),
    "in the body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 117\r\n\r\n", b"1", REPLY),
    "in chunks": dripping(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n", b"0\r\n\r\n"
    ),
    "in interim answers": dripping(
        b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
    ),
}


@pytest.fixture(params=["http", "https"])
def tls(request: pytest.FixtureRequest, face: Any) -> Optional[ssl.SSLContext]:
    """None and a context in turn; the face is set accordingly."""
    face.SMSC_HTTPS = request.param == "https"
    context: Optional[ssl.SSLContext] = None
    if face.SMSC_HTTPS:
        context = request.getfixturevalue("trusted_tls")
    return context


@pytest.mark.parametrize("step", SLOWLY.values(), ids=SLOWLY)
def test_an_answer_that_drips_is_given_up_after_the_read_timeout(face: Any, step: Step) -> None:
    face.SMSC_TIMEOUT = (10, SOON)
    with Gateway(step) as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms("79990000001", "hello")
        assert gateway.until_all_are_gone()
    assert reply.outcome == "unknown"


def test_an_answer_that_drips_on_a_kept_connection_is_given_up_too(
    face: Any, tls: Optional[ssl.SSLContext]
) -> None:
    with Gateway(answer(b"100.50"), SLOWLY["in the body"], tls=tls) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().get_balance() == "100.50"
        face.SMSC_TIMEOUT = (10, SOON)
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"
    assert gateway.connections == 1


def test_the_read_timeout_is_not_bounded_by_the_one_for_connecting(face: Any) -> None:
    def after_a_while(client: Client) -> None:
        client.server.closing.wait(2 * SOON)
        answer()(client)

    face.SMSC_TIMEOUT = (SOON, 10)
    with Gateway(after_a_while) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").ok


def test_redirects_do_not_prolong_the_timeout(face: Any) -> None:
    def again(client: Client) -> None:
        client.server.closing.wait(SOON / 2)
        answer(b"", "302 Found", Location=f"/{len(gateway.requests)}")(client)

    face.SMSC_TIMEOUT = SOON
    with Gateway(*[again] * 8, answer()) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"
    assert len(gateway.requests) < 8


def test_a_proxy_that_drips_is_given_up_after_the_connect_timeout(
    face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    face.SMSC_HTTPS = True
    face.SMSC_HOST = "smsc.example:443"
    face.SMSC_TIMEOUT = (SOON, 10)
    with Proxy(dripping(b"HTTP/1.1 200 ", b"O", b"K\r\n\r\n")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.address)
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "not sent"
        assert proxy.until_all_are_gone()


def test_a_server_that_never_answers_sees_the_connection_closed(face: Any) -> None:
    face.SMSC_TIMEOUT = (10, SOON)
    with Mute() as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC().send_sms("79990000001", "hello")
        assert gateway.left_alone.wait(PATIENCE)


@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
def test_an_answer_of_100_megabytes_is_not_read(
    face: Any, tls: Optional[ssl.SSLContext], post: bool
) -> None:
    face.SMSC_POST = post
    with Gateway(flood(b"Content-Length: 100000000\r\n\r\n"), tls=tls) as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms("79990000001", "hello")
        assert gateway.left_alone.wait(PATIENCE)
    assert reply == ["", ""]
    assert reply.outcome == "unknown"


def test_an_answer_in_chunks_without_an_end_is_not_read(face: Any) -> None:
    chunked = b"Transfer-Encoding: chunked\r\n\r\n5F5E100\r\n"
    with Gateway(flood(chunked)) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"
        assert gateway.left_alone.wait(PATIENCE)


def test_an_error_page_of_100_megabytes_is_not_read(face: Any) -> None:
    with Gateway(flood(b"Content-Length: 100000000\r\n\r\n", b"500 Error")) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"
        assert gateway.left_alone.wait(PATIENCE)


def flood(headers: bytes, status: bytes = b"200 OK") -> Step:
    """Send 100 MB."""

    def step(client: Client) -> None:
        client.send(b"HTTP/1.1 " + status + b"\r\n" + headers)
        for _ in range(1000):
            client.send(b"1" * 100_000)

    return step


def test_the_longest_answer_allowed_is_read(face: Any) -> None:
    head = len(b"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n")
    longest = MAX_ANSWER_BYTES - head
    with Gateway(answer(b"1" * longest), answer(b"1" * (longest + 1))) as gateway:
        face.SMSC_HOST = gateway.address
        assert len(face.SMSC().get_balance()) == longest
        assert face.SMSC()._smsc_send_cmd("balance") == ["", ""]


def test_the_program_s_own_default_timeout_counts(
    face: Any, default_timeout: Callable[[float], None]
) -> None:
    face.SMSC_TIMEOUT = None
    with Gateway(SLOWLY["in the body"]) as gateway:
        face.SMSC_HOST = gateway.address
        default_timeout(SOON)
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"


@pytest.fixture
def default_timeout() -> Iterator[Callable[[float], None]]:
    yield socket.setdefaulttimeout
    socket.setdefaulttimeout(None)


SLOW_MAIL = {
    "says nothing": Client.until_gone,
    "drips its greeting": dripping(b"220 ", b"x", b"\r\n"),
}


@pytest.mark.parametrize("step", SLOW_MAIL.values(), ids=SLOW_MAIL)
def test_a_mail_server_that_makes_wait_is_given_up(face: Any, step: Step) -> None:
    face.SMSC_TIMEOUT = SOON / 2
    with Mute(step) as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(OSError, match="closed"):
            face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.left_alone.wait(PATIENCE)
    assert server.connections == 1


def test_a_mail_server_that_never_says_whether_it_took_the_mail_is_given_up(face: Any) -> None:
    face.SMSC_TIMEOUT = SOON / 2
    with MailServer({".": "250-and so on"}) as server:
        face.SMTP_SERVER = server.address
        with pytest.raises(OSError, match="closed"):
            face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.until_all_are_gone()

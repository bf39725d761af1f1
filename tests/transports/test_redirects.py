"""Redirects are followed as urllib follows them."""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import unquote

import pytest

from .gateway import SENT, Client, Gateway, answer, redirect

GET_REDIRECTS = ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]


@pytest.mark.parametrize("status", GET_REDIRECTS)
def test_a_get_follows_a_redirect_on_the_same_host(face: Any, status: str) -> None:
    with Gateway(redirect("/other/place.php?a=1", status), answer()) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert gateway.targets[1:] == ["/other/place.php?a=1"]


def test_a_get_follows_a_redirect_to_another_host(face: Any) -> None:
    with Gateway() as other, Gateway(redirect(f"http://{other.address}/x?y=z")) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert other.targets == ["/x?y=z"]
    assert other.requests[0].headers["host"] == other.address


def test_a_get_follows_a_redirect_from_http_to_https(
    face: Any, trusted_tls: ssl.SSLContext
) -> None:
    with Gateway(tls=trusted_tls) as other, Gateway(
        redirect(f"https://{other.address}/x")
    ) as first:
        face.SMSC_HOST = first.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert other.targets == ["/x"]


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("send.php?a=1", "/sys/send.php?a=1"),
        ("?a=1", "/sys/send.php?a=1"),
        ("/a b", "/a%20b"),
        ("/~|%7e[1]", "/~|%7e[1]"),
        ("/caf\xe9", "/caf%E9"),
        ("/a#fragment", "/a"),
        ("//HOST", "/"),
        ("http://HOST?a=1", "/?a=1"),
    ],
)
def test_the_place_of_a_redirect_is_read_as_urllib_reads_it(
    face: Any, location: str, target: str
) -> None:
    def to(client: Client) -> None:
        redirect(location.replace("HOST", gateway.address))(client)

    with Gateway(to, answer()) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert [unquote(each) for each in gateway.targets[1:]] == [unquote(target)]


@pytest.mark.parametrize("status", GET_REDIRECTS[:3])
def test_a_post_is_redirected_to_a_get_without_its_body(face: Any, status: str) -> None:
    face.SMSC_POST = True
    with Gateway(redirect("/x", status), answer()) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert [(seen.method, seen.target) for seen in gateway.requests] == [
        ("POST", "/sys/send.php"),
        ("GET", "/x"),
    ]
    assert gateway.requests[1].body == b""
    assert "content-type" not in gateway.requests[1].headers


@pytest.mark.parametrize("status", GET_REDIRECTS[3:])
def test_a_post_is_not_redirected_where_it_would_have_to_be_sent_again(
    face: Any, status: str
) -> None:
    face.SMSC_POST = True
    with Gateway(redirect("/x", status)) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"
    assert len(gateway.requests) == 1


def test_a_redirect_to_itself_ends_after_five_requests(face: Any) -> None:
    with Gateway(redirect("/sys/send.php")) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"
    assert len(gateway.requests) == 5


def test_a_chain_of_redirects_ends_after_eleven_requests(face: Any) -> None:
    def onwards(client: Client) -> None:
        redirect(f"/{len(gateway.requests)}")(client)

    with Gateway(onwards) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"
    assert len(gateway.requests) == 11


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher:x"])
def test_a_redirect_away_from_http_is_not_followed(face: Any, location: str) -> None:
    with Gateway(redirect(location)) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == ["", ""]


def test_a_message_may_have_arrived_before_the_redirect_failed(face: Any) -> None:
    with Gateway() as closed:
        pass
    with Gateway(redirect(f"http://{closed.address}/x")) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"


def test_a_redirect_to_a_strange_place_is_a_failure(face: Any) -> None:
    with Gateway(redirect("http://[broken")) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == ["", ""]

"""Proxies of the environment are used where urllib would use them."""

from __future__ import annotations

import base64
import socket
import ssl
from typing import Any, Iterator

import pytest

from tests.golden.gateway import Certificates

from .gateway import SENT, Gateway, Proxy, answer

NAME = "api.smsc.example"


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with Proxy() as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
        yield proxy


def test_http_goes_to_the_proxy(face: Any, proxy: Proxy) -> None:
    face.SMSC_HOST = NAME
    assert face.SMSC().send_sms("79990000001", "hello") == SENT
    [target] = proxy.targets
    assert target.startswith(f"http://{NAME}/sys/send.php?login=")
    assert proxy.requests[0].headers["host"] == NAME


def test_a_post_goes_to_the_proxy(face: Any, proxy: Proxy) -> None:
    face.SMSC_HOST = NAME
    face.SMSC_POST = True
    assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert proxy.targets == [f"http://{NAME}/sys/send.php"]


def test_the_connection_to_the_proxy_is_kept(face: Any, proxy: Proxy) -> None:
    face.SMSC_HOST = NAME
    face.SMSC().get_balance()
    face.SMSC().get_balance()
    assert (proxy.connections, len(proxy.requests)) == (1, 2)


@pytest.mark.parametrize("scheme", ["", "http://", "https://"])
def test_https_goes_through_a_tunnel_whatever_the_proxy_is_called(
    face: Any,
    certificates: Certificates,
    trusted_tls: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
) -> None:
    face.SMSC_HTTPS = True
    face.SMSC_HOST = NAME
    with Proxy(*[answer(b""), answer()] * 2, tls=certificates.context(NAME, "")) as proxy:
        monkeypatch.setenv("https_proxy", scheme + proxy.address)
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
        assert face.SMSC().get_balance() is False  # four fields
    assert [seen.method for seen in proxy.requests] == ["CONNECT", "GET"] * 2
    assert proxy.targets[0] == f"{NAME}:443"
    assert proxy.targets[1].startswith("/sys/send.php?login=")
    assert proxy.connections == 2  # a tunnel is not kept


def test_http_goes_to_a_proxy_by_tls(
    face: Any, trusted_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    face.SMSC_HOST = NAME
    with Gateway(tls=trusted_tls) as proxy:
        monkeypatch.setenv("http_proxy", f"https://{proxy.address}")
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert proxy.targets[0].startswith(f"http://{NAME}/sys/send.php?login=")


def test_the_tunnel_does_not_hide_a_wrong_name(
    face: Any, misnamed_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    face.SMSC_HTTPS = True
    face.SMSC_HOST = NAME + ":443"
    with Proxy(answer(b""), answer(), tls=misnamed_tls) as proxy:
        monkeypatch.setenv("https_proxy", proxy.address)
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "not sent"
    assert [seen.method for seen in proxy.requests] == ["CONNECT"]


@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_the_proxy_gets_its_password(
    face: Any,
    certificates: Certificates,
    trusted_tls: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    https: bool,
) -> None:
    face.SMSC_HTTPS = https
    face.SMSC_HOST = NAME
    script = [answer(b"")] * https + [answer()]
    with Proxy(*script, tls=certificates.context(NAME, "")) as proxy:
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://me:my%20word@{proxy.address}/")
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    expected = "Basic " + base64.b64encode(b"me:my word").decode()
    assert proxy.requests[0].headers["proxy-authorization"] == expected
    assert all("proxy-authorization" not in seen.headers for seen in proxy.requests[1:])


@pytest.fixture
def named_gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A gateway that is reached under NAME."""
    genuine = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        return genuine("127.0.0.1" if host == NAME else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with Gateway() as gateway:
        yield gateway


BYPASSED = [
    "*",
    NAME,
    "smsc.example",
    ".smsc.example",
    "example",
    "a.b, api.smsc.example ,c",
    "PORT",
]
NOT_BYPASSED = [
    "",
    "i.smsc.example",
    "xample",
    "smsc.example.",
    "other.example",
    "*.smsc.example",
    "1",
]


@pytest.mark.parametrize("no_proxy", BYPASSED)
def test_no_proxy_leads_past_the_proxy(
    face: Any, proxy: Proxy, named_gateway: Gateway, monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    face.SMSC_HOST = f"{NAME}:{named_gateway.port}"
    monkeypatch.setenv("no_proxy", no_proxy.replace("PORT", face.SMSC_HOST))
    assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert (proxy.connections, named_gateway.connections) == (0, 1)


@pytest.mark.parametrize("no_proxy", NOT_BYPASSED)
def test_another_no_proxy_does_not(
    face: Any, proxy: Proxy, named_gateway: Gateway, monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    face.SMSC_HOST = f"{NAME}:{named_gateway.port}"
    monkeypatch.setenv("no_proxy", no_proxy)
    assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert (proxy.connections, named_gateway.connections) == (1, 0)


@pytest.mark.parametrize("name", ["all_proxy", "https_proxy", "ftp_proxy"])
def test_a_proxy_for_something_else_is_not_used(
    face: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with Proxy() as proxy, Gateway() as gateway:
        monkeypatch.setenv(name, proxy.address)
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert (proxy.connections, gateway.connections) == (0, 1)


def test_a_change_of_proxy_counts_at_the_next_call(
    face: Any, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        for no_proxy in ("", "*", "", "*"):
            monkeypatch.setenv("no_proxy", no_proxy)
            assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert (len(proxy.requests), len(gateway.requests)) == (2, 2)


def test_another_proxy_counts_at_the_next_call(
    face: Any, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    face.SMSC_HOST = NAME
    with Proxy() as other:
        for name in ("http_proxy", "Http_Proxy", "HTTP_PROXY"):
            monkeypatch.delenv("http_proxy", raising=False)
            monkeypatch.setenv(name, other.address)
            assert face.SMSC().send_sms("79990000001", "hello") == SENT
            monkeypatch.delenv(name)
            monkeypatch.setenv("http_proxy", proxy.address)
            assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert (len(proxy.requests), len(other.requests)) == (3, 3)


def test_nothing_is_said_to_a_proxy_of_another_kind(
    face: Any, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    face.SMSC_HOST = NAME
    monkeypatch.setenv("http_proxy", f"socks5://{proxy.address}")
    reply = face.SMSC().send_sms("79990000001", "hello")
    assert reply.outcome == "not sent"
    assert "socks5" in reply.attempts[0].error
    assert proxy.connections == 0


def test_a_proxy_that_a_visitor_of_a_web_page_may_have_made_up_is_not_used(
    face: Any, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CGI program has the visitor's header ``Proxy`` as the variable HTTP_PROXY."""
    monkeypatch.delenv("http_proxy")
    monkeypatch.setenv("HTTP_PROXY", proxy.address)
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
        monkeypatch.setenv("REQUEST_METHOD", "GET")
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert (len(proxy.requests), len(gateway.requests)) == (1, 1)

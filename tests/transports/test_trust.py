"""Whom a program trusts, and what it gives away, is as with urllib."""

from __future__ import annotations

import ssl
import warnings
from pathlib import Path
from typing import Any

import certifi
import pytest
import requests

from tests.golden.gateway import Certificates

from .gateway import SENT, Gateway, Proxy, answer


@pytest.fixture
def face(face: Any) -> Any:
    face.SMSC_HTTPS = True
    return face


def test_what_the_system_trusts_is_trusted(face: Any, trusted_tls: ssl.SSLContext) -> None:
    with Gateway(tls=trusted_tls) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT


def test_a_change_of_the_system_s_trust_counts_at_the_next_call(
    face: Any,
    untrusted_tls: ssl.SSLContext,
    certificates: Certificates,
    tmp_path: Path,
    monkeypatch: Any,
) -> None:
    bundle = tmp_path / "unknown.pem"
    with Gateway(tls=untrusted_tls) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == ["", ""]
        bundle.write_bytes(certificates.unknown_authority.cert_pem.bytes())
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
        assert face.SMSC().send_sms("79990000001", "hello") == SENT


def test_what_only_certifi_trusts_is_not_trusted(
    face: Any,
    untrusted_tls: ssl.SSLContext,
    certificates: Certificates,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = tmp_path / "certifi.pem"
    bundle.write_bytes(certificates.unknown_authority.cert_pem.bytes())
    monkeypatch.setattr(certifi, "where", lambda: str(bundle))
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(bundle))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(bundle))
    with Gateway(tls=untrusted_tls) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "not sent"


def test_a_program_that_was_packed_without_certifi_s_file_works(
    face: Any, trusted_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", "/nowhere/cacert.pem")
    with Gateway(tls=trusted_tls) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT


@pytest.mark.parametrize("by_proxy", [False, True], ids=["direct", "by proxy"])
def test_a_program_that_switched_verification_off_is_obeyed_without_a_warning(
    face: Any, untrusted_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, by_proxy: bool
) -> None:
    unverified: Any = ssl._create_unverified_context
    monkeypatch.setattr(ssl, "_create_default_https_context", unverified)
    with Proxy(tls=untrusted_tls) if by_proxy else Gateway(tls=untrusted_tls) as server:
        if by_proxy:
            monkeypatch.setenv("https_proxy", server.address)
        face.SMSC_HOST = "smsc.example:443" if by_proxy else server.address
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert [str(warning.message) for warning in told] == []


def test_a_program_s_own_kind_of_context_is_used(
    face: Any, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As packages do which verify by the means of the operating system."""
    inner = ssl.create_default_context(cadata=certificates.authority.cert_pem.bytes().decode())

    class Own(ssl.SSLContext):
        def wrap_socket(self, sock: Any, **kwargs: Any) -> ssl.SSLSocket:  # type: ignore[override]
            return inner.wrap_socket(sock, server_hostname=kwargs["server_hostname"])

    def own() -> ssl.SSLContext:
        return Own(ssl.PROTOCOL_TLS_CLIENT)

    monkeypatch.setattr(ssl, "_create_default_https_context", own)
    with Gateway(tls=certificates.context("127.0.0.1", "")) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT


def test_certificates_are_read_once(
    face: Any, trusted_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    genuine: Any = ssl._create_default_https_context

    def counted() -> ssl.SSLContext:
        made.append(genuine())
        return made[-1]  # type: ignore[no-any-return]

    monkeypatch.setattr(ssl, "_create_default_https_context", counted)
    with Gateway(answer(b"", "500 Error"), answer(), tls=trusted_tls) as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC().get_balance()
        face.SMSC().get_balance()
    assert gateway.connections == 2
    assert len(made) == 1


@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
def test_passwords_of_netrc_stay_there(
    face: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, post: bool
) -> None:
    for name in (".netrc", "_netrc"):
        (tmp_path / name).write_text("machine 127.0.0.1 login me password mine\n")
        (tmp_path / name).chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    face.SMSC_HTTPS = False
    face.SMSC_POST = post
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert "authorization" not in gateway.requests[0].headers


def test_no_cookie_is_kept(face: Any) -> None:
    face.SMSC_HTTPS = False
    with Gateway(answer(Set_Cookie="a=b; Path=/")) as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC().get_balance()
        face.SMSC().get_balance()
    assert all("cookie" not in seen.headers for seen in gateway.requests)

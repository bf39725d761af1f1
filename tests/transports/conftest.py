"""An account to send from, and a private authority for TLS."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from tests.golden.gateway import WRONG_AUTHORITY, WRONG_NAME, Certificates

LOGIN = "alex"
PASSWORD = "pass&word/1"


@pytest.fixture
def face(face: Any) -> Any:
    """A copy of smsc_api.py with an account, which waits long enough for any machine."""
    face.SMSC_LOGIN, face.SMSC_PASSWORD = LOGIN, PASSWORD
    face.SMSC_TIMEOUT = 10
    return face


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture
def trusted_tls(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> ssl.SSLContext:
    """TLS of a server on this machine whose authority the system trusts."""
    bundle = tmp_path / "authority.pem"
    certificates.authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    return certificates.context("127.0.0.1", "")


@pytest.fixture
def untrusted_tls(certificates: Certificates) -> ssl.SSLContext:
    """TLS of a server on this machine whose authority nobody trusts."""
    return certificates.context("127.0.0.1", WRONG_AUTHORITY)


@pytest.fixture
def misnamed_tls(certificates: Certificates, trusted_tls: ssl.SSLContext) -> ssl.SSLContext:
    """TLS of a server that is trusted under another name."""
    return certificates.context("127.0.0.1", WRONG_NAME)


@pytest.fixture
def ipv6() -> str:
    """The IPv6 address of this machine for itself."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    return "::1"

"""An account, TLS that the system trusts, and pauses that take no time."""

from __future__ import annotations

import functools
import ssl
from pathlib import Path
from typing import Any, Dict

import pytest
import trustme

from smsc_transports.failover.policies import Call

from .peers import VirtualTime


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted_tls(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> ssl.SSLContext:
    """TLS of a server on this machine whose authority the system trusts."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture(params=["http", "https"])
def secured(request: pytest.FixtureRequest, face: Any) -> Dict[str, Any]:
    """The keyword ``tls`` of a gateway, by HTTP and by HTTPS in turn; the face is set to match."""
    face.SMSC_HTTPS = request.param == "https"
    return {"tls": request.getfixturevalue("trusted_tls") if face.SMSC_HTTPS else None}


@pytest.fixture
def face(face: Any) -> Any:
    """A copy of smsc_api.py with an account, which waits long enough for any machine."""
    face.SMSC_TIMEOUT = 5
    return face


@pytest.fixture
def safe(face: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same in safe mode, where pauses take no time."""
    virtual = VirtualTime()
    begin = Call.__init__

    @functools.wraps(begin)
    def with_virtual_time(call: Call, *args: Any, **kwargs: Any) -> None:
        begin(call, *args, **{"clock": virtual.clock, "sleep": virtual.sleep, **kwargs})

    monkeypatch.setattr(Call, "__init__", with_virtual_time)
    face.SMSC_FAILOVER = "safe"
    return face

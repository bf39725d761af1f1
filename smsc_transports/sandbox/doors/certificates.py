"""A certificate authority of the sandbox's own, so that HTTPS is verified as at the gateway."""

from __future__ import annotations

import ssl
import warnings

with warnings.catch_warnings():
    # The package under trustme says at import that it will drop Python 3.8 one day; nobody who
    # runs a sandbox can do anything about it.
    warnings.filterwarnings("ignore", message="Python 3.8 is no longer supported")
    import trustme

__all__ = ["Authority", "trustme"]


class Authority:
    """Signs one certificate for 127.0.0.1 and localhost; lives as long as the sandbox."""

    def __init__(self) -> None:
        self._ca = trustme.CA()

    @property
    def pem(self) -> str:
        """The authority's own certificate, which clients must trust."""
        return self._ca.cert_pem.bytes().decode()

    def server_context(self) -> ssl.SSLContext:
        """What a TLS server on loopback needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        return context

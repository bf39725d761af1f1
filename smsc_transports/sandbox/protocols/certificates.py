"""A certificate authority of the sandbox's own, so that HTTPS is verified as at the gateway."""

from __future__ import annotations

import ssl
import warnings
from typing import Dict, Optional

with warnings.catch_warnings():
    # The package under trustme says at import that it will drop Python 3.8 one day; nobody who
    # runs a sandbox can do anything about it.
    warnings.filterwarnings("ignore", message="Python 3.8 is no longer supported")
    import trustme

__all__ = ["Authority", "trustme"]

# For clients that give no name: those that connect to an address.
_ADDRESSES = ("127.0.0.1", "localhost", "212.24.33.196")
_KEPT = 1000  # certificates


class Authority:
    """Signs a certificate for whatever name a client asks for; lives as long as the sandbox."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self._contexts: Dict[str, ssl.SSLContext] = {}

    @property
    def pem(self) -> str:
        """The authority's own certificate, which clients must trust."""
        return self._ca.cert_pem.bytes().decode()

    def server_context(self) -> ssl.SSLContext:
        """What a TLS server needs that stands in for any host."""
        context = self._context(*_ADDRESSES)
        context.sni_callback = self._by_name
        return context

    def _by_name(
        self, connection: ssl.SSLObject, name: Optional[str], _context: ssl.SSLContext
    ) -> Optional[int]:
        if name and name not in _ADDRESSES:
            if name not in self._contexts:
                if len(self._contexts) >= _KEPT:
                    self._contexts.clear()
                try:
                    self._contexts[name] = self._context(name)
                except ValueError:
                    return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            connection.context = self._contexts[name]
        return None

    def _context(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names).configure_cert(context)
        return context

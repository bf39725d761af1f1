"""TLS contexts as urllib makes them, made once.

Reading the system's certificates takes tens of milliseconds, which the vendor's file pays for
every call.
"""

from __future__ import annotations

import os
import ssl
from typing import Any, Dict, Tuple

from smsc_transports.transports.deadline import DeadlineTLSSocket

_contexts: Dict[Tuple[Any, ...], ssl.SSLContext] = {}


def tls_context(ca_pem: str = "") -> ssl.SSLContext:
    """Give the context that urllib would use, trusting the given certificates as well.

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` count, and so does a program that replaced
    ``ssl._create_default_https_context``.
    """
    factory = ssl._create_default_https_context
    key = (factory, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"), ca_pem)
    if key not in _contexts:
        context = factory()
        context.sslsocket_class = DeadlineTLSSocket
        if ca_pem:
            context.load_verify_locations(cadata=ca_pem)
        _contexts[key] = context
    return _contexts[key]

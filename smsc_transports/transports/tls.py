"""TLS contexts as urllib makes them, made once.

Reading the system's certificates takes tens of milliseconds, which the vendor's file pays for
every call.
"""

from __future__ import annotations

import os
import ssl
from typing import Any, Tuple

from smsc_transports.values.forks import NO_FORK

_latest: Tuple[Tuple[Any, ...], Any] = ((), None)


def tls_context() -> ssl.SSLContext:
    """Give the context that urllib would use.

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` count, a file that was renewed in its place, and a
    program that replaced ``ssl._create_default_https_context``.
    """
    global _latest
    factory = ssl._create_default_https_context
    file = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().openssl_cafile
    key = (factory, file, _version(file), os.environ.get("SSL_CERT_DIR"))
    known, context = _latest
    if known == key:
        return context  # type: ignore[no-any-return]
    with NO_FORK:  # and all threads get one: the kept connections belong to it
        known, context = _latest
        if known != key:
            context = factory()
            _latest = (key, context)
        return context  # type: ignore[no-any-return]


def _version(file: str) -> Tuple[int, ...]:
    try:
        state = os.stat(file)
    except OSError:
        return ()
    return (state.st_ino, state.st_mtime_ns, state.st_size)

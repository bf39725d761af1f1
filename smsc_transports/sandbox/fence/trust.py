"""The certificates that a fenced program trusts: those that it would trust, and the sandbox's."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Iterator

_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# Where systems keep them, for a program whose Python was built for another system than ours.
_USUAL = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
          "/etc/ssl/cert.pem")  # fmt: skip


def write_bundle(path: Path, authority: str) -> None:
    """Write the sandbox's ``authority`` and all others that are found, as PEM."""
    texts = [authority]
    for file in _files():
        if file.is_file():
            texts.append(file.read_text("utf-8", "replace"))
    path.write_text("\n".join(dict.fromkeys(texts)), encoding="utf-8")


def _files() -> Iterator[Path]:
    default = ssl.get_default_verify_paths().cafile
    for name in (*(os.environ.get(variable) for variable in _VARIABLES), default, *_USUAL):
        if name:
            yield Path(name)
    try:
        import certifi
    except ImportError:
        return
    yield Path(certifi.where())

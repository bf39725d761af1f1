"""The library's side of the sandbox: sends every call there while ``SMSC_SANDBOX`` is set.

A plugin like any other, but the last to be asked for settings and not to be blocked, so that a
program configured for the real gateway cannot reach it. It needs nothing of the extra.
"""

from __future__ import annotations

import ipaddress
import os
from typing import Any, Dict, Optional
from urllib.parse import urlsplit

from smsc_transports.plugins.hookspecs import hookimpl
from smsc_transports.values.errors import ConfigurationError, NotSent
from smsc_transports.values.settings import Settings

VARIABLE = "SMSC_SANDBOX"
_SECONDS = 5


@hookimpl
def smsc_settings(settings: Settings) -> Optional[Settings]:
    """Point the call at the sandbox named by ``SMSC_SANDBOX``."""
    url = os.environ.get(VARIABLE, "").strip()
    if not url:
        return None
    addresses = _addresses(url)
    return settings.replace(
        host=",".join(addresses["http"]),
        https_host=",".join(addresses["https"]),
        smtp_server=",".join(addresses["smtp"]),
        ca_pem=addresses["ca"],
        sandboxed=True,
    )


def _addresses(url: str) -> Dict[str, Any]:
    """Ask the sandbox where it listens; afresh for each call, since it may have been restarted."""
    _require_loopback(url)
    import requests  # only here: it takes longer to import than all the rest

    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy may stand between us and this machine
            response = session.get(f"{url.rstrip('/')}/api/addresses", timeout=_SECONDS)
            response.raise_for_status()
            addresses: Dict[str, Any] = response.json()
    except (OSError, ValueError) as error:
        raise NotSent(
            f"{VARIABLE} is {url!r}, but no sandbox answers there ({type(error).__name__}). "
            f"Start one with 'smsc sandbox', or unset {VARIABLE} to use the real gateway"
        ) from None
    return addresses


def _require_loopback(url: str) -> None:
    host = urlsplit(url).hostname or ""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigurationError(
            f"{VARIABLE} is {url!r}, but it must be the address that 'smsc sandbox' printed, "
            f"such as http://127.0.0.1:2580."
        )

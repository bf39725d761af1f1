"""Proxies as urllib would choose them, from the environment and from the system."""

from __future__ import annotations

import base64
import functools
import os
from typing import Dict, NamedTuple, Optional, Tuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass


class Proxy(NamedTuple):
    """A proxy: how it is spoken to ("http" or "https"), where it is, what it must be told."""

    scheme: str
    address: str
    headers: Tuple[Tuple[str, str], ...] = ()


def proxy_for(scheme: str, host: str) -> Optional[Proxy]:
    """Give the proxy for a host, None if there is none or ``no_proxy`` leads past it."""
    url = proxy_url_for(scheme, host)
    return _proxy(url) if url else None


def proxy_url_for(scheme: str, host: str) -> str:
    """Give the URL of the proxy for a host as the environment has it, "" if there is none."""
    url = known_proxies().get(scheme, "")
    return "" if not url or proxy_bypass(host) else url


def known_proxies() -> Dict[str, str]:
    """Give the proxies by scheme, read again when the environment changed."""
    names = [name for name in os.environ if name[-6:].lower() == "_proxy"]
    # By this one urllib knows that http_proxy may be a header which a visitor made up.
    names.append("REQUEST_METHOD")
    return _proxies_of(tuple([(name, os.environ.get(name)) for name in names]))


@functools.lru_cache(maxsize=8)
def _proxies_of(environment: Tuple[Tuple[str, Optional[str]], ...]) -> Dict[str, str]:  # noqa: ARG001
    return getproxies()


def _proxy(url: str) -> Proxy:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    headers: Tuple[Tuple[str, str], ...] = ()
    if parts.username and parts.password:
        account = f"{unquote(parts.username)}:{unquote(parts.password)}"
        credentials = base64.b64encode(account.encode()).decode()
        headers = (("Proxy-Authorization", f"Basic {credentials}"),)
    return Proxy(parts.scheme, parts.netloc.rpartition("@")[2], headers)

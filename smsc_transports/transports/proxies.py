"""Proxies as urllib would choose them, from the environment and from the system."""

from __future__ import annotations

import functools
import os
from typing import Dict, Optional, Tuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from smsc_transports.values.errors import NotSent


def proxies_for(url: str) -> Dict[str, str]:
    """Give the proxy for a URL by its scheme, nothing if there is none.

    Raises NotSent for a kind of proxy that urllib does not know either.
    """
    scheme, host = urlsplit(url)[:2]
    proxy = proxy_url_for(scheme, host)
    if not proxy:
        return {}
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        parts.port  # noqa: B018
    except ValueError:  # the reason may quote a password that has a / in it
        raise NotSent(
            "the proxy in the environment is no URL like http://user:password@host:port; "
            "what is special in the password must be percent-encoded"
        ) from None
    kind = parts.scheme
    if kind not in ("http", "https"):
        raise NotSent(f"a proxy of the kind {kind} is not known here, nor to urllib")
    if scheme == "https":  # urllib asks for a tunnel in plain HTTP, whatever the proxy is called
        proxy = "http://" + proxy.rpartition("://")[2]
    return {scheme: proxy}


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

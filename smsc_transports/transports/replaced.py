"""Notices when a program or its tests replaced the network functions.

Old test suites patch ``smsc_api.urlopen`` or ``smsc_api.smtplib.SMTP``; old programs install an
opener to get through their proxy. The replacement is used; otherwise their tests would
send real messages.
"""

from __future__ import annotations

import functools
import http.client
import sys
import urllib.request
from typing import Any, Callable, List, Optional

from smsc_transports.transports.proxies import known_proxies

Replacement = Optional[Callable[..., Any]]


def replaced_urlopen(urlopen: Replacement, seconds: float) -> Replacement:
    """Give the face's ``urlopen`` if it, or something that it works with, is not urllib's own.

    urllib's own is given so many seconds to wait; a replacement is called as the vendor's file
    does it, without.
    """
    if urlopen is None:
        return None
    # Compare the defining module: urllib.request.urlopen itself may be the patched one.
    if getattr(urlopen, "__globals__", None) is not vars(urllib.request):
        return urlopen
    # urllib3 imports a module in each call, which fails at the very end of a program.
    if _has_genuine_connections() and _has_usual_opener() and not sys.is_finalizing():
        return None
    return functools.partial(urlopen, timeout=seconds)


def replaced_smtp(smtp: Replacement) -> Replacement:
    """Give the face's ``smtplib.SMTP`` if it is not the library's own class."""
    home = (getattr(smtp, "__module__", ""), getattr(smtp, "__qualname__", ""))
    return None if smtp is None or home == ("smtplib", "SMTP") else smtp


def _has_genuine_connections() -> bool:
    """Tell http.client's own from those of packages that record and replay requests."""
    connections = (http.client.HTTPConnection, http.client.HTTPSConnection)
    return all(each.__module__ == http.client.__name__ for each in connections)


def _has_usual_opener() -> bool:
    """Tell the opener that ``urlopen`` makes by itself from one that the program installed."""
    opener = getattr(urllib.request, "_opener", None)
    if opener is None:
        return True
    return _traits(opener) == _usual_traits(tuple(known_proxies().items()))


@functools.lru_cache(maxsize=8)
def _usual_traits(proxies: Any) -> List[Any]:  # noqa: ARG001  (the opener takes them by itself)
    return _traits(urllib.request.build_opener())


def _traits(opener: Any) -> List[Any]:
    """Give what a program may have chosen: headers, handlers, their proxies and their trust."""
    handlers = [
        (type(each), getattr(each, "proxies", None), _has_own_context(each))
        for each in opener.handlers
    ]
    return [type(opener), opener.addheaders, *handlers]


def _has_own_context(handler: Any) -> bool:
    # http.client switches this on in the contexts that it makes; nothing else does by default.
    context = getattr(handler, "_context", None)
    return context is not None and not context.post_handshake_auth

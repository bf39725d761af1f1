"""Notices when a program or its tests put something else in the place of the network.

Old test suites patch ``smsc_api.urlopen`` or ``smsc_api.smtplib.SMTP``; old programs install an
opener to get through their proxy. What they put there is used, or their tests would begin to send
real messages.
"""

from __future__ import annotations

import smtplib
import urllib.request
from typing import Any, Callable, Optional

Replacement = Optional[Callable[..., Any]]


def replaced_urlopen(urlopen: Replacement) -> Replacement:
    """Give the face's ``urlopen`` if it is not the library's own, or has an opener installed."""
    if urlopen is None:
        return None
    # By its home rather than by identity: urllib.request.urlopen itself may be the patched one.
    genuine = getattr(urlopen, "__globals__", None) is vars(urllib.request)
    return urlopen if not genuine or _has_installed_opener() else None


def replaced_smtp(smtp: Replacement) -> Replacement:
    """Give the face's ``smtplib.SMTP`` if it is not the library's own class."""
    genuine = isinstance(smtp, type) and smtp.__module__ == smtplib.__name__
    return None if smtp is None or genuine else smtp


def _has_installed_opener() -> bool:
    """Tell an opener of the program's own from the one that ``urlopen`` makes by itself."""
    opener = getattr(urllib.request, "_opener", None)
    if opener is None:
        return False
    default: Any = urllib.request.build_opener()
    usual = {type(handler): handler for handler in default.handlers}
    for handler in opener.handlers:
        if type(handler) not in usual:
            return True
        if getattr(handler, "proxies", None) != getattr(usual[type(handler)], "proxies", None):
            return True
    return False

"""The package's side of smsc_api.py: takes the calls of any copy of it, with that copy's names.

Imported at the first call, with all that it takes to make one.
"""

from __future__ import annotations

from typing import Any, Mapping

from smsc_transports import dispatch
from smsc_transports.reply import Reply
from smsc_transports.request import FaceNames
from smsc_transports.settings import read_settings


def call(command: str, argument: str, names: Mapping[str, Any]) -> Reply:
    """Ask the gateway; ``names`` are the copy's globals. See :func:`dispatch.call`."""
    return dispatch.call(command, argument, read_settings(names), _replaceable(names))


def mail(argument: str, names: Mapping[str, Any]) -> None:
    """Send by SMTP. Raises TypeError where login, password or charset is no text."""
    settings = read_settings(names)
    "".join((settings.charset, settings.login, settings.password))
    dispatch.mail(argument, settings, _replaceable(names))


def _replaceable(names: Mapping[str, Any]) -> FaceNames:
    return FaceNames(names["urlopen"], names["smtplib"].SMTP)


def last_url(reply: Reply) -> str:
    """Name the last address that was tried, without parameters."""
    last = reply.attempts[-1]
    scheme = last.transport.split("-")[0]
    path = f"/sys/{last.command}.php" if scheme in ("http", "https") else ""
    return f"{scheme}://{last.address}{path}"

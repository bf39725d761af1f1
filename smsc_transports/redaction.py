"""Keeps secrets out of everything that can be read later: log lines, exceptions, debug output.

Texts that come from elsewhere (a server, the system, another library) pass through here before
they enter an exception or a log record.
"""

from __future__ import annotations

import base64
import re
from typing import Iterable, Set
from urllib.parse import quote, quote_plus

MASK = "***"
_PARAMETERS = re.compile(r"\b(login|psw|apikey)=[^&\s'\"]*", re.IGNORECASE)
_CHARSETS = ("utf-8", "windows-1251", "koi8-r")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask the gateway's credential parameters and the given secrets in any of their encodings."""
    # The longest first: a login may be a part of the password.
    for form in sorted(_forms(secrets), key=len, reverse=True):
        text = text.replace(form, MASK)
    return _PARAMETERS.sub(rf"\1={MASK}", text)


def _forms(secrets: Iterable[str]) -> Set[str]:
    """Give every way in which the secrets may stand in a text."""
    values = [value for value in secrets if value]
    forms: Set[str] = set()
    for value in [*values, *_auth_lines(values)]:
        forms.update((value, repr(value)[1:-1]))
        for charset in _CHARSETS:
            raw = value.encode(charset, "replace")
            encoded = base64.b64encode(raw).decode("ascii")
            quoted = quote(value, encoding=charset, errors="replace")
            plus = quote_plus(value, encoding=charset, errors="replace")
            forms.update((repr(raw)[2:-1], encoded, quoted, quoted.lower(), plus))
    return forms - {""}


def _auth_lines(values: Iterable[str]) -> Iterable[str]:
    """Give what SMTP's AUTH PLAIN and the mail's first line put together from the secrets."""
    values = list(values)
    for first in values:
        for second in values:
            yield f"\0{first}\0{second}"
            yield f"{first}:{second}"

"""Keeps secrets out of everything that can be read later: log lines, exceptions, debug output.

Texts that come from elsewhere (a server, the system, another library) pass through here before
they enter an exception or a log record.
"""

from __future__ import annotations

import base64
import re
from typing import Iterable, Iterator, List, Tuple, Union
from urllib.parse import quote

MASK = "***"
SHORT = 4
"""A secret of fewer characters is masked only where it stands alone: inside words the mask would
garble the text, and give the secret away."""
_PARAMETERS = re.compile(r"\b(login|psw|apikey)=[^&\s'\"]*", re.IGNORECASE)
_BASE64 = re.compile("[A-Za-z0-9+/]{4,}={0,2}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==")
_CHARSETS = ("utf-8", "windows-1251", "koi8-r")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask the gateway's credential parameters and the given secrets in any of their encodings."""
    return _PARAMETERS.sub(rf"\1={MASK}", redact_values(text, secrets))


def redact_values(text: str, secrets: Iterable[str]) -> str:
    """Mask the given secrets alone, in any of their encodings."""
    values = [secret for secret in secrets if secret]
    text = _without_base64(text, [raw for value in values for raw in _encoded(value)])
    # The longest first: a login may be a part of the password.
    for form in sorted(set(_forms(values)), key=len, reverse=True):
        pattern = re.escape(form)
        if len(form) < SHORT:
            pattern = rf"(?<!\w){pattern}(?!\w)"
        text = re.sub(pattern, MASK, text, flags=re.IGNORECASE)  # %2f is %2F
    return text


def without_user(url: str) -> str:
    """Give a URL with the user and the password in it masked."""
    scheme, separator, rest = url.rpartition("://")
    _, at, host = rest.rpartition("@")
    return f"{scheme}{separator}{MASK}@{host}" if at else url


def _forms(values: Iterable[str]) -> Iterator[str]:
    """Give every way in which the secrets may stand in a text, but for base64."""
    import html  # only here: they take long to import, and most calls mask nothing
    import json

    for value in values:
        yield value
        yield from _printed(value)
        yield html.escape(value)
        yield html.escape(value, quote=False)
        yield json.dumps(value)[1:-1]
        yield json.dumps(value)[1:-1].replace("/", "\\/")  # as PHP writes it
        for raw in _encoded(value):
            yield from _printed(raw)
            yield raw.decode("latin-1")  # what a server said, read without knowing its charset
            for safe in ("", "/"):
                quoted = quote(raw, safe=safe)
                yield from (quoted, quoted.replace("%20", "+"), quoted.replace("%", "%25"))


def _printed(value: Union[str, bytes]) -> Tuple[str, str]:
    """Give a value as repr writes it, by itself and within a text that has double quotes too."""
    alone = repr(value).lstrip("b")[1:-1]
    return alone, alone.replace("'", "\\'")


def _encoded(value: str) -> Iterator[bytes]:
    for charset in _CHARSETS:
        try:
            yield value.encode(charset)
        except UnicodeEncodeError:
            continue


def _without_base64(text: str, secrets: List[bytes]) -> str:
    """Mask every word that is base64 and holds a secret, such as those of SMTP's AUTH."""

    def masked(match: re.Match[str]) -> str:
        word = match.group()
        digits = word.rstrip("=")
        digits = digits[: len(digits) - (len(digits) % 4 == 1)]  # one digit alone means nothing
        raw = base64.b64decode(digits + "=" * (-len(digits) % 4))
        return MASK if any(secret in raw for secret in secrets) else word

    return _BASE64.sub(masked, text)

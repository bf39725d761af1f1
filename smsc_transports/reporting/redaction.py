"""Keeps secrets out of everything that can be read later: log lines, exceptions, debug output.

Texts that come from elsewhere (a server, the system, another library) pass through here before
they enter an exception or a log record. Such a text may repeat a secret in an encoding of its own,
or in several: it is decoded step by step, and every step is searched.
"""

from __future__ import annotations

import base64
import functools
import os
import re
import sys
from array import array
from typing import Iterable, Iterator, List, Sequence, Tuple
from urllib.parse import unquote

MASK = "***"
SHORT = 4
"""A secret of fewer characters is masked only where it stands alone: inside words the mask would
garble the text, and give the secret away."""
MOST_ENCODINGS = 4
"""How many encodings, one within the other, are decoded."""

Span = Tuple[int, int]

_CHARSETS = ("utf-8", "windows-1251", "koi8-r")  # all that the gateway knows
_PARAMETERS = re.compile(r"\b(?:login|psw|apikey)=([^&\s'\"]*)", re.IGNORECASE)
_ESCAPE = re.compile(
    r"(?:%|\\x)([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})"  # 1 to 3: hexadecimal
    r"|&#[xX]([0-9A-Fa-f]{1,8});|&#([0-9]{1,8});|&([A-Za-z0-9]{2,31});"  # also 4; decimal; a name
    r"|\\([\\/\"'bfnrt])"
)
_CONTROLS = dict(zip("bfnrt", "\b\f\n\r\t"))
_BASE64 = re.compile("[A-Za-z0-9+/]{4,}={0,2}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask the values of the gateway's credential parameters, and secrets in any encoding.

    Secrets are those given, and user and password of the proxies in the environment.
    """
    known = tuple(secret for secret in (*secrets, *_of_proxies()) if secret)
    hidden = [match.span(1) for match in _PARAMETERS.finditer(text)]
    for layer, places in _layers(text) if known else ():
        found = (*_plain(layer, known), *_in_base64(layer, known))
        hidden += [(places[start], places[end]) for start, end in found]
    return _masked(text, hidden)


def without_user(url: str) -> str:
    """Give a URL with the user and the password in it masked."""
    credentials, at, host = url.rpartition("@")
    scheme = re.match(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//|", credentials)
    return f"{scheme.group() if scheme else ''}{MASK}@{host}" if at else url


def _of_proxies() -> Iterator[str]:
    for name, url in os.environ.items():
        if name[-6:].lower() == "_proxy":
            credentials = (url.partition("://")[2] or url).rpartition("@")[0]
            yield from map(unquote, credentials.split(":", 1))


def _layers(text: str) -> Iterator[Tuple[str, Sequence[int]]]:
    """Give a text, and decoded once, twice and so on, with the places where characters began."""
    places: Sequence[int] = range(len(text) + 1)
    yield text, places
    for _ in range(MOST_ENCODINGS):
        pieces: List[str] = []
        kept = array("L")
        done = 0
        for match in _ESCAPE.finditer(text):
            start, end = match.span()
            characters = _decoded(match)
            pieces += (text[done:start], characters)
            kept.extend(places[done:start])
            kept.extend([places[start]] * len(characters))
            done = end
        if not pieces:
            return
        kept.extend(places[done:])
        text, places = "".join((*pieces, text[done:])), kept
        yield text, places


def _decoded(match: re.Match[str]) -> str:
    kind = match.lastindex or 0
    value = match.group(kind)
    if kind <= 5:
        return chr(min(int(value, 10 if kind == 5 else 16), sys.maxunicode))
    if kind == 6:
        import html  # only here: it takes long to import, and most calls mask nothing

        return html.unescape(match.group())
    return _CONTROLS.get(value, value)


def _plain(text: str, secrets: Sequence[str]) -> Iterator[Span]:
    for pattern in _patterns(secrets):
        yield from (match.span() for match in pattern.finditer(text))


@functools.lru_cache(maxsize=8)
def _patterns(secrets: Sequence[str]) -> List[re.Pattern[str]]:
    """Give what matches each secret, and what decoding makes of one that looks encoded."""
    forms = dict.fromkeys(form for secret in secrets for form, _ in _layers(secret))
    patterns = ("".join(map(_readings, form)) for form in forms)
    alone = (rf"(?<!\w){p}(?!\w)" if len(f) < SHORT else p for f, p in zip(forms, patterns))
    return [re.compile(pattern, re.IGNORECASE) for pattern in alone]


@functools.lru_cache(maxsize=256)
def _readings(character: str) -> str:
    """Match a character: itself, its UTF-16 halves, and its bytes in any charset, as latin-1."""
    if character in " +":
        return "[ +]"
    code = ord(character)
    forms = [character]
    if code > 0xFFFF:
        forms.append(chr(0xD7C0 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF)))
    forms += [raw.decode("latin-1") for raw in _encoded(character)]
    forms = sorted(set(forms), key=len, reverse=True)  # one may begin with the other
    return f"(?:{'|'.join(map(re.escape, forms))})"


def _encoded(text: str) -> Iterator[bytes]:
    for charset in _CHARSETS:
        try:
            yield text.encode(charset)
        except UnicodeEncodeError:
            continue


def _in_base64(text: str, secrets: Sequence[str]) -> Iterator[Span]:
    """Find the words that hold a secret in base64, as HTTP and SMTP's AUTH send it."""
    wanted = _bytes_pattern(secrets)
    for match in _BASE64.finditer(text):
        digits = match.group().rstrip("=")
        digits = digits[: len(digits) - (len(digits) % 4 == 1)]  # one digit alone means nothing
        if wanted.search(base64.b64decode(digits + "=" * (-len(digits) % 4))):
            yield match.span()


@functools.lru_cache(maxsize=8)
def _bytes_pattern(secrets: Sequence[str]) -> re.Pattern[bytes]:
    forms = []
    for secret in secrets:
        raw = b"|".join(map(re.escape, dict.fromkeys(_encoded(secret))))
        forms.append(
            rb"(?:%b)" % raw if len(secret) >= SHORT else rb"(?<![^\0 :])(?:%b)(?![^\0 :])" % raw
        )
    return re.compile(b"|".join(forms))


def _masked(text: str, spans: Iterable[Span]) -> str:
    pieces: List[str] = []
    done = 0
    for start, end in sorted(spans):
        if start > done or not pieces:
            pieces += (text[done:start], MASK)
        done = max(done, end)
    return "".join((*pieces, text[done:]))

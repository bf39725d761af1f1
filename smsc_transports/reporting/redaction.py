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
from bisect import bisect_right
from typing import Callable, Dict, Iterable, Iterator, List, Sequence, Tuple
from urllib.parse import unquote

MASK = "***"
SHORT = 4
"""A secret of fewer characters is masked only where it stands alone: inside words the mask would
garble the text, and give the secret away."""
MOST_ENCODINGS = 6
"""How many encodings, one within the other, are decoded."""

Span = Tuple[int, int]

_CHARSETS = ("utf-8", "windows-1251", "koi8-r")  # all that the gateway knows
_IN_URLS = re.compile(r"\b(?:login|psw|apikey)=([^&\s'\"]*)|://([^/\s@]+)@", re.IGNORECASE)
_HEX = "[0-9A-Fa-f]"
_ESCAPE = re.compile(
    rf"(?:%|\\x){_HEX}{{2}}|\\u{_HEX}{{4}}|\\U{_HEX}{{8}}|\\[\\/\"'bfnrt]"
    rf"|&#[xX]{_HEX}{{1,8}};|&#[0-9]{{1,8}};|&[A-Za-z0-9]{{2,31}};"
)
_CONTROLS = dict(zip("bfnrt", "\b\f\n\r\t"))
_BASE64 = re.compile("[A-Za-z0-9+/]{4,}={0,2}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask the credentials in URLs, and secrets in any encoding.

    Secrets are those given, and user and password of the proxies in the environment.
    """
    known = tuple(secret for secret in (*secrets, *_of_proxies()) if secret)
    hidden = [match.span(match.lastindex or 0) for match in _IN_URLS.finditer(text)]
    if known:
        hidden += _found(text, known)
    return _masked(text, hidden)


def without_user(url: str) -> str:
    """Give a URL with the user and the password in it masked."""
    credentials, at, host = url.rpartition("@")
    scheme = re.match(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//|", credentials)
    return f"{scheme.group() if scheme else ''}{MASK}@{host}" if at else url


def _of_proxies() -> Iterator[str]:
    """Give user and password of every proxy, as they are written and as they are meant."""
    for name, url in os.environ.items():
        if name[-6:].lower() == "_proxy":
            credentials = (url.partition("://")[2] or url).rpartition("@")[0]
            for part in credentials.split(":", 1):
                yield from (part, unquote(part))


def _found(text: str, secrets: Sequence[str], encodings: int = MOST_ENCODINGS) -> List[Span]:
    """Find the secrets in a text, and in what it means where a part of it is encoded."""
    spans = [match.span() for each in _patterns(secrets) for match in each.finditer(text)]
    spans += _in_base64(text, secrets)
    decoded, place = _decoded(text)
    if encodings and decoded != text:
        deeper = _found(decoded, secrets, encodings - 1)
        spans += [(place(start), place(end)) for start, end in deeper]
    return spans


def _decoded(text: str) -> Tuple[str, Callable[[int], int]]:
    """Decode a text once; also give what tells where a place in the result was before."""
    ends, shifts = [0], [0]

    def character(match: re.Match[str]) -> str:
        escape = match.group()
        meaning = _meaning(escape)
        shifts.append(shifts[-1] + len(escape) - len(meaning))
        ends.append(match.end() - shifts[-1])
        return meaning

    decoded = _ESCAPE.sub(character, text)
    return decoded, lambda place: place + shifts[bisect_right(ends, place) - 1]


@functools.lru_cache(maxsize=1024)
def _meaning(escape: str) -> str:
    """Decode one escape; one of no meaning stays."""
    import html.entities  # only here: it takes long to import, and most calls mask nothing

    kind = escape[:2].lower()
    if kind == "&#":
        hexadecimal = escape[2] in "xX"
        code = int(escape[3:-1], 16) if hexadecimal else int(escape[2:-1])
        return chr(min(code, sys.maxunicode))
    if escape[0] == "&":
        return html.entities.html5.get(escape[1:], escape)
    if len(escape) > 2:
        return chr(min(int(escape.lstrip("%\\xuU"), 16), sys.maxunicode))
    return _CONTROLS.get(escape[1], escape[1])


@functools.lru_cache(maxsize=8)
def _patterns(secrets: Sequence[str]) -> List[re.Pattern[str]]:
    """Give what matches each secret, and what decoding makes of one that looks encoded."""
    forms: Dict[str, None] = {}
    for secret in secrets:
        form = secret
        while form not in forms:  # decoding ends: it makes texts shorter
            forms[form] = None
            form = _decoded(form)[0]
    patterns = ("".join(map(_readings, form)) for form in forms)
    return [
        re.compile(rf"(?<!\w){p}(?!\w)" if len(form) < SHORT else p, re.IGNORECASE)
        for form, p in zip(forms, patterns)
    ]


@functools.lru_cache(maxsize=256)
def _readings(character: str) -> str:
    """Match a character: itself, its UTF-16 halves, and its bytes in any charset, as latin-1."""
    if character in " +":
        return "[ +]"
    if character in "\r\n":
        return r"(?:\r\n|\r|\n)"  # an e-mail has its own
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
    wanted = _raw_pattern(secrets)
    for match in _BASE64.finditer(text):
        digits = match.group().rstrip("=")
        digits = digits[: len(digits) - (len(digits) % 4 == 1)]  # one digit alone means nothing
        if wanted.search(base64.b64decode(digits + "=" * (-len(digits) % 4))):
            yield match.span()


@functools.lru_cache(maxsize=8)
def _raw_pattern(secrets: Sequence[str]) -> re.Pattern[bytes]:
    """Match the bytes of the secrets, of short ones between what separates login and password."""
    forms = [rb"(?!)"]  # matches nothing
    for secret in secrets:
        for raw in map(re.escape, set(_encoded(secret))):
            forms.append(rb"(?<![^\0 :])%b(?![^\0 :])" % raw if len(secret) < SHORT else raw)
    return re.compile(b"|".join(forms))


def _masked(text: str, spans: Iterable[Span]) -> str:
    """Put a mask in the place of each span, and one where several meet."""
    pieces: List[str] = []
    done = 0
    for start, end in sorted(spans):
        if start > done or not pieces:
            pieces += (text[done:start], MASK)
        done = max(done, end)
    return "".join((*pieces, text[done:]))

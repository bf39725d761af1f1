"""The alphabet of SMS, GSM 03.38, one character in one octet, as SMPP carries it."""

from __future__ import annotations

ESCAPE = "\x1b"
ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""By code."""
EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E,
    "|": 0x40, "€": 0x65,
}  # fmt: skip
"""The characters that take an escape and this code."""

_CODES = {character: bytes([code]) for code, character in enumerate(ALPHABET)}
_CODES.update({character: bytes([0x1B, code]) for character, code in EXTENSION.items()})
_EXTENDED = {code: character for character, code in EXTENSION.items()}


def encode(text: str) -> bytes:
    """Write a text in the alphabet; KeyError for a character that is not in it."""
    return b"".join(_CODES[character] for character in text)


def decode(octets: bytes) -> str:
    """Read a text; what has no meaning becomes U+FFFD."""
    characters = []
    following = iter(octets)
    for code in following:
        if code == 0x1B:
            characters.append(_EXTENDED.get(next(following, -1), "\ufffd"))
        else:
            characters.append(ALPHABET[code] if code < 0x80 else "\ufffd")
    return "".join(characters)

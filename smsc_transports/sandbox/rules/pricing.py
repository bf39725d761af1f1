"""What a text of some kind becomes: parts, their number, and the price for each recipient."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Optional, Tuple

from smsc_transports.sandbox.rules import parameters
from smsc_transports.sandbox.rules.assumptions import (
    CALL_CHARACTERS_PER_SECOND,
    FATE_PREFIX,
    FATES,
    PRICES,
)
from smsc_transports.sandbox.rules.parameters import Fields, integer
from smsc_transports.sandbox.rules.refused import Refused
from smsc_transports.sandbox.rules.store import Recipient
from smsc_transports.values.parts import segment, transliterate

_BINARY_SINGLE, _BINARY_PART = 140, 134
_SEGMENTED = ("sms", "flash")


@dataclass(frozen=True)
class Priced:
    """A text as it goes out. ``count`` is parts, or seconds for a call; ``code`` a call's code."""

    text: str
    encoding: str
    parts: Tuple[str, ...]
    count: int
    unit_price: Decimal
    test: bool
    code: Optional[str] = None

    def recipient(self, phone: str, kind: str) -> Recipient:
        """The recipient with price and final status; a wrong number costs nothing."""
        stored = parameters.phone(phone, kind)
        if stored is None:
            return Recipient(phone, Decimal("0.00"), 22, 249, wrong=True)
        if self.test:
            return Recipient(stored, Decimal("0.00"), 1, 200)
        fate, err = 1, 0
        if stored.startswith(FATE_PREFIX):
            fate, err = FATES.get(stored[len(FATE_PREFIX) :], (1, 0))
        return Recipient(stored, self.unit_price * self.count, fate, err)


def price(kind: str, text: str, fields: Fields, test: bool) -> Priced:
    """How ``text`` is sent with the parameters ``fields``; for nothing if it is a ``test``."""
    if fields.get("translit") in ("1", "2") and kind not in ("bin", "hlr", "ping"):
        text = transliterate(text, int(fields["translit"]))
    encoding, count, code = "", 1, None
    parts: Tuple[str, ...] = (text,)
    if kind in _SEGMENTED:
        cut = segment(text)
        encoding, parts = cut.encoding, cut.parts[: integer(fields, "maxsms", 1, 255, 255)]
        text, count = "".join(parts), len(parts)
    elif kind == "bin":
        encoding, count = "8-bit", _binary_parts(text, fields["bin"])
    elif kind == "call":
        if text == "code":
            code = f"{zlib.crc32(fields.get('phones', '').encode()) % 1000000:06}"
        count = -(-len(text) // CALL_CHARACTERS_PER_SECOND)
    return Priced(text, encoding, parts, count, PRICES[kind], test, code)


def _binary_parts(text: str, mode: str) -> int:
    try:
        size = len(bytes.fromhex(text)) if mode == "2" else len(text)
    except ValueError:
        raise Refused(1, "mes is not hexadecimal") from None
    return 1 if size <= _BINARY_SINGLE else -(-size // _BINARY_PART)

"""GSM 03.38 for the peers, by another table than ours: smpplib's."""

from __future__ import annotations

from typing import Any

import pytest

gsm: Any = pytest.importorskip("smpplib.gsm")


def decoded(octets: bytes, coding: int) -> str:
    if coding & 0x0C == 8:
        return octets.decode("utf-16-be")
    text, codes = "", iter(octets)
    for code in codes:
        text += gsm.GSM_CHARACTER_TABLE[code if code != 0x1B else 128 + next(codes)]
    return text

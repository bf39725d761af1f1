"""Copies that do as the vendor's file does, edited as people do."""

from __future__ import annotations

from pathlib import Path

from tests.golden.lookalike import edited

PLAIN_SEND = "a plain message"
RETURNED = "        return answer\n\n    def get_sms_cost"


def copy(folder: Path, *changes: str, also: str = "", file: str = "smsc_api.py") -> Path:
    """Write such a copy, texts replaced in pairs."""
    return edited(folder, *changes, also=also, file=file)


def sends_by(folder: Path, statement: str) -> Path:
    """Give a copy that does something else at every message."""
    lines = "".join(f"        {line}\n" for line in statement.splitlines())
    return copy(folder, RETURNED, lines + RETURNED)

"""Writes on terminals of any encoding, without control characters of foreign texts."""

from __future__ import annotations

from typing import TextIO


def print_anything(stream: TextIO) -> None:
    """Let an ASCII console show escapes rather than end the program."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def printable(text: str) -> str:
    """Give a text without the control characters that could change the terminal."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )

"""Python 2 as Python 3 can parse it.

The vendor's oldest file and many of its callers are written in Python 2. To be told and
understood they only have to parse, so the statements of Python 2 are rewritten line by line: a
line keeps its number, and what it means to this package.
"""

from __future__ import annotations

import re

_STATEMENT = r"(?P<start>^[ \t]*|[:;][ \t]+)"
_REWRITINGS = (
    (re.compile(_STATEMENT + r"print[ \t]*>>"), r"\g<start>print_ = "),
    (re.compile(_STATEMENT + r"print[ \t]+(?=[^\s=(.,)\[:])"), r"\g<start>print_ = "),
    (re.compile(_STATEMENT + r"print[ \t]*(?=\(.*\)[ \t]*[%,+])"), r"\g<start>print_ = "),
    (re.compile(r"^(\s*except\s+[^:]+?),\s*(\w+)\s*:"), r"\1 as \2:"),
    (re.compile(_STATEMENT + r"raise\s+([\w.]+)\s*,\s*([^,]+)$"), r"\g<start>raise \2(\3)"),
    (re.compile(_STATEMENT + r"exec\s+(?=[^\s(=])"), r"\g<start>exec_ = "),
    (re.compile(r"<>"), "!="),
    (re.compile(r"\b[uU][rR](?=['\"])"), "r"),
    (re.compile(r"(?<![\w.])0(?=[0-7]+\b(?!\.))"), "0o"),
    (re.compile(r"(?<![\w.])(\d+)[lL]\b"), r"\1"),
    (re.compile(r"`([^`]+)`"), r"repr(\1)"),
)
_TAB_STOPS = 8  # how Python 2 measured an indentation that mixes tabs and spaces


def as_python3(text: str) -> str:
    """Give the text with the statements of Python 2 rewritten, in the same lines."""
    return "\n".join(_line_as_python3(line) for line in text.split("\n"))


def _line_as_python3(line: str) -> str:
    code = line.lstrip(" \t")
    line = line[: len(line) - len(code)].expandtabs(_TAB_STOPS) + code
    for pattern, replacement in _REWRITINGS:
        line = pattern.sub(replacement, line)
    return line

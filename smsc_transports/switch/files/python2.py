"""Python 2 as Python 3 can parse it.

The vendor's oldest file and many of its callers are written in Python 2. To be told and
understood they only have to parse, so the statements of Python 2 are rewritten line by line: a
line keeps its number, and what it means to this package.
"""

from __future__ import annotations

import re

_STATEMENT = r"(?P<start>^[ \t]*|[:;][ \t]+)"
_PRINT, _EXCEPT, _RAISE = "a print statement", "except with a comma", "raise with a comma"
_REWRITINGS = (
    (_PRINT, _STATEMENT + r"print[ \t]*>>", r"\g<start>print_ = "),
    (_PRINT, _STATEMENT + r"print[ \t]+(?=[^\s=(.,)\[:])", r"\g<start>print_ = "),
    (_PRINT, _STATEMENT + r"print[ \t]*(?=\(.*\)[ \t]*[%,+])", r"\g<start>print_ = "),
    (_EXCEPT, r"^(\s*except\s+[^:]+?),\s*(\w+)\s*:", r"\1 as \2:"),
    (_RAISE, _STATEMENT + r"raise\s+([\w.]+)\s*,\s*([^,]+)$", r"\g<start>raise \2(\3)"),
    ("an exec statement", _STATEMENT + r"exec\s+(?=[^\s(=])", r"\g<start>exec_ = "),
    ("the operator <>", r"<>", "!="),
    ("a text with ur", r"\b[uU][rR](?=['\"])", "r"),
    ("a number that begins with 0", r"(?<![\w.])0(?=[0-7]+\b(?!\.))", "0o"),
    ("a number with L", r"(?<![\w.])(\d+)[lL]\b", r"\1"),
    ("backticks", r"`([^`]+)`", r"repr(\1)"),
)
_TAB_STOPS = 8  # how Python 2 measured an indentation that mixes tabs and spaces


def as_python3(text: str) -> str:
    """Give the text with the statements of Python 2 rewritten, in the same lines."""
    return "\n".join(_line_as_python3(line) for line in text.split("\n"))


def python2_statement(line: str) -> str:
    """Say what in a line is Python 2, "" if it is not told."""
    return next((words for words, pattern, _ in _REWRITINGS if re.search(pattern, line)), "")


def _line_as_python3(line: str) -> str:
    code = line.lstrip(" \t")
    line = line[: len(line) - len(code)].expandtabs(_TAB_STOPS) + code
    for _, pattern, replacement in _REWRITINGS:
        line = re.sub(pattern, replacement, line)
    return line

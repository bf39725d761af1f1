"""Reads the messages to send, from the arguments or from the standard input.

All of the input is read and looked at before the first message goes out, so that a mistake in
line 57 leaves nothing half done.
"""

from __future__ import annotations

import codecs
import locale
import re
import sys
from typing import List, NamedTuple, Optional

from smsc_transports.cli.program import WrongArguments

FROM_STDIN = "-"

_LINE_END = re.compile(r"\r\n|\n|\r")
_SEPARATOR = re.compile(r"[ \t;]+")
_NUMBER = re.compile(r"\+?[0-9()-]{7,}")
_OTHER = re.compile(r"G[0-9]+|@\w+|#[0-9]+|[^@\s,]+@[^@\s,]+\.[^@\s,]+")
_COMMENTED = re.compile(r"#[0-9]{10,}")
# What a spreadsheet writes: a text in quotes behind the number.
_ROW = re.compile(r"[^\s,;]+\s*[,;]\s*\"")


class Message(NamedTuple):
    """A text and whom it goes to; ``line`` is where it stands in the input, if it does."""

    phones: str
    text: str
    line: Optional[int] = None


def read(
    phones: str, text: Optional[str], needs_text: bool, to_messenger: bool = False
) -> List[Message]:
    """Give the messages that PHONES and TEXT mean.

    PHONES ``-``: one message for each line of the input, ``PHONES TEXT`` with a space, a tab or a
    semicolon between them; empty lines do not count. TEXT ``-`` or missing: all of the input.
    ``to_messenger``: recipients such as ``#79991112233`` are ids there, no comments. Raises
    WrongArguments.
    """
    if phones == FROM_STDIN:
        if text is not None:
            raise WrongArguments("with - for PHONES the texts stand in the lines of the input too.")
        given = _input("messages, one a line: PHONES TEXT")
        return _in_lines(given, needs_text, to_messenger)
    if text is None and not needs_text:
        text = ""
    elif text is None or text == FROM_STDIN:
        text = _LINE_END.sub("\n", _input("the text")).rstrip("\n")
    _require_characters(phones, text)
    if not phones.strip():
        raise WrongArguments("PHONES is empty.")
    if needs_text and not text:
        raise WrongArguments("the text is empty.")
    return [Message(phones, text)]


def _in_lines(text: str, needs_text: bool, to_messenger: bool) -> List[Message]:
    lines = [(n, line.strip()) for n, line in enumerate(_LINE_END.split(text), 1) if line.strip()]
    messages = [_in_line(number, line, needs_text, to_messenger) for number, line in lines]
    if not messages:
        raise WrongArguments("there is no message in the input.")
    return messages


def _in_line(number: int, line: str, needs_text: bool, to_messenger: bool) -> Message:
    phones, text = (*_SEPARATOR.split(line, maxsplit=1), "")[:2]
    for phone in phones.split(","):
        # Other recipients exist too: G12 for a group, addresses, names in messengers.
        known = _NUMBER.fullmatch(phone) or _OTHER.fullmatch(phone)
        commented = _COMMENTED.fullmatch(phone) and not to_messenger
        if not known or commented or _ROW.match(line):
            raise WrongArguments(
                f"line {number} is not PHONES TEXT: {line[:40]!r}. {_seems(line)}A line is PHONES, "
                f"then a space, a tab or a semicolon, then the text; there is no space within "
                f"PHONES, and there are neither comments nor a header. For a table (CSV): smsc "
                f"bulk FILE"
            )
    if needs_text and not text:
        raise WrongArguments(f"line {number} has no text behind {phones}.")
    return Message(phones, text, number)


def _seems(line: str) -> str:
    """Say what a wrong line seems to be, "" where that is not clear."""
    if line.startswith("#"):
        return "It seems to be a comment. "
    if not any(char.isdigit() for char in line):
        return "It seems to be a header. "
    return "It seems to be a row of a table. " if re.match(r"[^\s,;]+\s*[,;]", line) else ""


def _input(what: str) -> str:
    """Read all of the standard input; it is utf-8, or in the encoding of the console."""
    if sys.stdin.isatty():
        end = "Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"
        print(f"Type {what}; {end} on a line of its own ends it.", file=sys.stderr)
    data = sys.stdin.buffer.read()
    console = sys.stdin.encoding or locale.getpreferredencoding(False)
    for encoding in ("utf-8-sig", console):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    encodings = " nor ".join(dict.fromkeys(["utf-8", codecs.lookup(console).name]))
    raise WrongArguments(f"the input is not {encodings}.")


def _require_characters(*texts: str) -> None:
    for text in texts:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:  # bytes of the command line that its encoding does not know
            raise WrongArguments(
                f"{text!r} is not in the encoding of this console; give it as utf-8 on stdin."
            ) from None

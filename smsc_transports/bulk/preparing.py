"""Checks rows and writes them into a journal, before anything is sent."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Iterable, Iterator, NamedTuple, Optional

from smsc_transports.bulk.journal import BAD, WAITING, Journal, Prepared
from smsc_transports.bulk.numbers import Numbers, WrongNumber
from smsc_transports.bulk.tables import Table
from smsc_transports.bulk.templates import Template, place_of
from smsc_transports.values.errors import ConfigurationError
from smsc_transports.values.parts import LONGEST_TEXT, segment, transliterate

_LINE_BREAK = re.compile(r"\r\n|\r|\\n")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


class Entry(NamedTuple):
    """A row as it was given: the number as it is written, the text, why it cannot be used."""

    line: int
    phone: str
    text: Optional[str]
    problem: str = ""


class Texts(NamedTuple):
    """Where number and text of a row come from: a column each, or a template for the text."""

    phone: str
    text: Optional[str] = None
    text_column: Optional[str] = None


def entries_of(table: Table, texts: Texts) -> Iterator[Entry]:
    """Give the rows of a file. Raises ConfigurationError at once if a column is missing."""
    place = place_of(texts.phone, table.columns, "The numbers are to be in")
    if texts.text_column is not None:
        text_place = place_of(texts.text_column, table.columns, "The texts are to be in")

        def text_of(cells: Any) -> Optional[str]:
            found: Optional[str] = cells[text_place]
            return found
    elif texts.text is not None:
        text_of = Template(texts.text, table.columns).fill
    else:
        raise ConfigurationError("There is no text: give --text or --text-column.")
    return (
        Entry(row.line, row.cells[place] or "", text_of(row.cells), row.problem)
        for row in table.rows()
    )


def write_down(
    journal: Journal, entries: Iterable[Entry], region: Optional[str], translit: int
) -> None:
    """Check rows and write them into a new journal."""
    numbers = Numbers(region)
    journal.add(_prepared(entry, numbers, translit) for entry in entries)


def _prepared(entry: Entry, numbers: Numbers, translit: int) -> Prepared:
    # The gateway takes a line break, and the two characters \n too, for a line break.
    text = _LINE_BREAK.sub("\n", entry.text or "")
    problem = entry.problem or _problem_of(entry.text, text)
    phone, country = entry.phone, ""
    try:
        phone, country = numbers.check(entry.phone)
    except WrongNumber as error:
        problem = problem or str(error)
    if problem:
        shown = phone.encode("utf-8", "replace").decode(), text.encode("utf-8", "replace").decode()
        return Prepared(entry.line, *shown, 0, country, None, BAD, problem)
    sent = transliterate(text, translit) if translit else text
    parts = len(segment(sent).parts)
    digest = hashlib.blake2b(f"{phone} {text}".encode(), digest_size=16).digest()
    return Prepared(entry.line, phone, text, parts, country, digest, WAITING, "")


def _problem_of(given: Optional[str], text: str) -> str:
    if given is None:
        return "a value of the text is missing"
    if not text.strip():
        return "the text is empty"
    if len(text) > LONGEST_TEXT:
        return f"the text has {len(text)} characters, the gateway takes {LONGEST_TEXT}"
    if _CONTROLS.search(text):
        return "the text has a control character"
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return "the text has half of a character (a lone surrogate)"
    return ""

"""Reads files of rows, CSV or JSON lines, and writes the result beside them."""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, TextIO, Tuple

from smsc_transports.values.errors import ConfigurationError

_SEPARATORS = (",", ";", "\t")
_CHUNK = 1 << 20


class Row(NamedTuple):
    """A row: the line it begins in, its values by column, and why it cannot be used, if so."""

    line: int
    cells: List[Optional[str]]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """A file of rows.

    ``separator`` is "" for JSON lines; ``digest`` tells one content from another.
    Reading raises ConfigurationError for what cannot be read.
    """

    path: Path
    digest: str
    encoding: str
    separator: str
    columns: List[str]

    def rows(self) -> Iterator[Row]:
        """Read the rows one after the other; empty ones do not count."""
        with _opened(self.path, self.encoding) as stream:
            if self.separator:
                yield from _csv_rows(self.path, stream, self.separator, self.columns)
            else:
                yield from _json_rows(stream, self.columns)


def open_table(path: Path, phone_column: str) -> Table:
    """Look at a file: its encoding, its separator and its columns."""
    try:
        digest, encoding = _survey(path)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}.") from None
    with _opened(path, encoding) as stream:
        first = stream.read(4096).lstrip()
    if not first:
        raise ConfigurationError(f"{path} is empty.")
    if first.startswith("{"):
        return Table(path, digest, encoding, "", _json_columns(path, encoding))
    headers = {each: _header(path, encoding, each) for each in _SEPARATORS}
    # The separator is the one that gives the column of the numbers, or the most columns.
    separator = max(headers, key=lambda each: (phone_column in headers[each], len(headers[each])))
    return Table(path, digest, encoding, separator, headers[separator])


def _survey(path: Path) -> Tuple[str, str]:
    """Give a digest of the content, and the encoding: utf-8, else windows-1251."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    encoding = "utf-8-sig"
    with open(path, "rb") as file:
        chunk = file.read(_CHUNK)
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        while chunk:
            digest.update(chunk)
            following = file.read(_CHUNK)
            if encoding == "utf-8-sig":
                try:
                    decoder.decode(chunk, final=not following)
                except UnicodeDecodeError:
                    encoding = "windows-1251"
            chunk = following
    return digest.hexdigest(), encoding


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[TextIO]:
    """Open a file as text; bytes that are not of its encoding raise ConfigurationError."""
    with open(path, encoding=encoding, newline="") as stream:
        try:
            yield stream
        except UnicodeError as error:
            raise ConfigurationError(
                f"{path} is neither utf-8 nor windows-1251: {error}. Save it as utf-8."
            ) from None


def _header(path: Path, encoding: str, separator: str) -> List[str]:
    with _opened(path, encoding) as stream:
        try:
            reader = csv.reader(stream, delimiter=separator)
            return [name.strip() for name in next(filter(_is_filled, reader), [])]
        except csv.Error:
            return []


def _csv_rows(path: Path, stream: TextIO, separator: str, columns: List[str]) -> Iterator[Row]:
    reader = csv.reader(stream, delimiter=separator, strict=True)
    line = 1
    try:
        next(filter(_is_filled, reader))  # the names of the columns
        line = reader.line_num + 1
        for cells in reader:
            if _is_filled(cells):
                yield _fitted(line, cells, len(columns))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ConfigurationError(
            f"{path}, in the row that begins in line {line}: {error}. A value with quotes in it "
            f'stands in quotes, with each quote inside written twice: "He said ""yes""".'
        ) from None


def _is_filled(cells: Sequence[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _fitted(line: int, cells: List[str], width: int) -> Row:
    surplus = cells[width:]
    values: List[Optional[str]] = [*cells[:width], *[None] * (width - len(cells))]
    if len(cells) < width or _is_filled(surplus):
        counted = f"{len(cells)} value{'s' * (len(cells) != 1)} for {width} columns"
        return Row(line, values, f"{counted}; a value with a separator in it stands in quotes")
    return Row(line, values)


def _json_rows(stream: TextIO, columns: Sequence[str]) -> Iterator[Row]:
    for line, text in enumerate(stream, 1):
        if not text.strip():
            continue
        try:
            values = _json_object(text)
        except ValueError as error:
            yield Row(line, [None] * len(columns), str(error))
        else:
            yield Row(line, [values.get(column) for column in columns])


def _json_object(text: str) -> Dict[str, str]:
    """Read a line; numbers stay as they are written. Raises ValueError."""
    try:
        found = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        raise ValueError("this is no JSON object") from None
    if not isinstance(found, dict):
        raise ValueError("this is no JSON object")
    for name, value in found.items():
        if value is not None and not isinstance(value, str):
            raise ValueError(f"the value of {name!r} is neither text nor a number")
    return {name: "" if value is None else value for name, value in found.items()}


def _json_columns(path: Path, encoding: str) -> List[str]:
    names: Dict[str, None] = {}
    with _opened(path, encoding) as stream:
        for text in stream:
            try:
                names.update(dict.fromkeys(_json_object(text)))
            except ValueError:
                continue
    return list(names)


def write_csv(path: Path, separator: str, rows: Iterator[Sequence[Any]]) -> None:
    """Write a CSV file that spreadsheets read, in the place of the one that was there."""
    unfinished = path.with_name(path.name + ".part")
    with open(unfinished, "w", encoding="utf-8-sig", newline="", errors="backslashreplace") as out:
        writer = csv.writer(out, delimiter=separator or ",", lineterminator="\r\n")
        writer.writerows(rows)
    unfinished.replace(path)

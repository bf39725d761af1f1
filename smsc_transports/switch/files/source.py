"""Python files as people have them: read and parsed, never run, whatever their age or damage."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from smsc_transports.switch.files.python2 import as_python3, python2_statement

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file; ``line`` counts from 1 and is None where no line is to blame."""

    reason: str
    line: Optional[int] = None

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" if self.line else self.reason


class Unreadable(Exception):
    """A file that cannot be read as Python. ``text`` is what could be decoded of it, or ""."""

    def __init__(self, problem: Problem, text: str = "") -> None:
        super().__init__(problem, text)
        self.problem = problem
        self.text = text

    def __str__(self) -> str:
        return str(self.problem)


@dataclass(frozen=True)
class Source:
    """A file that was read.

    ``text`` has its lines ended by a line feed and is what ``tree`` was parsed from. ``encoding``
    is Python's name for the file's, "utf-8-sig" where the file has a byte order mark.
    ``python2`` tells where the file shows that only Python 2 runs it; None: Python 3 does.
    """

    path: Path
    text: str = field(repr=False)
    tree: ast.Module = field(repr=False)
    encoding: str
    newline: str
    python2: Optional[Problem] = None

    def segment(self, node: ast.AST) -> str:
        """Give the text of a node; of a definition, with its decorators."""
        first = min(
            (decorator.lineno for decorator in getattr(node, "decorator_list", ())), default=0
        )
        if first:
            lines = self.text.split("\n")
            return "\n".join(lines[first - 1 : getattr(node, "end_lineno", first)])
        return ast.get_source_segment(self.text, node) or ""


def read_source(path: Path) -> Source:
    """Read and parse a file.

    Raises:
        Unreadable: it cannot be opened, decoded or parsed.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(Problem(error.strerror or "cannot be opened")) from None
    return parse_source(path, raw)


def parse_source(path: Path, raw: bytes) -> Source:
    """Parse the content of a file.

    Raises:
        Unreadable: it cannot be decoded or parsed.
    """
    encoding = _encoding(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reason = f"the byte 0x{raw[error.start]:02x} is not {encoding}; declare the file's encoding"
        raise Unreadable(Problem(reason, line), raw.decode("latin-1")) from None
    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return Source(path, text, _parsed(text), encoding, newline)
    except SyntaxError as error:
        problem = _problem(error, text)
    rewritten = as_python3(text)
    try:
        tree = _parsed(rewritten)
    except SyntaxError:
        raise Unreadable(problem, text) from None
    line = problem.line or 1
    python2 = Problem(python2_statement(text.split("\n")[line - 1]) or problem.reason, line)
    return Source(path, rewritten, tree, encoding, newline, python2)


def _problem(error: SyntaxError, text: str) -> Problem:
    """Say what is wrong, in our words: those of Python quote the file, and a password with it."""
    if isinstance(error, TabError):
        return Problem("tabs and spaces are mixed", error.lineno)
    if isinstance(error, IndentationError):
        return Problem("wrong indentation", error.lineno)
    if (error.lineno or 0) >= len(text.rstrip().split("\n")):
        return Problem("the file breaks off", error.lineno)
    return Problem("no valid Python", error.lineno)


def _encoding(raw: bytes) -> str:
    if raw.startswith(UTF16_MARKS):
        raise Unreadable(Problem("saved as UTF-16, which Python does not run; save it as UTF-8"))
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise Unreadable(Problem("a null byte: this is no text file", line), raw.decode("latin-1"))
    try:
        return tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
    except SyntaxError:
        reason = "the encoding that the file declares is unknown, or it declares none"
        raise Unreadable(Problem(reason, 1), raw.decode("latin-1")) from None


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an invalid escape in a stranger's file
        try:
            return ast.parse(text)
        except (RecursionError, MemoryError):
            raise Unreadable(Problem("too deeply nested"), text) from None
        except ValueError as error:  # a surrogate, from an escape in the coding of the file
            raise SyntaxError(str(error)) from None
        except SyntaxError as error:
            if "nest" in (error.msg or ""):
                raise Unreadable(Problem("too deeply nested"), text) from None
            raise

"""Python files as people have them: read and parsed, never run."""

from __future__ import annotations

import ast
import functools
import io
import os
import stat
import tokenize
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import AbstractSet, Dict, Iterator, List, Optional, Set, Tuple, Union

LARGEST_BYTES = 2_000_000
"""No copy and no caller is larger; reading more would only take time."""

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
Node = Union[ast.expr, ast.stmt]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_INNER_SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda, *_COMPREHENSIONS)


class UnreadableFile(ValueError):
    """A file that cannot be read as Python; the message is a plain sentence without its text."""


@dataclass(frozen=True, eq=False)
class Source:
    """A file that was read; ``text`` has its lines ended by a line feed."""

    path: Path
    raw: bytes = field(repr=False)
    text: str = field(repr=False)
    tree: ast.Module = field(repr=False)

    @property
    def newline(self) -> str:
        """How the file ends its lines."""
        return "\r\n" if b"\r\n" in self.raw else "\n"

    @functools.cached_property
    def lines(self) -> List[str]:
        """The lines without their ends."""
        return self.text.split("\n")

    @functools.cached_property
    def starts(self) -> List[int]:
        """Where each line starts in the text, and where one more would."""
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def encoded(self, text: str) -> bytes:
        """Give a text as the bytes of a file that declares the encoding of this one."""
        return text.encode(tokenize.detect_encoding(io.BytesIO(self.raw).readline)[0])

    def span(self, node: Node) -> Tuple[int, int]:
        """Give start and end of a node in the text."""
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self._offset(node.lineno, node.col_offset), end

    def segment(self, node: Node) -> str:
        """Give the text of a node; of one with decorators the whole lines."""
        if getattr(node, "decorator_list", []):
            return self.whole_lines(node)
        start, end = self.span(node)
        return self.text[start:end]

    def whole_lines(self, node: ast.AST) -> str:
        """Give the lines of a statement, with its decorators."""
        first, last = line_numbers(node)
        return "\n".join(self.lines[first - 1 : last])

    def _offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + len(
            self.lines[line - 1].encode("utf-8")[:column].decode("utf-8")
        )


def line_numbers(node: ast.AST) -> Tuple[int, int]:
    """Give the first and the last line of a statement, with its decorators."""
    first = getattr(node, "lineno", 1)
    decorators = getattr(node, "decorator_list", [])
    return min([first, *(one.lineno for one in decorators)]), getattr(node, "end_lineno", first)


def read_source(path: Path) -> Source:
    """Read and parse a file; raises UnreadableFile."""
    return parse_source(path, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """Read a regular file of a bearable size; raises UnreadableFile."""
    try:
        status = os.stat(str(path))
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile("it is no regular file")
        if status.st_size > LARGEST_BYTES:
            raise UnreadableFile(f"it is larger than {LARGEST_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(error.strerror or "it cannot be opened") from None


def parse_source(path: Path, raw: bytes) -> Source:
    """Parse the content of a file; raises UnreadableFile."""
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
        text = raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except (SyntaxError, UnicodeDecodeError):
        why = "it is not UTF-8, and declares no encoding that fits"
        raise UnreadableFile(why) from None
    if "\0" in text:
        raise UnreadableFile("it has null bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an invalid escape in somebody's file
            tree = ast.parse(text)
            _ = list(ast.walk(tree))
    except (RecursionError, MemoryError):
        raise UnreadableFile("it is too deeply nested") from None
    except SyntaxError as error:
        why = f"line {error.lineno or 1} is no valid Python 3; is it Python 2, or damaged?"
        raise UnreadableFile(why) from None
    return Source(path, raw, text, tree)


def dotted(node: object) -> str:
    """Give "a.b.c" of a name or an attribute of names, else ""."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""


def root_name(node: ast.AST) -> str:
    """Give the name that a chain of attributes, subscripts and calls starts from, else ""."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def index_of(node: ast.Subscript) -> ast.AST:
    """Give what stands in the brackets; Python 3.8 wraps it."""
    index: ast.AST = node.slice
    inner = getattr(index, "value", index) if type(index).__name__ == "Index" else index
    return inner if isinstance(inner, ast.AST) else index


def bound_names(statement: ast.AST, known: AbstractSet[Tuple[str, str]] = frozenset()) -> List[str]:
    """Give the names that a statement binds in its own scope, "*" for a star import.

    Left out is what is imported as ``known`` has it, which is as of :func:`imports`.
    """
    names: Dict[str, None] = {}
    for node in own_scope(statement):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            names[node.name] = None
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if (_module_of(node), alias.name) not in known or alias.asname:
                    names[alias.asname or alias.name.split(".")[0]] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] = None
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names[node.name] = None
    return list(names)


def own_scope(statement: ast.AST) -> Iterator[ast.AST]:
    """Walk a node in order, but not into functions, classes and comprehensions inside it."""
    yield statement
    if not isinstance(statement, _INNER_SCOPES):
        for child in ast.iter_child_nodes(statement):
            yield from own_scope(child)


def imports(statement: ast.AST) -> Set[Tuple[str, str]]:
    """Give module and name of all that a statement imports; empty if it does anything else."""
    if isinstance(statement, ast.Try):
        if statement.orelse or statement.finalbody:
            return set()
        inner = [*statement.body, *(one for part in statement.handlers for one in part.body)]
        parts = [imports(one) for one in inner if not isinstance(one, ast.Pass)]
        return set().union(*parts) if all(parts) else set()
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        return set()
    pairs = {(_module_of(statement), alias.name) for alias in statement.names}
    renamed = {("as", alias.asname) for alias in statement.names
               if alias.asname and alias.asname != alias.name}  # fmt: skip
    return pairs | renamed


def _module_of(node: Union[ast.Import, ast.ImportFrom]) -> str:
    return "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""


def plain_assignment(statement: ast.stmt) -> Optional[Tuple[str, ast.expr]]:
    """Give name and value of ``NAME = value``, None of any other statement."""
    target: object = None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    value = getattr(statement, "value", None)
    if isinstance(target, ast.Name) and isinstance(value, ast.expr):
        return target.id, value
    return None

"""Finds copies in a tree of files, the programs that use them, and lines that will not do.

A program is found by its import of a copy. Its lines are not interpreted: flagged is only what is
visible in one line, and breaks with our file.
"""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Pattern, Sequence, Set, Tuple

from smsc_transports.switching.fingerprints import METHODS
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.literals import typed_in
from smsc_transports.switching.reading import OURS, VENDORS, Copy, copy_of
from smsc_transports.switching.sources import (
    Source,
    UnreadableFile,
    dotted,
    parse_source,
    read_bytes,
)

_LEFT_OUT = {"__pycache__", "node_modules", "site-packages", "dist-packages"}
_VIRTUAL_ENVIRONMENT = ("pyvenv.cfg", "bin/activate", "Scripts/activate", "conda-meta")
_MENTION = re.compile(rb"smsc|send_sms|get_sms_cost", re.IGNORECASE)
_ASKS = set(METHODS)


@dataclass(frozen=True)
class Flag:
    """A line of a program that needs a change, and what to write there."""

    path: Path
    line: int
    why: str
    write: str


@dataclass
class Caller:
    """A program that uses a copy: the lines of its imports and calls."""

    path: Path
    copies: Tuple[Path, ...]
    lines: Tuple[int, ...]
    flags: Tuple[Flag, ...]
    secrets: Tuple[int, ...]


@dataclass
class Survey:
    """All that was found; ``unread`` are the files that could not be read, with the reason."""

    files: int = 0
    copies: List[Copy] = field(default_factory=list)
    ours: List[Copy] = field(default_factory=list)
    callers: List[Caller] = field(default_factory=list)
    unread: List[Tuple[Path, str, bool]] = field(default_factory=list)

    @property
    def flags(self) -> List[Flag]:
        """All lines that need a change."""
        return [flag for caller in self.callers for flag in caller.flags]

    @property
    def needs_a_change(self) -> bool:
        """Tell whether somebody has to write something before the switch."""
        refused = any(copy.refusals for copy in self.copies)
        return refused or bool(self.flags) or any(about_us for _, _, about_us in self.unread)


def survey(paths: Sequence[Path]) -> Survey:
    """Read files and folders; nothing is run.

    Raises:
        UnreadableFile: one of the paths is not there, or cannot be opened.
    """
    found = Survey()
    files = list(_files(paths))
    found.files = len(files)
    read, others = _read(files, _MENTION, found)
    rest: List[Source] = []
    for source in read:
        try:
            copy = copy_of(source)
        except RecursionError:
            found.unread.append((source.path, "it is too deeply nested", True))
            continue
        if copy.kind == VENDORS:
            found.copies.append(copy)
        elif copy.kind == OURS:
            found.ours.append(copy)
        else:
            rest.append(source)
    renamed = [
        copy.path.stem for copy in found.copies if not _MENTION.search(copy.path.stem.encode())
    ]
    if renamed:  # programs that use these need not name the gateway
        named = re.compile("|".join(map(re.escape, renamed)).encode("utf-8"))
        rest += _read(others, named, Survey())[0]
    found.callers = [
        caller for source in rest for caller in [_caller(source, found)] if caller is not None
    ]
    return found


def _read(
    files: Sequence[Path], mention: Pattern[bytes], found: Survey
) -> Tuple[List[Source], List[Path]]:
    """Parse the files that mention something; give the others too."""
    read: List[Source] = []
    others: List[Path] = []
    for path in files:
        raw = b""
        try:
            raw = read_bytes(path)
            if mention.search(raw.replace(b"\0", b"")):
                read.append(parse_source(path, raw))
            else:
                others.append(path)
        except UnreadableFile as error:
            # A file that was never read may be about anything.
            found.unread.append((path, str(error), bool(mention.search(raw))))
    return read, others


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    seen: Set[str] = set()
    for path in paths:
        try:
            if path.is_dir():
                next(path.iterdir(), None)
            else:
                path.open("rb").close()
        except OSError as error:
            raise UnreadableFile(f"{path}: {error.strerror}") from None
        for one in _walked(path) if path.is_dir() else [path]:
            real = os.path.realpath(one)
            if real not in seen:
                seen.add(real)
                yield one


def _walked(folder: Path) -> Iterator[Path]:
    walked: Set[Tuple[int, int]] = set()
    for current, folders, files in os.walk(str(folder), followlinks=True):
        folders[:] = sorted(name for name in folders if _enters(Path(current, name), walked))
        for name in sorted(files):
            path = Path(current, name)
            if name.endswith((".py", ".pyw")) and (path.exists() or not path.is_symlink()):
                yield path


def _enters(folder: Path, walked: Set[Tuple[int, int]]) -> bool:
    if folder.name.startswith(".") or folder.name in _LEFT_OUT:
        return False
    if any((folder / name).exists() for name in _VIRTUAL_ENVIRONMENT):
        return False
    try:
        status = folder.stat()
    except OSError:
        return False
    known = (status.st_dev, status.st_ino) in walked
    walked.add((status.st_dev, status.st_ino))
    return not known


def _caller(source: Source, found: Survey) -> Optional[Caller]:
    program = _Program(source, [*found.copies, *found.ours])
    if not program.copies:
        return None
    return Caller(
        source.path,
        tuple(dict.fromkeys(copy.path for copy in program.copies)),
        tuple(sorted(program.lines)),
        tuple(sorted(program.flags, key=lambda one: one.line)),
        tuple(sorted(typed_in(source.tree))),
    )


class _Program:
    """One program: which copies it imports, and its lines about them."""

    def __init__(self, source: Source, copies: Sequence[Copy]) -> None:
        self._source = source
        self._all = copies
        self.copies: List[Copy] = []
        self.lines: Set[int] = set()
        self.flags: List[Flag] = []
        self._modules: Dict[str, Copy] = {}
        self._classes: Set[str] = set()
        self._starred = False
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                self._import(node)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node)
        if self.copies:
            for node in ast.walk(source.tree):
                self._look_at(node)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            copy = self._named(alias.name.split("."), 0)
            if copy is not None:
                self._modules[alias.asname or alias.name] = copy
                self._uses(copy, node)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = node.module.split(".") if node.module else []
        copy = self._named(module, node.level) if module else None
        for alias in node.names:
            if copy is None:
                inner = self._named([*module, alias.name], node.level)
                if inner is not None:
                    self._modules[alias.asname or alias.name] = inner
                    self._uses(inner, node)
            elif alias.name == "*":
                self._starred = True
                self._classes.add(copy.class_name or "SMSC")
            elif alias.name in ("SMSC", copy.class_name):
                self._classes.add(alias.asname or alias.name)
            elif copy.kind == VENDORS and alias.name not in copy.names | {"datetime", "sleep"}:
                why = f"{alias.name} is not carried over"
                self._flag(node, why, "import it from where it comes from")
        if copy is not None:
            self._uses(copy, node)

    def _uses(self, copy: Copy, node: ast.AST) -> None:
        self.copies.append(copy)
        self.lines.add(getattr(node, "lineno", 0))

    def _named(self, parts: List[str], level: int) -> Optional[Copy]:
        """Find the copy that an import means: by its place, or by the end of its path."""
        if level:
            folder = self._source.path.absolute().parents[level - 1]
            wanted = folder.joinpath(*parts)
            return next((c for c in self._all if c.path.absolute().with_suffix("") == wanted), None)
        ends = [
            copy
            for copy in self._all
            if list(copy.path.absolute().with_suffix("").parts[-len(parts) :]) == parts
        ]
        beside = [copy for copy in ends if copy.path.parent == self._source.path.parent]
        return next(iter(beside or ends), None)

    def _look_at(self, node: ast.AST) -> None:
        if isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                inner = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
                for one in inner:
                    self._assigned(one)
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            typed = any(isinstance(s, ast.Call) and dotted(s.func) == "type" for s in sides)
            if typed and any(dotted(side) == "list" for side in sides):
                why = "a reply of ours is a list of its own type"
                self._flag(node, why, "isinstance(..., list)")

    def _call(self, node: ast.Call) -> None:
        name = dotted(node.func)
        if isinstance(node.func, ast.Attribute) and node.func.attr in _ASKS:
            self.lines.add(node.lineno)
            phones = node.args[:1] + [one.value for one in node.keywords if one.arg == "phones"]
            lists = (ast.List, ast.Tuple, ast.ListComp, ast.Set)
            if node.func.attr != "get_balance" and any(isinstance(p, lists) for p in phones):
                self._flag(node, "phones are a text, not a list", '",".join(phones)')
        is_class = name in self._classes or name.rpartition(".")[0] in self._modules
        if is_class and name.rpartition(".")[2] in self._class_names() | self._classes:
            self.lines.add(node.lineno)
            if (node.args or node.keywords) and not self._takes_arguments():
                module = next(iter(self._modules), self.copies[0].path.stem)
                write = f"{module}.SMSC_LOGIN, {module}.SMSC_PASSWORD = ..., ...  # then SMSC()"
                self._flag(node, "SMSC() takes no account", write)

    def _class_names(self) -> Set[str]:
        return {copy.class_name or "SMSC" for copy in self.copies}

    def _takes_arguments(self) -> bool:
        """Tell whether the constructor of a copy is carried over whole."""
        return any(
            getattr(member, "name", "") == "__init__" and not copy.refusals
            for copy in self.copies
            for member in copy.module.members
        )

    def _assigned(self, target: ast.AST) -> None:
        module = next(iter(self._modules), self.copies[0].path.stem)
        if isinstance(target, ast.Name) and target.id in DEFAULTS and self._starred:
            why = f"{target.id} is set in this file only, which no SMSC reads"
            self._flag(target, why, f"import {module}; {module}.{target.id} = ...")
        if not isinstance(target, ast.Attribute) or target.attr not in DEFAULTS:
            return
        owner = self._modules.get(dotted(target.value))
        if owner is None:
            carried = any(target.attr in copy.reads_object for copy in self.copies)
            if not carried or any(copy.refusals for copy in self.copies):
                why = f"{target.attr} of the object is not read; that of the module is"
                self._flag(target, why, f"{module}.{target.attr} = ...")
        elif owner.kind == VENDORS and target.attr in owner.settings:
            why = f"this copy does not read {target.attr}, ours will: it has no effect yet"
            self._flag(target, why, "nothing: delete the line")

    def _flag(self, node: ast.AST, why: str, write: str) -> None:
        line = getattr(node, "lineno", 0)
        self.flags.append(Flag(self._source.path, line, why, write))

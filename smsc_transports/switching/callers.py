"""The lines of a program about a copy, and those that do not work with our file.

A program is found by its import of a copy. Flagged is only what is visible in one line.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Set, Tuple

from smsc_transports.switching.copies import VENDORS, Copy
from smsc_transports.switching.fingerprints import METHODS
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.secret_texts import typed_in
from smsc_transports.switching.sources import FUNCTIONS, Node, Source, dotted

_LISTS = (ast.List, ast.Tuple, ast.ListComp, ast.Set)
_ALWAYS_THERE = {"datetime", "sleep"}


@dataclass(frozen=True)
class Flag:
    """A line of a program that needs a change, and what to write there."""

    path: Path
    line: int
    why: str
    write: str


@dataclass(frozen=True)
class Caller:
    """A program that uses a copy: the lines of its imports and calls."""

    path: Path
    copies: Tuple[Path, ...]
    lines: Tuple[int, ...]
    flags: Tuple[Flag, ...]
    secrets: Tuple[int, ...]


def caller_of(source: Source, copies: Sequence[Copy]) -> Optional[Caller]:
    """Give what a program does with copies, None if it imports none."""
    program = _Program(source, copies)
    if not program.copies:
        return None
    for node in ast.walk(source.tree):
        program.look_at(node)
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
        self._objects: Set[str] = set()
        self._starred = False
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._module(alias, self._named(alias.name.split("."), 0), node)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Assign) and self._is_new(node.value):
                self._objects.update(map(dotted, node.targets))

    def _module(self, alias: ast.alias, copy: Optional[Copy], node: ast.stmt) -> None:
        if copy is not None:
            self._modules[alias.asname or alias.name] = copy
            self._uses(copy, node)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = node.module.split(".") if node.module else []
        copy = self._named(module, node.level) if module else None
        for alias in node.names:
            if copy is None:
                self._module(alias, self._named([*module, alias.name], node.level), node)
            elif alias.name == "*":
                self._starred = True
                self._objects |= copy.names
                self._classes.add(copy.class_name or "SMSC")
            elif alias.name in ("SMSC", copy.class_name):
                self._classes.add(alias.asname or alias.name)
            elif alias.name in copy.names | _ALWAYS_THERE:
                self._objects.add(alias.asname or alias.name)
            elif copy.kind == VENDORS:
                why = f"{alias.name} is not carried over"
                self._flag(node, why, "import it from where it comes from")
        if copy is not None:
            self._uses(copy, node)

    def _uses(self, copy: Copy, node: ast.stmt) -> None:
        self.copies.append(copy)
        self.lines.add(node.lineno)

    def _named(self, parts: List[str], level: int) -> Optional[Copy]:
        """Find the copy that an import means: by its place, or by the end of its path."""
        places = {copy.path.absolute().with_suffix(""): copy for copy in self._all}
        if level:
            folder = self._source.path.absolute().parents[level - 1]
            return places.get(folder.joinpath(*parts))
        ends = [copy for place, copy in places.items() if list(place.parts[-len(parts) :]) == parts]
        beside = [copy for copy in ends if copy.path.parent == self._source.path.parent]
        return next(iter(beside or ends), None)

    def look_at(self, node: ast.AST) -> None:
        """Keep what one node does with the copies."""
        if isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                many = isinstance(target, (ast.Tuple, ast.List))
                for one in target.elts if many else [target]:  # type: ignore[attr-defined]
                    self._assigned(one)
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            typed = any(isinstance(s, ast.Call) and dotted(s.func) == "type" for s in sides)
            if typed and any(dotted(side) == "list" for side in sides):
                why = "if that is a reply: ours is a list of its own type"
                self._flag(node, why, "isinstance(..., list)")

    def _call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            self.lines.add(node.lineno)
            phones = node.args[:1] + [one.value for one in node.keywords if one.arg == "phones"]
            lists = any(isinstance(one, _LISTS) for one in phones)
            if lists and node.func.attr not in ("get_balance", *self._replaced()):
                self._flag(node, "phones are a text, not a list", '",".join(phones)')
        if self._is_new(node):
            self.lines.add(node.lineno)
            if (node.args or node.keywords) and not self._takes_arguments():
                write = f"{self._home()}.SMSC_LOGIN, {self._home()}.SMSC_PASSWORD = ..., ..."
                self._flag(node, "SMSC() takes no account", f"{write}  # then SMSC()")

    def _is_new(self, node: ast.expr) -> bool:
        """Tell the making of an object of the class."""
        module, _, name = dotted(getattr(node, "func", None)).rpartition(".")
        classes = {copy.class_name or "SMSC" for copy in self.copies}
        return name in (classes if module in self._modules else () if module else self._classes)

    def _replaced(self) -> Set[str]:
        """Give the names of the functions that the owners of the copies wrote."""
        carried = [statement for copy in self.copies for statement in copy.module.carried]
        nodes = [node for statement in carried for node in ast.walk(statement)]
        return {node.name for node in nodes if isinstance(node, FUNCTIONS)}

    def _takes_arguments(self) -> bool:
        """Tell whether the constructor of a copy is carried over whole."""
        carried = [one for copy in self.copies if not copy.refusals for one in copy.module.members]
        return any(getattr(member, "name", "") == "__init__" for member in carried)

    def _home(self) -> str:
        return next(iter(self._modules), self.copies[0].path.stem)

    def _assigned(self, target: ast.expr) -> None:
        module = self._home()
        if isinstance(target, ast.Name) and target.id in DEFAULTS and self._starred:
            why = f"{target.id} is set in this file only, which no SMSC reads"
            self._flag(target, why, f"import {module}; {module}.{target.id} = ...")
        if not isinstance(target, ast.Attribute) or target.attr not in DEFAULTS:
            return
        owner = self._modules.get(dotted(target.value))
        if owner is not None:
            if target.attr == "SMSC_HTTPS" and owner.sending.https is not None:
                why = "this copy does not read SMSC_HTTPS, ours will: it has no effect yet"
                self._flag(target, why, "nothing: delete the line")
            return
        home, _, _ = dotted(target.value).rpartition(".")
        known = home in self._modules or dotted(target.value) in self._objects | self._classes
        if not known and not self._is_new(target.value):
            return  # settings of something else
        readers = [copy for copy in self.copies if target.attr in copy.reads_object]
        if not readers or any(copy.refusals for copy in self.copies):
            why = f"{target.attr} of the object is not read; that of the module is"
            self._flag(target, why, f"{module}.{target.attr} = ...")

    def _flag(self, node: Node, why: str, write: str) -> None:
        self.flags.append(Flag(self._source.path, node.lineno, why, write))

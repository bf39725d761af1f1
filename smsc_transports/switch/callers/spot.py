"""A node of a program together with all that is needed to judge it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Iterator, List, NamedTuple, Optional, Tuple

from smsc_transports.switch.callers.face import Face
from smsc_transports.switch.callers.meaning import (
    Given,
    Interpreter,
    Meanings,
    ModuleNamed,
    TheObject,
)
from smsc_transports.switch.callers.place import NEEDS_A_LINE, Place
from smsc_transports.switch.callers.project import VENDORS_NAME, Program
from smsc_transports.switch.callers.scopes import FUNCTION, Scope, Unknown, Value
from smsc_transports.switch.files.syntax import dotted, texts

_CATCHES_ALL = {"", "Exception", "BaseException"}


@dataclass(frozen=True)
class Spot:
    """A node in its place."""

    node: ast.AST
    scope: Scope
    program: Program
    interpreter: Interpreter = field(repr=False)

    @property
    def line(self) -> int:
        """The line of the node."""
        return getattr(self.node, "lineno", 1)

    @property
    def parent(self) -> Optional[ast.AST]:
        """The node around this one."""
        return self.program.scopes.parents.get(self.node)

    @property
    def around(self) -> Iterator[Tuple[ast.AST, ast.AST]]:
        """The nodes around this one, innermost first, each with the part that this one is in."""
        inner, outer = self.node, self.parent
        while outer is not None:
            yield outer, inner
            inner, outer = outer, self.program.scopes.parents.get(outer)

    def at(self, node: ast.AST) -> Spot:
        """Give another node of the same program."""
        scope = self.program.scopes.of.get(node, self.scope)
        return Spot(node, scope, self.program, self.interpreter)

    @property
    def meanings(self) -> Meanings:
        """What the node may mean."""
        return self.interpreter.meanings(self.node, self.scope, self.program)

    @property
    def reply(self) -> Optional[Given]:
        """The call whose result this node surely is, None if it may be anything else."""
        if isinstance(self.node, ast.Name):
            bindings = self.scope.names.get(self.node.id, [])
            values = [one.node for one in bindings if isinstance(one, Value)]
            if not values or len(values) < len(bindings):
                return None
            given = [self.at(value).reply for value in values]
            return given[0] if all(given) else None
        meanings = [one for one in self.meanings if isinstance(one, Given)]
        return meanings[0] if len(meanings) == len(self.meanings) == 1 else None

    @property
    def texts(self) -> List[str]:
        """The text literals in this node, or of what its name is bound to."""
        if isinstance(self.node, ast.Name):
            bound = (scope.names.get(self.node.id, []) for scope in (self.scope, self.scope.module))
            values = [one.node for bindings in bound for one in bindings if isinstance(one, Value)]
            return [text for value in values for text in texts(value)]
        return list(texts(self.node))

    @property
    def is_used(self) -> bool:
        """Something is done with the value of this node."""
        for outer, _ in self.around:
            if isinstance(outer, ast.Expr):
                return False
            if not isinstance(outer, ast.Await):
                return True
        return True

    def catching(self, *names: str) -> bool:
        """Tell whether an exception of one of these names is caught around this node."""
        for outer, inner in self.around:
            if isinstance(outer, ast.Try) and inner in outer.body:
                caught = {name for handler in outer.handlers for name in _names(handler.type)}
                if caught & {*names, *_CATCHES_ALL}:
                    return True
            if outer is self.scope.node and self.scope.kind == FUNCTION:
                return False
        return False


def _names(node: Optional[ast.AST]) -> List[str]:
    """Give the exceptions that a handler names, "" for a bare one."""
    if isinstance(node, ast.Tuple):
        return [dotted(element).rpartition(".")[2] for element in node.elts]
    return [dotted(node).rpartition(".")[2] if node is not None else ""]


def shown(node: Optional[ast.AST]) -> str:
    """Give an expression for a line to write: names as they are, anything else as dots."""
    return dotted(node) or "..."


def place_to_change(spot: Spot, what: str, why: str, write: Tuple[str, ...], face: Face) -> Place:
    """Give a place that needs a line."""
    path = spot.program.path
    return Place(path, spot.line, what, NEEDS_A_LINE, why=why, write=write, copy=face.path)


class Module(NamedTuple):
    """How a program gets at the module of the class: its name there, and the import if needed."""

    name: str
    imports: Tuple[str, ...]


def module_of(spot: Spot, face: Face) -> Module:
    """Give how the program of a spot gets at the module of a face."""
    found: List[Module] = []
    for node in ast.walk(spot.program.source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = ModuleNamed(alias.name, 0, spot.program)
                if spot.interpreter.module(module)[1] is face:
                    return Module(alias.asname or alias.name, ())
        elif isinstance(node, ast.ImportFrom):
            module = ModuleNamed(node.module or "", node.level, spot.program)
            if spot.interpreter.module(module)[1] is face:
                folder, _, name = (node.module or "").rpartition(".")
                start = "." * node.level + folder
                line = f"from {start} import {name}" if start else f"import {name}"
                found.append(Module(name, (line,)))
            found += _submodules(spot, face, node)
    return found[0] if found else Module(face.path.stem if face.path else VENDORS_NAME, ())


def _submodules(spot: Spot, face: Face, node: ast.ImportFrom) -> List[Module]:
    found = []
    for alias in node.names:
        inner = f"{node.module}.{alias.name}" if node.module else alias.name
        if spot.interpreter.module(ModuleNamed(inner, node.level, spot.program))[1] is face:
            found.append(Module(alias.asname or alias.name, ()))
    return found


def face_of_parameter(spot: Spot) -> Optional[Face]:
    """Take a parameter called smsc for an object of the class that the program imports."""
    name = spot.node
    if not isinstance(name, ast.Name) or "smsc" not in name.id.lower():
        return None
    bindings = spot.scope.names.get(name.id, [])
    if not bindings or not all(isinstance(one, Unknown) for one in bindings):
        return None
    module = spot.program.scopes.module
    for imported in module.names:
        for meaning in spot.interpreter.exported(imported, spot.program):
            made = meaning if isinstance(meaning, TheObject) else None
            face = getattr(made or meaning, "face", None)
            if face is not None:
                return face  # type: ignore[no-any-return]
    return None

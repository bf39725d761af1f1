"""What an expression of a program means, as far as the gateway is concerned.

An expression is followed through variables, attributes of self, functions that give an object
back, and imports from other files of the project. What cannot be followed means nothing.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import FrozenSet, Iterator, List, Optional, Set, Tuple, Union

from smsc_transports.switch.callers.face import Face
from smsc_transports.switch.callers.project import NOT_FOUND, VENDORS_NAME, Program, Project
from smsc_transports.switch.callers.scopes import (
    CLASS,
    MODULE,
    Annotated,
    Binding,
    Defined,
    Imported,
    Scope,
    Self,
    Value,
    is_function,
)
from smsc_transports.switch.files.syntax import index_of, own_nodes


@dataclass(frozen=True)
class ModuleNamed:
    """A module, by the name under which ``importer`` asks for it."""

    name: str
    level: int
    importer: Program


@dataclass(frozen=True)
class TheClass:
    """The vendor's class."""

    face: Face


@dataclass(frozen=True)
class TheObject:
    """An object of the vendor's class."""

    face: Face


@dataclass(frozen=True)
class Method:
    """A method of such an object, not called yet."""

    face: Face
    name: str


@dataclass(frozen=True)
class Given:
    """What a call of a method gave."""

    face: Face
    method: str


@dataclass(frozen=True)
class Own:
    """A class or function of the program's own; ``is_object`` for an object of the class."""

    scope: Scope
    program: Program
    is_object: bool = False


Meaning = Union[ModuleNamed, TheClass, TheObject, Method, Given, Own]
Meanings = FrozenSet[Meaning]
NOTHING: Meanings = frozenset()


class Interpreter:
    """Tells meanings in the programs of a project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._asked: Set[Tuple[int, int]] = set()

    def meanings(self, node: Optional[ast.AST], scope: Scope, program: Program) -> Meanings:
        """Give everything that an expression may mean."""
        if node is None or (id(node), id(scope)) in self._asked:
            return NOTHING
        self._asked.add((id(node), id(scope)))  # what is defined by itself means nothing more
        try:
            return frozenset(self._of_expression(node, scope, program))
        finally:
            self._asked.discard((id(node), id(scope)))

    def exported(self, name: str, program: Program) -> Meanings:
        """Give what a name means that is imported from a program."""
        return self._name(name, program.scopes.module, program)

    def module(self, meaning: ModuleNamed) -> Tuple[Optional[Program], Optional[Face]]:
        """Give the program that a module is, and its face if it gives the class."""
        found, program = self._project.imported(meaning.name, meaning.level, meaning.importer.path)
        if program is not None:
            return program, program.face
        outside = not found and meaning.name.split(".")[-1] == VENDORS_NAME
        return None, NOT_FOUND if outside else None

    def _of_expression(self, node: ast.AST, scope: Scope, program: Program) -> Iterator[Meaning]:
        if isinstance(node, ast.Name):
            yield from self._name(node.id, scope, program)
        elif isinstance(node, ast.Attribute):
            for owner in self.meanings(node.value, scope, program):
                yield from self._attribute(owner, node.attr)
        elif isinstance(node, ast.Call):
            for called in self._called(node, scope, program):
                yield from self._call(called)
        else:
            for part in _transparent(node):
                yield from self.meanings(part, scope, program)

    def _called(self, node: ast.Call, scope: Scope, program: Program) -> Iterator[Meaning]:
        owner = scope.enclosing_class
        if isinstance(node.func, ast.Name) and node.func.id == "super" and owner is not None:
            yield from self._bases(
                owner, program
            )  # super() is used as the base class would be: called
        else:
            yield from self.meanings(node.func, scope, program)

    def _name(self, name: str, scope: Scope, program: Program) -> Meanings:
        place: Optional[Scope] = scope
        while place is not None:
            # The names of a class are not seen from inside its methods.
            if name in place.names and (place.kind != CLASS or place is scope):
                found = [self._binding(one, program) for one in place.names[name]]
                return frozenset().union(*found)
            if place.kind == MODULE:
                return self._from_stars(name, place, program)
            place = place.parent
        return NOTHING

    def _from_stars(self, name: str, scope: Scope, program: Program) -> Meanings:
        found: Meanings = NOTHING
        for module, level in scope.stars:
            found |= self._imported(Imported(module, level, name), program)
        return found

    def _binding(self, binding: Binding, program: Program) -> Meanings:
        if isinstance(binding, Value):
            return self.meanings(binding.node, binding.scope, program)
        if isinstance(binding, Imported):
            return self._imported(binding, program)
        if isinstance(binding, Annotated):
            classes = self.meanings(_class_named(binding.node), binding.scope, program)
            return frozenset(made for one in classes for made in self._call(one))
        if isinstance(binding, Defined):
            return frozenset({self._defined(binding.scope, program)})
        if isinstance(binding, Self):
            return frozenset({Own(binding.scope, program, is_object=True)})
        return NOTHING

    def _defined(self, scope: Scope, program: Program) -> Meaning:
        face = program.face
        is_theirs = isinstance(scope.node, ast.ClassDef) and scope.parent is program.scopes.module
        if face and is_theirs and scope.name == face.class_name:
            return TheClass(face)
        return Own(scope, program)

    def _imported(self, binding: Imported, program: Program) -> Meanings:
        if binding.name is None:
            return frozenset({ModuleNamed(binding.module, binding.level, program)})
        module = ModuleNamed(binding.module, binding.level, program)
        return frozenset(self._attribute(module, binding.name))

    def _attribute(self, owner: Meaning, name: str) -> Iterator[Meaning]:
        if isinstance(owner, ModuleNamed):
            yield from self._of_module(owner, name)
        elif isinstance(owner, (TheClass, TheObject)):
            yield Method(owner.face, name)
        elif isinstance(owner, Own) and owner.scope.kind == CLASS:
            yield from self._of_class(owner, name)

    def _of_module(self, module: ModuleNamed, name: str) -> Iterator[Meaning]:
        program, face = self.module(module)
        if program is not None and program.path != module.importer.path:
            found = self.exported(name, program)
            if found:
                yield from found
                return
        elif face is not None:
            if name == face.class_name:
                yield TheClass(face)
            return
        inner = f"{module.name}.{name}" if module.name else name
        yield ModuleNamed(inner, module.level, module.importer)

    def _of_class(self, owner: Own, name: str) -> Iterator[Meaning]:
        bound = [*owner.scope.names.get(name, []), *owner.scope.attributes.get(name, [])]
        for binding in bound:
            yield from self._binding(binding, owner.program)
        if not bound:
            for base in self._bases(owner.scope, owner.program):
                yield from self._attribute(base, name)

    def _bases(self, scope: Scope, program: Program) -> List[Meaning]:
        around = scope.parent or scope
        bases = getattr(scope.node, "bases", [])
        return [one for base in bases for one in self.meanings(base, around, program)]

    def _call(self, called: Meaning) -> Iterator[Meaning]:
        if isinstance(called, TheClass):
            yield TheObject(called.face)
        elif isinstance(called, Method):
            yield Given(called.face, called.name)
        elif isinstance(called, Own) and called.scope.kind == CLASS:
            yield Own(called.scope, called.program, is_object=True)
        elif isinstance(called, Own) and is_function(called.scope):
            for node in own_nodes(called.scope.node):
                if isinstance(node, ast.Return):
                    yield from self.meanings(node.value, called.scope, called.program)


def _transparent(node: ast.AST) -> List[ast.expr]:
    """Give the parts of which one is what the whole expression gives."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, (ast.Await, ast.NamedExpr)):
        return [node.value]
    return []


def _class_named(annotation: ast.expr) -> ast.expr:
    """Give the class in an annotation: ``SMSC``, ``"SMSC"`` or ``Optional[SMSC]``."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return annotation
    if isinstance(annotation, ast.Subscript):
        inner = index_of(annotation)
        return inner if isinstance(inner, ast.expr) else annotation
    return annotation

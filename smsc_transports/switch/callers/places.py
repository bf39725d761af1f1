"""Finds where programs use the vendor's file, and has each place judged."""

from __future__ import annotations

import ast
from typing import Iterator, List, Optional, Set, Tuple

from smsc_transports.switch.callers.call_advice import advise_call
from smsc_transports.switch.callers.face import Face
from smsc_transports.switch.callers.meaning import (
    Interpreter,
    Method,
    ModuleNamed,
    TheClass,
    TheObject,
)
from smsc_transports.switch.callers.name_advice import (
    advise_attribute,
    advise_construction,
    advise_import,
    advise_name,
    is_patch,
)
from smsc_transports.switch.callers.place import Place
from smsc_transports.switch.callers.project import NOT_FOUND, Program
from smsc_transports.switch.callers.reply_advice import advise_reply
from smsc_transports.switch.callers.scopes import MODULE, Scope
from smsc_transports.switch.callers.spot import Spot, face_of_parameter, module_of, shown
from smsc_transports.switch.copies.anatomy import METHODS
from smsc_transports.switch.copies.constants import DEFAULTS
from smsc_transports.switch.files.syntax import dotted, texts
from smsc_transports.switch.replacement import PUBLIC

_LEAKED = tuple(sorted(PUBLIC - {"SMSC", *DEFAULTS}))


class Finder:
    """Finds the places in the programs of a project."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def places(self, program: Program) -> List[Place]:
        """Give the places of one program in the order of its lines.

        Raises:
            RecursionError: the program is too deeply nested.
        """
        found = dict.fromkeys(self._all(program))
        own = [place for place in found if place.copy != program.path or place.is_remarkable]
        return sorted(own, key=lambda place: place.line)

    def _all(self, program: Program) -> Iterator[Place]:
        for node, scope in program.scopes.of.items():
            if _is_inside_the_class(scope, program):
                continue  # what stands there is told with the copy
            spot = Spot(node, scope, program, self._interpreter)
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from self._of_import(spot, node)
            elif isinstance(node, ast.Call):
                yield from self._of_call(spot, node)
            elif isinstance(node, ast.Attribute):
                yield from self._of_attribute(spot, node)
            elif isinstance(node, ast.ClassDef):
                yield from self._of_class(spot, node)
            yield from advise_reply(spot)
        yield from self._of_star_names(program)

    def _of_import(self, spot: Spot, node: ast.AST) -> Iterator[Place]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                face = self._face_of(ModuleNamed(alias.name, 0, spot.program))
                if face:
                    what = f"import {alias.name}"
                    yield Place(spot.program.path, spot.line, what, copy=face.path)
            return
        assert isinstance(node, ast.ImportFrom)
        module = "." * node.level + (node.module or "")
        face = self._face_of(ModuleNamed(node.module or "", node.level, spot.program))
        if face is NOT_FOUND and not any(_is_vendors(alias.name) for alias in node.names):
            return  # another file of this name
        for alias in node.names:
            what = f"from {module} import {alias.name}"
            if face:
                if alias.name == "*":
                    yield Place(spot.program.path, spot.line, what, copy=face.path)
                else:
                    yield advise_import(spot, face, alias.name, what)
                continue
            inner = f"{node.module}.{alias.name}" if node.module else alias.name
            of_inner = self._face_of(ModuleNamed(inner, node.level, spot.program))
            if of_inner:
                yield Place(spot.program.path, spot.line, what, copy=of_inner.path)

    def _face_of(self, module: ModuleNamed) -> Optional[Face]:
        program, face = self._interpreter.module(module)
        return None if program is module.importer else face

    def _of_call(self, spot: Spot, call: ast.Call) -> Iterator[Place]:
        if is_patch(call):
            yield from self._of_patch(spot, call)
            return
        for meaning in spot.at(call.func).meanings:
            if isinstance(meaning, Method):
                if meaning.name in DEFAULTS:
                    continue
                yield advise_call(spot, meaning.face, meaning.name)
            elif isinstance(meaning, TheClass):
                place = advise_construction(spot, meaning.face)
                if place:
                    yield place
        guessed = self._guessed(spot, call)
        if guessed:
            yield advise_call(spot, *guessed)

    def _guessed(self, spot: Spot, call: ast.Call) -> Optional[Tuple[Face, str]]:
        function = call.func
        if not isinstance(function, ast.Attribute) or function.attr not in METHODS:
            return None
        face = face_of_parameter(spot.at(function.value))
        return (face, function.attr) if face and not spot.at(function).meanings else None

    def _of_patch(self, spot: Spot, call: ast.Call) -> Iterator[Place]:
        what = f"{dotted(call.func)}(...)"
        for argument in call.args[:1]:
            for meaning in spot.at(argument).meanings:
                face = self._patched(meaning)
                if face:
                    yield Place(spot.program.path, spot.line, what, copy=face.path)
                    return
            for text in texts(argument):
                module, _, _ = text.partition(".SMSC")
                face = self._face_of(ModuleNamed(module, 0, spot.program)) or self._face_of(
                    ModuleNamed(text.rpartition(".")[0], 0, spot.program)
                )
                if face:
                    yield Place(spot.program.path, spot.line, what, copy=face.path)
                    return

    def _patched(self, meaning: object) -> Optional[Face]:
        if isinstance(meaning, (TheClass, TheObject)):
            return meaning.face
        return self._face_of(meaning) if isinstance(meaning, ModuleNamed) else None

    def _of_attribute(self, spot: Spot, node: ast.Attribute) -> Iterator[Place]:
        for meaning in spot.at(node.value).meanings:
            if isinstance(meaning, ModuleNamed):
                face = self._face_of(meaning)
                if face and not self._is_module(spot) and node.attr != face.class_name:
                    place = advise_name(spot, face, node.attr)
                    if place:
                        yield place
            elif isinstance(meaning, (TheObject, TheClass)) and not _is_called(spot):
                if node.attr in METHODS:
                    yield Place(spot.program.path, spot.line, shown(node), copy=meaning.face.path)
                else:
                    place = advise_attribute(spot, meaning.face, node.attr)
                    if place:
                        yield place

    def _is_module(self, spot: Spot) -> bool:
        named = (one for one in spot.meanings if isinstance(one, ModuleNamed))
        return any(self._interpreter.module(one)[0] is not None for one in named)

    def _of_class(self, spot: Spot, node: ast.ClassDef) -> Iterator[Place]:
        for base in node.bases:
            for meaning in spot.at(base).meanings:
                if isinstance(meaning, TheClass):
                    what = f"class {node.name}({shown(base)})"
                    yield Place(spot.program.path, node.lineno, what, copy=meaning.face.path)

    def _of_star_names(self, program: Program) -> Iterator[Place]:
        """Tell of what a program has from the star import beyond the class."""
        module = program.scopes.module
        face = next(
            filter(None, (self._face_of(ModuleNamed(*star, program)) for star in module.stars)),
            None,
        )
        if face is None:
            return
        told: Set[str] = set()
        for node, scope in program.scopes.of.items():
            if not isinstance(node, ast.Name) or node.id in told:
                continue
            if node.id in _LEAKED and not _is_bound(node.id, program):
                told.add(node.id)
                what = f"{node.id} (of the star import)"
                yield Place(program.path, node.lineno, what, copy=face.path)
            elif node.id in DEFAULTS and isinstance(node.ctx, ast.Store) and scope.kind == MODULE:
                told.add(node.id)
                used = module_of(Spot(node, scope, program, self._interpreter), face)
                counts = "; ".join([*used.imports, f"{used.name}.{node.id} = ..."])
                note = f"sets a name of this program only, with both files; what counts: {counts}"
                what = f"{node.id} = ..."
                yield Place(program.path, node.lineno, what, note=note, copy=face.path)


def _is_inside_the_class(scope: Scope, program: Program) -> bool:
    around = scope.enclosing_class
    return (
        around is not None and program.face is not None and around.name == program.face.class_name
    )


def _is_vendors(name: str) -> bool:
    return name in PUBLIC or name in ("*", "smsc")


def _is_called(spot: Spot) -> bool:
    return isinstance(spot.parent, ast.Call) and spot.parent.func is spot.node


def _is_bound(name: str, program: Program) -> bool:
    return any(name in scope.names for scope in set(program.scopes.of.values()))

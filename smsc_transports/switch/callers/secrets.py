"""Where logins and passwords are typed into programs: which, and never what."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional, Tuple

from smsc_transports.switch.callers.meaning import Interpreter, TheClass
from smsc_transports.switch.callers.name_advice import constant_for
from smsc_transports.switch.callers.project import Program
from smsc_transports.switch.copies.constants import SECRETS
from smsc_transports.switch.files.syntax import dotted, literal


@dataclass(frozen=True)
class Secret:
    """A place where a login or password is typed in."""

    path: Path
    line: int
    name: str


def typed_in(program: Program, interpreter: Interpreter) -> Iterator[Secret]:
    """Find the secrets in a program; those of a copy's own constants are told with the copy."""
    for node, scope in program.scopes.of.items():
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found = [pair for target in targets for pair in _pairs(target, node.value)]
        elif isinstance(node, ast.Call):
            meanings = interpreter.meanings(node.func, scope, program)
            faces = [one.face for one in meanings if isinstance(one, TheClass)]
            found = [
                pair for face in faces for pair in _arguments(node, face.parameters("__init__"))
            ]
        else:
            continue
        for name, value in found:
            if name in SECRETS and _is_typed_in(value):
                yield Secret(program.path, node.lineno, name)


def _pairs(target: ast.AST, value: Optional[ast.AST]) -> Iterator[Tuple[str, Optional[ast.AST]]]:
    """Give names that are assigned to with their values, those of tuples one by one."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for part, content in zip(target.elts, value.elts):
            yield from _pairs(part, content)
    else:
        yield dotted(target).rpartition(".")[2], value


def _arguments(call: ast.Call, names: Tuple[str, ...]) -> Iterator[Tuple[str, ast.AST]]:
    """Give the constants that the arguments of a constructor stand for, with the values."""
    for name, value in zip(names, call.args):
        yield constant_for(name), value
    for keyword in call.keywords:
        yield constant_for(keyword.arg or ""), keyword.value


def _is_typed_in(value: Optional[ast.AST]) -> bool:
    is_literal, content = literal(value)
    return is_literal and bool(content)

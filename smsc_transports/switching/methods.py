"""Reads the vendor's methods in a copy: parameters, statements, and where settings are read."""

from __future__ import annotations

import ast
import re
from typing import Dict, List, Set

from smsc_transports.switching import known_editions
from smsc_transports.switching.copies import (
    AT_EACH_CALL,
    IN_SIGNATURE,
    Copy,
    Refusal,
    last_line,
)
from smsc_transports.switching.fingerprints import (
    Comparison,
    Statement,
    compare_method,
    is_look_up,
)
from smsc_transports.switching.known_editions import REFUSED_EDITIONS
from smsc_transports.switching.module_level import names_of
from smsc_transports.switching.sources import Function, line_numbers

_ADVICE = "the vendor's lines; do what is needed where the method is called"
_BY_FORCE = "nothing, if your programs do not depend on it: smsc migrate --force"


def read_method(copy: Copy, name: str, function: Function, ours: Function) -> None:
    """Keep what is taken over from a method and what is refused of it; ``ours`` is our method."""
    compared = copy.compared[name] = compare_method(function, copy.class_name)
    _signature(copy, name, function, ours)
    _statements(copy, name, function, compared)
    _holes(copy, name, compared)


def _statements(copy: Copy, name: str, function: Function, compared: Comparison) -> None:
    """Refuse the statements that differ; those that follow each other in one."""
    known = known_editions.REFUSED_STATEMENTS
    editions = {known[one.digest] for one in compared.differing if one.digest in known}
    for edition in sorted(editions):
        why = REFUSED_EDITIONS[edition]
        copy.refusals.append(Refusal(name, function.lineno, (), why, _BY_FORCE))
    runs: List[List[Statement]] = []
    for one in compared.differing:
        if one.digest in known:
            continue
        if runs and line_numbers(one.node)[0] <= last_line(runs[-1][-1].node) + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    for run in runs:
        nodes = [one.node for one in run]
        last = max(map(last_line, nodes))
        copy.refuse(name, nodes[0], "it differs from the vendor's code", _advice(nodes), last)
    for node in compared.gaps if not editions else []:
        why = "statements are missing" + (" after this one" if node is not function else "")
        copy.refuse(name, node, why, _ADVICE)


def _signature(copy: Copy, name: str, function: Function, ours: Function) -> None:
    arguments, usual = function.args, ours.args
    expected = [argument.arg for argument in usual.args]
    extra = arguments.vararg or arguments.kwarg or arguments.kwonlyargs
    same = [argument.arg for argument in arguments.args] == expected
    if not same or extra or arguments.posonlyargs or function.decorator_list:
        why = "the parameters, or a decorator, are not the vendor's"
        write = f"def {name}({', '.join(expected)}), with the vendor's defaults"
        copy.refuse(name, function, why, write)
    elif isinstance(function, ast.AsyncFunctionDef):
        copy.refuse(name, function, "it is asynchronous; ours is not", "def")
    elif len(arguments.defaults) != len(usual.defaults):
        why = "other parameters than the vendor's have defaults"
        write = f"a default from {expected[-len(usual.defaults)]} on"
        copy.refuse(name, function, why, write)
    else:
        names = expected[len(expected) - len(usual.defaults) :]
        for parameter, node, known in zip(names, arguments.defaults, usual.defaults):
            if ast.dump(node) != ast.dump(known):
                _default(copy, name, parameter, node)


def _default(copy: Copy, method: str, parameter: str, node: ast.expr) -> None:
    if is_look_up(node) and _names(node) <= names_of(copy.module.head) | {"getattr"}:
        text = copy.take(f"{method}: {parameter}", node, IN_SIGNATURE)
        copy.defaults.setdefault(method, {})[parameter] = text
    else:
        why = f"the default of {parameter} is not a plain value"
        copy.refuse(method, node, why, f"{parameter}=..., a plain value")


def _holes(copy: Copy, method: str, compared: Comparison) -> None:
    """Take over what the method reads where the vendor's reads a setting."""
    first: Dict[str, ast.expr] = {}
    for name, node in compared.holes:
        if ast.dump(first.setdefault(name, node)) != ast.dump(node):
            why = f"{name} is read in two ways in one method"
            copy.refuse(method, node, why, f"one and the same for {name}")
            return
    known = copy.module.bound() | set(copy.module.literals)
    known |= {copy.class_name, "self", "getattr"}
    for name, node in first.items():
        if getattr(node, "id", "") == name:
            continue
        if _names(node) <= known:
            copy.overrides.setdefault(method, {})[name] = copy.take(name, node, AT_EACH_CALL)
        else:
            why = f"where {name} stood, what is read here is not known to this file"
            copy.refuse(method, node, why, f"{name}, set at the top of the file")


def _names(node: ast.AST) -> Set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _advice(nodes: List[ast.AST]) -> str:
    written = " ".join(map(ast.dump, nodes))
    if "timeout" in written:
        return "the vendor's line; then, in our file: SMSC_TIMEOUT = ..., in seconds"
    if re.search(r"id='(print|_?log|_?logger|logging)'", written, re.IGNORECASE):
        return "the vendor's line; ours logs to the logger smsc_transports"
    return _ADVICE

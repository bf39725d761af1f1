"""What our file does where a program uses names: imports, constants, the class itself, patches."""

from __future__ import annotations

import ast
from typing import List, Optional, Set, Tuple

from smsc_transports.switch.callers.face import Face
from smsc_transports.switch.callers.place import Place
from smsc_transports.switch.callers.spot import Spot, module_of, place_to_change, shown
from smsc_transports.switch.copies.anatomy import state_of_objects
from smsc_transports.switch.copies.constants import DEFAULTS
from smsc_transports.switch.files.syntax import dotted


def advise_name(spot: Spot, face: Face, name: str) -> Optional[Place]:
    """Say what our file does where a name of its module is used."""
    what = _what(spot)
    if face.has_with_us(name) or name.startswith("__"):
        return Place(spot.program.path, spot.line, what, copy=face.path)
    return None if face.lacks_today(name) else _of_lost_name(spot, what, face, name)


def advise_attribute(spot: Spot, face: Face, name: str) -> Optional[Place]:
    """Say what our file does where an object or the class is asked for a constant, or given one."""
    stored = isinstance(getattr(spot.node, "ctx", None), ast.Store)
    state = set(state_of_objects(face.copy.reading.anatomy)) if face.copy else set()
    counts = name in state or (name in DEFAULTS and (face.is_replaced or not stored))
    if not counts and not (name in DEFAULTS and stored):
        return None
    module = module_of(spot, face)
    if not counts:
        note = f"has no effect with both files; {module.name}.{name} = ... has"
        return Place(spot.program.path, spot.line, _what(spot), note=note, copy=face.path)
    why = f"{name} of the object counts in this copy, in ours that of the module"
    if face.is_replaced:
        why = f"our class reads {name} from the module, not from the object"
    constant = name if name in DEFAULTS else constant_for(name) or "..."
    line = f"{module.name}.{constant}{' = ...' if stored else ''}"
    return place_to_change(spot, _what(spot), why, (*module.imports, line), face)


def _what(spot: Spot) -> str:
    stored = isinstance(getattr(spot.node, "ctx", None), ast.Store)
    return f"{shown(spot.node)}{' = ...' if stored else ''}"


def constant_for(parameter: str) -> str:
    """Give the constant that a name such as ``login`` or ``smsc_psw`` means, "" if none."""
    name = parameter.lower().strip("_")
    for words, constant in (
        (("passw", "psw", "pwd", "api_key", "apikey", "token", "secret"), "SMSC_PASSWORD"),
        (("login", "user"), "SMSC_LOGIN"),
        (("https",), "SMSC_HTTPS"),
        (("post",), "SMSC_POST"),
        (("charset",), "SMSC_CHARSET"),
        (("debug",), "SMSC_DEBUG"),
        (("host", "domain"), "SMSC_HOST"),
        (("timeout",), "SMSC_TIMEOUT"),
    ):
        if any(word in name for word in words):
            return constant
    return ""


def _of_lost_name(spot: Spot, what: str, face: Face, name: str) -> Place:
    write = f"{name} from a module of your own"
    if name == "smsc" or name in _instances(face):
        write = f"{name} = SMSC()"
    return place_to_change(spot, what, f"our file has no name {name}", (write,), face)


def _instances(face: Face) -> Set[str]:
    if face.copy is None:
        return set()
    words = (one for one in face.copy.reading.additions if one.words.startswith("instance"))
    return {name for one in words for name in one.names}


def advise_import(spot: Spot, face: Face, name: str, what: str) -> Place:
    """Say what our file does where one of its names is imported."""
    if face.has_with_us(name) or face.lacks_today(name):
        return Place(spot.program.path, spot.line, what, copy=face.path)
    return _of_lost_name(spot, what, face, name)


def advise_construction(spot: Spot, face: Face) -> Optional[Place]:
    """Say what our file does where an object is made with arguments."""
    call = spot.node
    assert isinstance(call, ast.Call)
    what = f"{shown(call.func)}(...)"
    if not call.args and not call.keywords:
        return None
    if face.has_method_with_us("__init__") and "__init__" in face.carried:
        return Place(spot.program.path, spot.line, what, copy=face.path)
    parameters = face.copy.parameters.get("__init__", ()) if face.copy else ()
    if face.copy and not parameters:
        return None  # it fails today too
    given = [*zip(parameters, call.args)] or [("", argument) for argument in call.args]
    named = [(word.arg or "", word.value) for word in call.keywords]
    module = module_of(spot, face)
    lines, left = _assignments([*given, *named], module.name)
    why = "our SMSC takes no arguments"
    if left:
        why += f"; nothing of ours takes {', '.join(left)}"
    made = f"{shown(call.func)}()"
    return place_to_change(spot, what, why, (*module.imports, *lines, made), face)


def _assignments(given: List[Tuple[str, ast.expr]], module: str) -> Tuple[List[str], List[str]]:
    lines: List[str] = []
    left: List[str] = []
    for place, (name, value) in enumerate(given):
        order = ("SMSC_LOGIN", "SMSC_PASSWORD")
        constant = constant_for(name) if name else (order[place] if place < len(order) else "")
        if constant:
            lines.append(f"{module}.{constant} = {shown(value)}")
        else:
            left.append(name or "the other arguments")
    return lines, left


def is_patch(call: ast.Call) -> bool:
    """Tell a call that replaces something in a test: patch, patch.object, monkeypatch.setattr."""
    name = dotted(call.func)
    last = name.rpartition(".")[2]
    return last in ("patch", "setattr") or name.endswith(("patch.object", "patch.multiple"))

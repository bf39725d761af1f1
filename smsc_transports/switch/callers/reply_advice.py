"""What our file does where a program tests a reply or takes it apart.

Warnings are for what is surely a reply that the program surely does not look at before.
"""

from __future__ import annotations

import ast
from typing import Iterator, List, Optional

from ..files.syntax import dotted, own_nodes
from .face import Face
from .meaning import Given
from .place import Place
from .spot import Spot, place_to_change, shown

_ALWAYS_TRUE = "a reply is never empty, so this is never false, before as after; its .ok tells"
_NO_ANSWER = (
    "raises ValueError when no host answers (['', '']), before as after; its .ok tells first"
)
_REFUSED = "raises IndexError when the gateway refuses, before as after; its .ok tells"
_FIELDS_OF_AN_ERROR = 2


def advise_reply(spot: Spot) -> Iterator[Place]:
    """Say what our file does where a reply is tested, taken apart or asked for its type."""
    node = spot.node
    if isinstance(node, ast.Call):
        yield from _of_call(spot, node)
    elif isinstance(node, ast.Compare):
        yield from _of_comparison(spot, node)
    elif isinstance(node, ast.Subscript):
        yield from _of_element(spot, node)
    for tested in _tested(node):
        given = spot.at(tested).reply
        if given is not None and given.method != "get_balance" and not given.face.results:
            name = dotted(tested) or "the reply"
            yield Place(
                spot.program.path,
                tested.lineno,
                f"test of {name}",
                note=_ALWAYS_TRUE,
                copy=given.face.path,
            )


def _of_call(spot: Spot, call: ast.Call) -> Iterator[Place]:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "count" and call.args:
        given = _list_reply(spot, call.func.value)
        if given is not None:
            name = shown(call.func.value)
            why = "count of our reply is the number of parts (D16)"
            write = (f"list({name}).count(...)",)
            yield place_to_change(spot, f"{name}.count(...)", why, write, given.face)
    elif dotted(call.func) in ("int", "float") and len(call.args) == 1:
        yield from _of_number(spot, call)


def _of_number(spot: Spot, call: ast.Call) -> Iterator[Place]:
    """Warn of a number made of a field that is "" when no host answered."""
    element = call.args[0]
    while isinstance(element, ast.Call) and dotted(element.func) in ("int", "float"):
        element = element.args[0] if element.args else element.func
    if not isinstance(element, ast.Subscript) or isinstance(spot.parent, ast.Call):
        return
    given = _list_reply(spot, element.value)
    if given is None or given.face.results or _is_checked(spot, element.value):
        return
    if not spot.catching("ValueError"):
        name = shown(element.value)
        what = f"{dotted(call.func)}({name}[...])"
        note = _NO_ANSWER
        yield Place(spot.program.path, spot.line, what, note=note, copy=given.face.path)


def _of_element(spot: Spot, node: ast.Subscript) -> Iterator[Place]:
    """Tell of fields that an error has not, and of what cut "b'" off."""
    index = _index(node)
    given = _list_reply(spot, node.value)
    if given is not None and given.method == "send_sms" and isinstance(index, int):
        if index < _FIELDS_OF_AN_ERROR or given.face.results or _is_checked(spot, node.value):
            return
        if not spot.catching("IndexError", "LookupError"):
            name = shown(node.value)
            note = _REFUSED
            yield Place(
                spot.program.path, spot.line, f"{name}[{index}]", note=note, copy=given.face.path
            )
    elif isinstance(node.value, ast.Subscript) and isinstance(node.slice, ast.Slice):
        given = _list_reply(spot, node.value.value)
        if given is not None and _gives_bytes(given.face) and dotted(node.value.value):
            name = f"{shown(node.value.value)}[{_index(node.value)}]"
            why = "this edition's fields begin with b' on Python 3, ours do not"
            yield place_to_change(spot, f"{name}[...]", why, (name,), given.face)


def _gives_bytes(face: Face) -> bool:
    copy = face.copy
    return copy is not None and not copy.reading.behaviour.decodes and not copy.python2


def _of_comparison(spot: Spot, node: ast.Compare) -> Iterator[Place]:
    left = node.left
    if isinstance(left, ast.Call) and dotted(left.func) == "type" and len(left.args) == 1:
        given = _list_reply(spot, left.args[0])
        if given is not None and dotted(node.comparators[0]) == "list":
            name = shown(left.args[0])
            why = "our reply is a subclass of list (D16)"
            yield place_to_change(
                spot, f"type({name})", why, (f"isinstance({name}, list)",), given.face
            )


def _tested(node: ast.AST) -> List[ast.expr]:
    """Give what is tested for truth."""
    if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
        return [node.test]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return [node.operand]
    return []


def _list_reply(spot: Spot, node: ast.AST) -> Optional[Given]:
    given = spot.at(node).reply
    return given if given is not None and given.method != "get_balance" else None


def _is_checked(spot: Spot, node: ast.AST) -> bool:
    """Tell whether the function looks at the reply anywhere before it relies on it."""
    name = dotted(node)
    if not name:
        return False
    for part in own_nodes(spot.scope.node):
        if isinstance(part, ast.Call) and dotted(part.func) == "len":
            measured = [dotted(argument) for argument in part.args]
            if measured == [name]:
                return True
        if isinstance(part, (ast.Compare, ast.Attribute)) and _asks(part, name):
            return True
    return False


def _asks(part: ast.AST, name: str) -> bool:
    if isinstance(part, ast.Attribute):
        return dotted(part.value) == name and part.attr in ("ok", "error", "outcome")
    return any(
        isinstance(inner, ast.Subscript) and dotted(inner.value) == name for inner in ast.walk(part)
    )


def _index(node: ast.Subscript) -> object:
    inner: ast.AST = node.slice
    if type(inner).__name__ == "Index":  # a node that Python 3.8 still has
        inner = inner.value  # type: ignore[attr-defined]
    return inner.value if isinstance(inner, ast.Constant) else None

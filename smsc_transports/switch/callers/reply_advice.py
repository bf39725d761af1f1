"""What our file does where a program tests a reply or takes it apart.

Warnings are for what is surely a reply that the program surely does not look at before.
"""

from __future__ import annotations

import ast
from typing import Iterator, List, Optional

from smsc_transports.switch.callers.face import Face
from smsc_transports.switch.callers.meaning import Given
from smsc_transports.switch.callers.place import Place
from smsc_transports.switch.callers.spot import Spot, place_to_change, shown
from smsc_transports.switch.files.syntax import dotted, index_of, own_nodes

_ALWAYS_TRUE = "always true with both files, since a reply is never empty; .ok tells"
_NO_ANSWER = "raises ValueError with both files when no host answers (['', '']); .ok tells first"
_REFUSED = "raises {} with both files when the gateway refuses; .ok tells first"
_OF_AN_ERROR = 2
"""How many fields a reply has that tells an error."""
_NUMBERS = ("int", "float", "Decimal")


def advise_reply(spot: Spot) -> Iterator[Place]:
    """Say what our file does where a reply is tested, taken apart or asked for its type."""
    node = spot.node
    if isinstance(node, ast.Call):
        yield from _of_call(spot, node)
    elif isinstance(node, ast.Compare):
        yield from _of_comparison(spot, node)
    elif isinstance(node, ast.Subscript):
        yield from _of_element(spot, node)
    elif isinstance(node, ast.Assign):
        yield from _of_unpacking(spot, node)
    for tested in _tested(node):
        given = _vendors_reply(spot, tested)
        if given is not None:
            name = dotted(tested) or "the reply"
            yield _noted(spot.at(tested), f"test of {name}", _ALWAYS_TRUE, given.face)


def _of_call(spot: Spot, call: ast.Call) -> Iterator[Place]:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "count" and call.args:
        given = _list_reply(spot, call.func.value)
        if given is not None:
            name = shown(call.func.value)
            why = "count of our reply is the number of parts (D16)"
            write = (f"list({name}).count(...)",)
            yield place_to_change(spot, f"{name}.count(...)", why, write, given.face)
    elif dotted(call.func) in _NUMBERS and len(call.args) == 1:
        yield from _of_number(spot, call)


def _of_number(spot: Spot, call: ast.Call) -> Iterator[Place]:
    """Warn of a number made of a field that is "" when no host answered."""
    element = call.args[0]
    if not isinstance(element, ast.Subscript):
        return
    given = _vendors_reply(spot, element.value)
    if given and not _is_checked(spot, element.value) and not spot.catching("ValueError"):
        what = f"{dotted(call.func)}({shown(element.value)}[...])"
        yield _noted(spot, what, _NO_ANSWER, given.face)


def _of_element(spot: Spot, node: ast.Subscript) -> Iterator[Place]:
    """Tell of fields that an error has not, and of what cut "b'" off."""
    index = _number(node)
    given = _vendors_reply(spot, node.value)
    if given is not None and given.method == "send_sms" and index >= _OF_AN_ERROR:
        if not _is_checked(spot, node.value) and not spot.catching("IndexError", "LookupError"):
            what = f"{shown(node.value)}[{index}]"
            yield _noted(spot, what, _REFUSED.format("IndexError"), given.face)
    elif isinstance(node.value, ast.Subscript) and isinstance(node.slice, ast.Slice):
        given = _list_reply(spot, node.value.value)
        if given is not None and _gives_bytes(given.face):
            name = f"{shown(node.value.value)}[{_number(node.value)}]"
            why = "this edition's fields begin with b' on Python 3, ours do not"
            yield place_to_change(spot, f"{name}[...]", why, (name,), given.face)


def _of_unpacking(spot: Spot, node: ast.Assign) -> Iterator[Place]:
    """Tell of a reply that is unpacked as if it were never an error."""
    given = _vendors_reply(spot, node.value)
    for target in node.targets:
        if given is None or given.method != "send_sms" or not isinstance(target, ast.Tuple):
            continue
        exact = not any(isinstance(part, ast.Starred) for part in target.elts)
        safe = _is_checked(spot, node.value) or spot.catching("ValueError")
        if exact and len(target.elts) > _OF_AN_ERROR and not safe:
            what = f"unpacking of {len(target.elts)} fields"
            yield _noted(spot, what, _REFUSED.format("ValueError"), given.face)


def _gives_bytes(face: Face) -> bool:
    return face.copy is not None and face.copy.reading.behaviour.bytes_text


def _of_comparison(spot: Spot, node: ast.Compare) -> Iterator[Place]:
    left = node.left
    if isinstance(left, ast.Call) and dotted(left.func) == "type" and len(left.args) == 1:
        given = _list_reply(spot, left.args[0])
        if given is not None and dotted(node.comparators[0]) == "list":
            name = shown(left.args[0])
            why = "our reply is a subclass of list (D16)"
            write = (f"isinstance({name}, list)",)
            yield place_to_change(spot, f"type({name})", why, write, given.face)


def _tested(node: ast.AST) -> List[ast.expr]:
    """Give what is tested for truth."""
    if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
        return [node.test]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return [node.operand]
    return []


def _list_reply(spot: Spot, node: ast.AST) -> Optional[Given]:
    """Give the call that a node is surely the reply of; a balance is no list."""
    given = spot.at(node).reply
    return given if given is not None and given.method != "get_balance" else None


def _vendors_reply(spot: Spot, node: ast.AST) -> Optional[Given]:
    """Give the call, unless the copy gives something of its own."""
    given = _list_reply(spot, node)
    return None if given is None or given.method in given.face.results else given


def _is_checked(spot: Spot, node: ast.AST) -> bool:
    """Tell whether the function looks at the reply anywhere before it relies on it."""
    name = dotted(node)
    return bool(name) and any(_looks_at(part, name) for part in own_nodes(spot.scope.node))


def _looks_at(part: ast.AST, name: str) -> bool:
    if isinstance(part, ast.Call) and dotted(part.func) == "len":
        return [dotted(argument) for argument in part.args] == [name]
    if isinstance(part, ast.Attribute):
        return dotted(part.value) == name or _is_field(part.value, name)
    if isinstance(part, ast.Compare):
        return any(_is_field(side, name) for side in [part.left, *part.comparators])
    return False


def _is_field(node: ast.AST, name: str) -> bool:
    while isinstance(node, ast.Subscript):
        node = node.value
        if dotted(node) == name:
            return True
    return False


def _number(node: ast.Subscript) -> int:
    """Give the index of a subscript, -1 for one that is not typed in."""
    index = index_of(node)
    value = index.value if isinstance(index, ast.Constant) else None
    return value if isinstance(value, int) else -1


def _noted(spot: Spot, what: str, note: str, face: Face) -> Place:
    return Place(spot.program.path, spot.line, what, note=note, copy=face.path)

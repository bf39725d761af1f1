"""What the methods of a copy give back, where their owner changed it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Dict, Iterator, List, Optional, Set

from smsc_transports.switch.copies.anatomy import SENDING, Anatomy
from smsc_transports.switch.files.syntax import Function, dotted, own_nodes

TRUTH, RAISES, NOTHING, OTHER = "True or False", "an exception", "nothing", "something else"
METHODS_WITH_A_REPLY = ("send_sms", "get_sms_cost", "get_status", "get_balance")


@dataclass(frozen=True)
class Result:
    """What a method gives in the place of the reply: TRUTH, RAISES, NOTHING or OTHER.

    ``words`` say it, ``exception`` is the name of what is raised, or "".
    """

    kind: str
    words: str
    line: int
    exception: str = ""


def read_results(anatomy: Anatomy) -> Dict[str, Result]:
    """Give what each changed method gives back; one that gives the vendor's reply is missing."""
    raised = _raised(anatomy.sending) if anatomy.sending else None
    found: Dict[str, Result] = {}
    for name in METHODS_WITH_A_REPLY:
        if name in anatomy.methods:
            changed = raised or _changed(anatomy.methods[name])
            if changed is not None:
                found[name] = changed
    return found


def _raised(method: Function) -> Optional[Result]:
    for node in own_nodes(method):
        if isinstance(node, ast.Raise) and node.exc is not None:
            exception = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = dotted(exception) or "an exception"
            return Result(RAISES, f"raises {name}", node.lineno, name)
    return None


def _changed(method: Function) -> Optional[Result]:
    raised = _raised(method)
    if raised is not None:
        return raised
    nodes = list(own_nodes(method))
    returns = [node for node in nodes if isinstance(node, ast.Return)]
    if not any(node.value is not None for node in returns):
        return Result(NOTHING, "gives nothing back", method.lineno)
    replies = _names_of_reply(nodes)
    for node in sorted(returns, key=lambda node: node.lineno):
        for value in _alternatives(node.value):
            kind = _kind(value, replies, method.name)
            if kind is not None:
                return Result(kind, _WORDS.get(kind, f"gives {_described(value)}"), node.lineno)
    return None


_WORDS = {TRUTH: "gives True or False", NOTHING: "may give None"}


def _names_of_reply(nodes: List[ast.AST]) -> Set[str]:
    """Give the variables that hold the fields of the reply."""
    return {
        dotted(target)
        for node in nodes
        if isinstance(node, ast.Assign) and _is_reply(node.value)
        for target in node.targets
    }


def _is_reply(value: ast.AST) -> bool:
    return isinstance(value, ast.Call) and dotted(value.func) == f"self.{SENDING}"


def _alternatives(value: Optional[ast.expr]) -> Iterator[Optional[ast.expr]]:
    """Give what a returned expression may turn out to be."""
    if isinstance(value, ast.IfExp):
        yield from _alternatives(value.body)
        yield from _alternatives(value.orelse)
    elif isinstance(value, ast.Call) and dotted(value.func) == "ifs":
        for argument in value.args[1:]:
            yield from _alternatives(argument)
    else:
        yield value


def _kind(value: Optional[ast.expr], replies: Set[str], method: str) -> Optional[str]:
    """Classify a returned value, None for the vendor's."""
    if value is None or (isinstance(value, ast.Constant) and value.value is None):
        return NOTHING
    if dotted(value) in replies or _is_reply(value):
        return None
    if method == "get_balance" and (_is_element(value, replies) or _is_false(value)):
        return None
    if isinstance(value, ast.Call) and dotted(value.func) == "bool":
        return TRUTH
    if isinstance(value, ast.Constant) and isinstance(value.value, bool):
        return TRUTH
    if isinstance(value, (ast.Compare, ast.UnaryOp, ast.BoolOp)):
        return TRUTH
    return OTHER


def _is_element(value: ast.AST, replies: Set[str]) -> bool:
    return isinstance(value, ast.Subscript) and dotted(value.value) in replies


def _is_false(value: ast.AST) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def _described(value: Optional[ast.expr]) -> str:
    if isinstance(value, ast.Dict):
        return "a dictionary"
    if isinstance(value, ast.Tuple):
        return "a tuple"
    if isinstance(value, ast.Subscript):
        return "one field of the reply"
    if isinstance(value, ast.Call) and dotted(value.func) in ("int", "float", "Decimal"):
        return "a number"
    if isinstance(value, (ast.Constant, ast.JoinedStr)):
        return "a text"
    return "something else than the reply"

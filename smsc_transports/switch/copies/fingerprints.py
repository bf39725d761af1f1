"""Tells a method that nobody touched, for certain.

A method is brought into a normal form, from which everything is gone that this package tells in
words of its own (where constants come from, domain, formats, number of tries, defaults, debug
lines); the hash of that form is compared with those of the vendor's editions 1.7 to 2.0.
"""

from __future__ import annotations

import ast
import hashlib
import re
from typing import Any, Dict, FrozenSet, List, Mapping, Tuple

from smsc_transports.switch.copies.account import expressions_for_constants
from smsc_transports.switch.copies.address import DOMAIN, HOST_OF_URL
from smsc_transports.switch.copies.anatomy import SENDING, Anatomy
from smsc_transports.switch.copies.constants import DEFAULTS
from smsc_transports.switch.files.syntax import FUNCTIONS, Function, dotted

Form = Tuple[Any, ...]

VENDORS: Dict[str, FrozenSet[str]] = {
    "send_sms": frozenset({"4b8d97ebdc9ce03f", "67b95fa6f8f309d3"}),
    "send_sms_mail": frozenset({"e9125f86c19c0fd7"}),
    "get_sms_cost": frozenset({"367844839576cd34", "6f9ee05d8913783d"}),
    "get_status": frozenset({"bb11c485770cdc28"}),
    "get_balance": frozenset({"ef630a46a002c33b"}),
    "_smsc_send_cmd": frozenset(
        {"0d6739fb4b5aeb32", "4d6ba76b9b8ad599", "5b3ee676d324d79a", "b88c22281fc2f678"}
    ),
}
"""The hashes of the vendor's methods; of some there are several, one for each edition."""

VENDORS_DEBUG_LINES: Dict[str, FrozenSet[str]] = {
    "send_sms": frozenset({"c0340ea55058ce65"}),
    "send_sms_mail": frozenset({"f75b311e25e0ed21"}),
    "get_sms_cost": frozenset({"d7fc9790f201c70e"}),
    "get_status": frozenset({"16407a1b260313f1"}),
    "get_balance": frozenset({"f7f9c531c648c160"}),
    "_smsc_send_cmd": frozenset({"7d0bd34c1d14c955"}),
}
"""The hashes of what the vendor's methods do with SMSC_DEBUG."""

_DROPPED_FIELDS = {
    "annotation",
    "ctx",
    "decorator_list",
    "kind",
    "returns",
    "type_comment",
    "type_params",
}
_DEFAULTS = {"defaults", "kw_defaults"}
_LOGGERS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
_ANY_DOMAIN = re.compile(rf"(?:www\.)?(?:{DOMAIN.pattern})", re.IGNORECASE)
_ANY_ERROR = {"Exception", "BaseException"}


def is_vendors(name: str, function: Function, anatomy: Anatomy) -> bool:
    """Tell whether a method does what the vendor's does, but for what is told elsewhere."""
    plain = isinstance(function, ast.FunctionDef) and not function.decorator_list
    return plain and fingerprint(function, anatomy) in VENDORS.get(name, ())


def has_vendors_debug_lines(name: str, function: Function, anatomy: Anatomy) -> bool:
    """Tell whether a method prints what the vendor's prints."""
    return debug_fingerprint(function, anatomy) in VENDORS_DEBUG_LINES.get(name, ())


def fingerprint(function: Function, anatomy: Anatomy) -> str:
    """Give the hash of a method without its debug lines."""
    form = _Normal(anatomy, counts_tries=function.name == SENDING)
    return _hash((form.of(function.args), form.of(function.body)))


def debug_fingerprint(function: Function, anatomy: Anatomy) -> str:
    """Give the hash of a method's debug lines."""
    form = _Normal(anatomy, keeps_lines=True)
    blocks = debug_blocks(function)
    return _hash(tuple((form.of(block.body), form.of(block.orelse)) for block in blocks))


def debug_blocks(function: Function) -> List[ast.If]:
    """Give the statements of a method that only debugging makes it do."""
    return [node for node in ast.walk(function) if isinstance(node, ast.If) and _is_debug(node)]


def _is_debug(node: ast.If) -> bool:
    if "debug" not in dotted(node.test).rpartition(".")[2].lower():
        return False
    parts = (part for statement in node.body for part in ast.walk(statement))
    return not any(isinstance(part, (ast.Return, ast.Raise)) for part in parts)


def _without_lines(statements: List[Any]) -> List[Any]:
    """Leave out what is there for debugging and for logs."""
    return [
        node
        for node in statements
        if not (isinstance(node, ast.If) and _is_debug(node)) and not says(node)
    ]


def says(statement: ast.AST) -> bool:
    """Tell a statement that only prints or logs."""
    call = getattr(statement, "value", None)
    if not isinstance(statement, ast.Expr) or not isinstance(call, ast.Call):
        return False
    return dotted(call.func) == "print" or is_logger(call)


def is_logger(call: ast.Call) -> bool:
    """Tell a call of a logger's method."""
    return isinstance(call.func, ast.Attribute) and call.func.attr in _LOGGERS


def _hash(form: Form) -> str:
    return hashlib.sha256(repr(form).encode("utf-8")).hexdigest()[:16]


class _Normal:
    """Brings nodes of one copy into the normal form, the same on every Python."""

    def __init__(
        self, anatomy: Anatomy, *, counts_tries: bool = False, keeps_lines: bool = False
    ) -> None:
        self._class = anatomy.cls.name
        expressions = expressions_for_constants(anatomy).items()
        self._replaced = {ast.dump(node): name for name, node in expressions}
        self._counts_tries = counts_tries
        self._keeps_lines = keeps_lines

    def of_list(self, nodes: List[Any]) -> Form:
        return tuple(self.of(node) for node in nodes)

    def of(self, node: Any) -> Any:
        if isinstance(node, list):
            return self.of_list(node if self._keeps_lines else _without_lines(node))
        if not isinstance(node, ast.AST):
            return node
        kind = type(node).__name__
        if kind == "Index":  # Python 3.8 still has it
            return self.of(node.value)  # type: ignore[attr-defined]
        if isinstance(node, ast.Constant):
            return ("Constant", _plain(node.value))
        if self._replaced and isinstance(node, ast.expr) and ast.dump(node) in self._replaced:
            return ("Name", ("id", self._replaced[ast.dump(node)]))
        if isinstance(node, ast.Attribute) and self._is_constant(node):
            return ("Name", ("id", node.attr.upper()))
        if isinstance(node, (ast.List, ast.Tuple)) and _is_formats(node):
            return ("Formats",)
        if isinstance(node, ast.While) and self._counts_tries:
            return ("While", self.of(_without_numbers(node.test)), self.of(node.body))
        if isinstance(node, ast.ExceptHandler) and dotted(node.type) in _ANY_ERROR:
            return ("ExceptHandler", ("body", self.of(node.body)))
        return (kind, *self._fields(node))

    def _fields(self, node: ast.AST) -> Form:
        body = getattr(node, "body", None)
        if isinstance(node, FUNCTIONS) and isinstance(body, list) and ast.get_docstring(node):
            body = body[1:]
        dropped = _DROPPED_FIELDS | (_DEFAULTS if isinstance(node, ast.arguments) else set())
        fields: Mapping[str, Any] = {
            name: value for name, value in ast.iter_fields(node) if name not in dropped
        }
        if isinstance(node, ast.Call):
            keywords = [word for word in node.keywords if word.arg != "timeout"]
            fields = {**fields, "keywords": keywords}
        # What is empty is left out: later Pythons have more fields than earlier ones.
        return tuple(
            (name, self.of(body if name == "body" else value))
            for name, value in fields.items()
            if value not in (None, [])
        )

    def _is_constant(self, node: ast.Attribute) -> bool:
        return node.attr.upper() in DEFAULTS and dotted(node.value) in ("self", self._class)


def _without_numbers(test: ast.AST) -> List[ast.AST]:
    """Give the parts of a loop's condition but for the number of tries, which is told apart."""
    return [
        part
        for part in ast.walk(test)
        if isinstance(part, (ast.Name, ast.cmpop, ast.boolop))
        or (isinstance(part, ast.Constant) and not isinstance(part.value, int))
    ]


def _plain(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _ANY_DOMAIN.sub("DOMAIN", HOST_OF_URL.sub("//DOMAIN", value))


def _is_formats(node: ast.AST) -> bool:
    elements = getattr(node, "elts", [])
    return any(isinstance(part, ast.Constant) and part.value == "flash=1" for part in elements)

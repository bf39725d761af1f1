"""Recognises a copy of the vendor's file, whatever it is called, and finds its parts."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Dict, List, Optional, Set

from ..files.source import Source
from ..files.syntax import FUNCTIONS, Function, bound_names, dotted, methods, texts
from .constants import DEFAULTS

METHODS = (
    "send_sms",
    "send_sms_mail",
    "get_sms_cost",
    "get_status",
    "get_balance",
    "_smsc_send_cmd",
)
SENDING = "_smsc_send_cmd"
_MARKS = ("/sys/", "fmt=1", "cost=3", "flash=1", "psw=")
_ENOUGH = 4
_REQUESTS = {"urlopen", "quote"}
_IMPORTED: Dict[str, Set[str]] = {
    "datetime": {"datetime"},
    "time": {"sleep"},
    "urllib": _REQUESTS,
    "urllib2": _REQUESTS,
    "urllib.request": _REQUESTS,
    "urllib.parse": _REQUESTS,
    "__future__": {"print_function", "division", "absolute_import", "unicode_literals"},
}
_TEXT_MARKS = re.compile(r"def\s+send_sms\s*\(|_smsc_send_cmd|def\s+get_sms_cost\s*\(")


@dataclass(frozen=True)
class Anatomy:
    """The parts of a copy: its class, the methods by name, and the statements of the module."""

    source: Source
    cls: ast.ClassDef
    methods: Dict[str, Function]

    @property
    def module(self) -> List[ast.stmt]:
        """The statements of the module."""
        return self.source.tree.body

    @property
    def sending(self) -> Optional[Function]:
        """The method that makes the request."""
        return self.methods.get(SENDING)


def find_anatomy(source: Source) -> Optional[Anatomy]:
    """Find the vendor's class in a file, None if the file is no copy."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            own = methods(node)
            if "send_sms" in own and _is_vendors(node, own, source):
                return Anatomy(source, node, own)
    return None


def looks_like_a_copy(text: str) -> bool:
    """Tell by its text alone whether a broken file may be a copy."""
    return len({match.group().split("(")[0] for match in _TEXT_MARKS.finditer(text)}) >= 2


def is_replacement(source: Source) -> bool:
    """Tell whether a file is ours, edited or not."""
    imports_us = any(
        isinstance(node, ast.ImportFrom) and node.module == "smsc_transports"
        for node in ast.walk(source.tree)
    )
    classes = [node for node in source.tree.body if isinstance(node, ast.ClassDef)]
    return imports_us and any(set(METHODS) <= set(methods(node)) for node in classes)


def _is_vendors(cls: ast.ClassDef, own: Dict[str, Function], source: Source) -> bool:
    """Count what a stranger's class of the same method names would not have."""
    literals = "\n".join(texts(cls))
    requests = any(
        isinstance(node, ast.Attribute) and dotted(node) == f"self.{SENDING}"
        for node in ast.walk(cls)
    )
    if not requests and "/sys/" not in literals:
        return False
    bound = {name for statement in source.tree.body for name in bound_names(statement)}
    marks = sum(name in own for name in METHODS) + sum(mark in literals for mark in _MARKS)
    marks += bool(bound & set(DEFAULTS)) + ("ifs" in bound)
    return marks >= _ENOUGH


def vendors_own(statement: ast.stmt, cls: ast.ClassDef) -> bool:
    """Tell a statement of the vendor's module from one that its owner added."""
    if statement is cls or _is_docstring(statement):
        return True
    if isinstance(statement, FUNCTIONS):
        return statement.name == "ifs"
    if isinstance(statement, (ast.Try, ast.If)) and set(bound_names(statement)) == _REQUESTS:
        return all(vendors_own(part, cls) for part in statement.body)
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names] == ["smtplib"]
    if isinstance(statement, ast.ImportFrom):
        imported = {alias.asname or alias.name for alias in statement.names}
        return imported <= _IMPORTED.get(statement.module or "", set())
    return False


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)

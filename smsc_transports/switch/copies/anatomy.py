"""Recognises a copy of the vendor's file, whatever it is called, and finds its parts."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Dict, FrozenSet, List, Optional, Set, Tuple

from smsc_transports.switch.copies.constants import DEFAULTS
from smsc_transports.switch.files.source import Source
from smsc_transports.switch.files.syntax import (
    FUNCTIONS,
    Function,
    bound_names,
    dotted,
    methods,
    texts,
)

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
Import = Tuple[str, str, str]
"""Module, name, and the name that it gets, "" for its own."""

VENDORS_IMPORTS: FrozenSet[Import] = frozenset(
    {
        ("", "smtplib", ""),
        ("datetime", "datetime", ""),
        ("time", "sleep", ""),
        ("urllib", "urlopen", ""),
        ("urllib", "quote", ""),
        ("urllib2", "urlopen", ""),
        ("urllib.request", "urlopen", ""),
        ("urllib.request", "quote", ""),
        ("urllib.parse", "quote", ""),
    }
)
"""What the vendor's editions import, and what people who moved to Python 3 wrote for it."""

_TEXT_MARKS = re.compile(
    r"def send_sms|_smsc_send_cmd|def get_sms_cost|^SMSC_LOGIN|^SMTP_FROM|flash=1", re.MULTILINE
)
_ENOUGH_IN_A_TEXT = 3


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
    return len(set(_TEXT_MARKS.findall(text))) >= _ENOUGH_IN_A_TEXT


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


def state_of_objects(anatomy: Anatomy) -> Dict[str, int]:
    """Give the attributes of self that an owner made the vendor's methods read, with the lines."""
    own = set(METHODS) | set(anatomy.methods)
    return {
        part.attr: part.lineno
        for name in METHODS
        if name in anatomy.methods
        for part in ast.walk(anatomy.methods[name])
        if isinstance(part, ast.Attribute)
        and dotted(part.value) in ("self", anatomy.cls.name, "cls")
        and isinstance(part.ctx, ast.Load)
        and part.attr not in own
    }


def vendors_own(statement: ast.stmt, cls: ast.ClassDef) -> bool:
    """Tell a statement of the vendor's module from one that its owner added."""
    if statement is cls or _is_docstring(statement):
        return True
    if isinstance(statement, FUNCTIONS):
        return statement.name == "ifs"
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
        return True
    imported = imports_in(statement)
    bound = {alias or name for _, name, alias in imported}
    return bool(imported) and imported <= VENDORS_IMPORTS and bound == set(bound_names(statement))


def imports_in(node: ast.AST) -> Set[Import]:
    """Give what the imports in a node import."""
    found: Set[Import] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.ImportFrom):
            module = "." * part.level + (part.module or "")
            found |= {(module, alias.name, alias.asname or "") for alias in part.names}
        elif isinstance(part, ast.Import):
            found |= {("", alias.name, alias.asname or "") for alias in part.names}
    return found


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)

"""The settings of a file, as far as they are known without running it."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Dict, Mapping, NamedTuple, Optional, Union, cast

from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.module_level import NEW_SETTINGS
from smsc_transports.switching.sources import (
    bound_names,
    dotted,
    index_of,
    plain_assignment,
    read_source,
)

NAMES = (*DEFAULTS, *NEW_SETTINGS)


_LOOK_UPS = ("os.environ.get", "environ.get", "os.getenv", "getenv")


class Unknown(NamedTuple):
    """A setting whose value cannot be known without running the file."""

    line: int
    reason: str = ""

    def __str__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"cannot be known without running, line {self.line}{why}"


Value = Union[str, bytes, int, float, bool, None, Unknown]


def constants(path: Path, environ: Optional[Mapping[str, str]] = None) -> Dict[str, Value]:
    """Give the settings that a file of ours, or a copy of the vendor's, sets; nothing is run.

    A plain value is given as it is, a look-up in the environment as ``environ`` (by default the
    process's) answers it; anything else is an :class:`Unknown`. A setting that the file does not
    name is left out.

    Raises:
        UnreadableFile: the file cannot be read as Python.
    """
    return _Evaluator(os.environ if environ is None else environ).read(read_source(path).tree)


class _Evaluator:
    """Follows the statements of a module in their order."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._known: Dict[str, Value] = {}
        self._called = 0

    def read(self, tree: ast.Module) -> Dict[str, Value]:
        """Give the settings of a module."""
        for statement in tree.body:
            assigned = plain_assignment(statement)
            if assigned:
                self._known[assigned[0]] = self._value(assigned[1])
                continue
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                self._called = self._called or statement.lineno
            names = bound_names(statement)
            if "*" in names:
                reason = "a star import may set it"
                for name in NAMES:
                    self._known[name] = Unknown(statement.lineno, reason)
            for name in names:
                self._known[name] = Unknown(statement.lineno)
        for node in ast.walk(tree):
            self._at_each_call(node)
        return {name: self._known[name] for name in NAMES if name in self._known}

    def _at_each_call(self, node: ast.AST) -> None:
        """Read what a migrated file gives to each call: ``{**globals(), "NAME": ...}``."""
        if not isinstance(node, ast.Dict) or not node.keys or node.keys[0] is not None:
            return
        first = node.values[0]
        if isinstance(first, ast.Call) and dotted(first.func) == "globals":
            for key, value in zip(node.keys[1:], node.values[1:]):
                name = getattr(key, "value", None)
                if isinstance(name, str):
                    self._known[name] = self._value(value)

    def _value(self, node: ast.expr) -> Value:
        try:
            return cast(Value, ast.literal_eval(node))
        except ValueError:
            pass
        if isinstance(node, ast.Name) and node.id in self._known:
            return self._known[node.id]
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            first = self._value(node.values[0])
            return first if first or isinstance(first, Unknown) else self._last_of(node)
        key = _environment_key(node)
        if key is None:
            return Unknown(node.lineno)
        if self._called:  # load_dotenv() for one
            return Unknown(node.lineno, f"line {self._called} may set {key}")
        if key in self._environ:
            return self._environ[key]
        if isinstance(node, ast.Subscript):
            return Unknown(node.lineno, f"{key} is not set in the environment")
        arguments = node.args if isinstance(node, ast.Call) else []
        return self._value(arguments[1]) if len(arguments) > 1 else None

    def _last_of(self, node: ast.BoolOp) -> Value:
        rest = node.values[1:]
        if len(rest) == 1:
            return self._value(rest[0])
        return self._value(ast.copy_location(ast.BoolOp(op=node.op, values=rest), node))


def _environment_key(node: ast.expr) -> Optional[str]:
    key: object = None
    if isinstance(node, ast.Subscript) and dotted(node.value) in ("os.environ", "environ"):
        key = getattr(index_of(node), "value", None)
    elif isinstance(node, ast.Call) and dotted(node.func) in _LOOK_UPS and not node.keywords:
        key = getattr(node.args[0], "value", None) if node.args else None
    return key if isinstance(key, str) else None

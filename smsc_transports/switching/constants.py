"""The settings of a file, as far as they are known without running it."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Dict, Mapping, NamedTuple, Optional, Union, cast

from smsc_transports.switching.environment import OF_THE_PROCESS, look_up
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.module_level import NEW_SETTINGS
from smsc_transports.switching.sources import (
    bound_names,
    dotted,
    plain_assignment,
    read_source,
)

NAMES = (*DEFAULTS, *NEW_SETTINGS)


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
    tree = read_source(path).tree
    module = _Module(os.environ if environ is None else environ)
    for statement in tree.body:
        module.follow(statement)
    for node in ast.walk(tree):
        module.at_each_call(node)
    return {name: module.known[name] for name in NAMES if name in module.known}


class _Module:
    """The names of a module, followed from statement to statement."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.known: Dict[str, Value] = {}
        self._environ = environ
        self._called = 0

    def follow(self, statement: ast.stmt) -> None:
        """Keep what a statement sets."""
        name, value = plain_assignment(statement) or ("", None)
        if value is not None:
            self.known[name] = self._value(value)
            return
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            self._called = self._called or statement.lineno
        for name in bound_names(statement):
            if name == "*":
                unknown = Unknown(statement.lineno, "a star import may set it")
                self.known.update(dict.fromkeys(NAMES, unknown))
            self.known[name] = Unknown(statement.lineno)

    def at_each_call(self, node: ast.AST) -> None:
        """Read what a migrated file gives to each call: ``{**globals(), "NAME": ...}``."""
        if not isinstance(node, ast.Dict) or not node.keys or node.keys[0] is not None:
            return
        if dotted(getattr(node.values[0], "func", None)) == "globals":
            for key, value in zip(node.keys[1:], node.values[1:]):
                self.known[str(getattr(key, "value", ""))] = self._value(value)

    def _value(self, node: ast.expr) -> Value:
        try:
            return cast(Value, ast.literal_eval(node))
        except ValueError:
            pass
        if isinstance(node, ast.Name) and node.id in self.known:
            return self.known[node.id]
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            value: Value = None
            for one in node.values:
                value = self._value(one)
                if value or isinstance(value, Unknown):
                    break
            return value
        found = look_up(node)
        if found is None or not OF_THE_PROCESS.fullmatch(found.by):
            return Unknown(node.lineno)
        if self._called:  # load_dotenv() for one
            return Unknown(node.lineno, f"line {self._called} may set {found.name}")
        if found.name in self._environ:
            return self._environ[found.name]
        if isinstance(node, ast.Subscript):
            return Unknown(node.lineno, f"{found.name} is not set in the environment")
        return self._value(found.default) if found.default is not None else None

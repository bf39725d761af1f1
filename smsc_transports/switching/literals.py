"""Source code that may be shown, and what it reads of the environment.

Secrets are masked where they stand. The same text elsewhere stays: a mask there would reveal it.
"""

from __future__ import annotations

import ast
import functools
import re
from typing import Iterator, List, Optional, Set, Tuple

from smsc_transports.reporting.redaction import MASK
from smsc_transports.switching.known_editions import SECRETS
from smsc_transports.switching.sources import Source, dotted, index_of

_NAMES_A_SECRET = re.compile(
    r"passw|pswd|psw|pwd|secret|token|api_?key|login\b|login$", re.IGNORECASE
)
_HOLDS_A_SECRET = re.compile(r"\b(?:login|psw|apikey|password)=[^&\s%{]|://[^/\s:@]+:[^/\s@]+@")
_GET = ("get", "getenv", "setdefault", "pop")


def environment_names(node: ast.AST) -> Tuple[str, ...]:
    """Give the names of the environment variables that an expression or a statement reads."""
    found: List[str] = []
    for part in ast.walk(node):
        key: object = None
        if isinstance(part, ast.Call) and part.args:
            name = dotted(part.func)
            if name.endswith(("environ.get", "getenv")) or name in ("config", "env"):
                key = getattr(part.args[0], "value", None)
        elif isinstance(part, ast.Subscript) and dotted(part.value).endswith("environ"):
            key = getattr(index_of(part), "value", None)
        if isinstance(key, str) and key not in found:
            found.append(key)
    return tuple(found)


def is_secret(name: str) -> bool:
    """Tell a name that a password, a key or a login has."""
    return name in SECRETS or bool(_NAMES_A_SECRET.search(name))


def masked(source: Source, start: int = 0, end: Optional[int] = None, by: str = MASK) -> str:
    """Give a part of a file with ``by`` in the place of each secret in it."""
    stop = len(source.text) if end is None else end
    parts: List[str] = []
    place = start
    for first, last in _spans(source):
        if place <= first and last <= stop:
            parts += [source.text[place:first], f'"{by}"']
            place = last
    return "".join([*parts, source.text[place:stop]])


def typed_in(tree: ast.AST) -> Set[int]:
    """Give the lines on which a secret is typed in."""
    return {node.lineno for node in _secrets(tree)}


@functools.lru_cache(maxsize=4)
def _spans(source: Source) -> List[Tuple[int, int]]:
    return sorted({source.span(node) for node in _secrets(source.tree)})


def _secrets(tree: ast.AST) -> Iterator[ast.expr]:
    """Give the texts that are assigned to, or passed as, what is called like a secret."""
    for node in ast.walk(tree):
        for one in _secrets_of(node):
            given = one.value if isinstance(one, ast.Constant) else one
            if given and given not in (True, ...):
                yield one


def _secrets_of(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _HOLDS_A_SECRET.search(node.value):
            yield node
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from _paired(target, node.value)
    elif isinstance(node, ast.keyword) and is_secret(node.arg or ""):
        yield from _texts(node.value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values):
            if is_secret(str(getattr(key, "value", ""))):
                yield from _texts(value)
    elif isinstance(node, ast.Call) and node.args:
        name = dotted(node.func).rpartition(".")[2]
        if name == "quote":
            yield from _texts(node.args[0])
        elif name in _GET and is_secret(str(getattr(node.args[0], "value", ""))):
            yield from (text for one in node.args[1:] for text in _texts(one))
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        names = node.args.args[len(node.args.args) - len(node.args.defaults) :]
        for argument, default in zip(names, node.args.defaults):
            if is_secret(argument.arg):
                yield from _texts(default)


def _paired(target: ast.AST, value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
        for one, given in zip(target.elts, value.elts):
            yield from _paired(one, given)
        return
    name = target.attr if isinstance(target, ast.Attribute) else dotted(target)
    if isinstance(target, ast.Subscript):
        name = str(getattr(index_of(target), "value", ""))
    if is_secret(name):
        yield from _texts(value)


def _texts(node: ast.expr) -> Iterator[ast.expr]:
    """Give the texts that an expression can give; the keys of look-ups are none of them."""
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        yield node
    elif isinstance(node, ast.BoolOp):
        for one in node.values:
            yield from _texts(one)
    elif isinstance(node, ast.BinOp):
        yield from _texts(node.left)
        yield from _texts(node.right)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)

"""The passwords, keys and logins that are typed into a file, found by the names they are given to.

A secret is given to a name that is called like one, or to a name or key that such a name is read
from: ``CARD = "..."``, then ``SMSC_PASSWORD = CARD``.
"""

from __future__ import annotations

import ast
import functools
import re
from typing import AbstractSet, Iterator, List, Sequence, Set, Tuple

from smsc_transports.switching.known_editions import SECRETS
from smsc_transports.switching.sources import FUNCTIONS, dotted, index_of

NAMES_A_SECRET = re.compile(
    r"passw|pswd|psw|pwd|secret|token|api_?key|login\b|login$|(?:\b|_)pass(?:\b|_)|credential",
    re.IGNORECASE,
)
NOT_SHORT, _LONG = 4, 6  # characters
_HOLDS_A_SECRET = re.compile(r"\b(?:login|psw|apikey|password)=[^&\s%{]|://[^/\s:@]+:[^/\s@]+@")
_GET = ("get", "getenv", "setdefault", "pop")
_LOOK_UPS = (*_GET, "config", "env", "getattr", "quote")
_NAMES_A_PLACE = ("open", "Path", "join", "import_module", "getLogger")
_OF_A_MESSAGE = {"phones", "phone", "message", "sender", "time", "str"}
_KEYS = {"login", "password", "psw", "pass", "apikey", "api_key", "user", "username", "key"}
_NOTHING = (None, False, True, ..., 0, "", b"")
_BINDING = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.comprehension,
            ast.withitem)  # fmt: skip
_LOOKED_AT = (*_BINDING, *FUNCTIONS, ast.Call, ast.Constant, ast.Dict, ast.ClassDef)
_MADE_OF_PARTS = (ast.BoolOp, ast.BinOp, ast.Tuple, ast.List, ast.Set, ast.Starred, ast.Lambda,
                  ast.NamedExpr)  # fmt: skip


def is_secret(name: str) -> bool:
    """Tell a name that a password, a key or a login has."""
    return name in SECRETS or bool(NAMES_A_SECRET.search(name))


def typed_in(tree: ast.Module) -> Set[int]:
    """Give the lines on which a secret is typed in."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    # What is passed on is masked where it is shown, but may be a label: input("Login: ").
    passed = {id(one) for call in calls if dotted(call.func).rpartition(".")[2] not in _LOOK_UPS
              for one in [*call.args, *(each.value for each in call.keywords
                                        if not is_secret(each.arg or ""))]}  # fmt: skip
    return {node.lineno for node in secret_texts(tree) if id(node) not in passed}


def bound_texts(tree: ast.AST) -> Set[ast.expr]:
    """Give the texts that are bound, as they stand, to names that are called like secrets."""
    found: Set[ast.expr] = set()
    for target, value in (pair for node in ast.walk(tree) for pair in _bindings(node)):
        inner = ast.walk(value)
        if not any(isinstance(node, (ast.Call, ast.Lambda, ast.Subscript)) for node in inner):
            found.update(filter(_is_text, _paired(target, value, set())))
    return found


def _is_text(node: ast.expr) -> bool:
    text = getattr(node, "value", None)
    return isinstance(node, ast.JoinedStr) or (isinstance(text, str) and bool(text))


@functools.lru_cache(maxsize=8)
def secret_texts(tree: ast.Module) -> Sequence[ast.expr]:
    """Give the texts that are given to what is called like a secret, and the same elsewhere."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, _LOOKED_AT)]
    names = _leading_to_secrets(nodes)
    given = (one for node in nodes for one in _secrets_of(node, names))
    found = [one for one in given if _is_text(one) or getattr(one, "value", None) not in _NOTHING]
    texts = {getattr(one, "value", None) for one in found}
    # A mask elsewhere would rather give a short one away.
    known = [text for text in texts if isinstance(text, str) and len(text) >= NOT_SHORT][:100]
    long = [text for text in known if len(text) >= _LONG]
    for node in nodes:
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and (text in known or any(one in text for one in long)):
            found.append(node)  # type: ignore[arg-type]
    return found


def _leading_to_secrets(nodes: Sequence[ast.AST]) -> Set[str]:
    """Give the names and keys that a secret is read by, and the functions that set one."""
    found: Set[str] = set()
    bindings = [pair for node in nodes for pair in _bindings(node)]
    for target, value in [*bindings, *bindings]:  # twice: a name may stand for a name
        renames = isinstance(value, (ast.Name, ast.Attribute))
        if _is_target_secret(target, found if renames else set()):
            found |= _read_in(value)
        if isinstance(value, ast.Name) and value.id in found:
            found.add(dotted(target))
    for node in nodes:
        if isinstance(node, ast.Call) and dotted(node.func) == "quote":
            found = found.union(*map(_read_in, node.args[:1]))
        elif isinstance(node, ast.Dict):
            secret = (value for key, value in _named(node) if is_secret(key))
            found = found.union(*map(_read_in, secret))
        elif isinstance(node, FUNCTIONS):
            inner = (one for one in ast.walk(node) if isinstance(one, ast.Global))
            found |= {node.name for one in inner if any(map(is_secret, one.names))}
        elif isinstance(node, ast.ClassDef):
            names = {getattr(one, "name", "") for one in node.body}
            again = node.name in map(dotted, node.bases)  # as our file has it
            if "__init__" in names and (again or "send_sms" in names):
                found.add(node.name)
    return found - _OF_A_MESSAGE - {""}


def _read_in(value: ast.expr) -> Set[str]:
    """Give the names, attributes and keys in an expression."""
    found = set()
    for part in ast.walk(value):
        key = part.value if isinstance(part, ast.Constant) else None
        found.add(getattr(part, "id", None) or getattr(part, "attr", None) or key)
    return {one for one in found if isinstance(one, str)}


def _bindings(node: ast.AST) -> Iterator[Tuple[ast.AST, ast.expr]]:
    """Give what a node binds, and to what."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value:
        yield node.target, node.value
    elif isinstance(node, (ast.For, ast.comprehension)):
        yield node.target, node.iter
    elif isinstance(node, ast.withitem) and node.optional_vars:
        yield node.optional_vars, node.context_expr


def _is_target_secret(target: ast.AST, names: AbstractSet[str]) -> bool:
    if isinstance(target, (ast.Tuple, ast.List)):
        return any(_is_target_secret(one, names) for one in target.elts)
    name = target.attr if isinstance(target, ast.Attribute) else dotted(target)
    if isinstance(target, ast.Subscript):
        name = str(getattr(index_of(target), "value", ""))
    return is_secret(name) or name in names


def _secrets_of(node: ast.AST, names: AbstractSet[str]) -> Iterator[ast.expr]:
    for target, value in _bindings(node):
        yield from _paired(target, value, names)
    for name, value in _named(node):
        if is_secret(name) or name in names:
            yield from _texts(value)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _HOLDS_A_SECRET.search(node.value):
            yield node
    elif isinstance(node, ast.Call) and dotted(node.func) in names:
        yield from _texts(*_given(node))
    elif isinstance(node, FUNCTIONS) and node.name in names:
        yield from _texts(*node.args.defaults)
        for one in ast.walk(node):
            if isinstance(one, (ast.Return, ast.Assign)) and one.value:
                yield from _texts(one.value)


def _named(node: ast.AST) -> Iterator[Tuple[str, ast.expr]]:
    """Give what a call, a dictionary or a signature gives a name to, without binding it."""
    if isinstance(node, ast.Dict):
        yield from ((str(getattr(key, "value", "")), value)
                    for key, value in zip(node.keys, node.values))  # fmt: skip
    elif isinstance(node, ast.Call):
        yield from ((keyword.arg or "", keyword.value) for keyword in node.keywords)
        by = dotted(node.func).rpartition(".")[2]
        if by == "quote":
            yield from (("password", one) for one in node.args[:1])
        elif by in _GET:
            key = str(getattr(node.args[0], "value", "")) if node.args else ""
            yield from ((key, one) for one in node.args[1:])
    elif isinstance(node, FUNCTIONS):
        pairs = zip(reversed(node.args.args), reversed(node.args.defaults))
        yield from ((argument.arg, default) for argument, default in pairs)


def _paired(target: ast.AST, value: ast.expr, names: AbstractSet[str]) -> Iterator[ast.expr]:
    pair = isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List))
    if pair and len(target.elts) == len(value.elts):  # type: ignore[attr-defined]
        for one, given in zip(target.elts, value.elts):  # type: ignore[attr-defined]
            yield from _paired(one, given, names)
    elif _is_target_secret(target, set()):
        yield from _texts(value)
    elif _is_target_secret(target, names) and not isinstance(value, (ast.Dict, ast.Call)):
        yield from _texts(value)  # a table may hold other things too


def _texts(*nodes: ast.expr) -> Iterator[ast.expr]:
    """Give the texts that expressions can give; the keys of look-ups are none of them."""
    waiting: List[ast.AST] = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            yield node
        elif isinstance(node, ast.Call):
            waiting += _given(node)
        elif isinstance(node, ast.IfExp):
            waiting += [node.body, node.orelse]
        elif isinstance(node, ast.Dict):
            waiting += node.values
        elif isinstance(node, ast.Subscript):
            waiting.append(node.value)
        elif isinstance(node, _MADE_OF_PARTS):
            waiting += ast.iter_child_nodes(node)


def _given(call: ast.Call) -> List[ast.expr]:
    """Give what a call works with; not what names a key or a file."""
    name = getattr(call.func, "attr", dotted(call.func))
    of = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    text = isinstance(of, (ast.Constant, ast.JoinedStr, ast.Call)) and getattr(of, "value", True)
    if (text and name not in ("format", *_LOOK_UPS)) or (name in _NAMES_A_PLACE and dotted(of)):
        return [of]
    looks_up = name in _LOOK_UPS
    given = [*call.args[looks_up:], *(keyword.value for keyword in call.keywords)]
    return [of, *(one for one in given
                  if not looks_up or getattr(one, "value", None) not in _KEYS)]  # fmt: skip

"""The passwords, keys and logins that are typed into a file, found by the names they are given to.

A secret is given to a name that is called like one, or to a name or key that such a name is read
from: ``CARD = "..."``, then ``SMSC_PASSWORD = CARD``.
"""

from __future__ import annotations

import ast
import functools
import re
from typing import Iterator, List, Sequence, Set, Tuple

from smsc_transports.switching.environment import look_up
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
_LISTS = (ast.Tuple, ast.List)
_LOOKED_AT = (*_BINDING, *FUNCTIONS, ast.Call, ast.Constant, ast.Dict, ast.ClassDef,
              ast.Global)  # fmt: skip
_MADE_OF_PARTS = (ast.BoolOp, ast.BinOp, ast.Tuple, ast.List, ast.Set, ast.Starred, ast.Lambda,
                  ast.NamedExpr)  # fmt: skip


Pair = Tuple[Sequence[str], ast.expr]
"""Names, and what is given to them."""


def is_secret(name: str) -> bool:
    """Tell a name that a password, a key or a login has."""
    return name in SECRETS or bool(NAMES_A_SECRET.search(name))


def typed_in(tree: ast.Module) -> Set[int]:
    """Give the lines on which a secret is typed in."""
    methods = (node for node in ast.walk(tree) if getattr(node, "name", "") == "_smsc_send_cmd")
    sent = {id(node) for method in methods for node in ast.walk(method)}
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    # What is passed on is masked where it is shown, but may be a label, the option of a section, or
    # what else is quoted: input("Login: "), config.get("sms", "key").
    passed = {id(one) for call in calls if id(call) not in sent and not _is_of_a_secret(call)
              for one in [*call.args, *(each.value for each in call.keywords
                                        if not is_secret(each.arg or ""))]}  # fmt: skip
    bound = bound_texts(tree)
    return {node.lineno for node in secret_texts(tree)
            if node in bound or (id(node) not in passed and not _is_label(node))}  # fmt: skip


def _is_label(node: ast.expr) -> bool:
    """Tell a text for people to read: the name of a field, for instance."""
    return bool(re.search(r"[\s\u0400-\u04ff]", str(getattr(node, "value", ""))))


def _is_of_a_secret(call: ast.Call) -> bool:
    """Tell a look-up whose default is certainly one."""
    key = next((one.value for one in call.args if isinstance(one, ast.Constant)), None)
    by = dotted(call.func).rpartition(".")[2]
    return bool(look_up(call)) or (by in _LOOK_UPS and is_secret(str(key)))


def bound_texts(tree: ast.AST) -> Set[ast.expr]:
    """Give the texts that are bound, as they stand, to names that are called like secrets."""
    found: Set[ast.expr] = set()
    for names, value in (pair for node in ast.walk(tree) for pair in _bindings(node)):
        inner = ast.walk(value)
        made = any(isinstance(node, (ast.Call, ast.Lambda, ast.Subscript)) for node in inner)
        if any(map(is_secret, names)) and not made:
            found.update(filter(_is_text, _texts(value)))
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
    pairs = [pair for node in nodes for pair in (*_bindings(node), *_items(node))]
    for names, value in [*pairs, *pairs]:  # twice: a name may stand for a name
        renames = isinstance(value, (ast.Name, ast.Attribute)) and found.intersection(names)
        if renames or any(map(is_secret, names)):
            found |= _read_in(value)
        if isinstance(value, ast.Name) and value.id in found:
            found.update(names)
    sets = [node for node in nodes
            if isinstance(node, ast.Global) and any(map(is_secret, node.names))]  # fmt: skip
    for node in nodes:
        if isinstance(node, FUNCTIONS) and sets:
            found |= {node.name for one in ast.walk(node) if one in sets}
        elif isinstance(node, ast.ClassDef):
            members = {getattr(one, "name", "") for one in node.body}
            again = node.name in map(dotted, node.bases)  # as our file has it
            if "__init__" in members and (again or "send_sms" in members):
                found.add(node.name)
    return found - _OF_A_MESSAGE - {""}


def _read_in(value: ast.expr) -> Set[str]:
    """Give the names, attributes and keys in an expression."""
    found = set()
    for part in ast.walk(value):
        key = part.value if isinstance(part, ast.Constant) else None
        found.add(getattr(part, "id", None) or getattr(part, "attr", None) or key)
    return {one for one in found if isinstance(one, str)}


def _secrets_of(node: ast.AST, names: Set[str]) -> Iterator[ast.expr]:
    for given, value in (*_bindings(node), *_items(node), *_arguments(node)):
        # What is only known to lead to a secret may hold other things too, if it is a table.
        table = isinstance(value, (ast.Dict, ast.Call)) and isinstance(node, _BINDING)
        if any(map(is_secret, given)) or (names.intersection(given) and not table):
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


def _bindings(node: ast.AST) -> Iterator[Pair]:
    """Give the names that a statement binds, attributes and keys too, and what to."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _unpacked(target, node.value)
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value:
        yield from _unpacked(node.target, node.value)
    elif isinstance(node, (ast.For, ast.comprehension)):
        yield from _unpacked(node.target, node.iter)
    elif isinstance(node, ast.withitem) and node.optional_vars:
        yield from _unpacked(node.optional_vars, node.context_expr)


def _unpacked(target: ast.AST, value: ast.expr) -> Iterator[Pair]:
    if not isinstance(target, _LISTS):
        name = target.attr if isinstance(target, ast.Attribute) else dotted(target)
        if isinstance(target, ast.Subscript):
            name = str(getattr(index_of(target), "value", ""))
        yield [name], value
    elif isinstance(value, _LISTS) and len(target.elts) == len(value.elts):
        for one, given in zip(target.elts, value.elts):
            yield from _unpacked(one, given)
    else:
        inner = [pair for one in target.elts for pair in _unpacked(one, value)]
        yield [name for names, _ in inner for name in names], value


def _items(node: ast.AST) -> Iterator[Pair]:
    """Give the keys of a dictionary, and what is quoted for a request."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values):
            yield [str(getattr(key, "value", ""))], value
    elif isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "quote":
        yield from ((["password"], one) for one in node.args[:1])


def _arguments(node: ast.AST) -> Iterator[Pair]:
    """Give the names of arguments, and the keys of look-ups with a default."""
    if isinstance(node, FUNCTIONS):
        pairs = zip(reversed(node.args.args), reversed(node.args.defaults))
        yield from (([argument.arg], default) for argument, default in pairs)
    elif isinstance(node, ast.Call):
        yield from (([keyword.arg or ""], keyword.value) for keyword in node.keywords)
        if dotted(node.func).rpartition(".")[2] in _GET:
            key = str(getattr(node.args[0], "value", "")) if node.args else ""
            yield from (([key], one) for one in node.args[1:] if is_secret(key))


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

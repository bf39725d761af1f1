"""Source code that may be shown, and what it reads of the environment.

Secrets are masked where they stand. The same text elsewhere stays: a mask there would reveal it.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import re
import tokenize
from typing import AbstractSet, Iterator, List, Optional, Sequence, Set, Tuple

from smsc_transports.reporting.redaction import MASK
from smsc_transports.switching.known_editions import SECRETS
from smsc_transports.switching.sources import FUNCTIONS, Source, dotted, index_of

_NAMES_A_SECRET = re.compile(
    r"passw|pswd|psw|pwd|secret|token|api_?key|login\b|login$|(?:\b|_)pass(?:\b|_)|credential",
    re.IGNORECASE,
)
_HOLDS_A_SECRET = re.compile(r"\b(?:login|psw|apikey|password)=[^&\s%{]|://[^/\s:@]+:[^/\s@]+@")
_COMMENTS_A_SECRET = re.compile(
    f"(?:{_NAMES_A_SECRET.pattern}|парол|логин).*[\"'=:]", re.IGNORECASE
)
_GET = ("get", "getenv", "setdefault", "pop")
_LOOK_UPS = (*_GET, "config", "env", "getattr", "quote")
_NAMES_A_PLACE = ("open", "Path", "join", "import_module", "getLogger")
_NOT_SHORT, _LONG = 4, 6  # characters
_LONGEST_READ = 300  # characters; what is longer is masked unread
_SENDING_METHODS = ("_smsc_send_cmd", "send_sms_mail")
_NO_SECRET = re.compile(
    r".{0,2}|https?|\.php|[&?]?(?:\w+=\w{0,5}&?)*|\S*://[\w.-]*smsc[^@&]*|[\w.-]*\bsmsc\.\w+/?|"
    r"(?:/\w+)*/|utf-?8|windows-1251|cp1251|koi8-r|GET|POST|.*[\s\n].*[^\x00-\x7f].*|"
    r"[^\x00-\x7f].*\s.*|send@.*|Content-Type: .*",
    re.DOTALL | re.IGNORECASE,
)
_OF_A_MESSAGE = {"phones", "phone", "message", "sender", "time", "str"}
_KEYS = {"login", "password", "psw", "pass", "apikey", "api_key", "user", "username", "key"}


def visible(text: str) -> str:
    """Write out what would not be seen, or would steer a terminal."""
    return "".join(
        char
        if char.isprintable() or char == "\t"
        else char.encode("unicode_escape", "backslashreplace").decode()
        for char in text
    )


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


def masked(source: Source, start: int = 0, end: Optional[int] = None, wary: bool = False) -> str:
    """Give a part of a file with a mask in the place of each secret in it.

    With ``wary`` also in the place of what may be one because it stands where secrets are sent.
    """
    stop = len(source.text) if end is None else end
    parts: List[str] = []
    place = start
    for first, last in sorted([*_spans(source), *(_wary_spans(source) if wary else ())]):
        if place <= first and last <= stop:
            instead = f"# {MASK}" if source.text[first] == "#" else f'"{MASK}"'
            parts += [source.text[place:first], instead]
            place = last
    return "".join([*parts, source.text[place:stop]])


def typed_in(tree: ast.AST) -> Set[int]:
    """Give the lines on which a secret is typed in."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    # What is passed on is masked where it is shown, but may be a label: input("Login: ").
    passed = {id(one) for call in calls if dotted(call.func).rpartition(".")[2] not in _LOOK_UPS
              for one in [*call.args, *(each.value for each in call.keywords
                                        if not is_secret(each.arg or ""))]}  # fmt: skip
    return {node.lineno for node in _secrets(tree) if id(node) not in passed}


@functools.lru_cache(maxsize=4)
def _spans(source: Source) -> List[Tuple[int, int]]:
    nodes = {source.span(node) for node in _secrets(source.tree)}
    return sorted({*nodes, *_comments(source)})


def with_dummies(source: Source, dummy: str) -> str:
    """Give a file with ``dummy`` for each text that is bound to what is called like a secret.

    No more than that: in the place of any other text it could change what the file does.
    """
    pairs = [pair for node in ast.walk(source.tree) for pair in _bindings(node)]
    bound = {one for target, value in pairs for one in _bound(target, value)}
    text = source.text
    for first, last in sorted(map(source.span, bound), reverse=True):
        text = f'{text[:first]}"{dummy}"{text[last:]}'
    return text


def _bound(target: ast.AST, value: ast.expr) -> Iterator[ast.expr]:
    if any(isinstance(node, (ast.Call, ast.Lambda, ast.Subscript)) for node in ast.walk(value)):
        return
    for one in _paired(target, value, set()):
        text = getattr(one, "value", None)
        if isinstance(one, ast.JoinedStr) or (text and isinstance(text, str)):
            yield one


def texts_to_hide(tree: ast.AST) -> List[str]:
    """Give the typed-in texts that are or may be secrets, long enough to be masked anywhere."""
    nodes = [*_secrets(tree), *_sent(tree)]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return [
        text
        for text in texts
        if isinstance(text, str) and len(text) >= _NOT_SHORT and not _NO_SECRET.fullmatch(text)
    ]


def _wary_spans(source: Source) -> Iterator[Tuple[int, int]]:
    return (source.span(node) for node in _sent(source.tree))


def _sent(tree: ast.AST) -> Iterator[ast.expr]:
    methods = (node for node in ast.walk(tree) if getattr(node, "name", "") in _SENDING_METHODS)
    for node in (node for method in methods for node in ast.walk(method)):
        if isinstance(node, ast.JoinedStr):
            inner = (one for part in ast.walk(node) if isinstance(part, ast.FormattedValue)
                     for one in ast.walk(part.value))  # fmt: skip
            if any(isinstance(one, ast.Constant) for one in inner):
                yield node  # before Python 3.12 the places inside are wrong
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(node, ast.Constant) and isinstance(text, str):
            harmless = len(text) <= _LONGEST_READ and _NO_SECRET.fullmatch(text)
            yield from () if harmless else (node,)


def _comments(source: Source) -> Iterator[Tuple[int, int]]:
    """Find the comments that may hold a secret, an old one for instance."""
    with contextlib.suppress(tokenize.TokenError, SyntaxError):  # it is stricter than the parser
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            text = token.string if token.type == tokenize.COMMENT else ""
            if len(text) > _LONGEST_READ or _COMMENTS_A_SECRET.search(text):
                first = source.starts[token.start[0] - 1] + token.start[1]
                yield first, first + len(text)


def _secrets(tree: ast.AST) -> Iterator[ast.expr]:
    """Give the texts that are assigned to, or passed as, what is called like a secret."""
    names = _leading_to_secrets(tree)
    found = []
    for node in ast.walk(tree):
        for one in _secrets_of(node, names):
            given = one.value if isinstance(one, ast.Constant) else one
            if given and given not in (True, ...):
                found.append(one)
    yield from found
    texts = {getattr(one, "value", None) for one in found}
    # A mask elsewhere would rather give a short one away.
    known = [text for text in texts if isinstance(text, str) and len(text) >= _NOT_SHORT][:100]
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        inside = isinstance(text, str) and any(one in text for one in known if len(one) >= _LONG)
        if isinstance(node, ast.Constant) and (inside or text in known):
            yield node


def _leading_to_secrets(tree: ast.AST) -> Set[str]:
    """Give the names and keys of this file that a secret is read by, and what sets secrets."""
    found: Set[str] = set()
    for node in [*ast.walk(tree), *ast.walk(tree)]:  # twice: a name may stand for a name
        values = [value for target, value in _bindings(node) if _leads(target, value, found)]
        if isinstance(node, ast.Call) and dotted(node.func) == "quote":
            values = node.args[:1]
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values)
            values = [one for key, one in pairs if is_secret(str(getattr(key, "value", "")))]
        for part in (part for value in values for part in ast.walk(value)):
            name = getattr(part, "id", None) or getattr(part, "attr", None)
            key = part.value if isinstance(part, ast.Constant) else None
            found.update(one for one in (name, key) if isinstance(one, str))
        if isinstance(node, FUNCTIONS):
            inner = (name for one in ast.walk(node) if isinstance(one, ast.Global)
                     for name in one.names)  # fmt: skip
            found |= {node.name} if any(map(is_secret, inner)) else set()
        elif isinstance(node, ast.ClassDef):
            names = {getattr(one, "name", "") for one in node.body}
            again = node.name in map(dotted, node.bases)  # as our file has it
            if "__init__" in names and (again or "send_sms" in names):
                found.add(node.name)
        found.update(dotted(target) for target, value in _bindings(node)
                     if isinstance(value, ast.Name) and value.id in found)  # fmt: skip
    return found - _OF_A_MESSAGE - {""}


def _leads(target: ast.AST, value: ast.AST, found: AbstractSet[str]) -> bool:
    renames = isinstance(value, (ast.Name, ast.Attribute))
    return _is_target_secret(target, found if renames else set())


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
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _HOLDS_A_SECRET.search(node.value):
            yield node
    elif isinstance(node, ast.keyword) and (is_secret(node.arg or "") or node.arg in names):
        yield from _texts(node.value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values):
            text = str(getattr(key, "value", ""))
            if is_secret(text) or text in names:
                yield from _texts(value)
    elif isinstance(node, ast.Call) and dotted(node.func) in names:
        yield from _texts(*_given(node))
    elif isinstance(node, ast.Call) and node.args:
        name = dotted(node.func).rpartition(".")[2]
        if name == "quote":
            yield from _texts(node.args[0])
        elif name in _GET and is_secret(str(getattr(node.args[0], "value", ""))):
            yield from _texts(*node.args[1:])
    elif isinstance(node, FUNCTIONS):
        arguments = node.args.args[len(node.args.args) - len(node.args.defaults) :]
        for argument, default in zip(arguments, node.args.defaults):
            if is_secret(argument.arg) or {argument.arg, node.name} & names:
                yield from _texts(default)
        if node.name in names:
            for one in ast.walk(node):
                if isinstance(one, (ast.Return, ast.Assign)) and one.value:
                    yield from _texts(one.value)


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
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            yield node
        else:
            waiting.extend(_parts(node))


def _parts(node: ast.expr) -> Sequence[ast.expr]:
    """Give the parts of an expression that its text can come from."""
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.BinOp):
        return node.left, node.right
    if isinstance(node, ast.IfExp):
        return node.body, node.orelse
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return node.elts
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, (ast.Subscript, ast.Starred, ast.NamedExpr)):
        return (node.value,)
    if isinstance(node, ast.Lambda):
        return (node.body,)
    return _given(node) if isinstance(node, ast.Call) else ()


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

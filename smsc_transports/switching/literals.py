"""Source code that may be shown, and what it reads of the environment.

Only what gives an account away is masked, and only in its own place: a text elsewhere that
happens to be the same stays.
"""

from __future__ import annotations

import ast
import re
from typing import Iterator, List, Set, Tuple

from smsc_transports.reporting.redaction import MASK
from smsc_transports.switching.known_editions import SECRETS
from smsc_transports.switching.sources import Source, dotted, index_of

_NAMES_A_SECRET = re.compile(
    r"passw|pswd|psw|pwd|secret|token|api_?key|login\b|login$", re.IGNORECASE
)
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


def masked(source: Source, node: ast.AST, text: str, name: str = "") -> str:
    """Give ``text``, the source of a node or one of its lines, with the secrets in it masked."""
    if name in SECRETS and isinstance(node, ast.Constant):
        return f'"{MASK}"' if node.value else text
    for one in secret_literals(node):
        literal = source.segment(one) or repr(getattr(one, "value", ""))
        if len(literal) > 2 and literal[-1] in "\"'":
            text = text.replace(literal, f'"{MASK}"')
    return text


def masked_text(text: str) -> str:
    """Give the text of a whole file with the secrets in it masked, each in its own place."""
    lines = text.split("\n")
    nodes = secret_literals(ast.parse(text))
    for node in sorted(nodes, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        before = lines[first].encode("utf-8")[: node.col_offset].decode("utf-8")
        after = lines[last].encode("utf-8")[node.end_col_offset or 0 :].decode("utf-8")
        # The lines stay as many as they were.
        lines[first : last + 1] = [f'{before}"{MASK}"{after}', *[""] * (last - first)]
    return "\n".join(lines)


def secret_literals(tree: ast.AST) -> List[ast.Constant]:
    """Give the texts that are assigned to, or passed as, what is called like a secret."""
    found = [one for node in ast.walk(tree) for one in _secrets_of(node)]
    return [one for one in found if isinstance(one.value, (str, bytes)) and one.value]


def _secrets_of(node: ast.AST) -> Iterator[ast.Constant]:
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from _paired(target, node.value)
    elif isinstance(node, ast.keyword) and _is_secret(node.arg or ""):
        yield from _constants(node.value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values):
            if _is_secret(str(getattr(key, "value", ""))):
                yield from _constants(value)
    elif isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _GET:
        if len(node.args) > 1 and _is_secret(str(getattr(node.args[0], "value", ""))):
            yield from _constants(node.args[1])
    elif isinstance(node, ast.Call) and dotted(node.func) == "quote" and node.args:
        yield from _constants(node.args[0])
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        names = node.args.args[len(node.args.args) - len(node.args.defaults) :]
        for argument, default in zip(names, node.args.defaults):
            if _is_secret(argument.arg):
                yield from _constants(default)


def _paired(target: ast.AST, value: ast.AST) -> Iterator[ast.Constant]:
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
        for one, given in zip(target.elts, value.elts):
            yield from _paired(one, given)
    else:
        name = target.attr if isinstance(target, ast.Attribute) else dotted(target)
        if isinstance(target, ast.Subscript):
            name = str(getattr(index_of(target), "value", ""))
        if _is_secret(name):
            yield from _constants(value)


def _constants(node: ast.AST) -> Iterator[ast.Constant]:
    """Give the texts that an expression can give; the keys of look-ups are none of them."""
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, ast.BoolOp):
        for one in node.values:
            yield from _constants(one)
    elif isinstance(node, ast.BinOp):
        yield from _constants(node.left)
        yield from _constants(node.right)
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _constants(value)


def _is_secret(name: str) -> bool:
    return name in SECRETS or bool(_NAMES_A_SECRET.search(name))


def typed_in(tree: ast.AST) -> Set[int]:
    """Give the lines on which a secret is typed in."""
    return {node.lineno for node in secret_literals(tree)}

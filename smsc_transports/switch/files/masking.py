"""Source code that may be shown: what could be a secret is masked.

Every text, number and comment of a stranger's code may be a password. Only the keys of look-ups
(``os.environ["SMS_LOGIN"]``, ``config.get("password")``) are shown, since they name a secret
instead of being one.
"""

from __future__ import annotations

import ast
import io
import tokenize
from typing import List, Set, Tuple

from smsc_transports.reporting.redaction import MASK
from smsc_transports.switch.files.syntax import dotted, index_of

HIDDEN = f'"{MASK}"'
_HARMLESS = {'""', "''", *"0123456789"}
_LOOK_UPS = ("get", "getenv", "config", "env", "environ", "getattr", "setdefault")

Position = Tuple[int, int]


def masked(code: str) -> str:
    """Give code with its literals masked and without its comments."""
    try:
        keys = _keys(ast.parse(code))
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (SyntaxError, ValueError, tokenize.TokenError):
        return HIDDEN
    lines = code.split("\n")
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line) + 1)
    shown: List[str] = []
    place = 0
    for start, end in _hidden(tokens, keys):
        begin = offsets[start[0] - 1] + start[1]
        shown.append(code[place:begin])
        comment = code[begin : begin + 1] == "#"
        shown.append("" if comment else HIDDEN)
        place = offsets[end[0] - 1] + end[1]
    shown.append(code[place:])
    return "\n".join(line.rstrip() for line in "".join(shown).split("\n"))


def _hidden(
    tokens: List[tokenize.TokenInfo], keys: Set[Position]
) -> List[Tuple[Position, Position]]:
    """Give the spans to hide. An f-string, which Python 3.12 tells in pieces, is one span."""
    spans: List[Tuple[Position, Position]] = []
    depth = 0
    for token in tokens:
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":
            if not depth:
                spans.append((token.start, token.end))
            depth += 1
        elif name == "FSTRING_END":
            depth -= 1
            spans[-1] = (spans[-1][0], token.end)
        elif depth:
            continue
        elif name in ("STRING", "NUMBER"):
            if token.start not in keys and token.string not in _HARMLESS:
                spans.append((token.start, token.end))
        elif name == "COMMENT":
            spans.append((token.start, token.end))
    return spans


def _keys(tree: ast.AST) -> Set[Position]:
    """Give where the keys of look-ups stand."""
    keys: Set[Position] = set()
    for node in ast.walk(tree):
        key: ast.AST
        if isinstance(node, ast.Subscript):
            key = index_of(node)
        elif isinstance(node, ast.Call) and node.args and _looks_up(node.func):
            key = node.args[1] if dotted(node.func) == "getattr" and node.args[1:] else node.args[0]
        else:
            continue
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            keys.add((key.lineno, key.col_offset))
    return keys


def _looks_up(function: ast.AST) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else dotted(function)
    return name in _LOOK_UPS

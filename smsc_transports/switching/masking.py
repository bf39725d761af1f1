"""Source code that may be shown: secrets are masked where they stand.

The same text elsewhere stays: a mask there would reveal it.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import re
import tokenize
from typing import Iterator, List, Optional, Tuple

from smsc_transports.reporting.redaction import MASK
from smsc_transports.switching.secret_texts import (
    NAMES_A_SECRET,
    NOT_SHORT,
    bound_texts,
    secret_texts,
)
from smsc_transports.switching.sources import Source

_COMMENTS_A_SECRET = re.compile(f"(?:{NAMES_A_SECRET.pattern}|парол|логин).*[\"'=:]", re.IGNORECASE)
_LONGEST_READ = 300  # characters; what is longer is masked unread
_SENDING_METHODS = ("_smsc_send_cmd", "send_sms_mail")
_NO_SECRET = re.compile(
    r".{0,2}|https?|\.php|[&?]?(?:\w+=\w{0,5}&?)*|\S*://[\w.-]*smsc[^@&]*|[\w.-]*\bsmsc(?:entre)?\.\w+/?|"
    r"(?:/\w+)*/|utf-?8|windows-1251|cp1251|koi8-r|GET|POST|.*[\s\n].*[^\x00-\x7f].*|"
    r"[^\x00-\x7f].*\s.*|send@.*|Content-Type: .*",
    re.DOTALL | re.IGNORECASE,
)


def visible(text: str) -> str:
    """Write out what would not be seen, or would steer a terminal."""
    return "".join(
        char
        if char.isprintable() or char == "\t"
        else char.encode("unicode_escape", "backslashreplace").decode()
        for char in text
    )


def masked(source: Source, start: int = 0, end: Optional[int] = None, wary: bool = False) -> str:
    """Give a part of a file with a mask in the place of each secret in it.

    With ``wary`` also in the place of what may be one because it stands where secrets are sent.
    """
    stop = len(source.text) if end is None else end
    parts: List[str] = []
    place = start
    for first, last in sorted(_spans(source) + (_wary_spans(source) if wary else [])):
        if place <= first and last <= stop:
            instead = f"# {MASK}" if source.text[first] == "#" else f'"{MASK}"'
            parts += [source.text[place:first], instead]
            place = last
    return "".join([*parts, source.text[place:stop]])


def with_dummies(source: Source, dummy: str) -> str:
    """Give a file with ``dummy`` for each text that is bound to what is called like a secret.

    No more than that: in the place of any other text it could change what the file does.
    """
    text = source.text
    for first, last in sorted(map(source.span, bound_texts(source.tree)), reverse=True):
        text = f'{text[:first]}"{dummy}"{text[last:]}'
    return text


def texts_to_hide(tree: ast.Module) -> List[str]:
    """Give the typed-in texts that are or may be secrets, long enough to be masked anywhere."""
    texts = {getattr(node, "value", None) for node in [*secret_texts(tree), *_sent(tree)]}
    long = (text for text in texts if isinstance(text, str) and len(text) >= NOT_SHORT)
    return [text for text in long if not _NO_SECRET.fullmatch(text)]


@functools.lru_cache(maxsize=4)
def _spans(source: Source) -> List[Tuple[int, int]]:
    return [*{source.span(node) for node in secret_texts(source.tree)}, *_comments(source)]


@functools.lru_cache(maxsize=4)
def _wary_spans(source: Source) -> List[Tuple[int, int]]:
    return [source.span(node) for node in _sent(source.tree)]


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
    if not any(_may_hold_a_secret(line[line.find("#") :]) for line in source.lines if "#" in line):
        return
    with contextlib.suppress(tokenize.TokenError, SyntaxError):  # it is stricter than the parser
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT and _may_hold_a_secret(token.string):
                first = source.starts[token.start[0] - 1] + token.start[1]
                yield first, first + len(token.string)


def _may_hold_a_secret(comment: str) -> bool:
    return len(comment) > _LONGEST_READ or bool(_COMMENTS_A_SECRET.search(comment))

"""Where a file reads an environment variable."""

from __future__ import annotations

import ast
from typing import List, NamedTuple, Optional

from smsc_transports.switching.sources import dotted, index_of

OF_OTHERS = ("config", "env")
"""What decouple and environs call theirs, which read files too."""


class LookUp(NamedTuple):
    """One look-up: the variable, what looks it up, and whether it can do without (``optional``)."""

    name: str
    node: ast.expr
    by: str
    optional: bool = False
    default: Optional[ast.expr] = None


def look_up(node: ast.AST) -> Optional[LookUp]:
    """Give the look-up that an expression is, None of any other."""
    if isinstance(node, ast.Subscript):
        reads = isinstance(node.ctx, ast.Load) and dotted(node.value).endswith("environ")
        name = getattr(index_of(node), "value", None) if reads else None
        return LookUp(name, node, "environ") if isinstance(name, str) else None
    if not isinstance(node, ast.Call) or not node.args:
        return None
    by, name = dotted(node.func), getattr(node.args[0], "value", None)
    if not isinstance(name, str) or not (by in OF_OTHERS or by.endswith(("environ.get", "getenv"))):
        return None
    more = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
    return LookUp(name, node, by, bool(more), more[0] if more else None)


def look_ups(tree: ast.AST) -> List[LookUp]:
    """Give all look-ups in an expression or a statement."""
    return [found for node in ast.walk(tree) if (found := look_up(node))]

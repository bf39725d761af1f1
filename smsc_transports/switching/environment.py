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
    optional: bool
    default: Optional[ast.expr] = None


def look_up(node: ast.AST) -> Optional[LookUp]:
    """Give the look-up that an expression is, None of any other."""
    found: Optional[LookUp] = None
    if isinstance(node, ast.Subscript) and dotted(node.value).endswith("environ"):
        found = LookUp(getattr(index_of(node), "value", ""), node, "environ", optional=False)
    elif isinstance(node, ast.Call) and node.args:
        by = dotted(node.func)
        more = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
        if by in OF_OTHERS or by.endswith(("environ.get", "getenv")):
            name = getattr(node.args[0], "value", "")
            found = LookUp(name, node, by, bool(more), more[0] if more else None)
    return found if found and isinstance(found.name, str) and found.name else None


def look_ups(tree: ast.AST) -> List[LookUp]:
    """Give all look-ups in an expression or a statement."""
    return [found for node in ast.walk(tree) if (found := look_up(node))]

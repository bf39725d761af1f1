"""Where a file reads an environment variable."""

from __future__ import annotations

import ast
import re
from typing import List, NamedTuple, Optional

from smsc_transports.switching.sources import dotted, index_of

OF_THE_PROCESS = re.compile(r"(os\.)?(environ(\.get)?|getenv)")
"""What reads the environment for certain."""
# By its name it may; so may decouple's and environs', which read files too.
_LIKE_IT = re.compile(r"(.*\.)?(environ\.get|\w*getenv)|config|env")


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
        by, name = dotted(node.value), getattr(index_of(node), "value", None)
        reads = isinstance(node.ctx, ast.Load) and by.endswith("environ")
        return LookUp(name, node, by) if reads and isinstance(name, str) else None
    by = dotted(node.func) if isinstance(node, ast.Call) and node.args else ""
    if not isinstance(node, ast.Call) or not _LIKE_IT.fullmatch(by):
        return None
    name = getattr(node.args[0], "value", None)
    more = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
    found = LookUp(str(name), node, by, bool(more), more[0] if more else None)
    return found if isinstance(name, str) else None


def look_ups(tree: ast.AST) -> List[LookUp]:
    """Give all look-ups in an expression or a statement."""
    return [found for node in ast.walk(tree) if (found := look_up(node))]

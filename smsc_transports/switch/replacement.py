"""Our own smsc_api.py, the file that takes the place of a copy."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import FrozenSet, Tuple

from .copies.anatomy import is_replacement
from .copies.constants import DEFAULTS
from .files.source import Source, Unreadable, read_source
from .files.syntax import bound_names

PLACE = Path(__file__).parents[2] / "smsc_api.py"
"""Beside the package, in a checkout as where it is installed: never the current folder's."""

PUBLIC = frozenset({*DEFAULTS, "SMSC", "datetime", "ifs", "quote", "sleep", "smtplib", "urlopen"})
"""What a star import gives."""

NEW_SETTINGS = ("SMSC_HOST", "SMSC_TRANSPORT", "SMSC_FAILOVER", "SMSC_TIMEOUT", "SMSC_DEADLINE")

Import = Tuple[str, str, str]


class NotInstalled(Exception):
    """This installation has no smsc_api.py of ours beside the package."""


def shipped() -> Source:
    """Read the file as it was installed.

    Raises:
        NotInstalled: it is not there, or another file is.
    """
    try:
        source = read_source(PLACE)
    except Unreadable as error:
        raise NotInstalled(
            f"{PLACE} cannot be read ({error}): install smsc-transports again"
        ) from None
    if not is_replacement(source):
        raise NotInstalled(f"{PLACE} is another file: install smsc-transports again")
    return source


def imports_of(statement: ast.AST) -> FrozenSet[Import]:
    """Give what an import statement imports: module, name and the name it gets."""
    if isinstance(statement, ast.ImportFrom):
        module = "." * statement.level + (statement.module or "")
        return frozenset((module, alias.name, alias.asname or "") for alias in statement.names)
    if isinstance(statement, ast.Import):
        return frozenset((alias.name, "", alias.asname or "") for alias in statement.names)
    return frozenset()


def clashes(statement: ast.AST, ours: Source) -> FrozenSet[str]:
    """Give the names that a statement binds and that our file needs for itself."""
    own_imports = {found for part in ours.tree.body for found in imports_of(part)}
    if imports_of(statement) and imports_of(statement) <= own_imports:
        return frozenset()
    taken = {name for part in ours.tree.body for name in bound_names(part)}
    return frozenset(taken - set(NEW_SETTINGS) - {"__all__"}) & frozenset(bound_names(statement))

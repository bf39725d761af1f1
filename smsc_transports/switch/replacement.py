"""Our own smsc_api.py, the file that takes the place of a copy."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import FrozenSet, Mapping

from smsc_transports.switch.copies.anatomy import VENDORS_IMPORTS, imports_in, is_replacement
from smsc_transports.switch.copies.constants import DEFAULTS
from smsc_transports.switch.files.source import Source, Unreadable, read_source
from smsc_transports.switch.files.syntax import bound_names

PLACE = Path(__file__).parents[2] / "smsc_api.py"
"""Beside the package, in a checkout as where it is installed: never the current folder's."""

PUBLIC = frozenset({*DEFAULTS, "SMSC", "datetime", "ifs", "quote", "sleep", "smtplib", "urlopen"})
"""What a star import gives."""

NEW_SETTINGS: Mapping[str, str] = {
    "SMSC_HOST": '""',
    "SMSC_TRANSPORT": '""',
    "SMSC_FAILOVER": '""',
    "SMSC_TIMEOUT": "None",
    "SMSC_DEADLINE": "None",
}
"""The settings that the vendor's file does not have, with their defaults as code."""


class NotInstalled(Exception):
    """This installation has no smsc_api.py of ours beside the package."""


def shipped() -> Source:
    """Read the file as it was installed.

    Raises:
        NotInstalled: it is not there, or another file is.
    """
    return _read(PLACE)


@functools.lru_cache(maxsize=1)
def _read(place: Path) -> Source:
    try:
        source = read_source(place)
    except Unreadable as error:
        raise NotInstalled(
            f"{place} cannot be read ({error}): install smsc-transports again"
        ) from None
    if not is_replacement(source):
        raise NotInstalled(f"{place} is another file: install smsc-transports again")
    return source


def clashes(statement: ast.AST, ours: Source) -> FrozenSet[str]:
    """Give the names that a statement binds to something else than our file needs them for."""
    taken = {name for part in ours.tree.body for name in bound_names(part)}
    taken -= {*DEFAULTS, "__all__"}
    same = imports_in(ours.tree) | VENDORS_IMPORTS
    imported = imports_in(statement)
    bound = set(bound_names(statement)) - {alias or name for _, name, alias in imported & same}
    return frozenset(taken & bound)

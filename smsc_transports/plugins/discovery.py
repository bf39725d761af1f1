"""Where plugins come from: modules that ``SMSC_PLUGINS`` names, and installed distributions.

Each is loaded separately: one distribution with broken metadata must not stop the others.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from importlib.metadata import distributions
from typing import Any, Callable, Iterator, List, NamedTuple

from smsc_transports.plugins.hookspecs import PROJECT


class Source(NamedTuple):
    """A plugin that is not loaded yet: its name, its origin, and how to load it."""

    name: str
    provider: str
    origin: str
    load: Callable[[], Any]


def names_in(variable: str) -> List[str]:
    """Split an environment variable that is a comma list."""
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]


def find_plugins() -> Iterator[Source]:
    """Give the modules of ``SMSC_PLUGINS``, then what is installed."""
    for name in names_in("SMSC_PLUGINS"):
        load = functools.partial(_imported, name)
        yield Source(name, "SMSC_PLUGINS", f"the module {name} of SMSC_PLUGINS", load)
    seen = set()
    for distribution in distributions():
        if _mentions_us(distribution):
            metadata: Any = distribution.metadata
            name, version = metadata.get("Name", ""), metadata.get("Version", "")
            if name not in seen:  # a later one of the same name is hidden by the path
                seen.add(name)
                yield from _plugins_of(distribution, name, f"the distribution {name} {version}")


def _imported(name: str) -> Any:
    """Import a module; where it is nowhere the error names the folders that were searched."""
    if name.endswith(".py") or "/" in name:
        module = os.path.basename(name).partition(".")[0]
        raise ImportError(f"a module is named without folder and ending: SMSC_PLUGINS={module}")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # something that the module itself imports
        folders = ", ".join(os.path.abspath(each) for each in sys.path)
        text = f"{error}. These folders were searched, and PYTHONPATH adds others: {folders}"
        raise ModuleNotFoundError(text, name=error.name) from None


def _mentions_us(distribution: Any) -> bool:
    try:
        return PROJECT in (distribution.read_text("entry_points.txt") or "")
    except Exception:  # third-party metadata
        return False


def _plugins_of(distribution: Any, name: str, origin: str) -> List[Source]:
    try:
        return [
            Source(entry_point.name, name, origin, entry_point.load)
            for entry_point in distribution.entry_points
            if entry_point.group == PROJECT
        ]
    except Exception as error:
        return [Source(name, name, origin, functools.partial(_fail, error))]


def _fail(error: Exception) -> None:
    raise error

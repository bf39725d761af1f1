"""Finds the ``smsc_api.py`` that a program would import, and loads it.

The command line works with the settings that stand in there. The vendor's file of that name is
told from ours by its text and never executed.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from smsc_transports.values.errors import ConfigurationError
from smsc_transports.values.settings import Settings

MODULE = "smsc_api"
SHIPPED = Path(__file__).parents[2] / "smsc_api.py"
"""The file that came with this package."""

TYPE_REMEDY = "Is it read from an environment variable that is not set here?"

OURS, VENDORS, OTHER = "ours", "the vendor's", "something else"

_IMPORTS_US = re.compile(r"^\s*(from|import)\s+smsc_transports\b", re.MULTILINE)
_DEFINES_SMSC = re.compile(r"^class\s+SMSC\b", re.MULTILINE)


@dataclass(frozen=True)
class FaceFile:
    """A module with the class ``SMSC``, not yet executed.

    ``name`` is what to import it by, "" if it was given as a path; ``kind`` is OURS, VENDORS or
    OTHER.
    """

    path: Path
    name: str
    kind: str


def find(module: Optional[str] = None) -> FaceFile:
    """Find a face by its module name or its path; by default what ``import smsc_api`` gives.

    The current folder comes first, as for a program that is started there. Nothing is executed.
    Raises ConfigurationError if it is not there.
    """
    wanted = module or MODULE
    if wanted.endswith(".py") or "/" in wanted or os.sep in wanted:
        path, name = Path(os.path.abspath(wanted)), ""
    else:
        path, name = _path_of_module(wanted), wanted
    try:
        text = path.read_text("latin-1")  # any bytes will do: only ASCII is looked for
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from None
    return FaceFile(path, name, _kind(text))


def load(face: FaceFile) -> Any:
    """Execute a face of ours as the program would, and give the module.

    Raises ConfigurationError if it is not ours or fails.
    """
    if face.kind != OURS:
        raise ConfigurationError(f"{describe(face)} {remedy(face)}")
    sys.path.insert(0, os.getcwd() if face.name else str(face.path.parent))
    try:
        return importlib.import_module(face.name) if face.name else _loaded_from(face.path)
    except Exception as error:
        raise ConfigurationError(
            f"{face.path} cannot be loaded: {type(error).__name__}: {error}. It is executed as "
            f"your program does it, by {sys.executable}; use the Python of your program."
        ) from error


def describe(face: FaceFile) -> str:
    """Say in a sentence what kind of file it is."""
    if face.kind == OURS:
        return f"{face.path} is this project's file."
    if face.kind == VENDORS:
        return f"{face.path} is the vendor's file or a copy of it, which does not use this project."
    return f"{face.path} is neither this project's file nor the vendor's."


def remedy(face: FaceFile) -> str:
    """Say what to do about a file that is not ours."""
    if face.kind == VENDORS:
        return f"Replace it: smsc migrate {face.path}"
    return "Name the file that your program uses: --module shop.smsc_api, or a path."


def type_mistakes(settings: Settings) -> List[str]:
    """Say which settings are no text, so that every call would raise TypeError."""
    needed: Dict[str, Tuple[Any, Any]] = {
        "SMSC_LOGIN": (settings.login, (str, bytes)),
        "SMSC_PASSWORD": (settings.password, (str, bytes)),
        "SMSC_CHARSET": (settings.charset, str),
    }
    return [
        f"{name} is {'None' if value is None else type(value).__name__}, not text: every call "
        f"raises TypeError."
        for name, (value, kind) in needed.items()
        if not isinstance(value, kind)
    ]


def _path_of_module(name: str) -> Path:
    """Find a module without importing it, nor the packages that it is in."""
    package, _, rest = name.partition(".")
    spec = PathFinder.find_spec(package, [os.getcwd()]) or _spec(package)
    while spec is not None and rest:
        inside = spec.submodule_search_locations
        part, _, rest = rest.partition(".")
        spec = None if inside is None else _spec(f"{spec.name}.{part}", list(inside))
    if spec is None or not spec.has_location or spec.origin is None:
        raise ConfigurationError(
            f"There is no module {name!r}, neither in the current folder {os.getcwd()} nor "
            f"installed in {sys.prefix}. Start the command where your program starts, or name the "
            f"file: --module shop.smsc_api, or a path."
        )
    return Path(os.path.abspath(spec.origin))


def _spec(name: str, folders: Optional[List[str]] = None) -> Optional[ModuleSpec]:
    found = (finder.find_spec(name, folders) for finder in sys.meta_path)
    return next((spec for spec in found if spec is not None), None)


def _kind(text: str) -> str:
    if _IMPORTS_US.search(text):
        return OURS
    return VENDORS if _DEFINES_SMSC.search(text) else OTHER


def _loaded_from(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, str(path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

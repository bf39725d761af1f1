"""Which files of a folder are looked at."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Iterator, Set, Tuple

_SUFFIXES = (".py", ".pyw")
_LEFT_OUT = {"__pycache__", "node_modules", "site-packages"}
_IN_A_VIRTUAL_ENVIRONMENT = ("pyvenv.cfg", "bin/activate", "Scripts/activate")
_SHEBANG = re.compile(rb"#!.*python")
_MENTION = re.compile(rb"smsc|send_sms|get_sms_cost", re.IGNORECASE)


def python_files(folder: Path) -> Iterator[Path]:
    """Give the Python programs in a folder and the folders below it.

    Hidden folders, virtual environments, and what tools put there are left out; a folder that is
    reached twice, by a symbolic link, is walked once.
    """
    walked: Set[Tuple[int, int]] = set()
    _note(folder, walked)
    for current, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if _is_walked(Path(current, name), walked))
        for name in sorted(files):
            path = Path(current, name)
            if _is_program(path):
                yield path


def _is_program(path: Path) -> bool:
    if path.suffix in _SUFFIXES:
        return path.exists()  # an editor's lock is a link that leads nowhere
    return not path.suffix and _is_script(path)


def _is_walked(folder: Path, walked: Set[Tuple[int, int]]) -> bool:
    if folder.name.startswith(".") or folder.name in _LEFT_OUT:
        return False
    if any((folder / name).exists() for name in _IN_A_VIRTUAL_ENVIRONMENT):
        return False
    return _note(folder, walked)


def _note(folder: Path, walked: Set[Tuple[int, int]]) -> bool:
    """Remember a folder; tell whether it is there and was not walked before."""
    try:
        status = folder.stat()
    except OSError:
        return False
    identity = (status.st_dev, status.st_ino)
    known = identity in walked
    walked.add(identity)
    return not known


def _is_script(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return _SHEBANG.match(file.readline(100)) is not None
    except OSError:
        return False


def mentions_gateway(raw: bytes) -> bool:
    """Tell whether a file can have to do with the gateway: most files need no closer look."""
    return _MENTION.search(raw) is not None


def plain_name(path: Path) -> str:
    """Give a path as a reader knows it: relative to the current folder if it lies in there."""
    whole, folder = os.path.abspath(path), os.getcwd()
    return os.path.relpath(whole, folder) if whole.startswith(folder + os.sep) else str(path)

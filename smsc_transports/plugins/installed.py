"""Whether a plugin may be installed, found out without importlib.metadata.

Importing that takes as long as a call does, and in most environments there is no plugin.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from typing import Iterator, List

METADATA_FOLDERS = (".dist-info", "egg-info")


def may_have_plugins(group: str) -> bool:
    """Tell whether an installed distribution has entry points in a group, or cannot be looked at.

    Only folders of the path are looked at. An archive there, or an importer of the program's own
    that knows of distributions, is for importlib.metadata to judge.
    """
    if any(_knows_distributions(finder) for finder in sys.meta_path):
        return True
    return any(_has_group(folder or ".", f"[{group}]".encode()) for folder in sys.path)


def _knows_distributions(finder: object) -> bool:
    return finder is not PathFinder and hasattr(finder, "find_distributions")


def _has_group(folder: str, section: bytes) -> bool:
    try:
        names = os.listdir(folder)
    except OSError:
        return os.path.isfile(folder)
    return any(section in text for text in _entry_points(folder, names))


def _entry_points(folder: str, names: List[str]) -> Iterator[bytes]:
    for name in names:
        if name.lower().endswith(METADATA_FOLDERS):
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                    yield file.read()
            except OSError:
                continue

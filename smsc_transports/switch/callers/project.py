"""The files that are read together, and which file an import means."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Optional, Tuple

from ..copies.anatomy import is_replacement, looks_like_a_copy
from ..files.source import Problem, Source, Unreadable, parse_source
from ..files.walk import mentions_gateway
from ..vendor_copy import vendor_copy_of
from .face import Face, face_of_copy, face_of_ours
from .scopes import Scopes

VENDORS_NAME = "smsc_api"
NOT_FOUND = Face()
"""The file of an import that leads out of the project: taken to be the vendor's."""


@dataclass(eq=False)
class Program:
    """A file of the project that has to do with the gateway; ``face`` if it has the class."""

    path: Path
    source: Source
    scopes: Scopes
    face: Optional[Face]


@dataclass(frozen=True)
class Broken:
    """A file that mentions the gateway and cannot be read."""

    path: Path
    problem: Problem
    may_be_a_copy: bool


class Project:
    """The files given on the command line, and what they import from beside them."""

    def __init__(self) -> None:
        self.programs: Dict[str, Optional[Program]] = {}
        self.broken: List[Broken] = []
        self.files = 0
        self._roots: List[str] = []

    def read(self, paths: Iterable[Path], root: Path, told: Callable[[int], None]) -> None:
        """Read files below a root; ``told`` hears the number of files after each."""
        self._roots.append(os.path.abspath(root))
        for path in paths:
            self.program(path)
            self.files += 1
            told(self.files)

    @property
    def copies(self) -> List[Program]:
        """The vendor copies."""
        return [one for one in self.found if one.face and one.face.copy]

    @property
    def replaced(self) -> List[Program]:
        """The copies that are ours already."""
        return [one for one in self.found if one.face and not one.face.copy]

    @property
    def found(self) -> List[Program]:
        """All that has to do with the gateway, in the order of the paths."""
        return [one for _, one in sorted(self.programs.items()) if one]

    def program(self, path: Path) -> Optional[Program]:
        """Give what is known of a file, None if it has nothing to do with the gateway."""
        key = os.path.abspath(path)
        if key not in self.programs:
            self.programs[key] = None  # a file that imports itself in a circle
            self.programs[key] = self._read(path)
        return self.programs[key]

    def _read(self, path: Path) -> Optional[Program]:
        try:
            raw = path.read_bytes()
        except OSError as error:
            problem = Problem(error.strerror or "cannot be opened")
            self.broken.append(Broken(path, problem, False))
            return None
        if not mentions_gateway(raw) and path.stem != VENDORS_NAME:
            return None
        try:
            source = parse_source(path, raw)
            return Program(path, source, Scopes(source.tree), _face(source))
        except Unreadable as error:
            broken = Broken(path, error.problem, looks_like_a_copy(error.text))
        except RecursionError:
            broken = Broken(path, Problem("too deeply nested"), False)
        self.broken.append(broken)
        return None

    def imported(self, module: str, level: int, importer: Path) -> Tuple[bool, Optional[Program]]:
        """Give the program that an import means, and whether it is a file of the project."""
        for folder in self._folders(level, importer):
            found = _module_file(folder, module)
            if found is not None:
                return True, self.program(found)
        return self._by_name(module, importer)

    def _folders(self, level: int, importer: Path) -> List[str]:
        """Give the folders where Python may look: the importer's and those above, to the root."""
        folder = os.path.dirname(os.path.abspath(importer))
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return [folder]
        above = [root for root in self._roots if f"{folder}{os.sep}".startswith(root + os.sep)]
        last = os.path.dirname(min(above, key=len)) if above else folder
        folders = [folder]
        while folder not in (last, os.path.dirname(folder)):
            folder = os.path.dirname(folder)
            folders.append(folder)
        return folders

    def _by_name(self, module: str, importer: Path) -> Tuple[bool, Optional[Program]]:
        """Find a copy by the end of its path, where the program's search path is not known."""
        wanted = os.sep + module.replace(".", os.sep) + ".py"
        with_class = [*self.copies, *self.replaced]
        fitting = [one for one in with_class if os.path.abspath(one.path).endswith(wanted)]
        if not module or not fitting:
            return False, None

        def nearness(program: Program) -> int:
            both = [os.path.abspath(program.path), os.path.abspath(importer)]
            return len(os.path.commonpath(both))

        return True, max(fitting, key=nearness)


def _face(source: Source) -> Optional[Face]:
    if is_replacement(source):
        return face_of_ours(source)
    copy = vendor_copy_of(source)
    return face_of_copy(copy) if copy else None


def _module_file(folder: str, module: str) -> Optional[Path]:
    place = os.path.join(folder, *module.split(".")) if module else folder
    for path in (place + ".py", os.path.join(place, "__init__.py")):
        if os.path.isfile(path):
            return Path(path)
    return None

"""The files that are read together, and which file an import means."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Optional, Tuple

from smsc_transports.switch.callers.face import Face, face_of_copy, face_of_ours
from smsc_transports.switch.callers.scopes import Scopes
from smsc_transports.switch.copies.anatomy import is_replacement, looks_like_a_copy
from smsc_transports.switch.files.source import Problem, Source, Unreadable, parse_source
from smsc_transports.switch.files.walk import mentions_gateway
from smsc_transports.switch.vendor_copy import vendor_copy_of

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
        self.broken: Dict[str, Broken] = {}
        self.files = 0
        self._left_out: List[Path] = []
        self._roots: List[str] = []

    def read(self, paths: Iterable[Path], root: Path, told: Callable[[int], None]) -> None:
        """Read files below a root; ``told`` hears the number of files after each."""
        self._roots.append(os.path.abspath(root))
        for path in paths:
            content = self._content(path)
            if content is not None and _is_about_the_gateway(path, content):
                self.program(path)
            else:
                self._left_out.append(path)
            self.files += 1
            told(self.files)

    def read_users_of_renamed_copies(self) -> None:
        """Read the files that name a copy by a name of its own, and nothing of the gateway's."""
        names = [name for one in self.copies if one.face for name in one.face.own_names]
        named = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names).encode("utf-8"))
        for path in self._left_out if names else ():
            if named.search(self._content(path) or b""):
                self.program(path)

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
        """Read a file as a program, once; None if it cannot be read."""
        key = os.path.abspath(path)
        if key not in self.programs:
            self.programs[key] = self._read(path)
        return self.programs[key]

    def _content(self, path: Path) -> Optional[bytes]:
        try:
            return path.read_bytes()
        except OSError as error:
            self.tell_broken(path, Problem(error.strerror or "cannot be opened"))
            return None

    def tell_broken(self, path: Path, problem: Problem, *, may_be_a_copy: bool = False) -> None:
        """Note a file that cannot be read."""
        self.broken[os.path.abspath(path)] = Broken(path, problem, may_be_a_copy)

    def _read(self, path: Path) -> Optional[Program]:
        content = self._content(path)
        if content is None:
            return None
        try:
            source = parse_source(path, content)
            return Program(path, source, Scopes(source.tree), _face(source))
        except Unreadable as error:
            problem, may_be_a_copy = error.problem, looks_like_a_copy(error.text)
        except RecursionError:
            problem, may_be_a_copy = Problem("too deeply nested"), False
        if _is_about_the_gateway(path, content):
            self.tell_broken(path, problem, may_be_a_copy=may_be_a_copy)
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


def _is_about_the_gateway(path: Path, content: bytes) -> bool:
    """Tell whether a file needs a closer look; most do not."""
    return mentions_gateway(content) or path.stem == VENDORS_NAME


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

"""What ``smsc check`` finds: copies, programs that use them, and what is typed in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Sequence, Tuple

from smsc_transports.switch.callers.differences import EVERYWHERE, WITH_MAIL, in_order
from smsc_transports.switch.callers.meaning import Interpreter
from smsc_transports.switch.callers.place import BETTER, NEEDS_A_LINE, SAME, Place
from smsc_transports.switch.callers.places import Finder
from smsc_transports.switch.callers.project import Broken, Program, Project
from smsc_transports.switch.callers.secrets import Secret, typed_in
from smsc_transports.switch.copies.constants import LITERAL
from smsc_transports.switch.copies.edit import Edit
from smsc_transports.switch.files.source import Problem
from smsc_transports.switch.files.walk import python_files
from smsc_transports.switch.vendor_copy import VendorCopy


class NoSuchPath(Exception):
    """A path that was given cannot be read."""


@dataclass(frozen=True)
class CopyFound:
    """A copy; ``better`` are the differences that concern all that use it."""

    copy: VendorCopy
    better: Tuple[str, ...]


@dataclass(frozen=True)
class ProgramFound:
    """A program that uses a copy. ``python2`` tells why Python 3 does not run it."""

    path: Path
    places: Tuple[Place, ...]
    python2: Tuple[Problem, ...]

    @property
    def copies(self) -> Tuple[Path, ...]:
        """The files that it uses, as far as they were found."""
        return tuple(sorted({place.copy for place in self.places if place.copy is not None}))


@dataclass(frozen=True)
class Survey:
    """Everything that was found, in the order of the paths."""

    files: int
    copies: Tuple[CopyFound, ...]
    replaced: Tuple[Path, ...]
    programs: Tuple[ProgramFound, ...]
    secrets: Tuple[Secret, ...]
    broken: Tuple[Broken, ...]

    def places(self, verdict: str) -> List[Place]:
        """Give the places of one verdict."""
        every = (place for program in self.programs for place in program.places)
        return [place for place in every if place.verdict == verdict]

    @property
    def not_taken_over(self) -> List[Tuple[VendorCopy, Edit]]:
        """The changes of owners that our file does not take over."""
        return [(found.copy, edit) for found in self.copies for edit in found.copy.needing]

    @property
    def python2(self) -> List[Path]:
        """The files that only Python 2 runs."""
        copies = [found.copy.path for found in self.copies if found.copy.python2]
        return copies + [program.path for program in self.programs if program.python2]

    @property
    def needs_a_change(self) -> bool:
        """Somebody has to write something before the switch."""
        return bool(self.places(NEEDS_A_LINE) or self.not_taken_over or self.python2 or self.broken)

    @property
    def counts(self) -> Dict[str, int]:
        """The figures of the summary."""
        return {
            "files": self.files,
            "copies": len(self.copies),
            "replaced": len(self.replaced),
            "programs": len(self.programs),
            "places": sum(len(program.places) for program in self.programs),
            "same": len(self.places(SAME)),
            "better": len(self.places(BETTER)),
            "need_a_line": len(self.places(NEEDS_A_LINE)),
            "changes_not_taken_over": len(self.not_taken_over),
            "python2": len(self.python2),
            "unreadable": len(self.broken),
        }


def survey(paths: Sequence[Path], told: Callable[[int], None]) -> Survey:
    """Read files and folders; ``told`` hears the number of files read so far.

    Raises:
        NoSuchPath: one of the paths is no file and no folder, or cannot be opened.
    """
    project = Project()
    for path in paths:
        _require(path)
        if path.is_dir():
            project.read(python_files(path), path, told)
        else:
            project.read([path], path.parent, told)
    project.read_users_of_renamed_copies()
    interpreter = Interpreter(project)
    finder = Finder(interpreter)
    programs: List[ProgramFound] = []
    secrets: List[Secret] = []
    for program in project.found:
        try:
            found = _program(program, finder)
            secrets += _secrets(program, interpreter)
        except RecursionError:
            project.tell_broken(program.path, Problem("too deeply nested"))
            continue
        if found.places:
            programs.append(found)
    return Survey(
        files=project.files,
        copies=tuple(_copy(one, programs) for one in project.copies),
        replaced=tuple(one.path for one in project.replaced),
        programs=tuple(programs),
        secrets=tuple(sorted(set(secrets), key=lambda one: (str(one.path), one.line, one.name))),
        broken=tuple(broken for _, broken in sorted(project.broken.items())),
    )


def _require(path: Path) -> None:
    try:
        if path.is_dir():
            next(path.iterdir(), None)
        else:
            path.open("rb").close()
    except OSError as error:
        raise NoSuchPath(f"{path}: {error.strerror}") from None


def _program(program: Program, finder: Finder) -> ProgramFound:
    python2 = (program.source.python2,) if program.source.python2 else ()
    return ProgramFound(program.path, tuple(finder.places(program)), python2)


def _secrets(program: Program, interpreter: Interpreter) -> List[Secret]:
    copy = program.face.copy if program.face else None
    constants = copy.constants.values() if copy else ()
    own = [Secret(program.path, one.line, one.name) for one in constants if one.typed_in]
    return [*own, *typed_in(program, interpreter)]


def _copy(program: Program, programs: List[ProgramFound]) -> CopyFound:
    copy = program.face.copy if program.face else None
    assert copy is not None
    numbers = list(EVERYWHERE)
    charset, debug = copy.constants.get("SMSC_CHARSET"), copy.constants.get("SMSC_DEBUG")
    if charset is not None and charset.origin == LITERAL and not charset.is_default:
        numbers.append("D1")
    mails = any(
        "send_sms_mail" in place.what and place.copy == copy.path
        for found in programs
        for place in found.places
    )
    if mails:
        numbers += WITH_MAIL
    if debug is not None and not debug.is_default:
        numbers += ["D6", "D15"] if mails else ["D6"]
    return CopyFound(copy, in_order(numbers))

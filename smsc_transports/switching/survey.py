"""Finds copies in a tree of files, and the programs that use them. Nothing is run."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator, List, Optional, Pattern, Sequence, Set, Tuple

from smsc_transports.switching.callers import Caller, Flag, caller_of
from smsc_transports.switching.copies import OURS, VENDORS, Copy
from smsc_transports.switching.reading import copy_of
from smsc_transports.switching.sources import (
    Source,
    UnreadableFile,
    parse_source,
    read_bytes,
)

_LEFT_OUT = {"__pycache__", "node_modules", "site-packages", "dist-packages"}
_VIRTUAL_ENVIRONMENT = ("pyvenv.cfg", "bin/activate", "Scripts/activate", "conda-meta")
_TOO_DEEP = "it is too deeply nested"
_MENTION = re.compile(rb"smsc|send_sms|get_sms_cost", re.IGNORECASE)


@dataclass
class Survey:
    """All that was found; ``unread`` are the files that could not be read, with the reason.

    The last part of an entry of ``unread`` tells whether the file mentions the gateway.
    """

    files: int = 0
    copies: List[Copy] = field(default_factory=list)
    ours: List[Copy] = field(default_factory=list)
    callers: List[Caller] = field(default_factory=list)
    unread: List[Tuple[Path, str, bool]] = field(default_factory=list)

    @property
    def flags(self) -> List[Flag]:
        """All lines that need a change."""
        return [flag for caller in self.callers for flag in caller.flags]

    @property
    def needs_a_change(self) -> bool:
        """Tell whether somebody has to write something before the switch."""
        refused = any(copy.refusals for copy in self.copies)
        return refused or bool(self.flags) or any(about_us for _, _, about_us in self.unread)


def survey(paths: Sequence[Path]) -> Survey:
    """Read files and folders.

    Raises:
        UnreadableFile: one of the paths is not there, or cannot be opened.
    """
    found = Survey()
    files = list(_files(paths, found))
    found.files = len(files)
    rest: List[Source] = []
    silent: List[Path] = []
    for path in files:
        source = _read(path, _MENTION, found)
        if source is None:
            silent.append(path)
            continue
        try:
            copy = copy_of(source)
        except RecursionError:
            found.unread.append((path, _TOO_DEEP, True))
            continue
        if copy.kind == VENDORS:
            found.copies.append(copy)
        elif copy.kind == OURS:
            found.ours.append(copy)
        else:
            rest.append(source)
    stems = {copy.path.stem.encode("utf-8", "surrogateescape") for copy in found.copies}
    renamed = sorted(stem for stem in stems if not _MENTION.search(stem))
    if renamed:  # programs that use these need not name the gateway
        named = re.compile(b"|".join(map(re.escape, renamed)))
        rest += [source for path in silent if (source := _read(path, named, Survey()))]
    for source in rest:
        try:
            caller = caller_of(source, [*found.copies, *found.ours])
            found.callers.extend([caller] if caller else [])
        except RecursionError:
            found.unread.append((source.path, _TOO_DEEP, True))
    return found


def _read(path: Path, mention: Pattern[bytes], found: Survey) -> Optional[Source]:
    """Parse a file that mentions something; None of another, and of one that cannot be read."""
    raw = b""
    try:
        raw = read_bytes(path)
        if mention.search(raw.replace(b"\0", b"")):
            return parse_source(path, raw)
    except UnreadableFile as error:
        # A file that was never read may be about anything.
        found.unread.append((path, str(error), bool(mention.search(raw.replace(b"\0", b"")))))
    return None


def _files(paths: Sequence[Path], found: Survey) -> Iterator[Path]:
    seen: Set[str] = set()
    for path in paths:
        try:
            if path.is_dir():
                next(path.iterdir(), None)
            elif path.exists() and not path.is_file():  # to open a pipe would wait for ever
                raise UnreadableFile(f"{path}: it is no regular file")
            else:
                path.open("rb").close()
        except OSError as error:
            raise UnreadableFile(f"{path}: {error.strerror}") from None
        for one in _walked(path, found) if path.is_dir() else [path]:
            real = os.path.realpath(one)
            if real not in seen:
                seen.add(real)
                yield one


def _walked(folder: Path, found: Survey) -> Iterator[Path]:
    def unread(error: OSError) -> None:
        found.unread.append((Path(error.filename), error.strerror or "it cannot be opened", False))

    walked: Set[Tuple[int, int]] = set()
    for current, folders, files in os.walk(str(folder), onerror=unread, followlinks=True):
        folders[:] = sorted(name for name in folders if _enters(Path(current, name), walked))
        for name in sorted(files):
            path = Path(current, name)
            if name.endswith((".py", ".pyw")) and (path.exists() or not path.is_symlink()):
                yield path


def _enters(folder: Path, walked: Set[Tuple[int, int]]) -> bool:
    if folder.name.startswith(".") or folder.name in _LEFT_OUT:
        return False
    try:
        if any((folder / name).exists() for name in _VIRTUAL_ENVIRONMENT):
            return False
        status = folder.stat()
    except OSError:
        return True  # to hear what is wrong with it
    known = (status.st_dev, status.st_ino) in walked
    walked.add((status.st_dev, status.st_ino))
    return not known

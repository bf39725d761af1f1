"""Puts a new file in the place of an old one, and the old one back.

The old file is kept beside the new one under a name that nothing imports. After every single step
either the old file stands whole in its place, or the new one does and the old one is kept. The
last line of a new file names the kept one, with the hashes of both.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Iterator, Optional

_SUFFIX = ".vendor"
_MARK = "# smsc migrate: the old file is kept as {}, sha256 {}; sha256 of all above {}"
_MARKED = re.compile(
    (re.escape(_MARK).replace(r"\{\}", "{}"))
    .format(r"(?P<kept>[^/\n]+)", r"(?P<old>[0-9a-f]{64})", r"(?P<new>[0-9a-f]{64})\s*\Z")
    .encode("ascii")
)


class CannotReplace(Exception):
    """The file was left as it was; the message says why."""


@dataclass(frozen=True)
class Migrated:
    """What the last line of a migrated file says."""

    content: bytes = field(repr=False)
    kept: Path
    kept_hash: str
    is_edited: bool


def step(_name: str) -> None:
    """Mark the end of a step; the tests end the process here."""


def replace(path: Path, old: bytes, new: bytes, newline: str) -> Path:
    """Put ``new`` in the place of a file that has the content ``old``; where the old one is now.

    Raises:
        CannotReplace: the file was changed in the meantime, or something cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        kept = _keep(target, old)
    except OSError as error:
        raise CannotReplace(f"no copy can be kept beside {path} ({error.strerror})") from None
    step("kept")
    mark = _MARK.format(kept.name, _hash(old), _hash(new)) + newline
    try:
        _write(target, kept, old, new + mark.encode("utf-8"))
    except OSError as error:
        raise CannotReplace(f"{path} cannot be written ({error.strerror})") from None
    step("replaced")
    return kept


def read_mark(path: Path) -> Optional[Migrated]:
    """Read where the old file of a migrated one is; None of a file that was not migrated.

    Raises:
        CannotReplace: the file cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe would wait for ever
            raise CannotReplace(f"{path} cannot be read (it is no regular file)")
        content = path.read_bytes()
    except OSError as error:
        raise CannotReplace(f"{path} cannot be read ({error.strerror})") from None
    match = _MARKED.search(content)
    if match is None:
        return None
    kept = Path(os.path.realpath(path)).with_name(match.group("kept").decode("utf-8"))
    is_edited = _hash(content[: match.start()]) != match.group("new").decode("ascii")
    return Migrated(content, kept, match.group("old").decode("ascii"), is_edited)


def put_back(path: Path, migrated: Migrated) -> None:
    """Put the old file back, in one step, with its mode and times.

    Raises:
        CannotReplace: it is not there, is not what it was, or cannot be moved.
    """
    try:
        if _hash(migrated.kept.read_bytes()) != migrated.kept_hash:
            raise CannotReplace(f"{migrated.kept} is not the old file any more: it was edited")
        step("checked")
        if path.read_bytes() != migrated.content:
            raise CannotReplace(f"{path} was changed in the meantime: try again")
        os.replace(migrated.kept, os.path.realpath(path))
        step("put back")
    except OSError as error:
        raise CannotReplace(f"{migrated.kept} cannot be put back ({error.strerror})") from None


def _keep(target: Path, old: bytes) -> Path:
    """Give the old file a second name, which is never one that something else has."""
    for number in count(1):
        kept = target.with_name(target.name + _SUFFIX + ("" if number == 1 else str(number)))
        try:
            # The same file under two names keeps everything: mode, owner, times.
            os.link(target, kept)
        except OSError:
            if os.path.lexists(kept):
                if _is_same(target, kept, old):  # an earlier run was ended here
                    return kept
                continue
            _copied(target, kept)  # a file system without links
        if kept.read_bytes() != old:  # another run was faster
            os.unlink(kept)
            raise CannotReplace(f"{target} was changed in the meantime: try again")
        return kept
    raise AssertionError("there is always a free name")


def _is_same(target: Path, kept: Path, old: bytes) -> bool:
    """Tell whether a file is the old one, or a copy of it with its mode and times."""
    try:
        one, other = target.stat(), kept.stat()
        same = (one.st_mode, one.st_mtime_ns) == (other.st_mode, other.st_mtime_ns)
        return same and kept.read_bytes() == old
    except OSError:
        return False


def _copied(target: Path, kept: Path) -> None:
    with _temporary(target) as name:
        shutil.copy2(target, name)
        os.replace(name, kept)


def _write(target: Path, kept: Path, old: bytes, new: bytes) -> None:
    """Write the new file beside the target, with its mode and owner, and move it there."""
    status = target.stat()
    with _temporary(target) as name:
        with open(name, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        step("written")
        shutil.copymode(target, name)
        if hasattr(os, "chown"):
            with contextlib.suppress(PermissionError):  # only root may give files away
                os.chown(name, status.st_uid, status.st_gid)
        if target.read_bytes() != old or kept.read_bytes() != old:
            raise CannotReplace(f"{target} was changed in the meantime: try again")
        step("checked")
        os.replace(name, target)


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[str]:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    os.close(handle)
    try:
        yield name
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""Puts the replacement of a copy in its place, and the old file back.

The old file is kept beside the new one under a name that nothing imports. The last line of a new
file says which backup belongs to it, and has the hash of all above, so that an undo knows
whether somebody has edited the file since.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

_SUFFIX = ".vendor"
_MARK = "# smsc migrate: the old file is kept with the ending {}; sha256 of all above: {}"
_MARKED = re.compile(
    _MARK.format(r"(?P<suffix>\.vendor\d*)", r"(?P<hash>[0-9a-f]{64})\s*\Z").encode("ascii")
)


class CannotExchange(Exception):
    """The file was left as it was; the message says why."""


@dataclass(frozen=True)
class Migrated:
    """What the last line of a migrated file says."""

    backup: Path
    is_edited: bool


def put_in_place(path: Path, content: bytes, newline: str) -> Path:
    """Replace a file, in one step, and keep the old one; its new path.

    Raises:
        CannotExchange: a file cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        backup = _keep(target)
    except OSError as error:
        raise CannotExchange(f"the backup cannot be written ({error.strerror})") from None
    hashed = hashlib.sha256(content).hexdigest()
    mark = _MARK.format(backup.name[len(target.name) :], hashed) + newline
    try:
        _write(target, content + mark.encode("ascii"))
    except OSError as error:
        with contextlib.suppress(OSError):
            backup.unlink()
        raise CannotExchange(f"{path} cannot be written ({error.strerror})") from None
    return backup


def read_mark(path: Path) -> Optional[Migrated]:
    """Read what was migrated and whether it was edited since; None of a file not migrated.

    Raises:
        CannotExchange: the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CannotExchange(f"{path} cannot be read ({error.strerror})") from None
    match = _MARKED.search(content)
    if match is None:
        return None
    above = content[: match.start()]
    is_edited = hashlib.sha256(above).hexdigest().encode("ascii") != match.group("hash")
    target = Path(os.path.realpath(path))
    return Migrated(target.with_name(target.name + match.group("suffix").decode()), is_edited)


def put_back(path: Path, backup: Path) -> None:
    """Put the old file back, in one step.

    Raises:
        CannotExchange: the backup is not there or cannot be moved.
    """
    try:
        os.replace(backup, os.path.realpath(path))
    except OSError as error:
        raise CannotExchange(f"{backup} cannot be put back ({error.strerror})") from None


def _keep(target: Path) -> Path:
    """Give the old file a second name, which is never one that is taken."""
    for backup in _free_names(target):
        try:
            # The same file under two names keeps everything: rights, owner, times.
            os.link(target, backup)
        except FileExistsError:
            continue
        except OSError:
            if backup.exists():
                continue
            shutil.copy2(target, backup)  # a file system without links
        return backup
    raise AssertionError("there is always a free name")


def _free_names(target: Path) -> Iterator[Path]:
    number = 1
    while True:
        suffix = _SUFFIX if number == 1 else f"{_SUFFIX}{number}"
        yield target.with_name(target.name + suffix)
        number += 1


def _write(target: Path, content: bytes) -> None:
    """Write a file beside the target, with its rights and owner, and move it there."""
    status = target.stat()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, name)
        if hasattr(os, "chown"):
            with contextlib.suppress(PermissionError):  # only root may give files away
                os.chown(name, status.st_uid, status.st_gid)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise

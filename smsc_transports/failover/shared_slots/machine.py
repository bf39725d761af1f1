"""Slots of all processes of this machine and user: each is a file that its holder locks.

The kernel unlocks the files of a process that is killed. portalocker's own semaphore is not used:
its locks go over to forked children, which would keep the slot of a parent that was killed.
"""

from __future__ import annotations

import os
import random
import tempfile
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any, Callable, Dict, Optional
from weakref import WeakSet

from smsc_transports.failover.shared_slots import Unreachable

_SHARED_MEMORY = Path("/dev/shm")  # a service with a private /tmp sees it as well


class MachineSlots:
    """Locks files in a folder, by default one that only this user may enter."""

    pause_seconds = 0.005

    def __init__(self, portalocker: Any, folder: Optional[Callable[[], Path]] = None) -> None:
        self._folder = folder or private_folder
        self._portalocker = portalocker
        self._flags = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING
        self._held: Dict[str, FileIO] = {}
        _instances.add(self)

    def take(self, ticket: str, key: str, most: int, seconds: float) -> bool:  # noqa: ARG002
        """Lock one of the files that are free. Raises Unreachable."""
        try:
            folder = self._folder()
            first = random.randrange(most)
            for n in range(most):
                if self._lock(ticket, folder / f"{key}.{(first + n) % most}"):
                    return True
        except OSError as error:
            raise Unreachable(f"{_told(error)} (SMSC_SLOTS=machine)", for_good=True) from None
        return False

    def give_back(self, ticket: str) -> None:
        """Unlock the file."""
        file = self._held.pop(ticket, None)
        if file is not None:
            with suppress(self._portalocker.LockException, OSError):
                self._portalocker.unlock(file)  # closing is not enough where a child has a copy
            file.close()

    def forget(self) -> None:
        """Close, in a forked child, what the parent holds; its locks stay locked."""
        for ticket in self._held.copy():
            self._held.pop(ticket).close()

    def _lock(self, ticket: str, path: Path) -> bool:
        file = FileIO(str(path), "a")
        self._held[ticket] = file  # first, for a fork in another thread
        locked = False
        try:
            self._portalocker.lock(file, self._flags)
            # Something may have cleaned up the folder: a lock on a deleted file locks nothing.
            locked = os.fstat(file.fileno()).st_nlink > 0
            return locked
        except self._portalocker.AlreadyLocked:
            return False
        except self._portalocker.LockException as error:
            raise OSError(f"{path} cannot be locked: {error}") from None
        finally:
            if not locked:
                self._held.pop(ticket, file).close()


def private_folder() -> Path:
    """Give the folder that all processes of this user agree on. Raises OSError."""
    if not hasattr(os, "getuid"):
        folder = Path(tempfile.gettempdir()) / "smsc-slots"  # it is the user's own on Windows
        folder.mkdir(exist_ok=True)
        return folder
    base = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())
    folder = base / f"smsc-slots-{os.geteuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = os.lstat(folder)
    if found.st_uid != os.geteuid() or found.st_mode & 0o077 or not folder.is_dir():
        raise OSError(f"{folder} is not a folder of this user alone; remove it")
    return folder


def _told(error: OSError) -> str:
    return f"{error.strerror}: {error.filename}" if error.filename else str(error)


_instances: WeakSet[MachineSlots] = WeakSet()


def _after_fork() -> None:
    for each in list(_instances):
        each.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

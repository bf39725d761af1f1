"""Keeps a second process from working with the same journal."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Optional

from smsc_transports.values.errors import ConfigurationError


class Lock:
    """Held while a process works on a journal; the system releases it if the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = Path(f"{path}.lock")
        self._db = self._locked()
        while self._db is None:
            self._db = self._locked()

    def release(self) -> None:
        """Release the journal to other processes."""
        assert self._db is not None
        with suppress(OSError):  # Windows keeps an open file
            self._path.unlink()
        self._db.close()

    def _locked(self) -> Optional[sqlite3.Connection]:
        """Lock the file; None if it is not the one that is there now, but one just deleted."""
        self._path.touch(0o600)
        before = self._path.stat().st_ino
        db = sqlite3.connect(str(self._path), timeout=0, isolation_level=None)
        try:
            db.execute("BEGIN EXCLUSIVE")
            if self._path.stat().st_ino == before:
                return db
        except FileNotFoundError:
            pass
        except sqlite3.OperationalError as error:
            db.close()
            if "locked" not in str(error):
                raise
            raise ConfigurationError(
                f"Another smsc bulk works with {self._path.stem}. Wait until it has ended."
            ) from None
        db.close()
        return None

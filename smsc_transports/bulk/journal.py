"""The journal: an SQLite file with the outcome of every row.

A batch is written down before its request leaves and again when its answer is there, each time
to the disk. So after a crash at any moment every batch is either not begun, or answered, or it is
known to be in doubt, with the id under which the gateway can be asked for it.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from smsc_transports.values.errors import ConfigurationError

WAITING, SENDING, DONE, REFUSED, UNKNOWN = "not sent", "sending", "done", "refused", "unknown"
BAD, DUPLICATE = "bad", "duplicate"
"""The outcomes of a row; BAD and DUPLICATE are those that are never sent."""
OUTCOMES = (DONE, REFUSED, UNKNOWN, SENDING, WAITING, BAD, DUPLICATE)
"""In the order in which they are reported."""

LARGEST_ID = 2**31 - 1
_CHUNK = 5000
_WAIT_SECONDS = 30.0
_APPLICATION_ID = 0x534D5343  # marks the file as ours: "SMSC"
_SCHEMA = """
BEGIN;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE batches (id INTEGER PRIMARY KEY, outcome TEXT NOT NULL, cost TEXT, noted_at REAL);
CREATE TABLE rows (
    n INTEGER PRIMARY KEY, line INTEGER NOT NULL, phone TEXT NOT NULL, text TEXT NOT NULL,
    parts INTEGER NOT NULL, country TEXT NOT NULL, digest BLOB, outcome TEXT NOT NULL,
    error TEXT NOT NULL, batch INTEGER, cost TEXT, status INTEGER, changed_at INTEGER,
    delivery_error INTEGER, operator TEXT
);
CREATE INDEX by_batch ON rows (batch, phone) WHERE batch IS NOT NULL;
COMMIT;
"""

_random = random.SystemRandom()


class Message(NamedTuple):
    """A row that can be sent; ``n`` is its number in the journal."""

    n: int
    line: int
    phone: str
    text: str
    parts: int


class Batch(NamedTuple):
    """Messages that go out in one request, under one id; no number is there twice."""

    id: int
    messages: Sequence[Message]


class RowOutcome(NamedTuple):
    """What became of a row."""

    n: int
    outcome: str
    error: str = ""
    cost: Optional[str] = None


class Settled(NamedTuple):
    """What became of a batch and of its rows."""

    id: int
    outcome: str
    row_outcomes: Sequence[RowOutcome]
    cost: str


class Prepared(NamedTuple):
    """A row as it is written down before anything is sent, in the order of the columns."""

    line: int
    phone: str
    text: str
    parts: int
    country: str
    digest: Optional[bytes]
    outcome: str
    error: str


class Journal:
    """The journal of one run, open for this process."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise ConfigurationError(f"There is no journal {path}.")
        self.path = path
        self._db = sqlite3.connect(str(path), timeout=_WAIT_SECONDS, isolation_level="DEFERRED")
        if path.stat().st_size:
            self._require_ours()
        # FULL: what was written is on the disk, also when the power fails.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")

    @classmethod
    def create(cls, path: Path) -> Journal:
        """Make a new one that only its owner may read: it holds numbers and texts."""
        if path.exists():
            cls(path).remove()  # one with which nothing was sent
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        db = sqlite3.connect(str(path))
        db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        db.close()
        journal = cls(path)
        journal._db.executescript(_SCHEMA)
        return journal

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._db.close()

    def remove(self) -> None:
        """Close and delete it."""
        self.close()
        self.path.unlink()

    def leave(self) -> None:
        """Close it; one with which nothing was sent is deleted."""
        (self.close if self.has_begun else self.remove)()

    @property
    def facts(self) -> Dict[str, str]:
        """What is known of the run as a whole, by name; {} while its rows are being written."""
        try:
            return dict(self._db.execute("SELECT name, value FROM facts"))
        except sqlite3.OperationalError:
            return {}  # a process died as it made the file

    @property
    def has_begun(self) -> bool:
        """True once a request left, or was about to."""
        return bool(self.facts) and bool(self._db.execute("SELECT 1 FROM batches").fetchone())

    def know(self, **facts: str) -> None:
        """Write down what is known of the run."""
        with self._db:
            self._db.executemany("REPLACE INTO facts VALUES (?, ?)", facts.items())

    def add(self, rows: Iterable[Prepared]) -> None:
        """Write down the rows of the run, and mark those that are there already as duplicates."""
        insert = (
            "INSERT INTO rows (line, phone, text, parts, country, digest, outcome, error) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        for chunk in _chunks(rows):
            with self._db:
                self._db.executemany(insert, chunk)
        with self._db:
            self._db.execute("CREATE INDEX by_digest ON rows (digest)")
            self._db.execute(
                "UPDATE rows SET outcome = ?, error = 'same number and text as line ' || "
                "(SELECT f.line FROM rows f WHERE f.digest = rows.digest ORDER BY f.n LIMIT 1) "
                "WHERE digest IS NOT NULL AND EXISTS "
                "(SELECT 1 FROM rows f WHERE f.digest = rows.digest AND f.n < rows.n)",
                (DUPLICATE,),
            )

    def waiting(self, after: int = 0) -> Iterator[Message]:
        """Give the messages that are to be sent, in the order of the rows."""
        while True:
            found = self._messages("outcome = ? AND n > ? ORDER BY n LIMIT 1000", WAITING, after)
            yield from found
            if not found:
                return
            after = found[-1].n

    def in_doubt(self) -> List[Batch]:
        """Give the batches that left, or were about to, and have no answer here."""
        ids = [i for (i,) in self._db.execute(
            "SELECT id FROM batches WHERE outcome IN (?, ?) ORDER BY id", (SENDING, UNKNOWN)
        )]  # fmt: skip
        found = [Batch(id, self._messages("batch = ? ORDER BY n", id)) for id in ids]
        return [batch for batch in found if batch.messages]

    def new_id(self) -> int:
        """Choose an id that no batch has had."""
        while True:
            id = _random.randint(1, LARGEST_ID)
            if not self._db.execute("SELECT 1 FROM batches WHERE id = ?", (id,)).fetchone():
                return id

    def leaving(self, batches: Sequence[Batch]) -> None:
        """Write down that these batches are about to leave."""
        now = time.time()
        with self._db:
            self._db.executemany(
                "INSERT INTO batches VALUES (?, ?, NULL, ?)",
                [(b.id, SENDING, now) for b in batches],
            )
            self._db.executemany(
                "UPDATE rows SET outcome = ?, batch = ? WHERE n = ?",
                [(SENDING, batch.id, m.n) for batch in batches for m in batch.messages],
            )

    def settle(self, settled: Sequence[Settled]) -> None:
        """Write down what became of batches and of their rows; those not sent leave it."""
        now = time.time()
        with self._db:
            self._db.executemany(
                "UPDATE batches SET outcome = ?, cost = ?, noted_at = ? WHERE id = ?",
                [(each.outcome, each.cost, now, each.id) for each in settled],
            )
            self._db.executemany(
                "UPDATE rows SET outcome = ?, error = ?, cost = ?, batch = ? WHERE n = ?",
                [
                    (f.outcome, f.error, f.cost, None if f.outcome == WAITING else each.id, f.n)
                    for each in settled
                    for f in each.row_outcomes
                ],
            )

    def counts(self) -> Dict[str, int]:
        """Count the rows by outcome."""
        return dict(self._db.execute("SELECT outcome, count(*) FROM rows GROUP BY outcome"))

    def select(self, query: str, *values: Any) -> Iterator[Tuple[Any, ...]]:
        """Ask the journal in SQL."""
        return self._db.execute(query, values)

    def change(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """Change the journal in SQL, for each of the rows of values."""
        with self._db:
            self._db.executemany(query, rows)

    def _require_ours(self) -> None:
        try:
            [mark] = self._db.execute("PRAGMA application_id").fetchone()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            mark = None
        if mark == _APPLICATION_ID or not self.path.stat().st_size:
            return
        self.close()
        raise ConfigurationError(f"{self.path} is there and is no journal of smsc bulk.")

    def _messages(self, where: str, *values: Any) -> List[Message]:
        columns = ", ".join(Message._fields)
        found = self._db.execute(f"SELECT {columns} FROM rows WHERE {where}", values)
        return [Message(*row) for row in found]


def path_beside(file: Path) -> Path:
    """Give the place of the journal of a file."""
    real = Path(os.path.realpath(file))
    return real.with_name(real.name + ".journal")


def _chunks(rows: Iterable[Prepared]) -> Iterator[List[Prepared]]:
    chunk: List[Prepared] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    yield chunk

"""The queue and its journal, in an SQLite file or in a Redis.

Both are kept by Huey's storage: a queue with priorities, and values under names. Huey's consumer
is not used: it takes a task out of the queue before it runs it and keeps no other record, so what
a killed worker was about to send would be lost. Here the queue holds names only; each message has
an entry in the journal, written before its name is put into the queue.

An entry is only written by the process that has won the *claim* of its attempt, a value that can
be written once. So of two workers, or of a worker and ``smsc queue cancel``, only one decides.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

from smsc_transports.failover.shared_slots import SharedSlots
from smsc_transports.failover.slots import account_key
from smsc_transports.queueing.entries import (
    CANCELLED,
    SENT,
    WAITING,
    Entry,
    QueueFailed,
    dumped,
    loaded,
    owner_in,
    text_in,
)
from smsc_transports.queueing.presence import new_worker
from smsc_transports.reporting.redaction import without_user
from smsc_transports.values.extras import required
from smsc_transports.values.places import SQLITE, is_redis
from smsc_transports.values.settings import Settings

FORMAT = 1
"""Part of the queue's name: a worker of another version does not touch what it cannot read."""

KEPT_SECONDS = 7 * 24 * 3600.0
BUSY_SECONDS, REDIS_SECONDS = 10.0, 3.0
"""How long a locked file, or a Redis, may take."""
_ROUNDS = 100_000


class Store:
    """The queue of one account; for all threads, signal handlers, and after forks."""

    def __init__(self, place: str, account: str) -> None:
        self.place = place
        self.shown = without_user(place)
        self.name = f"smsc{FORMAT}x{account}"
        self._storages: List[Any] = []
        self._kept_by_parent: List[Any] = []
        self._pid = os.getpid()
        self._made = False

    def put(self, entry: Entry) -> bool:
        """Write a new entry down and put its name into the queue; False if its name is taken."""
        with self._storage() as storage:
            if is_redis(self.place):
                storage.conn.ping()  # if it is away, nothing can have been put into it
        try:
            with self._storage() as storage:
                is_new = storage.put_if_empty(f"m:{entry.name}", dumped(entry))
            # redis-py may ask again whose answer was lost.
            if not is_new and self.get(entry.name) != entry:
                return False
            self.enqueue(entry)
        except QueueFailed as error:
            error.may_be_there = not self._withdraw(entry)
            raise
        return True

    def _withdraw(self, entry: Entry) -> bool:
        """Make sure that an entry that may or may not be in the queue is not sent."""
        try:
            if not self.claim(entry, entry.attempt, new_worker()):
                return False
            with self._storage() as storage:
                storage.pop_data(f"m:{entry.name}")
        except QueueFailed:
            return not is_redis(self.place)  # a file holds what was committed, and nothing was
        return True

    def enqueue(self, entry: Entry) -> None:
        """Put the name of an entry into the queue; more than once does no harm."""
        with self._storage() as storage:
            storage.enqueue(entry.name.encode(), entry.urgent)

    def next(self) -> Optional[Entry]:
        """Take the next name out of the queue and give its entry, None if there is none."""
        while True:
            with self._storage() as storage:
                name = storage.dequeue()
            if name is None:
                return None
            entry = self.get(bytes(name).decode())
            if entry is not None and entry.state == WAITING:
                return entry

    def get(self, name: str) -> Optional[Entry]:
        """Give an entry by its name."""
        with self._storage() as storage:
            found = storage.peek_data(f"m:{name}")
        return loaded(found)

    def all(self) -> Tuple[List[Entry], Dict[str, str]]:
        """Give all entries, the oldest first, and who claimed which attempt of which name."""
        with self._storage() as storage:
            found = storage.result_items()
        entries = (loaded(value) for key, value in found.items() if key.startswith("m:"))
        claims = {key[2:]: owner_in(value) for key, value in found.items() if key.startswith("c:")}
        return sorted(filter(None, entries), key=lambda entry: entry.put_at), claims

    def queued(self) -> List[str]:
        """Give the names that are in the queue."""
        with self._storage() as storage:
            return [bytes(name).decode() for name in storage.enqueued_items()]

    def write(self, entry: Entry) -> None:
        """Write an entry, of which the caller has the claim."""
        with self._storage() as storage:
            storage.put_data(f"m:{entry.name}", dumped(entry))

    def claim(self, entry: Entry, attempt: int, who: str) -> bool:
        """Try to win an attempt; False if another process has it."""
        key, mine = f"c:{entry.name}:{attempt}", f"{who}/{new_worker()}"
        with self._storage() as storage:
            won = storage.put_if_empty(key, mine.encode())
            return bool(won) or text_in(storage.peek_data(key)) == mine

    def forget_old(self) -> None:
        """Remove what was settled a week ago."""
        for entry in self.all()[0]:
            settled = entry.state in (SENT, CANCELLED)
            if settled and time.time() - entry.changed_at > KEPT_SECONDS:
                with self._storage() as storage:
                    storage.pop_data(f"m:{entry.name}")
                    for attempt in range(entry.attempt + 2):
                        storage.pop_data(f"c:{entry.name}:{attempt}")

    def close(self) -> None:
        """Close what is open in this process."""
        while self._storages and self._pid == os.getpid():
            with suppress(IndexError):
                _close(self._storages.pop())

    @property
    def presence(self) -> SharedSlots:
        """Give the slot with one place for each living worker.

        All threads get the same one: a worker that holds its place in another would count as dead.
        """
        known: Optional[SharedSlots] = self.__dict__.get("_presence")
        return known or self.__dict__.setdefault("_presence", self._new_presence())

    def _new_presence(self) -> SharedSlots:
        if is_redis(self.place):
            from smsc_transports.failover.shared_slots.leases import RedisSlots

            return RedisSlots(_needed("redis"), self.place)
        from smsc_transports.failover.shared_slots.machine import MachineSlots

        folder = Path(f"{self._file}.workers")
        return MachineSlots(_needed("portalocker"), lambda: _made(folder))

    @property
    def _file(self) -> Path:
        return Path(self.place[len(SQLITE) :])

    @contextmanager
    def _storage(self) -> Iterator[Any]:
        """Lend a storage, to one user at a time. Raises QueueFailed."""
        if self._pid != os.getpid():
            # Closing what came over the fork would disturb the parent.
            self._kept_by_parent, self._storages = self._storages, []
            self._pid = os.getpid()
        storage = None
        try:
            with suppress(IndexError):
                storage = self._storages.pop()
            if storage is not None and is_redis(self.place) and not _answers(storage):
                self.close()  # Redis was restarted: the others do not answer either
                storage = None
            if storage is None:
                storage = self._new_storage()
            yield storage
        except BaseException as error:
            _close(storage)
            if isinstance(error, QueueFailed) or not _is_of_storage(error):
                raise
            raise QueueFailed(f"{self.shown}: {error}") from None
        self._storages.append(storage)

    def _new_storage(self) -> Any:
        storages = _needed("huey.storage")
        if is_redis(self.place):
            pool = _redis_pool(_needed("redis"), self.place)
            return storages.PriorityRedisStorage(self.name, blocking=False, connection_pool=pool)
        if not self._made:
            _made(self._file.parent)
            self._file.touch(0o600)
            import sqlite3  # some builds of Python lack it, and have the queue in a Redis

            # Huey leaves a connection open where the file is no database.
            with closing(sqlite3.connect(str(self._file), timeout=BUSY_SECONDS)) as connection:
                connection.execute("pragma schema_version")
        storage = storages.SqliteStorage(
            self.name,
            str(self._file),
            fsync=True,
            timeout=BUSY_SECONDS,
            strict_fifo=True,
            create_tables=not self._made,
        )
        self._made = True
        return storage


def store_of(settings: Settings) -> Store:
    """Give the queue of these settings' account."""
    place = settings.queue or f"{SQLITE}{Path.home()}/.local/state/smsc/queue.sqlite"
    account = _account(settings.login, settings.password, account_key(settings))
    return _store(
        place, hashlib.sha256(f"{account} {_gateway(settings)}".encode()).hexdigest()[:24]
    )


def _gateway(settings: Settings) -> str:
    """Name the gateway: a message for a sandbox must not be sent by a worker outside it."""
    fence = sys.modules.get("smsc_fence")
    if os.environ.get("SMSC_SANDBOX") or (fence is not None and fence.is_up()):
        return "sandbox"
    return settings.domain if settings.domain in settings.host else settings.host


_stores: Dict[Tuple[str, str], Store] = {}


def _store(place: str, account: str) -> Store:
    return _stores.setdefault((place, account), Store(place, account))


def close_all() -> None:
    """Close what is open; the next use opens it again."""
    for each in _stores.copy().values():
        each.close()


@functools.lru_cache(maxsize=8)
def _account(login: Any, password: Any, key: str) -> str:
    """Name an account; one with an API key by a value that does not reveal the key."""
    if login:
        return key
    raw = password if isinstance(password, bytes) else str(password).encode()
    return hashlib.pbkdf2_hmac("sha256", raw, key.encode(), _ROUNDS).hex()[:24]


def _needed(module: str) -> Any:
    return required(module, "queue", "SMSC_TRANSPORT=queue")


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _redis_pool(redis: Any, url: str) -> Any:
    """Make a pool that does not retry by itself: the caller gets the error at once."""
    never = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    return redis.ConnectionPool.from_url(
        url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS, retry=never
    )


def _is_of_storage(error: BaseException) -> bool:
    """Tell errors of SQLite, Redis and the system from our own."""
    module = type(error).__module__.partition(".")[0]
    return isinstance(error, (OSError, ValueError)) or module in ("sqlite3", "redis", "huey")


def _answers(storage: Any) -> bool:
    try:
        return bool(storage.conn.ping())
    except Exception:
        _close(storage)
        return False


def _close(storage: Any) -> None:
    with suppress(Exception):
        pool = getattr(storage, "pool", None)  # of a Redis; Huey leaves it open
        storage.close() if pool is None else pool.disconnect()

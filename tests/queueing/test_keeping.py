"""How long the queue keeps messages, and who can read them."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

from smsc_transports.queueing.store import KEPT_SECONDS

from .conftest import Queue

PHONE = "79990001122"


def test_what_was_sent_is_deleted_after_a_week(queue: Queue) -> None:
    for text in ("old", "new", "waiting"):
        queue.face.SMSC().send_sms(PHONE, text)
    store = queue.store
    old, new, _ = store.all()[0]
    store.write(new.but(state="sent"))
    long_ago = time.time() - KEPT_SECONDS - 1
    store.write(dataclasses.replace(old, state="sent", changed_at=long_ago))
    store.forget_old()
    assert queue.states() == ["sent", "waiting"]


def test_the_file_can_be_read_by_its_user_only(queue: Queue, place: str) -> None:
    queue.face.SMSC().send_sms(PHONE, "test")
    if place.startswith("sqlite"):
        assert Path(place[len("sqlite:///") :]).stat().st_mode & 0o077 == 0


def test_closing_hangs_up(queue: Queue, place: str) -> None:
    queue.face.SMSC().send_sms(PHONE, "test")
    storages = list(queue.store._storages)
    assert storages
    connections = [storage.conn for storage in storages]
    queue.store.close()
    if place.startswith("redis"):
        pools = [connection.connection_pool for connection in connections]
        kept = [each for pool in pools for each in pool._available_connections]
        assert [each for each in kept if each._sock is not None] == []
    else:
        assert [storage._conn for storage in storages] == [None]

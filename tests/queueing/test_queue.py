"""What programs put into the queue is sent by workers: nothing twice, nothing lost."""

from __future__ import annotations

import gc
import os
import sqlite3
import sys
import threading
import warnings
from pathlib import Path
from typing import Any, List

import pytest

from smsc_transports import ConfigurationError
from smsc_transports.queueing import transport, worker
from smsc_transports.queueing.entries import Entry
from smsc_transports.queueing.store import Store
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.extras import install

from ..faces import load_face
from ..failover.test_slots import run_in_child
from ..redis_server import started_or_skipped
from ..surroundings import Warned
from .conftest import Queue

PHONE = "79990001122"


def texts(sandbox: Sandbox) -> List[str]:
    return [message.text for message in sandbox.messages]


def test_a_call_returns_at_once_and_a_worker_sends(queue: Queue, sandbox: Sandbox) -> None:
    smsc = queue.face.SMSC()
    reply = smsc.send_sms(f"{PHONE},79990001133", "Привіт", sender="Shop")
    assert reply == [reply.id, "2", "", ""]
    assert reply.ok
    assert sandbox.messages == []
    assert smsc.get_status(reply.id, PHONE) == ["-1", "0", "0"]
    queue.drain()
    assert [(m.id, m.text, m.sender) for m in sandbox.messages] == [
        (reply.id, "Привіт", "Shop")
    ] * len(sandbox.messages)
    sandbox.clock.advance(60)
    assert smsc.get_status(reply.id, PHONE)[0] == "1"
    assert queue.states() == ["sent"]


def test_what_needs_an_answer_goes_to_the_gateway(queue: Queue) -> None:
    smsc = queue.face.SMSC()
    assert smsc.get_balance() == "100000.00"
    assert smsc.get_sms_cost(PHONE, "test") == ["1.40", "1"]
    assert smsc.get_status(4711, PHONE)[:1] == ["-3"]
    assert queue.states() == []


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251"])
def test_the_worker_sends_what_the_program_wrote(
    queue: Queue, sandbox: Sandbox, charset: str
) -> None:
    queue.face.SMSC_CHARSET = charset
    queue.face.SMSC().send_sms(PHONE, "Ваш пароль: 1 & 2 #", query="maxsms=3")
    queue.face.SMSC_CHARSET = "utf-8"
    queue.drain()
    assert texts(sandbox) == ["Ваш пароль: 1 & 2 #"]


def test_no_credentials_are_in_the_queue(queue: Queue, place: str) -> None:
    queue.face.SMSC_PASSWORD = "gEheim-7"
    queue.face.SMSC().send_sms(PHONE, "test")
    store = queue.store
    with store._storage() as storage:
        kept = repr([bytes(each) for each in storage.result_items().values()])
    assert "gEheim-7" not in kept + store.name
    assert queue.face.SMSC_LOGIN not in kept + store.name
    if place.startswith("sqlite"):
        file = Path(place[len("sqlite:///") :])
        assert b"gEheim-7" not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0


def test_another_account_sees_nothing_of_it(queue: Queue, sandbox: Sandbox) -> None:
    queue.face.SMSC().send_sms(PHONE, "test")
    first, queue.face.SMSC_LOGIN = queue.face.SMSC_LOGIN, "another"
    queue.drain()
    assert sandbox.messages == []
    queue.face.SMSC_LOGIN, queue.face.SMSC_PASSWORD = "", "an-api-key"
    queue.drain()
    assert sandbox.messages == []
    queue.face.SMSC_LOGIN = first
    queue.drain()
    assert texts(sandbox) == ["test"]


def test_accounts_with_an_api_key_have_a_queue_for_each_key(queue: Queue) -> None:
    queue.face.SMSC_LOGIN = ""
    names = []
    for key in ("one-key", "another-key", "one-key"):
        queue.face.SMSC_PASSWORD = key
        names.append(queue.store.name)
    assert names[0] == names[2] != names[1]


def test_what_was_meant_for_a_sandbox_is_not_sent_elsewhere(
    queue: Queue, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = queue.face.SMSC_HOST
    queue.face.SMSC_HOST = "127.0.0.1:8080"
    queue.face.SMSC().send_sms(PHONE, "to a gateway of a developer")
    queue.face.SMSC_HOST = hosts
    monkeypatch.setenv("SMSC_SANDBOX", "http://127.0.0.1:1")
    fenced = queue.store.name
    monkeypatch.delenv("SMSC_SANDBOX")
    queue.drain()
    assert sandbox.messages == []
    assert queue.store.name != fenced


def test_a_code_does_not_wait_behind_newsletters(
    queue: Queue, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "URGENT_A_MINUTE", 3)
    newsletter = transport.QueueTransport()
    of_another_process = transport.QueueTransport()
    from smsc_transports import plugin_manager

    known = plugin_manager().transports()
    monkeypatch.setitem(known, "queue", newsletter)
    for n in range(8):
        queue.face.SMSC().send_sms(f"7999000000{n}", f"news {n}")
    queue.face.SMSC().send_sms(f"{PHONE},79990001133", "to several")
    monkeypatch.setitem(known, "queue", of_another_process)
    queue.face.SMSC().send_sms(PHONE, "code")
    queue.drain(threads=1)
    order = list(dict.fromkeys(texts(sandbox)))
    assert order == ["news 0", "news 1", "news 2", "code", *(f"news {n}" for n in range(3, 8)),
                     "to several"]  # fmt: skip


def left_by_a_dead_worker(queue: Queue, state: str, own_id: int = 0) -> Entry:
    """Put a message into the queue as a worker that was killed leaves it."""
    queue.face.SMSC().send_sms(PHONE, "test", id=own_id)
    store = queue.store
    entry = store.next()
    assert entry is not None
    assert store.claim(entry, 0, "dead")
    entry = entry.but(state=state)
    store.write(entry)
    return entry


def deliver(queue: Queue, entry: Entry) -> None:
    """Let the gateway have the message, as the dead worker did."""
    other: Any = load_face()
    other.SMSC_HOST, other.SMSC_LOGIN = queue.face.SMSC_HOST, queue.face.SMSC_LOGIN
    other.SMSC_PASSWORD = queue.face.SMSC_PASSWORD
    other.SMSC()._smsc_send_cmd("send", transport.argument_of(entry))


@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("state", ["waiting", "sending"])
def test_what_a_dead_worker_left_is_sent_once(
    queue: Queue, sandbox: Sandbox, state: str, arrived: bool
) -> None:
    entry = left_by_a_dead_worker(queue, state)
    if arrived and state == "sending":
        deliver(queue, entry)
    queue.drain()
    assert [(message.id, message.text) for message in sandbox.messages] == [(entry.id, "test")]
    assert queue.states() == ["sent"]


@pytest.mark.parametrize("state", ["sending", "sent"])
def test_what_a_worker_wrote_just_before_it_died_counts(
    queue: Queue, sandbox: Sandbox, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = left_by_a_dead_worker(queue, "waiting")
    store = queue.store
    outdated, genuine = [store.all()], Store.all
    monkeypatch.setattr(Store, "all", lambda self: outdated.pop() if outdated else genuine(self))
    deliver(queue, entry)
    store.write(entry.but(state=state))
    monkeypatch.setattr(Store, "forget_old", lambda self: None)
    queue.drain()
    assert not outdated
    assert len(sandbox.messages) == 1
    assert queue.states() == ["sent"]


def test_of_an_own_id_nothing_is_concluded(queue: Queue, sandbox: Sandbox) -> None:
    left_by_a_dead_worker(queue, "sending", own_id=77)
    queue.drain()
    assert sandbox.messages == []
    assert queue.states() == ["unknown"]


def test_where_no_host_reports_it_is_unknown(queue: Queue, sandbox: Sandbox) -> None:
    deliver(queue, left_by_a_dead_worker(queue, "sending"))
    sandbox.fail("close", endpoint="status")
    queue.drain()
    assert len(sandbox.messages) == 1
    assert queue.states() == ["unknown"]


def test_what_a_live_worker_has_is_left_to_it(queue: Queue, sandbox: Sandbox) -> None:
    entry = left_by_a_dead_worker(queue, "sending")
    presence = queue.store.presence
    assert presence.take("t", "worker-dead", 1, 1)
    queue.drain()
    assert queue.states() == ["sending"]
    presence.give_back("t")
    queue.drain()
    assert [message.id for message in sandbox.messages] == [entry.id]


def test_a_program_that_died_between_journal_and_queue_loses_nothing(
    queue: Queue, sandbox: Sandbox
) -> None:
    queue.face.SMSC().send_sms(PHONE, "test")
    with queue.store._storage() as storage:
        storage.flush_queue()
    queue.drain()
    assert texts(sandbox) == ["test"]


def test_two_workers_at_once_send_each_message_once(queue: Queue, sandbox: Sandbox) -> None:
    for n in range(60):
        queue.face.SMSC().send_sms(f"799900000{n:02}", "test")
    workers = [threading.Thread(target=queue.drain) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert len(sandbox.messages) == 60
    assert queue.states() == ["sent"] * 60


def test_no_host_leaves_everything_waiting(queue: Queue, sandbox: Sandbox) -> None:
    reply = queue.face.SMSC().send_sms(PHONE, "test")
    sandbox.fail("refuse")
    stopped = queue.drain().stopped
    assert stopped is not None
    assert stopped.outcome == "not sent"
    assert queue.states() == ["waiting"]
    sandbox.heal()
    assert queue.face.SMSC().get_status(reply.id, PHONE)[0] == "-1"
    queue.drain()
    assert texts(sandbox) == ["test"]


def test_no_money_ends_the_worker_and_loses_nothing(queue: Queue, sandbox: Sandbox) -> None:
    sandbox.balance = "3.00"
    for n in range(5):
        queue.face.SMSC().send_sms(f"7999000000{n}", "test")
    stopped = queue.drain(threads=1).stopped
    assert stopped is not None
    assert stopped.error == 3
    assert sorted(queue.states()) == ["sent", "sent", "waiting", "waiting", "waiting"]
    sandbox.balance = "100"
    queue.drain()
    assert len(sandbox.messages) == 5


def test_a_refused_message_is_reported_by_its_status(queue: Queue, sandbox: Sandbox) -> None:
    reply = queue.face.SMSC().send_sms("12", "test")
    queue.drain()
    assert queue.states() == ["failed"]
    status = queue.face.SMSC().get_status(reply.id, "12")
    assert status.error == 7


def test_a_lost_answer_is_looked_for(queue: Queue, sandbox: Sandbox) -> None:
    sandbox.fail("close", stored=True, endpoint="send", times=1)
    queue.face.SMSC().send_sms(PHONE, "test")
    queue.drain()
    assert len(sandbox.messages) == 1
    assert queue.states() == ["sent"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_parent_and_forked_child_put_messages_into_it(queue: Queue, sandbox: Sandbox) -> None:
    smsc = queue.face.SMSC()
    smsc.send_sms(PHONE, "before")
    assert run_in_child(lambda: smsc.send_sms(PHONE, "child").raise_for_error())
    assert smsc.send_sms(PHONE, "after").ok
    queue.drain()
    assert sorted(texts(sandbox)) == ["after", "before", "child"]


# Huey leaves its connection to such a file to the garbage collector.
def test_a_file_that_is_no_queue_is_reported_and_nothing_is_sent(
    face: Any, sandbox: Sandbox, tmp_path: Path, warned: Warned
) -> None:
    pytest.importorskip("huey")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()  # what other tests left, so that it does not count below
    file = tmp_path / "queue.sqlite"
    file.write_bytes(b"this is no database, but it is long enough to be read as one" * 100)
    face.SMSC_HOST, face.SMSC_TRANSPORT = ",".join(sandbox.http), "queue"
    face.SMSC_QUEUE = f"sqlite:///{file}"
    reply = face.SMSC().send_sms(PHONE, "test")
    assert reply == ["", ""]
    assert reply.outcome == "not sent"
    assert f"The queue cannot be used: {face.SMSC_QUEUE}: file is not a database" in warned()[0]
    assert warned()[0].endswith(". It is named by SMSC_QUEUE.")
    gc.collect()


def test_a_full_disk_is_reported_and_nothing_is_sent(
    queue: Queue, sandbox: Sandbox, place: str, warned: Warned
) -> None:
    if not place.startswith("sqlite"):
        pytest.skip("a Redis that is full answers with an error of its own")
    smsc = queue.face.SMSC()
    smsc.send_sms(PHONE, "before")
    with queue.store._storage() as storage:
        [pages] = storage.conn.execute("PRAGMA page_count").fetchone()
        storage.conn.execute(f"PRAGMA max_page_count = {pages}")
    reply = smsc.send_sms(PHONE, "x" * 100_000)
    assert reply.outcome == "not sent"
    assert "database or disk is full" in warned()[0]
    queue.drain()
    assert texts(sandbox) == ["before"]


def test_a_redis_that_is_away_is_reported_and_nothing_is_sent(
    face: Any, sandbox: Sandbox, warned: Warned
) -> None:
    pytest.importorskip("huey")
    pytest.importorskip("redis")
    face.SMSC_HOST, face.SMSC_TRANSPORT = ",".join(sandbox.http), "queue"
    face.SMSC_QUEUE = "redis://user:gEheim@127.0.0.1:1/0"
    reply = face.SMSC().send_sms(PHONE, "test")
    assert reply.outcome == "not sent"
    assert "The queue cannot be used" in warned()[0]
    assert "gEheim" not in warned()[0] + repr(reply.attempts)


def test_a_missing_library_is_reported_with_the_command_that_installs_it(
    face: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "huey.storage", None)
    face.SMSC_TRANSPORT, face.SMSC_QUEUE = "queue", f"sqlite:///{tmp_path}/none.sqlite"
    with pytest.raises(ConfigurationError) as told:
        face.SMSC().send_sms(PHONE, "test")
    assert install("queue") in str(told.value)


def test_a_worker_sends_by_another_transport_than_the_queue(queue: Queue) -> None:
    queue.face.SMSC_TRANSPORT = "queue,http-post"
    assert queue.worker()._settings.transport == "http-post"
    assert queue.worker()._settings.failover == "safe"


def test_a_message_of_another_format_is_left_alone(queue: Queue, place: str) -> None:
    queue.face.SMSC().send_sms(PHONE, "test")
    if not place.startswith("sqlite"):
        return
    with sqlite3.connect(place[len("sqlite:///") :]) as db:
        db.execute("UPDATE task SET queue = replace(queue, 'smsc1', 'smsc2')")
        db.execute("UPDATE kv SET queue = replace(queue, 'smsc1', 'smsc2')")
    db.close()
    queue.drain()
    assert queue.states() == []


def test_a_worker_waits_for_a_queue_that_is_away_for_a_moment(
    queue: Queue, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smsc_transports.queueing.entries import QueueFailed

    queue.face.SMSC().send_sms(PHONE, "test")
    genuine, failures = Store.write, [1, 1]

    def failing(self: Store, entry: Entry) -> None:
        if failures:
            failures.pop()
            raise QueueFailed("away")
        genuine(self, entry)

    monkeypatch.setattr(Store, "write", failing)
    monkeypatch.setattr(worker, "AWAY_SECONDS", 0.0)
    queue.drain(threads=1)
    assert texts(sandbox) == ["test"]
    assert queue.states() == ["sent"]


def test_a_redis_that_was_restarted_is_used_again_at_once(
    face: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    pytest.importorskip("huey")
    server = started_or_skipped(tmp_path, "--appendonly", "yes", "--appendfsync", "always")
    face.SMSC_HOST, face.SMSC_TRANSPORT = ",".join(sandbox.http), "queue"
    face.SMSC_QUEUE = server.url
    smsc = face.SMSC()
    first = smsc.send_sms(PHONE, "test")
    server.kill()
    server.start()
    assert smsc.get_status(first.id, PHONE) == ["-1", "0", "0"]
    assert smsc.send_sms(PHONE, "test").ok
    server.kill()

"""Processes and machines stay together below the gateway's limit of simultaneous requests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, Dict, Iterator, List

import pytest

from smsc_transports import ConfigurationError, NotSent, Request, Settings
from smsc_transports.failover import shared_slots
from smsc_transports.failover.shared_slots import leases
from smsc_transports.failover.slots import account_key, slot
from smsc_transports.values.extras import install

from ..failover.scripted import send_request
from ..failover.test_slots import run_in_child
from ..redis_server import RedisServer
from ..surroundings import Warned


def request_of(login: str, place: str, **settings: Any) -> Request:
    return send_request(login=login, slots=place, **settings)


@contextmanager
def another_process(
    place: str, login: str, count: int, lease: float = 10.0
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.slots.holder", place, login, str(count), str(lease)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def is_free(request: Request) -> bool:
    try:
        with slot(request, 0.0):
            return True
    except NotSent:
        return False


def test_two_processes_hold_14_together(place: str, login: str) -> None:
    request = request_of(login, place)
    with another_process(place, login, 10), ExitStack() as held:
        for _ in range(4):
            held.enter_context(slot(request, 5))
        with pytest.raises(NotSent) as refused, slot(request, 0.01):
            pass
        assert str(refused.value) == (
            "14 requests of all processes were under way, and no slot became free in time"
        )
    with another_process(place, f"{login}-2", 14):
        assert is_free(request)


def test_four_of_them_are_for_a_status(place: str, login: str) -> None:
    status = request_of(login, place).about("status", "phone=7&id=1")
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(slot(status, 5))
        # Counted apart from the threads, as another process would.
        shared = shared_slots.shared_slots(place)
        assert shared is not None
        key = account_key(status.settings)
        assert not shared.take("a", f"{key}status", 4, 1)
        assert shared.take("b", key, 14, 1)
        shared.give_back("b")
        shared.give_back("a")


def test_a_killed_process_holds_nothing_when_its_lease_has_ended(place: str, login: str) -> None:
    with another_process(place, login, 14, lease=1.5) as process:
        assert not is_free(request_of(login, place))
        process.kill()
        process.wait()
        with slot(request_of(login, place), 15):
            pass


def test_a_call_that_lasts_longer_than_a_lease_keeps_it(
    redis_server: RedisServer, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 0.3)
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    request = request_of(login, redis_server.url)
    with ExitStack() as held:
        for _ in range(13):
            held.enter_context(slot(request, 5))
        held.enter_context(slot(request, 5))
        shared = shared_slots.shared_slots(redis_server.url)
        assert shared is not None
        renewed = threading.Event()
        genuine = leases.RedisSlots._ask

        def counted(self: Any, key: str, most: int, wanted: str, *held: str, **more: Any) -> bool:
            answer = genuine(self, key, most, wanted, *held, **more)
            count[0] += not wanted
            if count[0] > 10:  # so many renewals take longer than the lease
                renewed.set()
            return answer

        count = [0]
        monkeypatch.setattr(leases.RedisSlots, "_ask", counted)
        assert renewed.wait(20)
        assert not shared.take("another", account_key(request.settings), 14, 1)
        shared.give_back("another")
    client = redis_server.client()
    assert client.zcard(leases._name(account_key(request.settings))) == 0
    client.close()


def test_a_redis_that_lost_its_data_lets_nobody_exceed_the_limit(
    redis_server: RedisServer, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "GRACE_SECONDS", 1.0)  # the holder renews its slots within
    with another_process(redis_server.url, login, 14):
        redis_server.kill()
        redis_server.start()
        assert not is_free(request_of(login, redis_server.url))
        with pytest.raises(NotSent, match="no slot became free"), slot(
            request_of(login, redis_server.url), leases.GRACE_SECONDS + 1
        ):
            pass


def test_while_redis_is_killed_again_and_again_nobody_exceeds_the_limit(
    redis_server: RedisServer, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "GRACE_SECONDS", 1.0)  # the holder renews its slots within
    request = request_of(login, redis_server.url)
    under_way: Dict[int, None] = {}
    most: List[int] = []
    half = threading.Event()

    def hold(number: int) -> None:
        with slot(request, 60):
            under_way[number] = None
            most.append(len(under_way))
            if number > 60:
                half.set()
            threading.Event().wait(0.01)  # as long as a request takes
            del under_way[number]

    with another_process(redis_server.url, login, 10), ThreadPoolExecutor(20) as pool:
        done = [pool.submit(hold, number) for number in range(120)]
        assert half.wait(30)
        redis_server.kill()
        redis_server.start()
        for each in done:
            each.result()
    assert len(most) == 120
    assert max(most) <= 4


def test_a_clock_of_the_server_that_was_set_back_keeps_no_slot_for_ever(
    redis_server: RedisServer, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "GRACE_SECONDS", 0.2)
    request = request_of(login, redis_server.url)
    client = redis_server.client()
    an_hour_later = int(client.time()[0] + 3600) * 1000
    name = leases._name(account_key(request.settings))
    client.zadd(name, {str(n): an_hour_later for n in range(14)})
    client.set(leases.SINCE, an_hour_later)
    with slot(request, leases.GRACE_SECONDS + 10):
        pass
    client.close()


def test_while_redis_is_away_calls_wait_and_then_say_so(
    redis_server: RedisServer, login: str, warned: Warned
) -> None:
    request = request_of(login, redis_server.url)
    with slot(request, 5):
        redis_server.kill()
    with pytest.raises(NotSent, match="the slots of SMSC_SLOTS cannot be counted"), slot(
        request, 0.2
    ):
        pass
    assert "Nothing is sent: the slots of SMSC_SLOTS cannot be counted" in warned()[0]
    threading.Timer(0.2, redis_server.start).start()
    with slot(request, 30):
        pass


def test_a_wrong_password_of_redis_is_reported_at_once_and_not_shown(
    redis_server: RedisServer, login: str, warned: Warned
) -> None:
    url = redis_server.url.replace("redis://", "redis://user:gEheim@")
    with pytest.raises(NotSent, match="Redis refused login or password") as refused, slot(
        request_of(login, url), 3600
    ):
        pass
    assert "gEheim" not in str(refused.value) + warned()[0]


def test_no_password_and_no_login_leaves_the_process(redis_server: RedisServer, login: str) -> None:
    client = redis_server.client()
    with slot(request_of(login, redis_server.url, password="gEheim"), 5):
        stored = repr([(key, client.zrange(key, 0, -1) if b"since" not in key else b"")
                       for key in client.scan_iter()])  # fmt: skip
    assert login not in stored
    assert "gEheim" not in stored
    client.close()


def test_every_process_names_an_account_alike() -> None:
    code = (
        "from smsc_transports import Settings; from smsc_transports.failover.slots import *;"
        "print(account_key(Settings(login='логин', password='another', host='www2.smsc.ru')))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = account_key(Settings(login="логин", password="geheim", host="smsc.ru"))
    assert told.stdout.strip() == here
    assert account_key(Settings(login="логин", host="smsc.ua")) != here


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_neither_keeps_nor_frees_its_parents_slots(place: str, login: str) -> None:
    request = request_of(login, place)
    reading, writing = os.pipe()
    with ExitStack() as held:
        for _ in range(14):
            held.enter_context(slot(request, 5))
        child = os.fork()
        if child == 0:
            try:
                held.close()  # as an exception in the child would
                os._exit(int(is_free(request)))
            except BaseException:
                os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
    assert is_free(request)  # though the second child is still there
    assert run_in_child(lambda: slot(request, 5).__enter__())
    os.close(writing)
    os.waitpid(child, 0)
    os.close(reading)


@pytest.mark.parametrize(
    ("value", "missing", "extra"),
    [("machine", "portalocker", "slots"), ("redis://127.0.0.1:1/0", "redis", "redis")],
)
def test_a_missing_library_is_reported_with_the_command_that_installs_it(
    value: str, missing: str, extra: str, face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_slots, "_opened", shared_slots._opened.__wrapped__)
    monkeypatch.setitem(sys.modules, missing, None)
    face.SMSC_SLOTS = value
    with pytest.raises(ConfigurationError) as told:
        face.SMSC().get_balance()
    assert install(extra) in str(told.value)


@pytest.mark.parametrize("value", ["machines", "redis://", "redis://h:x", "http://h", 14])
def test_a_wrong_value_is_reported_once_and_the_threads_are_counted(
    value: Any, face: Any, gateway: Any, warned: Warned
) -> None:
    face.SMSC_SLOTS = value
    for _ in range(2):
        assert face.SMSC().send_sms("79990001122", "test").ok
    expected = (
        f"SMSC_SLOTS is {value!r}, but it must be 'machine' or a URL such as "
        f"'redis://host:6379/0'. The default is used instead."
    )
    assert warned() == [expected]


def test_a_wrong_value_with_a_password_is_not_shown(
    face: Any, gateway: Any, warned: Warned
) -> None:
    face.SMSC_SLOTS = "redis:/user:gEheim@host"
    assert face.SMSC().send_sms("79990001122", "test").ok
    assert warned()[0].startswith("SMSC_SLOTS is ***, but it must be")


def test_a_folder_that_another_user_made_is_refused(
    face: Any, gateway: Any, warned: Warned, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = pytest.importorskip("smsc_transports.failover.shared_slots.machine")
    pytest.importorskip("portalocker")
    if not hasattr(os, "geteuid"):
        pytest.skip("this system's temporary folder is the user's own")
    monkeypatch.setattr(machine, "_SHARED_MEMORY", tmp_path)
    folder = tmp_path / f"smsc-slots-{os.geteuid()}"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    face.SMSC_SLOTS = "machine"
    reply = face.SMSC().send_sms("79990001122", "test")
    assert reply == ["", ""]
    assert reply.outcome == "not sent"
    assert f"{folder} is not a folder of this user alone; remove it" in warned()[0]
    folder.rmdir()
    tmp_path.joinpath(folder.name).write_text("")
    assert face.SMSC().send_sms("79990001122", "test").outcome == "not sent"


def test_a_folder_that_is_cleaned_up_is_made_again(login: str) -> None:
    machine = pytest.importorskip("smsc_transports.failover.shared_slots.machine")
    pytest.importorskip("portalocker")
    request = request_of(login, "machine")
    with slot(request, 5):
        for file in machine.private_folder().glob(f"{account_key(request.settings)}*"):
            file.unlink()
    assert is_free(request)


def test_a_signal_handler_may_send_while_its_thread_takes_a_slot(place: str, login: str) -> None:
    if not hasattr(signal, "pthread_kill"):
        pytest.skip("this system's signals go to no thread")
    request = request_of(login, place)
    handled: List[int] = []
    under_way: List[int] = []
    main = threading.get_ident()
    enough = threading.Event()

    def send(*_: Any) -> None:
        if not under_way:
            under_way.append(1)
            with slot(request, 5):
                handled.append(1)
            under_way.clear()

    def interrupt() -> None:
        while not enough.wait(0.0005):
            signal.pthread_kill(main, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, send)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        while len(handled) < 50:
            with slot(request, 5):
                pass
    finally:
        enough.set()
        thread.join()
        signal.signal(signal.SIGUSR1, before)
    with ExitStack() as held:
        for _ in range(14):
            held.enter_context(slot(request, 0.5))

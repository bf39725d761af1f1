"""Connections are kept for the next call, and no answer ever meets another call."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from smsc_transports import plugin_manager
from smsc_transports.transports.connections import IDLE_SECONDS, _keep_alive_seconds
from smsc_transports.transports.idle import IDLE, IdleConnections

from ..copies import run_code
from .gateway import PATIENCE, REPLY, SENT, Client, Gateway, answer, ctrl_c_while_waiting_for


def echo(client: Client) -> None:
    """Answer with the id that was asked for."""
    answer(id_asked(client).encode() + b",1,0.50,99.50")(client)


def id_asked(client: Client) -> str:
    return parse_qs(urlsplit(client.seen.target).query)["id"][0]


def send(face: Any, id: int) -> str:
    """Send and give the id of the reply."""
    reply = face.SMSC().send_sms("79990000001", "hello", id=id)
    return str(reply[0])


@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
def test_the_next_call_uses_the_connection_of_the_last(
    face: Any, trusted_tls: ssl.SSLContext, https: bool, post: bool
) -> None:
    face.SMSC_HTTPS, face.SMSC_POST = https, post
    with Gateway(tls=trusted_tls if https else None) as gateway:
        face.SMSC_HOST = gateway.address
        for _ in range(3):
            assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert (gateway.connections, len(gateway.requests)) == (1, 3)


def test_a_chunked_answer_leaves_the_connection_for_the_next(face: Any) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"

    def in_chunks(client: Client) -> None:
        client.send(chunked % (len(REPLY), REPLY))

    with Gateway(in_chunks) as gateway:
        face.SMSC_HOST = gateway.address
        for _ in range(2):
            assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert gateway.connections == 1


class Kept:
    closed = False

    def close(self) -> None:
        self.closed = True


class Closed:
    def __init__(self) -> None:
        self.event = threading.Event()

    def close(self) -> None:
        self.event.set()


def test_an_idle_connection_is_closed_when_its_time_is_over() -> None:
    idle = IdleConnections()
    connection = Kept()
    idle.keep(connection, 0.05)
    closer = idle._closer
    assert closer is not None
    closer.join(PATIENCE)
    assert connection.closed


def test_the_closing_thread_waits_for_a_lock_of_its_own_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """gevent may replace threads and locks after the first call; a lock from before stops all."""
    idle, lock = IdleConnections(), threading.Lock
    made = []

    def replacement() -> Any:
        made.append(lock())
        return made[-1]

    monkeypatch.setattr(threading, "Lock", replacement)
    idle.keep(Kept(), 60)
    assert any(idle._nothing_new is each for each in made)
    idle.close_all()


def test_one_thread_watches_over_the_connection_of_calls_in_a_row(face: Any) -> None:
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        closers = set()
        for _ in range(5):
            assert face.SMSC().send_sms("79990000001", "hello") == SENT
            closers.add(IDLE._closer)
    assert len(closers - {None}) == 1


def test_a_connection_that_is_kept_for_less_than_others_is_closed_before_them() -> None:
    idle = IdleConnections()
    first, second = Kept(), Closed()
    idle.keep(first, 60)
    idle.keep(second, 0.05)
    assert second.event.wait(PATIENCE)
    assert not first.closed
    idle.close_all()


def test_no_fork_waits_for_connections_that_other_threads_go_on_to_keep() -> None:
    """A fork waited for a second; a hundred of them take no more time than a test may."""
    idle = IdleConnections()

    class KeptAgain:
        again = True

        def close(self) -> None:
            if self.again:
                idle.keep(KeptAgain(), 60)

    def fork_often() -> None:
        for _ in range(100):
            idle.before_fork()

    idle.keep(KeptAgain(), 60)
    forks = threading.Thread(target=fork_often, daemon=True)
    forks.start()
    forks.join(PATIENCE)
    assert not forks.is_alive()
    KeptAgain.again = False
    idle.close_all()


def test_a_connection_is_kept_for_five_seconds_at_the_most() -> None:
    assert IDLE_SECONDS == 5.0
    announced = {"timeout=3": 2, "timeout=3, max=9": 2, "timeout=60": 5, "": 5, "timeout=1": 0}
    assert {header: _keep_alive_seconds(header) for header in announced} == announced


@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_a_kept_connection_that_the_server_closed_loses_no_call(
    face: Any, trusted_tls: ssl.SSLContext, https: bool
) -> None:
    def answer_and_close(client: Client) -> None:
        answer()(client)
        client.close()

    face.SMSC_HTTPS = https
    with Gateway(answer_and_close, tls=trusted_tls if https else None) as gateway:
        face.SMSC_HOST = gateway.address
        for _ in range(3):
            reply = face.SMSC().send_sms("79990000001", "hello")
            assert (reply, len(reply.attempts)) == (SENT, 1)
            assert gateway.until_all_are_gone()
    assert gateway.connections == 3


@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_an_answer_that_nobody_asked_for_is_never_read(
    face: Any, trusted_tls: ssl.SSLContext, https: bool
) -> None:
    def answer_twice(client: Client) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
        true, false = (head % len(body) + body for body in (REPLY, b"666,1,0.50,99.50"))
        client.send(true + false)

    face.SMSC_HTTPS = https
    with Gateway(answer_twice, tls=trusted_tls if https else None) as gateway:
        face.SMSC_HOST = gateway.address
        for _ in range(5):
            assert face.SMSC().send_sms("79990000001", "hello") == SENT


@pytest.mark.parametrize("status", ["500 Error", "404 Not Found"])
def test_a_failed_answer_leaves_no_connection(face: Any, status: str) -> None:
    with Gateway(answer(REPLY, status), answer()) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == ["", ""]
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert gateway.connections == 2


@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(
    "begun",
    [b"", b"HTTP/1.1 200 OK\r\nContent-", b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n77,"],
    ids=["nothing", "half the headers", "half the body"],
)
def test_ctrl_c_passes_through_and_the_half_answer_is_never_read(
    face: Any, trusted_tls: ssl.SSLContext, https: bool, begun: bytes
) -> None:
    def begin(client: Client) -> None:
        client.send(begun)
        client.until_gone()

    face.SMSC_HTTPS = https
    with Gateway(begin, echo, tls=trusted_tls if https else None) as gateway:
        face.SMSC_HOST = gateway.address
        with ctrl_c_while_waiting_for(gateway), pytest.raises(KeyboardInterrupt):
            send(face, 77)
        assert gateway.left_alone.wait(PATIENCE)
        assert send(face, 78) == "78"
    assert gateway.connections == 2


def test_threads_never_see_each_other_s_replies(face: Any) -> None:
    with Gateway(echo) as gateway, ThreadPoolExecutor(8) as pool:
        face.SMSC_HOST = gateway.address
        ids = [str(id) for id in range(1, 401)]
        assert list(pool.map(lambda id: send(face, int(id)), ids)) == ids
    assert len(gateway.requests) == 400
    assert gateway.connections <= 8


def test_a_thread_that_ended_leaves_its_connection_to_the_next(face: Any) -> None:
    with Gateway(echo) as gateway:
        face.SMSC_HOST = gateway.address
        for id in range(1, 4):
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(send, face, id).result() == str(id)
    assert gateway.connections == 1


def test_closing_twice_is_harmless_and_the_next_call_connects_again(face: Any) -> None:
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC().get_balance()
        for transport in plugin_manager().transports().values():
            transport.close()
            transport.close()
        assert gateway.until_all_are_gone()
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert gateway.connections == 2


def test_a_program_that_ends_leaves_nothing_to_complain_about(face: Any) -> None:
    program = (
        "import threading, smsc_api; smsc = smsc_api.SMSC();"
        "print(smsc.get_balance());"
        "t = threading.Thread(target=smsc.get_balance); t.start(); t.join()"
    )
    with Gateway(answer(b"99.50")) as gateway:
        finished = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "error", "-c", program],
            env={**os.environ, "SMSC_HOST": gateway.address},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )
    assert finished.stdout.decode().split() == ["99.50"]


HOLDS = """
import gc, os, sys, smsc_api
smsc = smsc_api.SMSC()
for count in (2200, 700):
    for number in range(count):
        assert smsc.send_sms("79990000001", f"hello {number}").ok
    gc.collect()
    print(sys.getallocatedblocks(), len(os.listdir("/dev/fd")))
"""


def test_hundreds_of_calls_later_a_program_holds_no_more_than_before() -> None:
    with Gateway() as gateway:
        done = run_code(HOLDS, {**os.environ, "SMSC_HOST": gateway.address})
    blocks, files, blocks_then, files_then = map(int, done.stdout.split())
    assert blocks_then - blocks < 350  # what is left by each call takes a block or more
    assert files_then == files
    assert gateway.connections == 1


def test_hosts_may_have_ipv6_addresses(face: Any, ipv6: str) -> None:
    with Gateway(host=ipv6) as gateway:
        face.SMSC_HOST = gateway.address
        for _ in range(2):
            assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert gateway.connections == 1
    assert gateway.requests[0].headers["host"] == gateway.address


# Forks. The threads that Python warns of are those of the gateway.

forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")


def in_a_child(work: Callable[[], bool]) -> Callable[[], bool]:
    """Do something in a forked child; gives a function that waits and tells whether it worked."""
    child = os.fork()
    if child == 0:
        worked = False
        try:
            worked = work()
        finally:
            os._exit(0 if worked else 1)
    return lambda: os.waitpid(child, 0)[1] == 0


@forks
@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_a_forked_child_never_uses_its_parent_s_connection(
    face: Any, trusted_tls: ssl.SSLContext, https: bool
) -> None:
    face.SMSC_HTTPS = https
    with Gateway(echo, tls=trusted_tls if https else None) as gateway:
        face.SMSC_HOST = gateway.address
        assert send(face, 1) == "1"
        assert in_a_child(lambda: [send(face, 2), send(face, 3)] == ["2", "3"])()
        assert gateway.connections == 2
        assert send(face, 4) == "4"
    assert gateway.connections == 3
    assert len(gateway.requests) == 4


@forks
def test_many_children_and_their_parent_talk_at_once(face: Any) -> None:
    def work(first: int) -> bool:
        return all(send(face, id) == str(id) for id in range(first, first + 20))

    with Gateway(echo) as gateway:
        face.SMSC_HOST = gateway.address
        assert send(face, 1) == "1"
        children = [in_a_child(lambda first=n * 100: work(first)) for n in range(1, 4)]  # type: ignore[misc]
        assert work(400)
        assert [child() for child in children] == [True] * 3
    assert gateway.connections == 5


@forks
def test_a_child_forked_during_a_call_of_another_thread_can_call(face: Any) -> None:
    let_go = threading.Event()

    def hold(client: Client) -> None:
        client.server.waiting.set()
        let_go.wait(PATIENCE)
        echo(client)

    with Gateway(hold, echo) as gateway, ThreadPoolExecutor(1) as pool:
        face.SMSC_HOST = gateway.address
        held = pool.submit(send, face, 1)
        assert gateway.waiting.wait(PATIENCE)
        assert in_a_child(lambda: send(face, 2) == "2")()
        let_go.set()
        assert held.result() == "1"
        assert send(face, 3) == "3"
    assert gateway.connections == 2

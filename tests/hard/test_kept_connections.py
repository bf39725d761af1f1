"""A kept connection is never worse than the new one that every call of the vendor's file makes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from typing import Any, Dict, List
from urllib.parse import urlencode

import pytest

from smsc_transports import hookimpl, plugin_manager

from .peers import (
    PHONE,
    Exchange,
    Gateway,
    Step,
    closing_as_the_next_request_comes,
    says,
    truly,
)

SENDS = 20

closes = pytest.mark.parametrize(
    "closing",
    [closing_as_the_next_request_comes(), closing_as_the_next_request_comes(with_reset=True)],
    ids=["closed", "reset"],
)


def unanswered(face: Any, sends: int) -> List[Any]:
    """Send so often; give the attempts of the sends that were left without a reply."""
    replies = [face.SMSC().send_sms(PHONE, f"hello {number}") for number in range(sends)]
    return [reply.attempts for reply in replies if reply == ["", ""]]


@closes
@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
def test_a_server_that_closes_as_the_next_request_comes_loses_no_send(
    face: Any, secured: Dict[str, Any], closing: Step, post: bool
) -> None:
    face.SMSC_POST = post
    with Gateway(send=closing, **secured) as gateway:
        face.SMSC_HOST = gateway.address
        assert unanswered(face, SENDS) == []
    assert [m["mes"] for m in gateway.messages] == [f"hello {n}" for n in range(SENDS)]


def test_five_such_servers_lose_no_send_either(face: Any, secured: Dict[str, Any]) -> None:
    with ExitStack() as stack:
        hosts = [
            stack.enter_context(Gateway(send=closing_as_the_next_request_comes(), **secured))
            for _ in range(5)
        ]
        face.SMSC_HOST = ",".join(host.address for host in hosts)
        assert unanswered(face, 64) == []
    assert sum(len(host.messages) for host in hosts) == 64


@pytest.mark.usefixtures("fresh_plugins")
def test_the_repeat_goes_over_a_new_connection_though_another_send_has_kept_one(
    face: Any,
) -> None:
    class Telling:
        @hookimpl
        def smsc_attempt(self) -> None:
            face.SMSC().send_sms(PHONE, "told")

    with Gateway(send=closing_as_the_next_request_comes()) as gateway:
        face.SMSC_HOST = gateway.address
        assert unanswered(face, 1) == []
        plugin_manager().register(Telling())
        assert unanswered(face, 1) == []


def test_no_redirected_send_is_lost_to_such_a_server(face: Any) -> None:
    def redirect(exchange: Exchange) -> None:
        url = f"http://{gateway.address}/sys/send.php?{urlencode(exchange.asked.fields)}"
        exchange.answer("", "302 Found", f"Location: {url}")

    with Gateway(send=closing_as_the_next_request_comes()) as gateway, Gateway(redirect) as first:
        face.SMSC_HOST = first.address
        assert unanswered(face, 3) == []
    assert (len(gateway.messages), len(first.of("send"))) == (3, 3)


def test_a_send_stays_with_its_host_when_a_kept_connection_fails(face: Any) -> None:
    """A new connection to the same host is what the vendor's file would have made."""
    with Gateway(send=closing_as_the_next_request_comes()) as first, Gateway() as second:
        face.SMSC_HOST = f"{first.address},{second.address}"
        assert unanswered(face, 4) == []
    assert (len(first.messages), len(second.messages)) == (4, 0)


@closes
@pytest.mark.parametrize("failover", ["legacy", "safe"])
def test_a_server_that_closes_as_the_next_request_comes_never_hides_the_balance(
    face: Any, secured: Dict[str, Any], closing: Step, failover: str
) -> None:
    face.SMSC_FAILOVER = failover
    with Gateway(balance=closing, **secured) as gateway:
        face.SMSC_HOST = gateway.address
        assert [face.SMSC().get_balance() for _ in range(6)] == ["99.50"] * 6


@pytest.mark.parametrize("failover", ["legacy", "safe"])
def test_prices_and_statuses_are_asked_again_too(face: Any, failover: str) -> None:
    face.SMSC_FAILOVER = failover
    closing = closing_as_the_next_request_comes()
    with Gateway(send=closing, status=closing) as gateway:
        face.SMSC_HOST = gateway.address
        for _ in range(3):
            assert face.SMSC().get_sms_cost(PHONE, "hello") == ["0.50", "1"]
            assert face.SMSC().get_status(7, PHONE)[0] == "-3"


def closing_everything_after_the_first(exchange: Exchange) -> None:
    if (exchange.asked.connection, exchange.asked.place) == (1, 1):
        exchange.answer()
    else:
        exchange.hang_up()


def test_a_send_goes_once_more_and_not_oftener(face: Any) -> None:
    with Gateway(send=closing_everything_after_the_first) as gateway:
        face.SMSC_HOST = gateway.address
        assert len(unanswered(face, 2)) == 1
    assert [asked.connection for asked in gateway.of("send")] == [1, 1, 2]


def test_a_new_connection_that_fails_is_not_tried_again(face: Any) -> None:
    """The vendor's file asks each host once."""
    with Gateway(send=[lambda exchange: exchange.hang_up(), truly]) as gateway:
        face.SMSC_HOST = gateway.address
        assert len(unanswered(face, 1)) == 1
    assert len(gateway.of("send")) == 1


@pytest.mark.parametrize(
    "begun",
    [b"H", b"HTTP/1.1 200 OK\r\nContent-", b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n77,"],
    ids=["one byte", "half the headers", "half the body"],
)
def test_after_the_first_byte_of_an_answer_a_send_does_not_go_again(
    face: Any, begun: bytes
) -> None:
    def begin(exchange: Exchange) -> None:
        exchange.take()
        exchange.send(begun)
        exchange.hang_up()

    with Gateway(send=[truly, begin, truly]) as gateway:
        face.SMSC_HOST = gateway.address
        assert len(unanswered(face, 2)) == 1
    assert [asked.place for asked in gateway.of("send")] == [1, 2]


def test_a_safe_send_over_a_connection_that_closes_arrives_once(safe: Any) -> None:
    with Gateway(send=closing_as_the_next_request_comes()) as gateway:
        safe.SMSC_HOST = gateway.address
        replies = [safe.SMSC().send_sms(PHONE, f"hello {n}") for n in range(6)]
    assert [m["mes"] for m in gateway.messages] == [f"hello {n}" for n in range(6)]
    assert all(reply.ok for reply in replies)


# Idle time. The program's clocks are turned before anything of ours is imported.

PROGRAM = """
import sys, time
shift = 0.0
for name in ("monotonic", "time", "perf_counter"):
    setattr(time, name, lambda clock=getattr(time, name): clock() + shift)
import smsc_api
smsc = smsc_api.SMSC()
assert smsc.get_balance() == "99.50"
shift = float(sys.argv[1])
if sys.argv[2] == "send":
    assert smsc.send_sms("79990000001", "hello").ok
else:
    assert smsc.get_balance() == "99.50"
"""


def connections_of(idle: float, then: str, balance: Step = truly, **environment: str) -> int:
    """Count the connections of a program that asks, is idle for so many seconds, and goes on."""
    with Gateway(balance=balance) as gateway:
        account = {"SMSC_LOGIN": "l", "SMSC_PASSWORD": "p", "SMSC_HOST": gateway.address}
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(idle), then],
            env={**os.environ, **account, **environment},
            check=True,
            timeout=60,
        )
    return int(gateway.connections)


def until(seconds: int) -> Step:
    return says("99.50", "200 OK", "Connection: keep-alive", f"Keep-Alive: timeout={seconds}")


@pytest.mark.parametrize("then", ["send", "balance"])
@pytest.mark.parametrize(("promised", "idle"), [(4, 3.9), (2, 1.95), (3, 3.5)])
def test_a_connection_is_left_before_the_server_s_own_limit(
    promised: int, idle: float, then: str
) -> None:
    assert connections_of(idle, then, until(promised)) == 2


@pytest.mark.parametrize("then", ["send", "balance"])
@pytest.mark.parametrize(("promised", "idle"), [(4, 1.0), (60, 4.5)])
def test_well_before_that_limit_it_is_used(promised: int, idle: float, then: str) -> None:
    assert connections_of(idle, then, until(promised)) == 1


def test_a_long_limit_of_the_server_does_not_prolong_ours() -> None:
    assert connections_of(5.5, "balance", until(60)) == 2


@pytest.mark.parametrize("limit", ["timeout=0", "timeout=0, max=100", "max=100, timeout=0"])
def test_a_server_that_keeps_nothing_gets_a_new_connection(limit: str) -> None:
    at_once = says("99.50", "200 OK", f"Keep-Alive: {limit}")
    assert connections_of(0.0, "balance", at_once) == 2


@pytest.mark.parametrize("limit", ["timeout", "timeout=soon", "max=100", ",,=,", "timeout=-4"])
def test_a_limit_that_makes_no_sense_harms_no_call(limit: str) -> None:
    senseless = says("99.50", "200 OK", f"Keep-Alive: {limit}")
    assert connections_of(1.0, "balance", senseless) in (1, 2)


def test_a_safe_send_goes_over_no_connection_that_was_idle_for_a_second() -> None:
    assert connections_of(0.9, "send", SMSC_FAILOVER="safe") == 2


def test_a_safe_question_may_go_over_a_connection_that_was_idle() -> None:
    assert connections_of(0.9, "balance", SMSC_FAILOVER="safe") == 1


def test_a_legacy_send_may_go_over_a_connection_that_was_idle() -> None:
    assert connections_of(0.9, "send") == 1

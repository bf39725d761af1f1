"""Addresses that kept somebody waiting rest, and come back one probe at a time."""

from __future__ import annotations

import os

import pytest

from smsc_transports import NotSent, OutcomeUnknown
from smsc_transports.failover.policies import Route, run_legacy
from smsc_transports.failover.resting import RestingAddresses

from .scripted import Scripted, VirtualTime, make_call, send_request

SLOW = OutcomeUnknown("timed out", timed_out=True)
QUICK = NotSent("refused")


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def resting(time: VirtualTime) -> RestingAddresses:
    return RestingAddresses(time.clock)


def test_an_address_that_never_failed_is_tried(resting: RestingAddresses) -> None:
    assert resting.may_try("a")


def test_a_rest_begins_at_30_seconds_and_doubles_up_to_5_minutes(
    resting: RestingAddresses, time: VirtualTime
) -> None:
    for seconds in (30, 60, 120, 240, 300, 300):
        resting.timed_out("a")
        time.now += seconds - 0.1
        assert not resting.may_try("a")
        time.now += 0.2
        assert resting.may_try("a")


def test_only_one_call_probes_an_address_after_its_rest(
    resting: RestingAddresses, time: VirtualTime
) -> None:
    resting.timed_out("a")
    time.now += 31
    assert [resting.may_try("a") for _ in range(3)] == [True, False, False]


def test_a_probe_that_is_never_reported_does_not_bar_the_address_for_ever(
    resting: RestingAddresses, time: VirtualTime
) -> None:
    resting.timed_out("a")
    time.now += 31
    assert resting.may_try("a")
    time.now += 31
    assert resting.may_try("a")


def test_an_answer_ends_the_rest_and_the_next_one_is_short_again(
    resting: RestingAddresses, time: VirtualTime
) -> None:
    resting.timed_out("a")
    resting.timed_out("a")
    resting.responded("a")
    assert resting.may_try("a")
    resting.timed_out("a")
    time.now += 31
    assert resting.may_try("a")


def test_a_host_that_timed_out_is_tried_last_by_the_next_call(time: VirtualTime) -> None:
    transport = Scripted(send=[SLOW, "1,1,1,1"])
    call = make_call(send_request(), time)
    run_legacy(call, [transport])
    assert transport.addresses_of("send") == ["one", "two"]
    order = [route.address for route in call.routes([transport])]
    assert order == ["two", "three", "one"]


def test_a_host_that_failed_quickly_keeps_its_place(time: VirtualTime) -> None:
    transport = Scripted(send=[QUICK, "1,1,1,1"])
    call = make_call(send_request(), time)
    run_legacy(call, [transport])
    assert next(iter(call.routes([transport]))) == Route(transport, "one")


def test_when_all_rest_all_are_still_tried_in_their_order(time: VirtualTime) -> None:
    transport = Scripted(send=[SLOW])
    call = make_call(send_request(), time)
    run_legacy(call, [transport])
    run_legacy(call, [transport])
    assert transport.addresses_of("send") == ["one", "two", "three"] * 2


def test_a_timeout_that_the_deadline_cut_short_is_not_held_against_the_host(
    time: VirtualTime,
) -> None:
    transport = Scripted(send=[SLOW])
    call = make_call(send_request(deadline=1.0), time)
    run_legacy(call, [transport])
    assert next(iter(call.routes([transport]))).address == "one"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_forked_while_the_lock_is_held_does_not_hang(resting: RestingAddresses) -> None:
    with resting._lock:
        resting.forget()
        assert resting.may_try("a")

"""A process stays below the gateway's limit of simultaneous requests."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from smsc_transports import NotSent, Request
from smsc_transports.failover import slots
from smsc_transports.failover.slots import slot
from smsc_transports.sandbox.server import Sandbox

from .scripted import send_request


def status_request() -> Request:
    return send_request().about("status", "phone=7&id=1")


@pytest.mark.parametrize(("request_", "most"), [(send_request(), 14), (status_request(), 4)])
def test_so_many_are_let_through_and_the_next_one_learns_why_it_waited(
    request_: Request, most: int
) -> None:
    with ExitStack() as held:
        for _ in range(most):
            held.enter_context(slot(request_, 0.01))
        with pytest.raises(NotSent) as refused, slot(request_, 0.01):
            pass
    assert str(refused.value) == f"{most} requests were under way, and no slot became free in time"
    with slot(request_, 0.01):
        pass


def test_statuses_leave_room_for_sends() -> None:
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(slot(status_request(), 0.01))
        with slot(send_request(), 0.01):
            pass


def test_another_login_has_slots_of_its_own() -> None:
    with ExitStack() as held:
        for _ in range(14):
            held.enter_context(slot(send_request(), 0.01))
        with slot(send_request(login="another"), 0.01):
            pass


def test_a_slot_is_free_again_after_an_exception() -> None:
    for _ in range(20):
        with pytest.raises(KeyboardInterrupt), slot(send_request(), 0.01):
            raise KeyboardInterrupt


def test_ctrl_c_at_any_function_call_leaves_no_slot_taken() -> None:
    left = 0

    def press(frame: Any, event: str, argument: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename in (slots.__file__, contextlib.__file__) and event == "call":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return press

    before = sys.gettrace()
    for number in range(1, 100):
        left = number
        with suppress(KeyboardInterrupt):
            try:
                sys.settrace(press)
                with slot(send_request(), 1):
                    pass
            finally:
                sys.settrace(before)
    assert left > 0  # each had its turn
    gc.collect()
    assert [ticket for ticket in slots._taken if ticket() is not None] == []


def test_forty_threads_get_forty_answers_and_no_error_9(face: Any) -> None:
    with Sandbox() as sandbox, ThreadPoolExecutor(40) as pool:
        sandbox.slow_interval = 0.002
        sandbox.fail("slow", endpoint="send")  # so that requests overlap
        face.SMSC_HOST = ",".join(sandbox.http)
        smsc = face.SMSC()
        replies = list(pool.map(lambda n: smsc.send_sms(f"7999{n:07}", "hello"), range(40)))
        assert [reply for reply in replies if not reply.ok] == []
        assert len(sandbox.messages) == 40


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_does_not_wait_for_its_parents_requests() -> None:
    with ExitStack() as held:
        for _ in range(14):
            held.enter_context(slot(send_request(), 0.01))
        assert run_in_child(lambda: held_briefly(send_request()))


def held_briefly(request: Request) -> None:
    with slot(request, 0.01):
        pass


def run_in_child(action: Any) -> bool:
    """Run something in a forked child; True if it raised nothing."""
    child = os.fork()
    if child == 0:
        try:
            action()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def test_a_fork_while_another_thread_holds_the_lock_does_not_hang_the_child() -> None:
    if not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with slots._lock:
            locked.set()
            release.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait()
    try:
        assert run_in_child(lambda: held_briefly(send_request()))
    finally:
        release.set()
        thread.join()

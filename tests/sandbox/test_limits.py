"""The gateway's limits, and how they are switched off."""

from __future__ import annotations

import concurrent.futures
import contextlib
import threading
from typing import Any, Dict

import pytest

from smsc_transports.sandbox.server import Sandbox

from .conftest import PHONE, Client


def test_identical_send_is_refused_for_a_minute(sandbox: Sandbox, client: Client) -> None:
    assert client.send() == "1001,1"
    assert client.send() == "0,-9"
    assert client.send(mes="other") == "1002,1"
    assert client.send("79991112234") == "1003,1"
    assert client.send(sender="Shop") == "1004,1"
    assert client.send(id=7) == "7,1"
    sandbox.clock.advance(60)
    assert client.send() == "1005,1"
    assert len(sandbox.messages) == 6


def test_refused_send_may_be_repeated(sandbox: Sandbox, client: Client) -> None:
    sandbox.balance = 0
    assert client.send(id=7) == "7,-3"
    sandbox.balance = 10
    assert client.send(id=7) == "7,1"


def test_sixth_price_query_within_a_minute_is_refused(sandbox: Sandbox, client: Client) -> None:
    assert [client.send(cost=1) for _ in range(6)] == ["1.40,1"] * 5 + ["0,-9"]
    assert client.send(cost=1, mes="other") == "1.40,1"
    sandbox.clock.advance(60)
    assert client.send(cost=1) == "1.40,1"


def test_sixth_status_of_one_message_within_a_minute_is_refused(
    sandbox: Sandbox, client: Client
) -> None:
    assert [client.status(7) for _ in range(6)] == ["-3,0,0"] * 5 + ["0,-9"]
    assert client.status(8) == "-3,0,0"
    sandbox.clock.advance(60)
    assert client.status(7) == "-3,0,0"


def test_second_mass_status_within_a_minute_is_refused(sandbox: Sandbox, client: Client) -> None:
    assert client.status("7,").startswith("-3,")
    assert client.status("8,") == "0,-9"
    sandbox.clock.advance(60)
    assert client.status("8,").startswith("-3,")


def test_eleventh_balance_within_a_minute_is_refused(sandbox: Sandbox, client: Client) -> None:
    assert [client.balance() for _ in range(11)] == ["100.00"] * 10 + ["0,-9"]
    assert client.balance(login="other") == "100.00"
    sandbox.clock.advance(60)
    assert client.balance() == "100.00"


def test_fifth_authorisation_error_blocks_the_address_for_half_an_hour(
    sandbox: Sandbox, client: Client
) -> None:
    assert [client.balance(psw="") for _ in range(6)] == ["0,-2"] * 5 + ["0,-4"]
    assert client.send() == "0,-4"
    assert client.ask("balance", fmt=0) == "ERROR = 4 (ip is blocked)"
    sandbox.clock.advance(30 * 60)
    assert client.send() == "1001,1"


def test_authorisation_errors_of_long_ago_do_not_count(sandbox: Sandbox, client: Client) -> None:
    for _ in range(4):
        client.balance(psw="")
    sandbox.clock.advance(30 * 60)
    assert client.balance(psw="") == "0,-2"
    assert client.balance() == "100.00"


def test_hundred_failing_sends_in_a_row_block_the_address_for_ten_minutes(
    sandbox: Sandbox, client: Client
) -> None:
    for number in range(99):
        assert client.send("12", id=number + 1) == f"{number + 1},-7"
    client.send("12", id=100)
    assert client.balance() == "0,-4"
    sandbox.clock.advance(10 * 60)
    assert client.balance() == "100.00"


def test_success_ends_the_row_of_failures(client: Client) -> None:
    for number in range(99):
        client.send("12", id=number + 1)
    client.send()
    client.send("12")
    assert client.balance() == "98.60"


@pytest.mark.parametrize(("endpoint", "allowed"), [("balance", 14), ("send", 14), ("status", 4)])
def test_too_many_requests_at_once_are_refused(
    sandbox: Sandbox, client: Client, endpoint: Any, allowed: Any
) -> None:
    """So many hang with their answers held back; the next one is refused, until they are let go."""
    sandbox.fail("hang", stored=True, endpoint=endpoint, times=allowed)
    fields: Dict[str, Any] = {"phone": PHONE, "id": 7, "phones": PHONE, "cost": 0}
    begun = threading.Semaphore(0)
    limits = sandbox._engine.limits

    begin = limits.begin

    def announce(account: str, endpoint: str) -> None:
        begin(account, endpoint)
        begun.release()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "begin", announce)
        with concurrent.futures.ThreadPoolExecutor(allowed) as pool:
            held = [
                pool.submit(_swallow, client, endpoint, {**fields, "mes": f"text {number}"})
                for number in range(allowed)
            ]
            for _ in held:
                assert begun.acquire(timeout=10)
            answer = client.ask(endpoint, **{**fields, "mes": "last", "id": 8, "fmt": 0})
            assert answer == "ERROR = 9 (too many concurrent requests)"
            assert client.ask(endpoint, **{**fields, "login": "other", "mes": "z"})[:3] != "0,-"
            sandbox.heal()
    sandbox.clock.advance(60)  # past the limits by the minute, which are another matter
    assert client.ask(endpoint, **{**fields, "mes": "last", "id": 9})[:3] != "0,-"


def _swallow(client: Client, endpoint: Any, fields: Any) -> Any:
    with contextlib.suppress(OSError):
        client.response(endpoint, **fields)


def test_limits_can_be_switched_off_as_a_whole(sandbox: Sandbox, client: Client) -> None:
    sandbox.limits = False
    assert [client.send() for _ in range(3)] == ["1001,1", "1002,1", "1003,1"]
    assert {client.balance() for _ in range(20)} == {"95.80"}
    assert {client.status(7) for _ in range(10)} == {"-3,0,0"}
    assert {client.balance(psw="") for _ in range(10)} == {"0,-2"}


def test_error_9_on_repeat_alone(sandbox: Sandbox, client: Client) -> None:
    sandbox.limits = False
    sandbox.error9_on_repeat = True
    assert client.send() == "1001,1"
    assert client.send() == "0,-9"
    assert client.send(mes="one", id=7) == "7,1"
    assert client.send(mes="two", id=7) == "0,-9"  # the same id to the same number
    assert client.send("79991112234", mes="two", id=7) == "7,1"
    assert {client.balance() for _ in range(20)} == {"95.80"}
    sandbox.clock.advance(60)
    assert client.send() == "1002,1"


def test_a_slow_answer_frees_its_slot_before_the_client_has_it(sandbox: Sandbox) -> None:
    sandbox.fail("slow", endpoint="status")
    answers = []

    def ask(account: str) -> None:
        mine = Client(sandbox)
        with mine.session:
            for number in range(5):
                answers.append(mine.status(f"{account}{number}"))

    askers = [threading.Thread(target=ask, args=(account,)) for account in "1234"]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert answers == ["-3,0,0"] * 20  # four at once are allowed, however often

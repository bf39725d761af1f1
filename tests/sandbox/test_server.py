"""The sandbox inside a Python program."""

from __future__ import annotations

import threading
import time
from typing import Any, Iterator, Tuple

import pytest

from smsc_transports.sandbox.server import PortTaken, Sandbox

from .conftest import PHONE, Client


def test_wait_for_finds_what_arrived_and_what_is_still_to_come(
    sandbox: Sandbox, client: Client
) -> None:
    client.send(mes="code 1")
    assert sandbox.wait_for(PHONE, "code").text == "code 1"
    assert sandbox.wait_for("+7 (999) 111-22-33").text == "code 1"
    later = threading.Thread(target=client.send, kwargs={"mes": "second"})
    later.start()
    assert sandbox.wait_for(text="second").phones == (PHONE,)
    later.join()


def test_missed_expectation_prints_what_did_arrive(sandbox: Sandbox, client: Client) -> None:
    client.send(mes="привет")
    client.send("12", mes="x")
    with pytest.raises(AssertionError) as missed:
        sandbox.wait_for("79990000001", "code", timeout=0)
    assert str(missed.value) == (
        "no message to 79990000001 with 'code' within 0 s; arrived:\n"
        "  79991112233: 'привет'\n"
        "  refused send: error 7 (invalid phone format)"
    )
    sandbox.reset()
    with pytest.raises(AssertionError, match=r"arrived:\n  nothing"):
        sandbox.wait_for(timeout=0)


def test_what_arrived_is_there_after_the_stop() -> None:
    with Sandbox() as sandbox:
        client = Client(sandbox)
        with client.session:
            client.send(mes="kept")
    assert [message.text for message in sandbox.messages] == ["kept"]
    assert str(sandbox.balance) == "98.60"
    with pytest.raises(RuntimeError, match="not running"):
        sandbox.fail("close")
    sandbox.stop()  # once more does no harm


def test_clock_runs_with_the_real_one() -> None:
    with Sandbox() as sandbox:
        before = time.time()
        now = sandbox.clock.now()
        assert before <= now <= time.time()
        sandbox.clock.advance(3600)
        assert sandbox.clock.now() >= now + 3600


def test_taken_port_is_named(sandbox: Sandbox) -> None:
    taken = int(sandbox.url.rsplit(":", 1)[1])
    with pytest.raises(PortTaken, match=rf"port {taken} \(inbox\) is taken"):
        Sandbox(port=taken).start()
    smtp = int(sandbox.smtp[0].split(":")[1])
    with pytest.raises(PortTaken, match=rf"port {smtp} \(SMTP\) .* --smtp-port"):
        Sandbox(smtp_port=smtp).start()


def test_sandboxes_do_not_see_each_other(sandbox: Sandbox, client: Client) -> None:
    with Sandbox() as other:
        other_client = Client(other)
        with other_client.session:
            other_client.send(mes="there")
            client.send(mes="here")
        assert [message.text for message in other.messages] == ["there"]
    assert [message.text for message in sandbox.messages] == ["here"]


@pytest.fixture
def own() -> Iterator[Tuple[Sandbox, Client]]:
    """A sandbox for one test, whose listeners end with it."""
    with Sandbox() as sandbox:
        client = Client(sandbox)
        with client.session:
            yield sandbox, client


def test_listener_may_ask_the_sandbox_from_its_own_thread(own: Tuple[Sandbox, Client]) -> None:
    sandbox, client = own
    seen = []
    sandbox.on_message(lambda message: seen.append((message.text, len(sandbox.messages))))
    client.send(mes="hi")
    assert seen == [("hi", 1)]


def test_listener_that_would_wait_for_itself_is_reported(own: Tuple[Sandbox, Client]) -> None:
    sandbox, client = own
    told = []

    def listener(_: Any) -> None:
        with pytest.raises(RuntimeError, match="must not wait") as error:
            sandbox.heal()
        told.append(error)

    sandbox.on_message(listener)
    client.send(mes="hi")
    assert len(told) == 1


def test_used_from_many_threads_no_message_is_lost(sandbox: Sandbox, client: Client) -> None:
    sandbox.limits = False
    sandbox.balance = 10_000

    def work(number: Any) -> Any:
        mine = Client(sandbox)
        with mine.session:
            for step in range(20):
                mine.send(mes=f"{number}-{step}")
                sandbox.fail("error", host=4, times=1)
                assert sandbox.wait_for(text=f"{number}-{step}")
                sandbox.clock.advance(1)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = {message.text for message in sandbox.messages}
    assert texts == {f"{number}-{step}" for number in range(8) for step in range(20)}
    assert len({message.id for message in sandbox.messages}) == 160


@pytest.mark.parametrize("amount", ["much", None, "NaN", "1e400"])
def test_balance_must_be_an_amount(sandbox: Sandbox, amount: Any) -> None:
    with pytest.raises(ValueError, match="not an amount of money"):
        sandbox.balance = amount


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_clock_runs_forward_only(sandbox: Sandbox, seconds: Any) -> None:
    with pytest.raises(ValueError, match="only runs forward"):
        sandbox.clock.advance(seconds)


def test_documented_faults_are_the_ones_there_are() -> None:
    from smsc_transports.sandbox.rules import faults

    for kind in faults.KINDS:
        assert f"``{kind}``" in (faults.__doc__ or "")


def test_it_listens_on_this_machine_only(sandbox: Sandbox) -> None:
    addresses = [*sandbox.http, *sandbox.https, *sandbox.smtp, *sandbox.smpp]
    assert len(addresses) == 13
    assert {address.partition(":")[0] for address in addresses} == {"127.0.0.1"}
    assert sandbox.url.startswith("http://127.0.0.1:")

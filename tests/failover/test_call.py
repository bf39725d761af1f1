"""One call: its time, its attempts, and who hears of them."""

from __future__ import annotations

import logging
from typing import Any, List, Sequence

import pytest

from smsc_transports import NotSent, OutcomeUnknown, Request, Transport, Unsupported
from smsc_transports.failover.policies import Call, run_legacy, run_once
from smsc_transports.values.settings import Timeout

from ..surroundings import Warned
from .scripted import Scripted, VirtualTime, make_call, send_request

LOST = OutcomeUnknown("no answer")
REFUSED = NotSent("refused")


class Waiting(Transport):
    """Spends its whole connect timeout on every address."""

    name = "waiting"

    def __init__(self, time: VirtualTime) -> None:
        self._time = time
        self.timeouts: List[Timeout] = []

    def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
        self.timeouts.append(timeout)
        self._time.now += min(timeout.connect, timeout.total)
        raise NotSent("timed out", timed_out=True)


@pytest.mark.parametrize("failure", [LOST, REFUSED, ValueError("a bug of the transport")])
def test_legacy_goes_on_after_any_failure(failure: Exception, warned: Warned) -> None:
    transport = Scripted(send=[failure, failure, "1,1,1,1"])
    verdict = run_legacy(make_call(send_request(), VirtualTime()), [transport])
    assert verdict.text == "1,1,1,1"
    assert transport.addresses_of("send") == ["one", "two", "three"]


def test_legacy_goes_on_after_an_empty_answer() -> None:
    transport = Scripted(send=["", "1,1,1,1"])
    verdict = run_legacy(make_call(send_request(), VirtualTime()), [transport])
    assert verdict.text == "1,1,1,1"


@pytest.mark.parametrize("page", ["<html>", "0,-9", "0,-2", "anything"])
def test_legacy_takes_any_text_for_an_answer(page: str) -> None:
    transport = Scripted(send=[page])
    assert run_legacy(make_call(send_request(), VirtualTime()), [transport]).text == page


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([REFUSED], "not sent"),
        ([Unsupported("no")], "not sent"),
        ([LOST], "unknown"),
        ([REFUSED, LOST, REFUSED], "unknown"),
        ([REFUSED, KeyError("x"), REFUSED], "unknown"),
    ],
)
def test_without_an_answer_the_outcome_is_the_worst_that_may_be(
    steps: List[Exception], outcome: str, warned: Warned
) -> None:
    verdict = run_legacy(make_call(send_request(), VirtualTime()), [Scripted(send=steps)])
    assert (verdict.text, verdict.outcome) == (None, outcome)


def test_a_transport_that_cannot_carry_the_request_makes_room_for_the_next() -> None:
    unfit, fit = Scripted(send=[Unsupported("no")]), Scripted(send=["1,1,1,1"])
    verdict = run_once(make_call(send_request(), VirtualTime()), [unfit, fit])
    assert verdict.text == "1,1,1,1"
    assert unfit.addresses_of("send") == ["one"]


def test_the_deadline_is_shared_by_all_hosts() -> None:
    time = VirtualTime()
    transport = Waiting(time)
    started = time.now
    run_legacy(make_call(send_request(deadline=7.0), time), [transport])
    assert transport.timeouts == [Timeout(5, 60, 7), Timeout(5, 60, 2)]
    assert time.now - started == 7


def test_without_a_deadline_every_host_has_its_whole_timeout() -> None:
    time = VirtualTime()
    transport = Waiting(time)
    run_legacy(make_call(send_request(), time), [transport])
    assert transport.timeouts == [Timeout(5, 60)] * 3


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_ctrl_c_and_exit_pass_through_at_once(stop: Any) -> None:
    class Stopping(Scripted):
        def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
            super().exchange(request, address, timeout)
            raise stop

    transport = Stopping(send=["1,1,1,1"])
    with pytest.raises(stop):
        run_legacy(make_call(send_request(), VirtualTime()), [transport])
    assert len(transport.requests) == 1


def test_every_attempt_is_noted_oldest_first_logged_and_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: List[Any] = []
    time = VirtualTime()
    call = Call(send_request(), heard.append, time.clock, time.sleep)
    with caplog.at_level(logging.DEBUG, "smsc_transports"):
        run_legacy(call, [Scripted(send=[REFUSED, LOST, "1,1,1,1"])])
    assert heard == call.attempts
    assert [(a.number, a.address, a.outcome, a.error) for a in heard] == [
        (1, "one", "not sent", "refused"),
        (2, "two", "unknown", "no answer"),
        (3, "three", "answered", ""),
    ]
    assert [record.getMessage() for record in caplog.records] == [str(a) for a in heard]
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO", "DEBUG"]
    assert str(heard[0]) == "attempt 1: send by scripted to one: not sent (refused), 0.000 s"


def test_what_a_transport_says_of_its_failure_is_stripped_of_secrets(warned: Warned) -> None:
    request = send_request(login="alex", password="s3cr/t")
    shown = "login=alex&psw=s3cr%2Ft and s3cr/t"
    for failure in (NotSent(shown), ValueError(shown)):
        call = make_call(request, VirtualTime())
        verdict = run_legacy(call, [Scripted(send=[failure])])
        text = f"{call.attempts} {verdict.error} {warned()}"
        assert "s3cr" not in text
        assert "alex" not in text


@pytest.mark.parametrize("answer", [b"1,1,1,1", None, 7, ["1"]])
def test_a_transport_that_gives_no_text_has_an_unknown_outcome(answer: Any, warned: Warned) -> None:
    class Odd(Scripted):
        def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
            return answer  # type: ignore[no-any-return]

    call = make_call(send_request(host="one.test:80"), VirtualTime())
    verdict = run_legacy(call, [Odd()])
    assert verdict.outcome == "unknown"
    assert call.attempts[0].error == f"the transport gave {type(answer).__name__}, not text"
    [message] = warned()
    assert message.endswith(f"failed at exchange: it gave {type(answer).__name__}, not text.")


def test_a_transport_that_cannot_name_its_addresses_makes_room_for_the_next(warned: Warned) -> None:
    class Lost(Scripted):
        name = "lost"

        def addresses(self, request: Request) -> Sequence[str]:
            raise KeyError("no road")

    call = make_call(send_request(), VirtualTime())
    assert run_once(call, [Lost(), Scripted(send=["1,1,1,1"])]).text == "1,1,1,1"
    assert str(call.attempts[0]) == (
        "attempt 1: send by lost to : not sent (KeyError: 'no road'), 0.000 s"
    )
    [message] = warned()
    assert message.endswith("failed at addresses: KeyError: 'no road'.")

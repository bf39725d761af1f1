"""``SMSC_FAILOVER=safe``: what the caller is told is true, and nothing goes out twice."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest

from smsc_transports import NotSent, OutcomeUnknown, Request
from smsc_transports.failover.policies import Verdict
from smsc_transports.failover.safe import is_reply, run_safe

from .scripted import Scripted, Step, VirtualTime, make_call, send_request

LOST = OutcomeUnknown("no answer")
REFUSED = NotSent("refused")
ABSENT = json.dumps({"status": -3})
FOUND = json.dumps({"status": 1, "cost": "1.40", "sms_cnt": 1})


class Gateways(Scripted):
    """A transport to the gateway itself, whose replies carry our id."""

    is_gateway = True


def run(request: Request, transport: Scripted, time: Any = None) -> Verdict:
    return run_safe(make_call(request, time or VirtualTime()), [transport], [transport])


def ours(reply: str) -> Callable[[Request], str]:
    """A reply that carries the id of the request, as the gateway's does."""
    return lambda request: reply.replace("ID", request.id)


def test_a_send_without_an_id_gets_one_of_ours_and_keeps_it_over_all_hosts() -> None:
    transport = Scripted(send=[REFUSED, REFUSED, ours("ID,1,1.40,98.60")])
    verdict = run(send_request(), transport)
    ids = {request.id for request in transport.asked("send")}
    assert len(ids) == 1
    own = ids.pop()
    assert 1 <= int(own) <= 2**31 - 1
    assert verdict.text == f"{own},1,1.40,98.60"
    assert transport.addresses_of("send") == ["one", "two", "three"]
    assert f"&id={own}" in transport.asked("send")[0].argument


class WithoutQuestions(Gateways):
    """As by mail or by SMPP: a status is asked by another transport."""

    commands = frozenset({"send"})


class WithoutId(WithoutQuestions):
    """As by SMPP: the gateway chooses the id."""

    carries_id = False


def test_a_gateway_that_is_down_is_not_tried_for_minutes_because_another_one_answers() -> None:
    time = VirtualTime()
    down, asker = WithoutQuestions(send=[REFUSED]), Gateways(status=[ABSENT])
    verdict = run_safe(make_call(send_request(), time), [down], [asker])
    assert verdict.outcome == "not sent"
    assert (len(down.asked("send")), time.pauses) == (3, [])


def test_what_cannot_be_given_an_id_gets_none_and_its_lost_answer_is_unknown() -> None:
    lost, asker = WithoutId(send=[REFUSED, LOST]), Gateways(status=[FOUND])
    verdict = run_safe(make_call(send_request(), VirtualTime()), [lost], [asker])
    assert (verdict.text, verdict.outcome, verdict.id) == (None, "unknown", "")
    assert [request.id for request in lost.asked("send")] == ["", ""]
    assert asker.asked("status") == []
    for reply in ("8;9,2,,", "0,-9"):
        answered = WithoutId(send=[reply])
        verdict = run_safe(make_call(send_request(), VirtualTime()), [answered], [asker])
        assert (verdict.text, verdict.outcome) == (reply, "answered")


def test_a_send_that_was_surely_not_sent_moves_on_without_questions() -> None:
    transport = Scripted(send=[REFUSED, "5,1,1.40,98.60"], status=[FOUND])
    assert run(send_request(), transport).outcome == "answered"
    assert transport.asked("status") == []


def test_a_lost_answer_is_looked_for_on_the_next_hosts_and_not_sent_again() -> None:
    transport = Scripted(send=[LOST], status=[FOUND], balance=["98.60"])
    verdict = run(send_request(), transport)
    assert len(transport.asked("send")) == 1
    assert transport.addresses_of("status") == ["two"]
    own = transport.asked("send")[0].id
    assert verdict == Verdict(f"{own},1,1.40,98.60", "answered")
    question = transport.asked("status")[0]
    assert question.fmt == 3
    assert question.argument == f"phone=79990000001&id={own}&all=1"


def test_the_host_that_lost_the_answer_is_asked_last() -> None:
    transport = Scripted(send=[LOST], status=[LOST, REFUSED, FOUND], balance=["98.60"])
    assert run(send_request(), transport).outcome == "answered"
    assert transport.addresses_of("status") == ["two", "three", "one"]


def test_a_message_that_is_not_found_twice_with_a_pause_goes_out_under_the_same_id() -> None:
    time = VirtualTime()
    transport = Scripted(send=[LOST, ours("ID,1,1.40,98.60")], status=[ABSENT])
    verdict = run(send_request(), transport, time)
    first, second = transport.asked("send")
    assert first.argument == second.argument
    assert transport.addresses_of("send") == ["one", "two"]
    assert len(transport.asked("status")) == 2
    assert time.pauses == [6.0]
    assert verdict.text == f"{first.id},1,1.40,98.60"


def test_a_status_that_lags_behind_is_waited_for() -> None:
    transport = Scripted(send=[LOST], status=[ABSENT, FOUND], balance=["98.60"])
    assert run(send_request(), transport).outcome == "answered"
    assert len(transport.asked("send")) == 1


def test_nobody_answers_a_question_then_the_outcome_is_unknown_and_nothing_is_repeated() -> None:
    transport = Scripted(send=[LOST], status=[REFUSED])
    verdict = run(send_request(), transport)
    assert (verdict.text, verdict.outcome) == (None, "unknown")
    assert len(transport.asked("send")) == 1


def test_an_error_in_place_of_a_status_proves_nothing() -> None:
    transport = Scripted(send=[LOST], status=[json.dumps({"error": "x", "error_code": 9})])
    assert run(send_request(), transport).outcome == "unknown"
    assert len(transport.asked("send")) == 1


@pytest.mark.parametrize("own", ["id=77", "id=new", "id=0&sender=me&id=77"])
def test_a_callers_own_id_is_never_replaced_and_never_reconciled_away(own: str) -> None:
    transport = Scripted(send=[LOST], status=[FOUND])
    verdict = run(send_request(f"cost=3&phones=79990000001&mes=hello&{own}"), transport)
    assert (verdict.text, verdict.outcome) == (None, "unknown")
    assert len(transport.asked("send")) == 1
    assert own in transport.asked("send")[0].argument
    assert transport.asked("status") == []


def test_a_callers_own_id_still_moves_on_while_nothing_was_sent() -> None:
    transport = Scripted(send=[REFUSED, "77,1,1.40,98.60"])
    verdict = run(send_request("cost=3&phones=79990000001&mes=hello&id=77"), transport)
    assert verdict.text == "77,1,1.40,98.60"


def test_error_9_is_the_callers_to_see_once_the_message_was_not_found() -> None:
    transport = Scripted(send=["0,-9"], status=[ABSENT])
    assert run(send_request(), transport) == Verdict("0,-9", "answered")
    assert len(transport.asked("status")) == 2


def test_error_9_without_a_status_may_be_what_a_copy_earned() -> None:
    verdict = run(send_request(), Scripted(send=["0,-9"], status=[REFUSED]))
    assert (verdict.text, verdict.outcome) == (None, "unknown")
    assert verdict.id


def test_error_9_on_a_repeat_means_that_the_first_one_arrived() -> None:
    transport = Scripted(
        send=[LOST, "0,-9"], status=[ABSENT, ABSENT, ABSENT, FOUND], balance=["98.60"]
    )
    verdict = run(send_request(), transport)
    assert verdict.outcome == "answered"
    assert str(verdict.text).endswith(",1,1.40,98.60")
    assert len(transport.asked("send")) == 2


def test_error_9_on_a_repeat_of_a_message_that_stays_unfound_is_unknown() -> None:
    transport = Scripted(send=[LOST, "0,-9"], status=[ABSENT])
    assert run(send_request(), transport).outcome == "unknown"
    assert len(transport.asked("send")) == 2


def test_error_9_after_a_refused_connection_is_looked_into_as_on_a_first_attempt() -> None:
    absent = Scripted(send=[REFUSED, "0,-9"], status=[ABSENT])
    assert run(send_request(), absent) == Verdict("0,-9", "answered")
    found = Scripted(send=[REFUSED, "0,-9"], status=[FOUND], balance=["98.60"])
    assert str(run(send_request(), found).text).endswith(",1,1.40,98.60")


@pytest.mark.parametrize("error", ["0,-2", "12,-6", "0,-3"])
def test_any_other_error_on_a_repeat_is_the_answer(error: str) -> None:
    transport = Scripted(send=[LOST, error], status=[ABSENT])
    assert run(send_request(), transport).text == error


def test_several_phones_are_asked_for_at_once_and_add_up() -> None:
    statuses = [
        {"status": 1, "phone": "79990000001", "cost": "1.40", "sms_cnt": 2},
        {"status": -1, "phone": "79990000002", "cost": "2.10", "sms_cnt": 3},
        {"status": -3},
    ]
    transport = Scripted(send=[LOST], status=[json.dumps(statuses)], balance=["90.00"])
    phones = "79990000001%3B79990000002%3B79990000003"
    verdict = run(send_request(f"cost=3&phones={phones}&mes=x&id=0"), transport)
    own = transport.asked("send")[0].id
    assert verdict.text == f"{own},5,3.50,90.00"
    asked = transport.asked("status")[0].argument
    assert asked == (
        "phone=79990000001%2C79990000002%2C79990000003" + f"&id={own},{own},{own}&all=1"
    )


def test_when_the_question_for_all_is_refused_the_numbers_are_asked_for_one_by_one() -> None:
    refused = json.dumps({"error": "too many", "error_code": 9})
    transport = Scripted(send=[LOST], status=[refused, FOUND], balance=["90.00"])
    verdict = run(send_request("phones=79990000001,79990000002&mes=x&id=0&cost=3"), transport)
    assert str(verdict.text).endswith(",2,2.80,90.00")


def test_a_list_send_is_looked_for_by_the_numbers_of_its_lines() -> None:
    transport = Scripted(send=[LOST], status=[json.dumps([json.loads(FOUND)] * 2)], balance=["9"])
    lines = "79990000001:one%0A79990000002:two"
    verdict = run(send_request(f"cost=3&phones=&mes=&id=0&list={lines}"), transport)
    assert str(verdict.text).endswith(",2,2.80,9")
    assert "phone=79990000001%2C79990000002&" in transport.asked("status")[0].argument


@pytest.mark.parametrize("phones", ["G123", "89161234567", "9161234567", "%23nick"])
def test_numbers_that_the_gateway_may_rename_prove_nothing_by_their_absence(phones: str) -> None:
    transport = Scripted(send=[LOST], status=[ABSENT])
    assert run(send_request(f"phones={phones}&mes=x&id=0"), transport).outcome == "unknown"
    assert len(transport.asked("send")) == 1


@pytest.mark.parametrize("phones", ["G123", "89161234567"])
def test_such_numbers_are_still_found_when_they_are_there(phones: str) -> None:
    transport = Scripted(send=[LOST], status=[FOUND], balance=["9"])
    assert run(send_request(f"phones={phones}&mes=x&id=0&cost=3"), transport).text is not None


@pytest.mark.parametrize(
    "garbage",
    ["<html>502</html>", "OK", "1234", "1234,1", "1234,1,1.40", "1234,one,1.40,9", " ", "0,-"],
)
def test_a_page_or_a_part_of_a_reply_to_a_send_is_no_answer(garbage: str) -> None:
    transport = Scripted(send=[garbage], status=[FOUND], balance=["98.60"])
    verdict = run(send_request(), transport)
    assert str(verdict.text).endswith(",1,1.40,98.60")
    assert len(transport.asked("send")) == 1


@pytest.mark.parametrize(
    ("cost", "reply"),
    [
        ("0", "1234,1"),
        ("2", "1234,1,1.40"),
        ("3", "1234,1,1.40,98.60"),
        ("3", "1234,1,1.40,-98.60\n"),
        ("3", "my-id.7_x,2,0,0"),
        ("3", "1234,1,,"),
        ("3", "0,-7"),
        ("3", ",-9"),
    ],
)
def test_every_documented_reply_is_an_answer(cost: str, reply: str) -> None:
    assert is_reply(send_request(f"cost={cost}&phones=7"), reply, strict=False)


@pytest.mark.parametrize("step", [LOST, REFUSED])
def test_calls_that_cost_nothing_are_repeated_freely(step: Step) -> None:
    transport = Scripted(send=[step, step, "1.40,1"])
    verdict = run(send_request("cost=1&phones=79990000001&mes=x"), transport)
    assert verdict.text == "1.40,1"
    assert transport.asked("send")[0].argument == "cost=1&phones=79990000001&mes=x"


def test_a_billable_command_that_is_no_send_is_not_repeated_after_a_lost_answer() -> None:
    request = Request("jobs", "add=1&phones=7", send_request().settings)
    transport = Scripted(jobs=[LOST])
    assert run(request, transport).outcome == "unknown"
    assert len(transport.asked("jobs")) == 1


def test_after_two_lost_sends_the_third_may_still_be_answered() -> None:
    transport = Scripted(send=[LOST, LOST, ours("ID,1,1.40,98.60")], status=[ABSENT])
    assert run(send_request(), transport).outcome == "answered"
    assert len({request.id for request in transport.asked("send")}) == 1


def test_a_message_goes_out_three_times_at_most_and_is_then_unknown() -> None:
    transport = Scripted(send=[LOST], status=[ABSENT])
    verdict = run(send_request(), transport)
    assert (verdict.text, verdict.outcome) == (None, "unknown")
    assert verdict.id == transport.asked("send")[0].id
    assert len(transport.asked("send")) == 3


@pytest.mark.parametrize("own_id", [0, 77])
def test_after_a_lost_send_nothing_is_reported_as_not_sent(own_id: int) -> None:
    argument = f"cost=3&phones=79990000001&mes=hello&id={own_id}"
    transport = Scripted(send=[LOST, REFUSED], status=[ABSENT])
    assert run(send_request(argument), transport).outcome == "unknown"


def test_a_reply_with_the_id_of_another_message_is_looked_into() -> None:
    transport = Gateways(send=["666,1,1.40,98.60"], status=[FOUND], balance=["98.60"])
    verdict = run(send_request(), transport)
    assert verdict.text == f"{transport.asked('send')[0].id},1,1.40,98.60"


def test_it_gives_up_after_twenty_attempts_that_failed_at_once() -> None:
    transport = Scripted(send=[REFUSED], status=[ABSENT])
    assert run(send_request(), transport).outcome == "not sent"
    assert len(transport.asked("send")) == 20


def test_a_gateway_that_is_not_there_is_tried_once_a_host() -> None:
    transport = Scripted(send=[REFUSED], status=[REFUSED])
    assert run(send_request(), transport).outcome == "not sent"
    assert len(transport.asked("send")) == 3


def test_one_message_is_never_asked_for_more_than_five_times_a_minute() -> None:
    time = VirtualTime()
    asked = []

    def absent(request: Request) -> str:
        asked.append(time.now)
        return ABSENT

    run(send_request(), Scripted(send=[LOST], status=[absent]), time)
    assert len(asked) == 6
    assert all(later - earlier >= 60 for earlier, later in zip(asked, asked[5:]))


def test_the_deadline_holds_over_the_search_too() -> None:
    time = VirtualTime()
    transport = Scripted(send=[LOST], status=[ABSENT])
    verdict = run(send_request(deadline=5.0), transport, time)
    assert verdict.outcome == "unknown"
    assert time.pauses == []
    assert len(transport.asked("send")) == 1


def test_a_status_in_numbers_from_a_plugin_is_understood() -> None:
    status = "1,1700000000,0,1700000000,79990000001,1.40,me,Доставлено,hello"
    transport = Scripted(send=[LOST], status=[status], balance=["98.60"])
    assert str(run(send_request(), transport).text).endswith(",1,1.40,98.60")

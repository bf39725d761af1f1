"""Safe mode: never twice, and never a wrong word about whether a message arrived."""

from __future__ import annotations

import random
from contextlib import ExitStack
from typing import Any, Dict

import pytest

from .peers import (
    NOT_FOUND,
    PHONE,
    Exchange,
    Gateway,
    MailServer,
    lost,
    says,
    status_text,
    taken_and_lost,
    truly,
)


def not_found(exchange: Exchange) -> None:
    """Lie that there is no such message."""
    exchange.answer(status_text(exchange.asked.fields, NOT_FOUND))


# The program's own random numbers.


def test_a_program_that_seeds_random_gets_a_new_id_each_run(safe: Any) -> None:
    ids = set()
    with Gateway() as gateway:
        safe.SMSC_HOST = gateway.address
        for _ in range(3):
            random.seed(1)
            ids.add(safe.SMSC().send_sms(PHONE, "hello").id)
    assert len(ids) == 3


def test_the_message_of_the_last_run_is_not_taken_for_this_one(safe: Any) -> None:
    with Gateway(send=[truly, lost]) as gateway:
        safe.SMSC_HOST = gateway.address
        random.seed(1)
        assert safe.SMSC().send_sms(PHONE, "first run").ok
        random.seed(1)
        assert not safe.SMSC().send_sms(PHONE, "second run").ok
    assert [message["mes"] for message in gateway.messages] == ["first run"]


@pytest.mark.parametrize("step", [truly, taken_and_lost], ids=["answered", "lost"])
def test_the_program_s_own_sequence_of_random_numbers_goes_on(safe: Any, step: Any) -> None:
    with Gateway(send=step) as gateway:
        safe.SMSC_HOST = gateway.address
        before = random.getstate()
        safe.SMSC().send_sms(PHONE, "hello")
        assert random.getstate() == before


# A status that lies, or a gateway that is gone.


@pytest.mark.parametrize("hosts", [1, 2, 5])
@pytest.mark.parametrize("step", [lost, taken_and_lost], ids=["not taken", "taken"])
def test_a_gateway_that_finds_nothing_gets_three_copies_at_most(
    safe: Any, secured: Dict[str, Any], step: Any, hosts: int
) -> None:
    with ExitStack() as stack:
        gateways = [
            stack.enter_context(Gateway(send=step, status=not_found, **secured))
            for _ in range(hosts)
        ]
        safe.SMSC_HOST = ",".join(gateway.address for gateway in gateways)
        reply = safe.SMSC().send_sms(PHONE, "hello")
    sends = [asked for gateway in gateways for asked in gateway.of("send")]
    assert len(sends) <= 3
    assert (reply, reply.outcome) == (["", ""], "unknown")
    assert {asked.fields["id"] for asked in sends} == {reply.sent_id}


@pytest.mark.parametrize("step", [lost, taken_and_lost], ids=["not taken", "taken"])
def test_after_a_lost_send_a_gateway_that_goes_away_leaves_the_outcome_unknown(
    safe: Any, step: Any
) -> None:
    def and_then_refuse(exchange: Exchange) -> None:
        if len(exchange.gateway.of("status")) == 2:
            exchange.gateway.refuse()
        exchange.answer(
            status_text(exchange.asked.fields, NOT_FOUND), "200 OK", "Connection: close"
        )

    with Gateway(send=step, status=and_then_refuse) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert reply.outcome == "unknown"
    assert reply.sent_id == gateway.of("send")[0].fields["id"]


def test_after_a_lost_send_a_host_that_refuses_connections_leaves_the_outcome_unknown(
    safe: Any,
) -> None:
    with Gateway() as gone:
        gone.refuse()
        with Gateway(send=lost, status=not_found) as gateway:
            safe.SMSC_HOST = f"{gateway.address},{gone.address}"
            reply = safe.SMSC().send_sms(PHONE, "hello")
    assert reply.outcome == "unknown"
    assert reply.sent_id


def test_a_message_that_never_left_is_still_reported_as_not_sent(safe: Any) -> None:
    with Gateway() as gone:
        gone.refuse()
        safe.SMSC_HOST = gone.address
        assert safe.SMSC().send_sms(PHONE, "hello").outcome == "not sent"


# A proxy that repeats the request: the answer to the copy is error 9.


def test_error_9_for_a_copy_that_a_proxy_made_is_not_reported_as_refused(
    safe: Any, secured: Dict[str, Any]
) -> None:
    with Gateway(send=says("{id},-9", taken=True), **secured) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert reply.ok
    assert [message["id"] for message in gateway.messages] == [reply.id]


def test_error_9_without_an_id_for_such_a_copy_is_not_reported_as_refused(safe: Any) -> None:
    with Gateway(send=says("0,-9", taken=True)) as gateway:
        safe.SMSC_HOST = gateway.address
        assert safe.SMSC().send_sms(PHONE, "hello").ok
    assert len(gateway.messages) == 1


def test_before_error_9_is_believed_the_status_is_asked(safe: Any) -> None:
    with Gateway(send=says("{id},-9")) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert gateway.of("status")
    assert not reply.ok
    assert gateway.messages == []


def test_error_9_whose_status_cannot_be_had_is_not_reported_as_refused(safe: Any) -> None:
    """It may be a copy's."""
    with Gateway(send=says("{id},-9", taken=True), status=lost) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert reply.outcome == "unknown"
    assert reply.sent_id == gateway.messages[0]["id"]


# By mail first.


def test_not_found_after_an_e_mail_decides_nothing(safe: Any) -> None:
    """The gateway may read the e-mail later."""
    with MailServer(confirms=False) as mail, Gateway() as gateway:
        safe.SMSC_TRANSPORT = "smtp,http-get"
        safe.SMTP_SERVER, safe.SMSC_HOST = mail.address, gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert (len(mail.mails), gateway.messages) == (1, [])
    assert reply.outcome == "unknown"
    assert reply.sent_id
    assert f":{reply.sent_id}:" in mail.mails[0]


def test_a_mail_server_that_is_gone_leaves_the_message_to_the_next_transport(safe: Any) -> None:
    with MailServer(confirms=False) as mail, Gateway() as gateway:
        mail.refuse()
        safe.SMSC_TRANSPORT = "smtp,http-get"
        safe.SMTP_SERVER, safe.SMSC_HOST = mail.address, gateway.address
        assert safe.SMSC().send_sms(PHONE, "hello").ok
    assert len(gateway.messages) == 1


# A caller's own id.

NO_ANSWERS = {
    "a page": "<html><body><h1>It works!</h1></body></html>",
    "a page with commas": "<p>Sorry, we are closed, come back</p>",
    "only the id": "77",
    "half the id": "7",
    "cut after the parts": "77,1",
    "cut before the balance": "77,1,0.50",
    "cut in an error": "77,-",
}


@pytest.mark.parametrize("text", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_a_caller_s_own_id_makes_no_answer_of_what_is_none(safe: Any, text: str) -> None:
    with Gateway(send=says(text, taken=True)) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello", id=77)
    assert (reply, reply.outcome) == (["", ""], "unknown")
    assert len(gateway.messages) == 1


# A status 407 that no proxy gave.


@pytest.mark.parametrize("own_id", [0, 77])
def test_407_without_a_proxy_sends_no_second_copy(
    safe: Any, secured: Dict[str, Any], own_id: int
) -> None:
    with ExitStack() as stack:
        asks = says("", "407 Proxy Authentication Required", taken=True)
        one = stack.enter_context(Gateway(send=asks, **secured))
        other = stack.enter_context(Gateway(send=asks, **secured))
        for gateway in (one, other):
            gateway.take = one.take  # one gateway behind two hosts
        safe.SMSC_HOST = f"{one.address},{other.address}"
        reply = safe.SMSC().send_sms(PHONE, "hello", id=own_id)
    assert len(one.messages) == 1
    assert reply.ok if not own_id else reply.outcome == "unknown"


def test_407_without_a_proxy_is_not_reported_as_not_sent(face: Any) -> None:
    with Gateway(send=says("", "407 Proxy Authentication Required", taken=True)) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello").outcome == "unknown"

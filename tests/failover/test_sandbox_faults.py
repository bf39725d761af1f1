"""``safe`` against a gateway that goes wrong in every way it can, over real sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator
from unittest import mock

import pytest

from smsc_transports.failover import reconcile
from smsc_transports.sandbox.server import Sandbox
from tests.faults.sandboxed import NO_STATUS, SCENARIOS, Scenario, run

LOSSES = [
    "close",
    "close+stored",
    "reset",
    "reset+stored",
    "error",
    "error+stored",
    "empty",
    "empty+stored",
    "truncated",
    "truncated+stored",
    "garbage",
    "garbage+stored",
    "undecodable",
    "undecodable+stored",
    "redirect",
    "hang",
    "hang+stored",
    "huge",
    "huge+stored",
    "slow",
]
WITH_TLS = ["close+stored", "reset", "truncated+stored", "hang+stored"]
"""Of each kind of loss one: TLS is below all of them."""


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    running.slow_interval = 0.001
    return running


@pytest.fixture
def face(face: Any, sandbox: Sandbox) -> Iterator[Any]:
    face.SMSC_HOST = ",".join(sandbox.http)
    face.SMSC_FAILOVER = "safe"
    face.SMSC_TIMEOUT = (2, 0.4)
    with mock.patch.object(reconcile, "PAUSE_SECONDS", 0.001):
        yield face


@pytest.mark.parametrize(
    ("fault", "https"),
    [*((fault, False) for fault in LOSSES), *((fault, True) for fault in WITH_TLS)],
)
def test_one_message_arrives_whatever_becomes_of_the_answer(
    sandbox: Sandbox,
    face: Any,
    fault: str,
    https: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if https:
        bundle = tmp_path / "authority.pem"
        bundle.write_text(sandbox.ca_pem)
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
        face.SMSC_HTTPS, face.SMSC_HOST = True, ",".join(sandbox.https)
    sandbox.fail(fault, endpoint="send", times=1)
    reply = face.SMSC().send_sms("79990000001", "Ваш пароль: 123")
    assert [m.text for m in sandbox.messages] == ["Ваш пароль: 123"]
    message = sandbox.messages[0]
    assert reply == [message.id, "1", "1.40", "98.60"]
    assert reply.ok


def test_several_phones_cost_what_they_cost(sandbox: Sandbox, face: Any) -> None:
    sandbox.fail("close+stored", endpoint="send", times=1)
    reply = face.SMSC().send_sms("79990000001;79990000002,79990000003", "я" * 100)
    assert len(sandbox.messages) == 1
    assert reply[1:] == ["6", "8.40", "91.60"]


def test_a_list_send_arrives_once(sandbox: Sandbox, face: Any) -> None:
    sandbox.fail("close+stored", endpoint="send", times=1)
    query = "list=79990000001:Пароль: 1\n79990000002:Пароль: 2"
    reply = face.SMSC().send_sms("", "", query=query)
    assert reply[1:] == ["2", "2.80", "97.20"]
    arrived = [r.phone for m in sandbox.messages for r in m.recipients]
    assert arrived == ["79990000001", "79990000002"]


def test_no_host_knows_a_status_then_the_outcome_is_unknown(sandbox: Sandbox, face: Any) -> None:
    sandbox.fail("close+stored", endpoint="send")
    sandbox.fail("close", endpoint="status")
    reply = face.SMSC().send_sms("79990000001", "hello")
    assert reply == ["", ""]
    assert reply.outcome == "unknown"
    [message] = sandbox.messages
    assert reply.sent_id == message.id


def test_prices_statuses_and_balances_are_asked_again_on_the_next_host(
    sandbox: Sandbox, face: Any
) -> None:
    smsc = face.SMSC()
    sent = smsc.send_sms("79990000001", "hello", id=77)
    for host in range(4):
        sandbox.fail("close", host=host)
    assert smsc.get_balance() == "98.60"
    assert smsc.get_sms_cost("79990000001", "hello") == ["1.40", "1"]
    assert smsc.get_status(77, "79990000001")[0] in ("-1", "0", "1")
    assert sent.ok


LOST_THREE_TIMES = 3
"""Of 30 messages so few meet a fault in all of their three sends."""


# Those with the most faults; the others are parts of them.
@pytest.mark.parametrize("scenario", SCENARIOS[3:], ids=lambda scenario: str(scenario.name))
def test_nothing_is_sent_twice_and_nothing_reported_falsely(
    running: Sandbox, scenario: Scenario
) -> None:
    count = run(running, scenario, "safe", sends=30)
    assert (count.surplus, count.false_sent, count.false_failed) == (0, 0, 0)
    if scenario is not NO_STATUS:
        assert (count.lost, count.incomplete) == (0, 0)
        assert count.unknown <= LOST_THREE_TIMES


def test_the_legacy_rule_does_send_twice() -> None:
    with Sandbox() as sandbox:
        assert run(sandbox, SCENARIOS[0], "legacy", sends=30).surplus > 0

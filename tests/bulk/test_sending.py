"""What a run does when answers are lost and when the gateway refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest

from smsc_transports import Transport
from smsc_transports.bulk import sending
from smsc_transports.bulk.reconciling import Reconciler
from smsc_transports.sandbox.rules import assumptions, gateway, orders, parameters
from smsc_transports.sandbox.rules.refused import Refused
from smsc_transports.sandbox.server import Sandbox
from tests.cli.conftest import Shop
from tests.surroundings import plug_in
from tests.transports.gateway import Gateway, answer

from .conftest import NEW, Bulk, outcomes, results


def copies(smsc_sandbox: Sandbox) -> List[str]:
    return sorted(phone for message in smsc_sandbox.messages for phone in message.phones)


LOST = ["close", "reset", "error", "truncated", "garbage", "empty"]


@pytest.mark.parametrize("fault", ["close", "garbage", *(f"{lost}+stored" for lost in LOST)])
def test_an_answer_that_is_lost_is_looked_for(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, fault: str
) -> None:
    smsc_sandbox.fail(script=["ok"] * 4 + [fault, "ok", fault], endpoint="send")
    done = bulk("rows.csv", *NEW, "--batch", "10")
    assert done.status == 0
    assert "40 done, cost 56.00" in done.out
    assert len(copies(smsc_sandbox)) == len(set(copies(smsc_sandbox))) == 40


def test_a_status_that_lags_behind_is_waited_for(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    smsc_sandbox.status_lag = 5
    smsc_sandbox.fail(script=["ok", "close+stored"], endpoint="send")

    def pause(seconds: float) -> bool:
        smsc_sandbox.clock.advance(6)
        return True

    monkeypatch.setattr(sending, "Reconciler", lambda gateway, _: Reconciler(gateway, pause))
    assert bulk("rows.csv", *NEW).status == 0
    assert outcomes(rows) == ["done"] * 40
    assert len(copies(smsc_sandbox)) == 40


def test_what_no_host_reports_is_unknown_and_not_sent_again(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.fail(script=["ok", "close+stored"], endpoint="send")
    smsc_sandbox.fail("error", endpoint="status")
    done = bulk("rows.csv", *NEW)
    assert done.status == 4
    assert (
        "unknown: lines 2 to 41 may have been sent: no host answers a status request." in done.err
    )
    again = bulk("rows.csv", "--resume", "--yes")
    assert again.status == 4
    assert "unknown: 40 rows, unknown, not sent again" in again.out
    assert outcomes(rows) == ["unknown"] * 40
    smsc_sandbox.heal()
    assert bulk("rows.csv", "--resume", "--yes").status == 0
    assert outcomes(rows) == ["done"] * 40
    assert len(copies(smsc_sandbox)) == 40


def test_what_no_host_reports_is_sent_again_on_request_only(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.fail(script=["ok", "close"], endpoint="send")
    status = smsc_sandbox.fail("error", endpoint="status")
    assert bulk("rows.csv", *NEW).status == 4
    assert bulk("rows.csv", "--resume", "--yes", "--repeat-unknown").status == 0
    assert outcomes(rows) == ["done"] * 40
    assert len(copies(smsc_sandbox)) == 40
    smsc_sandbox.heal(status)


def test_a_network_that_is_gone_ends_the_run(
    bulk: Bulk, rows: Path, shop: Shop, smsc_sandbox: Sandbox
) -> None:
    shop.set(SMSC_HOST="127.0.0.1:9")
    done = bulk("rows.csv", *NEW)
    assert done.status == 3
    assert "no answer to the question for the price" in done.err
    assert "Nothing is sent." in done.err


@pytest.fixture
def undeliverable(monkeypatch: pytest.MonkeyPatch) -> List[str]:
    """Two numbers for which the sandbox refuses everything with error 8, as it does for one."""
    numbers = ["380501000007", "380501000033"]

    class Either(str):
        def __eq__(self, other: object) -> bool:
            return other in numbers

        __hash__ = str.__hash__

    monkeypatch.setattr(orders, "UNDELIVERABLE", Either())
    return numbers


def test_numbers_that_are_refused_are_found_and_the_others_are_sent(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, undeliverable: List[str]
) -> None:
    done = bulk("rows.csv", *NEW)
    assert done.status == 1
    assert "  line 9: error 8, the message cannot be delivered to this number" in done.out
    assert "to send: 38 messages (UA 38), 38 parts" in done.out
    assert len(copies(smsc_sandbox)) == 38
    refused = [row for row in results(rows) if row["outcome"] == "refused"]
    assert [f"38{row['phone']}" for row in refused] == undeliverable


def test_numbers_that_are_refused_only_when_they_are_sent_are_found_too(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, undeliverable: List[str], monkeypatch: Any
) -> None:
    genuine = orders.Order.check

    def check(order: Any, message_id: str) -> None:
        if message_id:  # it has none where only the price is asked for
            genuine(order, message_id)

    monkeypatch.setattr(orders.Order, "check", check)
    price = bulk("rows.csv", *NEW, "--dry-run")
    assert "to send: 40 messages" in price.out
    monkeypatch.setattr(sending, "MOST_REFUSALS", 50)
    assert bulk("rows.csv", *NEW).status == 1
    assert outcomes(rows).count("done") == 38
    assert outcomes(rows).count("refused") == 2
    assert len(copies(smsc_sandbox)) == len(set(copies(smsc_sandbox))) == 38


def test_refusals_end_the_run_before_the_gateway_blocks_the_address(
    bulk: Bulk, rows: Path, shop: Shop
) -> None:
    def refuse(client: Any) -> None:
        if b"cost=1" in client.seen.body or "cost=1" in client.seen.target:
            answer(b'{"cost": "1.40", "cnt": 1}')(client)
        else:
            answer(b'{"error": "x", "error_code": 8}')(client)

    with Gateway(refuse) as peer:
        shop.set(SMSC_HOST=peer.address)
        done = bulk("rows.csv", *NEW, "--batch", "1")
    assert "to send: 40 messages" in done.out
    assert outcomes(rows) == ["refused"] * 40
    assert done.status == 1


STOPPING: Dict[int, str] = {
    1: "wrong parameters",
    2: "Check SMSC_LOGIN and SMSC_PASSWORD",
    4: "Wait: 5 wrong logins",
    5: "Write the time as",
    6: "Send under a name that is registered",
    9: "Wait a minute",
}


@pytest.mark.parametrize("code", STOPPING)
def test_an_error_that_the_next_batch_would_meet_too_ends_the_run(
    bulk: Bulk, rows: Path, shop: Shop, code: int
) -> None:
    def refuse(client: Any) -> None:
        if b"cost=3" in client.seen.body or "cost=3" in client.seen.target:
            answer(b'{"error": "x", "error_code": %d}' % code)(client)
        elif "status.php" in client.seen.target:
            answer(b'{"status": -3}')(client)
        else:
            answer(b'{"cost": "1.40", "cnt": 1}')(client)

    with Gateway(refuse) as peer:
        shop.set(SMSC_HOST=peer.address)
        done = bulk("rows.csv", *NEW, "--batch", "1")
    assert done.status == 1
    assert f"error {code}" in done.err
    assert STOPPING[code] in done.err
    assert "--resume" in done.err
    assert outcomes(rows) == ["not sent"] * 40


def test_too_many_requests_are_waited_for(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: List[Any] = []
    genuine = gateway.Gateway._send

    def send(self: Any, fields: Any, origin: Any) -> Any:
        if len(refused) < 3 and fields["cost"] == "3":
            refused.append(fields)
            raise Refused(9)
        return genuine(self, fields, origin)

    monkeypatch.setattr(gateway.Gateway, "_send", send)
    assert bulk("rows.csv", *NEW, "--batch", "20").status == 0
    assert len(refused) == 3
    assert outcomes(rows) == ["done"] * 40


def test_a_repeat_made_on_the_way_is_no_reason_to_send_again(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = gateway.Gateway._send

    def twice(self: Any, fields: Any, origin: Any) -> Any:
        found = genuine(self, fields, origin)
        return genuine(self, fields, origin) if fields["cost"] == "3" else found

    monkeypatch.setattr(gateway.Gateway, "_send", twice)
    assert bulk("rows.csv", *NEW).status == 0
    assert outcomes(rows) == ["done"] * 40
    assert len(copies(smsc_sandbox)) == 40


def test_numbers_that_the_gateway_left_out_are_reported(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = parameters.phone

    def phone(text: str, *kind: str) -> Optional[str]:
        return None if text == "+380501000005" else genuine(text, *kind)

    monkeypatch.setattr(parameters, "phone", phone)
    assert bulk("rows.csv", *NEW).status == 1
    [refused] = [row for row in results(rows) if row["outcome"] == "refused"]
    assert refused["phone"] == "0501000005"
    assert refused["error"] == "wrong number, the number is written wrongly"
    assert len(copies(smsc_sandbox)) == 39


@pytest.mark.usefixtures("fresh_plugins")
def test_another_gateway_is_never_trusted_with_a_batch(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox
) -> None:
    class Courier(Transport):
        name = "courier"

        def addresses(self, request: Any) -> List[str]:
            return ["loft"]

        def exchange(self, request: Any, address: str, timeout: Any) -> str:
            raise AssertionError(json.dumps(request.fields))

    def choose(request: Any, names: Any) -> Optional[str]:
        return "courier" if "cost=3" in request.argument else None

    plug_in(smsc_transports=lambda: [Courier()], smsc_choose_transport=choose)
    done = bulk("rows.csv", *NEW)
    assert done.status == 2
    assert "smsc bulk sends by HTTP, and courier does not." in done.err
    assert smsc_sandbox.messages == []


def test_the_sandbox_knows_the_limit_of_a_text() -> None:
    from smsc_transports.values.parts import LONGEST_TEXT

    assert assumptions.MAX_TEXT == LONGEST_TEXT

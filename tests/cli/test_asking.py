"""``smsc status``, ``balance`` and ``cost``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any, Iterator, List

import pytest

from smsc_transports.sandbox.rules.assumptions import FATES
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.words import error_text
from smsc_transports.values.words.en import DELIVERY_ERRORS, ERRORS, STATUSES

from ..transports.gateway import Gateway, answer
from .conftest import Shop, Smsc

PHONE = "79991112233"
CHANGED = "1700000000"


@pytest.fixture(autouse=True)
def _three_hours_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "XYZ-3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def status_of(smsc: Smsc, shop: Shop, reply: str, *arguments: str) -> Any:
    with Gateway(answer(reply.encode())) as gateway:
        shop.set(SMSC_HOST=gateway.address)
        return smsc("status", "1001", PHONE, *arguments)


def test_a_status_is_explained_in_words_with_its_time_here(smsc: Smsc, shop: Shop) -> None:
    assert status_of(smsc, shop, f"1,{CHANGED},0") == (
        0,
        "status: delivered (1), since 15 November 2023 01:13:20 (UTC+03:00)\n",
        "",
    )


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("-1,0,0", ["status: waiting to be sent (-1)"]),
        ("0,0,0\n", ["status: handed to the operator (0)"]),
        ("7,0,0", ["status: a status that is not documented (7)"]),
        (
            "20,0,1",
            ["status: could not be delivered (20)", "  reason: the number does not exist (1)"],
        ),
        (
            "20,0,77",
            [
                "status: could not be delivered (20)",
                "  reason: an error that is not documented (77)",
            ],
        ),
        ("1,soon,0", ["status: delivered (1), since soon"]),
    ],
)
def test_every_status_has_words(smsc: Smsc, shop: Shop, reply: str, told: List[str]) -> None:
    done = status_of(smsc, shop, reply)
    assert (done.status, done.out.splitlines()) == (0, told)


def test_a_message_that_is_not_found_ends_with_an_exit_status_of_its_own(
    smsc: Smsc, shop: Shop
) -> None:
    done = status_of(smsc, shop, "-3,0,0")
    assert done == (1, "", "status: not found: no message has this id and number (-3)\n")
    assert json.loads(status_of(smsc, shop, "-3,0,0", "--json").out)["outcome"] == "not found"


def test_all_details_are_named_and_shown(smsc: Smsc, shop: Shop) -> None:
    reply = f"1,{CHANGED},0,1699999999,{PHONE},1.40,Shop,Доставлено,Готово, заберите, ждём"
    assert status_of(smsc, shop, reply, "--all").out.splitlines() == [
        "status: delivered (1), since 15 November 2023 01:13:20 (UTC+03:00)",
        "  sent: 15 November 2023 01:13:19 (UTC+03:00)",
        f"  to: {PHONE}",
        "  from: Shop",
        "  text: Готово, заберите, ждём",
        "  cost: 1.40",
    ]


def test_a_query_of_a_number_reports_the_operator(smsc: Smsc, shop: Shop) -> None:
    hlr = "250990000000001,79990000001,250,99,Russia,Beeline,,"
    assert status_of(smsc, shop, f"1,0,0,{hlr}").out.splitlines() == [
        "status: delivered (1)",
        "  IMSI: 250990000000001",
        "  service center: 79990000001",
        "  country code: 250",
        "  operator code: 99",
        "  country: Russia",
        "  operator: Beeline",
    ]


def test_a_text_cannot_steer_the_terminal(smsc: Smsc, shop: Shop) -> None:
    reply = f"1,0,0,0,{PHONE},1.40,Shop,Delivered,\x1b[2Jgone"
    assert "  text: \\x1b[2Jgone\n" in status_of(smsc, shop, reply, "--all").out


def test_a_console_without_cyrillic_shows_escapes(shop: Shop) -> None:
    with Gateway(answer(f"1,0,0,0,{PHONE},1.40,Shop,Delivered,Готово".encode())) as gateway:
        shop.set(SMSC_HOST=gateway.address)
        command = [sys.executable, "-m", "smsc_transports.cli.main", "status", "1", PHONE, "--all"]
        environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
        done = subprocess.run(command, capture_output=True, env=environment, timeout=20)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"  text: \u0413\u043e\u0442\u043e\u0432\u043e" in done.stdout


def test_json_has_the_numbers_as_they_came(smsc: Smsc, shop: Shop) -> None:
    told = json.loads(status_of(smsc, shop, f"20,{CHANGED},6", "--json").out)
    told = {name: value for name, value in told.items() if value is not None}
    told.pop("attempts")
    assert told == {
        "id": "1001",
        "phone": PHONE,
        "outcome": "done",
        "status": "20",
        "status_text": "could not be delivered",
        "changed_at": CHANGED,
        "error_code": "6",
        "error_text": "the phone is switched off or out of reach",
    }


def test_a_message_of_the_sandbox_has_its_details(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    smsc("send", "70005550020", "Hello", "--sender", "Shop")
    smsc_sandbox.clock.advance(10)
    lines = smsc("status", "1001", "70005550020", "--all").out.splitlines()
    assert lines[0].startswith("status: could not be delivered (20), since ")
    assert lines[1] == "  reason: the number does not exist (1)"
    assert {"  to: 70005550020", "  from: Shop", "  text: Hello"} < set(lines)


def test_the_tables_name_what_the_sandbox_can_answer() -> None:
    assert {status for status, _ in FATES.values()} | {-3, -1, 0, 1} <= set(STATUSES)
    assert {error for _, error in FATES.values() if error} | {200} <= set(DELIVERY_ERRORS)


@pytest.mark.parametrize("code", ERRORS)
def test_every_error_of_the_gateway_comes_with_what_to_do(
    smsc: Smsc, shop: Shop, code: int
) -> None:
    with Gateway(answer(f"0,-{code}".encode())) as gateway:
        shop.set(SMSC_HOST=gateway.address)
        done = smsc("balance")
    first, what_to_do = done.err.splitlines()
    assert (done.status, first) == (1, f"refused: error {code}, {error_text(code, 'balance')}")
    assert what_to_do.startswith("  ")


def test_an_error_that_is_not_documented_is_reported_as_such(smsc: Smsc, shop: Shop) -> None:
    with Gateway(answer(b"0,-77")) as gateway:
        shop.set(SMSC_HOST=gateway.address)
        done = smsc("balance")
    assert done.err == "refused: error 77, an error that is not documented (77)\n"


def test_a_balance_is_reported(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    assert smsc("balance") == (0, "balance: 100.00\n", "")
    told = json.loads(smsc("balance", "--json").out)
    assert (told["outcome"], told["balance"], told["error"]) == ("done", "100.00", None)


def test_a_price_is_reported(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    assert smsc("cost", PHONE, "я" * 71) == (0, "cost 2.80, 2 parts\n", "")
    told = json.loads(smsc("cost", PHONE, "Hello", "--json").out)
    told.pop("attempts")
    assert told == {
        "phones": PHONE,
        "outcome": "done",
        "cost": "1.40",
        "parts": "1",
        "error": None,
        "meaning": None,
        "advice": None,
    }
    assert smsc_sandbox.messages == []


QUESTIONS = [["balance"], ["cost", PHONE, "Hello"], ["status", "1001", PHONE]]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each[0])
def test_a_wrong_login_is_explained(smsc: Smsc, shop: Shop, question: List[str]) -> None:
    with Sandbox(login="another") as sandbox:
        shop.set(SMSC_HOST=sandbox.http[0])
        done = smsc(*question)
    assert done == (
        1,
        "",
        (
            f"refused: error 2, {ERRORS[2]}\n"
            "  Check SMSC_LOGIN and SMSC_PASSWORD; 'smsc doctor' tells where they come from. If "
            "the account allows certain IP addresses only, this machine's must be one of them. Do "
            "not guess on: after 5 wrong logins in 30 minutes this address is blocked for 30 "
            "minutes.\n"
        ),
    )


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each[0])
@pytest.mark.parametrize("fault", ["close", "garbage"])
def test_a_question_without_an_answer_leaves_nothing_in_doubt(
    smsc: Smsc, smsc_sandbox: Sandbox, question: List[str], fault: str
) -> None:
    smsc_sandbox.fail(fault)
    done = smsc(*question)
    assert (done.status, done.out) == (3, "")
    lines = done.err.splitlines()
    assert lines[0] == "no answer: no host gave a usable one"
    assert lines[-1] == "  'smsc doctor --online' looks for the cause."


def test_by_mail_questions_go_by_http(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    assert smsc("balance", "--transport", "smtp").out == "balance: 100.00\n"


@pytest.mark.parametrize(
    "command",
    [
        ("balance",),
        ("status", "1001", PHONE),
        ("cost", PHONE, "Hello"),
        ("send", PHONE, "Hello"),
        ("bulk", "rows.csv", "--text", "Hello", "--yes"),
    ],
)
def test_without_an_account_nothing_is_asked(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch, command: List[str]
) -> None:
    monkeypatch.delenv("SMSC_LOGIN", raising=False)
    monkeypatch.delenv("SMSC_PASSWORD", raising=False)
    (shop.folder / "rows.csv").write_text(f"phone\n+{PHONE}\n")
    with Gateway(answer(b"0,-2")) as gateway:
        shop.set(SMSC_HOST=gateway.address, SMSC_LOGIN="", SMSC_PASSWORD="")
        done = smsc(*command)
    assert (done.status, gateway.requests) == (2, [])
    assert done.err.startswith(
        "smsc: There is no account, so nothing was asked: set SMSC_LOGIN and SMSC_PASSWORD in "
    )


def test_several_messages_are_not_reported_as_one(smsc: Smsc, shop: Shop) -> None:
    with Gateway(answer(b"1,1700000000,0,7,1\n20,1700000000,6,8,2")) as gateway:
        shop.set(SMSC_HOST=gateway.address)
        done = smsc("status", "7,8", "1,2")
    assert done == (2, "", "smsc: ID has a comma; ask about one message at a time.\n")
    assert gateway.requests == []

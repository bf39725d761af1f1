"""What status.php tells, as time goes by."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smsc_transports.sandbox.server import Sandbox

from .conftest import PHONE, Client


def test_message_is_handed_over_then_delivered(sandbox: Sandbox, client: Client) -> None:
    sandbox.limits = False
    client.send(mes="a, b, c", sender="Shop", id=7)
    assert client.status(7) == "-1,0,0"
    sandbox.clock.advance(2)
    assert client.status(7).startswith("0,")
    sandbox.clock.advance(4)
    status, changed, err = client.status(7).split(",")
    (message,) = sandbox.messages
    assert (status, int(changed), err) == ("1", int(message.due + 6), "0")
    assert sandbox.status(message) == 1


def test_all_adds_the_fields_that_the_libraries_expect(sandbox: Sandbox, client: Client) -> None:
    client.send(mes="a, b, c", sender="Shop", id=7)
    sandbox.clock.advance(10)
    sent = int(sandbox.messages[0].received)
    first = client.status(7).split(",")
    assert client.status(7, all=1).split(",", 8) == [
        *first, str(sent), PHONE, "1.40", "Shop", "Доставлено", "a, b, c",
    ]  # fmt: skip
    assert client.status(7, all=2).split(",", 11) == [
        *first, str(sent), PHONE, "Россия", "МТС", "Москва", "1.40", "Shop", "Доставлено",
        "a, b, c",
    ]  # fmt: skip


def test_json_has_the_documented_names(sandbox: Sandbox, client: Client) -> None:
    client.send(mes="привет", id="my-id")
    sandbox.clock.advance(10)
    short = json.loads(client.status("my-id", fmt=3))
    assert list(short) == ["status", "last_date", "last_timestamp", "flag", "err"]
    full = json.loads(client.status("my-id", fmt=3, all=1))
    assert full["message"] == "привет"
    assert (full["status"], full["cost"], full["sms_cnt"]) == (1, "1.40", 1)
    more = json.loads(client.status("my-id", fmt=3, all=2))
    assert (more["country"], more["mccmnc"]) == ("Россия", "25001")


def test_words_and_xml(sandbox: Sandbox, client: Client) -> None:
    client.send(id=7)
    sandbox.clock.advance(10)
    row = json.loads(client.status(7, fmt=3))
    assert client.status(7, fmt=0) == f"Status = 1, check_time = {row['last_date']}, err = 0"
    assert client.status(7, fmt=2) == (
        f"<sms><status>1</status><last_date>{row['last_date']}</last_date>"
        f"<last_timestamp>{row['last_timestamp']}</last_timestamp><flag>0</flag><err>0</err></sms>"
    )


@pytest.mark.parametrize(
    ("fmt", "answer"),
    [
        (0, "Status = -3, check_time = , err = 0"),
        (1, "-3,0,0"),
        (
            2,
            (
                "<sms><status>-3</status><last_date></last_date><last_timestamp>0</last_timestamp>"
                "<flag>0</flag><err>0</err></sms>"
            ),
        ),
        (3, '{"status": -3, "last_date": "", "last_timestamp": 0, "flag": 0, "err": 0}'),
    ],
)
@pytest.mark.parametrize("detail", [0, 1, 2])
def test_unknown_message_is_not_found(client: Client, fmt: Any, answer: Any, detail: Any) -> None:
    assert client.status(404, fmt=fmt, all=detail) == answer


def test_id_and_number_both_must_fit(sandbox: Sandbox, client: Client) -> None:
    sandbox.limits = False
    client.send("79991112233,79991112234", id=7)
    assert client.status(7, "79991112233") == "-1,0,0"
    assert client.status(7, "+7 999 111-22-34") == "-1,0,0"
    assert client.status(7, "79991112235") == "-3,0,0"
    assert client.status(8, "79991112233") == "-3,0,0"


def test_repeated_id_means_the_latest_message(sandbox: Sandbox, client: Client) -> None:
    client.send(mes="first", id=7)
    client.send(mes="second", id=7)
    assert client.status(7, all=1).endswith(",second")


FATES = [
    # number, its final status and err, seconds until then
    ("70005550003", 3, 6, 24 * 3600),
    ("70005550020", 20, 1, 6),
    ("70005550022", 22, 249, 2),
    ("70005550023", 23, 253, 2),
    ("70005550025", 25, 248, 2),
    ("70005550002", 2, 0, 66),
    ("70005550004", 4, 0, 66),
]


@pytest.mark.parametrize(("phone", "status", "err", "seconds"), FATES)
def test_numbers_with_a_fate(
    sandbox: Sandbox, client: Client, phone: Any, status: Any, err: Any, seconds: Any
) -> None:
    client.send(phone, id=7)
    sandbox.clock.advance(seconds)
    code, _, error = client.status(7, phone).split(",")
    assert (int(code), int(error)) == (status, err)


def test_message_expires_after_its_validity(sandbox: Sandbox, client: Client) -> None:
    client.send("70005550003", id=7, valid="01:00")
    sandbox.clock.advance(3590)
    assert client.status(7, "70005550003").startswith("0,")
    sandbox.clock.advance(10)
    assert client.status(7, "70005550003").startswith("3,")


def test_scheduled_message_waits(sandbox: Sandbox, client: Client) -> None:
    client.send(id=7, time="+60")
    sandbox.clock.advance(3590)
    assert client.status(7) == "-1,0,0"
    sandbox.clock.advance(16)
    assert client.status(7).startswith("1,")


def test_several_messages_line_by_line(sandbox: Sandbox, client: Client) -> None:
    client.send("79991112233", id=7)
    client.send("79991112234", mes="other", id=8)
    assert client.status("7,8,9", "79991112233,79991112234,79991112235") == (
        "-1,0,0,7,79991112233\n-1,0,0,8,79991112234\n-3,0,0,9,79991112235"
    )
    sandbox.clock.advance(61)
    rows = json.loads(client.status("7,9", "79991112233,79991112235", fmt=3, all=1))
    assert [(row["id"], row["phone"], row["status"]) for row in rows] == [
        (7, "79991112233", 1),
        (9, "79991112235", -3),
    ]


def test_trailing_comma_asks_for_a_list_of_one(client: Client) -> None:
    client.send(id=7)
    assert json.loads(client.status("7,", fmt=3))[0]["id"] == 7


@pytest.mark.parametrize(
    ("id", "phone"),
    [("", PHONE), ("7", ""), (",", PHONE), ("7,8", PHONE), ("7", f"{PHONE},{PHONE}")],
)
def test_number_and_id_are_needed_in_pairs(client: Client, id: Any, phone: Any) -> None:
    assert client.status(id, phone) == "0,-1"


def test_hlr_answer_has_its_fields_after_err(sandbox: Sandbox, client: Client) -> None:
    client.send("380501112233", "", hlr=1, id=7)
    sandbox.clock.advance(10)
    short = client.status(7, "380501112233").split(",")
    assert len(short) == 11
    assert short[3:] == ["255030501112233"[:15], "38050000000"[:11], "255", "03", "Украина",
                         "Киевстар", "", ""]  # fmt: skip
    full = client.status(7, "380501112233", all=1).split(",")
    assert (len(full), full[14]) == (17, "HLR")
    most = client.status(7, "380501112233", all=2).split(",")
    assert (len(most), most[17]) == (20, "HLR")


def test_deleted_message_is_not_found_again(sandbox: Sandbox, client: Client) -> None:
    client.send(id=7)
    assert client.ask("status", id=7, phone=PHONE, **{"del": 1}) == "OK"
    assert client.status(7) == "-3,0,0"
    assert client.ask("status", id=7, phone=PHONE, **{"del": 1}) == "0,-5"
    assert len(sandbox.messages) == 1


def test_status_may_lag_behind_the_send(sandbox: Sandbox, client: Client) -> None:
    sandbox.status_lag = 30
    client.send(id=7)
    assert client.status(7) == "-3,0,0"
    sandbox.clock.advance(30)
    assert client.status(7).startswith("1,")


def test_a_day_of_ten_thousand_messages_is_reported_at_once(
    sandbox: Sandbox, client: Client
) -> None:
    sandbox.limits = False
    sandbox.balance = 1_000_000
    phones = [f"7999{number:07}" for number in range(10_000)]
    # Lines of a list are messages of their own.
    for start in range(0, 10_000, 2500):
        lines = "\n".join(f"{phone}:hi" for phone in phones[start : start + 2500])
        client.session.post(
            client.url("send"),
            data={"login": "me", "psw": "secret", "list": lines, "id": 7, "time": "+600"},
        )
    sandbox.clock.advance(24 * 3600)
    assert {sandbox.status(message) for message in sandbox.messages} == {1}
    assert len(sandbox.messages) == 10_000

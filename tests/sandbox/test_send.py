"""What send.php accepts, refuses, counts, prices and answers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from smsc_transports.sandbox.rules.parameters import due
from smsc_transports.sandbox.server import Sandbox

from .conftest import PHONE, Client

REPLIES = [
    # fmt, cost, the answer to the first send with a balance of 100.00
    (0, 0, "OK - 1 SMS, ID - 1001"),
    (0, 1, "COST - 1.40, 1 SMS"),
    (0, 2, "OK - 1 SMS, ID - 1001, COST - 1.40"),
    (0, 3, "OK - 1 SMS, ID - 1001, COST - 1.40, BALANCE - 98.60"),
    (1, 0, "1001,1"),
    (1, 1, "1.40,1"),
    (1, 2, "1001,1,1.40"),
    (1, 3, "1001,1,1.40,98.60"),
    (2, 0, "<result><id>1001</id><cnt>1</cnt></result>"),
    (2, 1, "<result><cost>1.40</cost><cnt>1</cnt></result>"),
    (2, 2, "<result><id>1001</id><cnt>1</cnt><cost>1.40</cost></result>"),
    (
        2,
        3,
        "<result><id>1001</id><cnt>1</cnt><cost>1.40</cost><balance>98.60</balance></result>",
    ),
    (3, 0, '{"id": 1001, "cnt": 1}'),
    (3, 1, '{"cost": "1.40", "cnt": 1}'),
    (3, 2, '{"id": 1001, "cnt": 1, "cost": "1.40"}'),
    (3, 3, '{"id": 1001, "cnt": 1, "cost": "1.40", "balance": "98.60"}'),
]


@pytest.mark.parametrize(("fmt", "cost", "answer"), REPLIES)
def test_answer_has_the_documented_form(client: Client, fmt: Any, cost: Any, answer: Any) -> None:
    assert client.send(fmt=fmt, cost=cost) == answer


@pytest.mark.parametrize("cost", [0, 2, 3])
def test_what_is_sent_is_kept_and_paid(sandbox: Sandbox, client: Client, cost: Any) -> None:
    client.send(mes="Привет", sender="Shop", cost=cost, valid="01:30", tinyurl=1)
    (message,) = sandbox.messages
    assert (message.phones, message.text, message.sender) == ((PHONE,), "Привет", "Shop")
    assert (message.id, message.encoding, message.host) == ("1001", "ucs-2", 0)
    assert (message.options["valid"], message.options["tinyurl"]) == ("01:30", "1")
    assert sandbox.balance == Decimal("98.60")


def test_price_query_sends_and_costs_nothing(sandbox: Sandbox, client: Client) -> None:
    assert client.send(cost=1, mes="я" * 71) == "2.80,2"
    assert sandbox.messages == []
    assert sandbox.balance == Decimal("100.00")


def test_every_number_and_part_is_paid(sandbox: Sandbox, client: Client) -> None:
    assert client.send("79991112233,79991112234;79991112235", "x" * 161, cost=3) == (
        "1001,6,8.40,91.60"
    )
    assert sandbox.messages[0].phones == ("79991112233", "79991112234", "79991112235")
    assert [len(part) for part in sandbox.messages[0].parts] == [153, 8]


ERRORS = [
    # what is wrong, the answer with fmt=1
    ({"phones": None}, "0,-1"),
    ({"mes": None}, "0,-1"),
    ({"mes": "x" * 1001}, "0,-1"),
    ({"id": "2147483648"}, "0,-1"),
    ({"id": "with space"}, "0,-1"),
    ({"id": "x" * 41}, "0,-1"),
    ({"valid": "25"}, "0,-1"),
    ({"valid": "00:00"}, "0,-1"),
    ({"maxsms": "many"}, "0,-1"),
    ({"tz": "east"}, "0,-1"),
    ({"period": "0"}, "0,-1"),
    ({"period": "0.1", "freq": "5"}, "1001,1"),
    ({"period": "721"}, "0,-1"),
    ({"cost": "4"}, "0,-1"),
    ({"mail": "1", "phones": "me@example.com"}, "0,-1"),  # without subj and sender
    ({"list": "no number here"}, "0,-1"),
    ({"bin": "2", "mes": "0g"}, "0,-1"),
    ({"login": "", "psw": ""}, "0,-2"),
    ({"psw": ""}, "0,-2"),
    ({"login": None, "psw": None, "apikey": ""}, "0,-2"),
    ({"time": "tomorrow"}, "0,-5"),
    ({"time": "3202261200"}, "0,-5"),
    ({"time": "25-30"}, "0,-5"),
    # Errors 3, 6, 7 and 8 carry an id.
    ({"mes": "x" * 1000, "phones": ",".join(f"7999000{n:04}" for n in range(11)), "id": 9}, "9,-3"),
    ({"mes": "buy [forbidden] now", "id": 9}, "9,-6"),
    ({"sender": "TwelveLetter", "id": 9}, "9,-6"),
    ({"sender": "1234567890123456", "id": 9}, "9,-6"),
    ({"phones": "12", "id": 9}, "9,-7"),
    ({"phones": "letters", "id": 9}, "9,-7"),
    ({"phones": "+89991112233"}, "1001,1"),  # with + nothing is corrected, nor refused
    ({"phones": "70005550008", "id": 9}, "9,-8"),
    ({"phones": "12"}, "1001,-7"),
]


@pytest.mark.parametrize(("change", "answer"), ERRORS)
def test_error_by_its_rule(sandbox: Sandbox, client: Client, change: Any, answer: Any) -> None:
    got = client.send(**{"phones": PHONE, "mes": "hello", **change})
    assert got == answer
    refused = "-" in answer
    assert len(sandbox.messages) == (0 if refused else 1)
    assert len(sandbox.refusals) == (1 if refused else 0)


@pytest.mark.parametrize(
    ("fmt", "answer"),
    [
        (0, "ERROR = 7 (invalid phone format), ID - 9"),
        (1, "9,-7"),
        (
            2,
            (
                "<result><error>invalid phone format</error><error_code>7</error_code>"
                "<id>9</id></result>"
            ),
        ),
        (3, '{"error": "invalid phone format", "error_code": 7, "id": 9}'),
        ("nonsense", "ERROR = 7 (invalid phone format), ID - 9"),
    ],
)
def test_errors_come_in_every_format(client: Client, fmt: Any, answer: Any) -> None:
    response = client.response("send", phones="12", mes="x", id=9, fmt=fmt)
    assert (response.status_code, response.text) == (200, answer)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("+7 (999) 111-22-33", "79991112233"),
        ("89991112233", "79991112233"),
        ("9991112233", "79991112233"),
        ("0501112233", "380501112233"),
        ("380501112233", "380501112233"),
        ("G17", "G17"),
    ],
)
def test_numbers_are_corrected(sandbox: Sandbox, client: Client, written: Any, stored: Any) -> None:
    client.send(written)
    assert sandbox.messages[0].phones == (stored,)


def test_wrong_numbers_among_right_ones_are_skipped_and_reported(
    sandbox: Sandbox, client: Client
) -> None:
    answer = json.loads(client.send(f"{PHONE},12", fmt=3, cost=2, err=1))
    assert (answer["cnt"], answer["cost"]) == (1, "1.40")
    (wrong,) = answer["phones"]
    assert (wrong["phone"], wrong["status"], wrong["error"]) == ("12", "22", "249")
    assert sandbox.messages[0].phones == (PHONE,)


def test_op_reports_about_every_number(client: Client) -> None:
    answer = json.loads(client.send(f"{PHONE},12", fmt=3, op=1))
    assert [entry["phone"] for entry in answer["phones"]] == [PHONE, "12"]
    assert answer["phones"][0]["cost"] == "1.40"
    assert "status" not in answer["phones"][0]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        (
            "79990000001:Hi, 1:2\n79990000002:Ho",
            [("79990000001", "Hi, 1:2"), ("79990000002", "Ho")],
        ),
        ("79990000001,79990000002:Hi\r\n", [("79990000001", "Hi"), ("79990000002", "Hi")]),
        ("79990000001;79990000002:Hi", [("79990000001", "Hi"), ("79990000002", "Hi")]),
        ("79990000001;Hi there", [("79990000001", "Hi there")]),
        ("79990000001:line\\nbreak", [("79990000001", "line\nbreak")]),
    ],
)
def test_list_gives_each_number_its_text(
    sandbox: Sandbox, client: Client, text: Any, entries: Any
) -> None:
    count = len(entries)
    answer = client.ask("send", list=text, cost=2)
    assert answer == f"1001,{count},{Decimal('1.40') * count}"
    assert [(phone, m.text) for m in sandbox.messages for phone in m.phones] == entries
    assert {(m.id, m.request) for m in sandbox.messages} == {("1001", 1)}


def test_list_line_may_name_sender_and_time_zone(sandbox: Sandbox, client: Client) -> None:
    client.ask("send", list="Shop,3|79990000001:Hi\n79990000002:Ho", sender="Bank")
    assert [message.sender for message in sandbox.messages] == ["Shop", "Bank"]


def test_list_with_nl_keeps_line_breaks_of_the_texts(sandbox: Sandbox, client: Client) -> None:
    client.ask("send", list="79990000001:Dear,\n12:30 lunch\n79990000002:Ho", nl=1)
    assert [message.text for message in sandbox.messages] == ["Dear,\n12:30 lunch", "Ho"]


@pytest.mark.parametrize(
    ("fields", "kind", "count"),
    [
        ({"flash": 1}, "flash", 1),
        ({"push": 1, "mes": "http://example.com\ntitle"}, "push", 1),
        ({"hlr": 1, "mes": ""}, "hlr", 1),
        ({"ping": 1, "mes": None}, "ping", 1),
        ({"bin": 2, "mes": "00" * 140}, "bin", 1),
        ({"bin": 2, "mes": "00" * 141}, "bin", 2),
        ({"mail": 1, "phones": "a@b.cz", "subj": "s", "sender": "me@long-name.example"}, "mail", 1),
        ({"call": 1, "mes": "x" * 31}, "call", 3),
        ({"viber": 1}, "viber", 1),
        ({"soc": 1}, "soc", 1),
        ({"tg": 1, "phones": "@nick"}, "tg", 1),
        ({"bot": "@name_bot"}, "bot", 1),
        ({"mes": "__VIBER__hi"}, "viber", 1),
        ({"flash": 0, "hlr": ""}, "sms", 1),
    ],
)
def test_kind_of_message_by_flag_or_prefix(
    sandbox: Sandbox, client: Client, fields: Any, kind: Any, count: Any
) -> None:
    assert client.send(**{"mes": "hi", **fields}).split(",")[1] == str(count)
    assert sandbox.messages[0].kind == kind


def test_call_with_a_code_answers_the_code(client: Client) -> None:
    answer = json.loads(client.send(call=1, mes="code", fmt=3))
    assert len(answer["code"]) == 6
    assert answer["code"].isdigit()


def test_text_goes_out_as_asked_for(sandbox: Sandbox, client: Client) -> None:
    client.send(mes="Привет", translit=1)
    client.send(mes="транслит", translit=2)
    client.send(mes="x" * 400, maxsms=2)
    client.send(mes="Hi\n~~~\nfor the accountant")
    assert [message.text for message in sandbox.messages] == [
        "Privet",
        "mpaHc/Ium",
        "x" * 306,
        "Hi",
    ]
    assert sandbox.messages[3].comment == "for the accountant"


@pytest.mark.parametrize(
    ("own", "answer"),
    [("0", "1001,1"), ("", "1001,1"), ("77", "77,1"), ("order-7.b_2", "order-7.b_2,1")],
)
def test_id_is_the_callers_or_assigned(client: Client, own: Any, answer: Any) -> None:
    assert client.send(id=own) == answer


@pytest.mark.parametrize(
    ("time", "tz", "hours"),
    [
        # The clock stands at 12:00 Moscow time of 2 January; hours from then.
        ("0", None, 0),
        ("0201261500", None, 3),
        ("0201261500", "2", 1),
        ("02.01.26 15:30", None, 3.5),
        ("+90", None, 1.5),
        ("01767348000", None, 1),
        ("0101260000", None, 0),  # in the past: now
        ("10-18", None, 0),
        ("14-18", None, 2),
        ("9-11", None, 21),
    ],
)
def test_time_of_a_send(time: Any, tz: Any, hours: Any) -> None:
    noon = 1767344400.0
    assert (due({"time": time}, tz, noon) - noon) / 3600 == hours


def test_balance_runs_out(sandbox: Sandbox, client: Client) -> None:
    sandbox.balance = "2.00"
    assert client.send(mes="one", cost=3) == "1001,1,1.40,0.60"
    assert client.send(mes="two", id=5) == "5,-3"
    sandbox.balance = 3
    assert client.send(mes="two", id=5, cost=3) == "5,1,1.40,1.60"


@pytest.mark.parametrize(
    ("fmt", "plain", "with_currency"),
    [
        (0, "100.00", "100.00,RUB"),
        (1, "100.00", "100.00,RUB"),
        (
            2,
            "<balance>100.00</balance>",
            "<result><balance>100.00</balance><currency>RUB</currency></result>",
        ),
        (3, '{"balance": "100.00"}', '{"balance": "100.00", "currency": "RUB"}'),
    ],
)
def test_balance_in_every_format(client: Client, fmt: Any, plain: Any, with_currency: Any) -> None:
    assert client.balance(fmt=fmt) == plain
    assert client.balance(fmt=fmt, cur=1) == with_currency


def test_other_pages_of_the_gateway_are_said_not_to_be_there(client: Client) -> None:
    assert client.ask("jobs", fmt=0) == "ERROR = 1 (not imitated by the sandbox)"
    assert client.session.get(client.url("send").replace("/sys/", "/x/")).status_code == 404


def test_only_the_newest_messages_are_kept() -> None:
    with Sandbox(keep=3, limits=False) as small:
        client = Client(small)
        with client.session:
            for number in range(5):
                client.send(mes=f"text {number}")
            assert [message.text for message in small.messages] == ["text 2", "text 3", "text 4"]
            assert client.status(1001).startswith("-3,")
            assert client.status(1003).startswith("-1,")

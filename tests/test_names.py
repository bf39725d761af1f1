"""The names of a reply give typed values, whatever the gateway answered."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Dict, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_transports import MessageStatus, Record, Reply
from smsc_transports.values import words
from smsc_transports.values.statuses import DeliveryError

PHONE, OTHER = "79990001122", "79990001133"
CHANGED = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
NAMES = sorted(name for name, value in vars(Record.__mro__[1]).items() if hasattr(value, "__get__"))


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSC_LANG", "en")


def status(text: str, **fields: str) -> Reply:
    return Reply(text.split(","), "status", fields)


def sent(*values: str) -> Reply:
    return Reply(values, "send")


# Types


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.40", Decimal("1.40")),
        ("-0.5\n", Decimal("-0.5")),
        (" 100 ", Decimal(100)),
        *((text, None) for text in (
            "", "NaN", "Infinity", "-inf", "1e999999", "1_000", "1,5", "٣", "1.", ".5", "--1",
            "9" * 5000, "\ud800", "0x10", "1.4 UAH",
        )),
    ],
)  # fmt: skip
def test_money_is_decimal_and_what_is_none_is_none(text: str, amount: Any) -> None:
    reply = sent("1", "1", text, text)
    assert (reply.cost, reply.balance, reply[2]) == (amount, amount, text)
    assert type(reply.cost) is type(amount)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("3", 3),
        ("3\n", 3),
        ("-7", None),
        ("", None),
        ("²", None),
        ("9" * 5000, None),
        ("1.0", None),
    ],
)
def test_parts_are_an_int(text: str, parts: Any) -> None:
    assert sent("1", text, "1.40", "9").parts == parts


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("1700000000", CHANGED),
        ("14.03.2020 12:30:00", datetime(2020, 3, 14, 9, 30, tzinfo=timezone.utc)),
        *((text, None) for text in (
            "", "0", "-1", "soon", "1e9", "9" * 12, "9" * 18, "9" * 5000, "01.01.0001 00:00:00",
            "32.01.2020 00:00:00", "14.03.2020", "\ud800", "\0",
        )),
    ],
)  # fmt: skip
def test_times_are_aware_and_in_utc(text: str, time: Any) -> None:
    reply = status(f"1,{text},0,{text},{PHONE},1.40,me,Delivered,text", all="1")
    assert (reply.changed_at, reply.sent_at) == (time, time)
    assert time is None or reply.sent_at.tzinfo is timezone.utc  # type: ignore[union-attr]


@pytest.mark.parametrize("member", list(MessageStatus))
def test_a_status_is_a_member_that_equals_its_number(member: MessageStatus) -> None:
    reply = status(f"{int(member)},1700000000,0")
    assert reply.status is member
    assert (reply.status_text, f"{member} {member!s}") == (
        member.text,
        "{0} {0}".format(int(member)),
    )
    assert member.is_final == (member not in (-2, -1, 0))
    assert pickle.loads(pickle.dumps(member)) is copy.deepcopy(member) is member


@pytest.mark.parametrize("number", ["7", "-4", "21", "99", "9" * 18])
def test_an_undocumented_status_is_none_and_its_number_stays_visible(number: str) -> None:
    reply = status(f"{number},0,0")
    assert (reply.status, reply[0], reply.by_name("status")) == (None, number, number)
    assert reply.status_text == f"a status that is not documented ({number})"


def test_the_reason_of_a_failure_is_a_number_with_words() -> None:
    reply = status("20,0,6")
    assert (reply.error_code, type(reply.error_code)) == (6, DeliveryError)
    assert reply.error_code.text == reply.error_text  # type: ignore[union-attr]
    assert reply.error_text == "the phone is switched off or out of reach"
    assert status("20,0,77").error_text == "an error that is not documented (77)"
    good = status("1,0,0")
    assert (good.error_code, good.error_code and good.error_code.text, good.error_text) == (
        0,
        0,
        None,
    )


# Words


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"SMSC_LANG": "uk", "LANG": "ru_RU.UTF-8"}, "uk"),
        ({"SMSC_LANG": " RU "}, "ru"),
        ({"SMSC_LANG": "de", "LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "uk_UA.UTF-8"}, "uk"),
        ({"LC_ALL": "C", "LANG": "uk_UA.UTF-8"}, "en"),
        ({"LC_MESSAGES": "ru", "LANG": "uk"}, "ru"),
        ({"LANGUAGE": "pl:uk:ru", "LANG": "ru"}, "uk"),
        ({"LANG": "run_RU"}, "en"),
    ],
)
def test_the_language_is_that_of_the_setting_else_of_the_locale(
    environ: Dict[str, str], language: str
) -> None:
    assert words.language(environ) == language


@pytest.mark.parametrize("table", ["STATUSES", "ERRORS", "DELIVERY_ERRORS"])
def test_every_language_has_every_number(table: str) -> None:
    tables = [getattr(language, table) for language in words.LANGUAGES.values()]
    assert tables[0].keys() == tables[1].keys() == tables[2].keys()
    assert all(text.strip() for each in tables for text in each.values())


def test_an_error_is_said_in_the_language_and_for_its_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = {name: Reply(["0", "-5"], name) for name in ("send", "status")}
    assert refused["send"].error_text == "wrong date format"
    assert refused["status"].error_text == "the message could not be deleted"
    monkeypatch.setenv("SMSC_LANG", "uk")
    assert refused["send"].error_text == "неправильний формат дати"
    assert status("1,0,0").status_text == "доставлено"
    monkeypatch.setenv("SMSC_LANG", "ru")
    assert refused["status"].error_text == "не удалось удалить сообщение"
    assert Reply(["0", "-77"], "send").error_text == "ошибка, которой нет в документации (77)"


# Records

HLR = "250990000000001,79990000001,250,99,Russia,Beeline,Ukraine,Kyivstar"
SEVERAL: List[Tuple[str, str, List[Dict[str, str]]]] = [
    (
        "0",
        f"1,1700000000,0,7,{PHONE}\n-3,0,0,8,{OTHER}\n",
        [{"status": "1", "id": "7", "phone": PHONE}, {"status": "-3", "id": "8", "phone": OTHER}],
    ),
    (
        "1",
        f"1,1700000000,0,1700000000,{PHONE},1.40,me,Delivered,one, two\nthree, 4,7\n-3,0,0,8",
        [
            {
                "status": "1",
                "id": "7",
                "phone": PHONE,
                "cost": "1.40",
                "text": "one, two\nthree, 4",
            },
            {"status": "-3", "id": "8"},
        ],
    ),
    (
        "2",
        (
            f"1,0,0,0,{PHONE},Ukraine,Kyivstar,Kyiv,1.40,me,Delivered,text,7\n"
            f"1,0,0,{HLR},0,{OTHER},UA,KS,Lviv,0.20,HLR,Delivered,,8"
        ),
        [
            {"id": "7", "operator": "Kyivstar", "region": "Kyiv", "cost": "1.40", "text": "text"},
            {"id": "8", "imsi": "250990000000001", "operator": "Beeline", "cost": "0.20"},
        ],
    ),
    ("0", f"1,0,0,{HLR},7,{PHONE}", [{"id": "7", "roaming_operator": "Kyivstar", "phone": PHONE}]),
]


@pytest.mark.parametrize(("every", "text", "expected"), SEVERAL)
def test_a_status_of_several_messages_has_a_record_for_each(
    every: str, text: str, expected: List[Dict[str, str]]
) -> None:
    reply = status(text, all=every, id="7,8")
    told = [
        {name: each.by_name(name) for name in want} for each, want in zip(reply.records, expected)
    ]
    assert (told, len(reply.records)) == (expected, len(expected))
    assert reply == text.split(",")
    if len(expected) > 1:
        assert (reply.status, reply.id) == (None, None)  # they would speak of one of them only
    else:
        assert reply.id == "7"


@pytest.mark.parametrize(("every", "text", "expected"), SEVERAL)
@pytest.mark.usefixtures("fresh_plugins")
def test_records_come_with_the_call_that_asks_for_several(
    every: str, text: str, expected: List[Dict[str, str]], face: Any, gateway: Any
) -> None:
    gateway.reply = text
    records = face.SMSC().get_status("7,8", f"{PHONE},{OTHER}", all=int(every)).records
    assert [each.by_name("id") for each in records] == [each["id"] for each in expected]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_a_text_that_looks_like_a_status_is_no_record(end: str) -> None:
    details = f"1,1700000000,0,1700000000,{PHONE},1.40,me,Delivered,"
    text = f"{details}Codes:\r\n\n10,20,30,4,7{end}{details}\n1,2,3,two,8{end}"
    first, second = status(text, all="1", id="7,8").records
    assert (first.id, first.text) == ("7", "Codes:\r\n\n10,20,30,4")
    assert (second.id, second.text) == ("8", "\n1,2,3,two")


def test_records_have_the_types_of_a_reply() -> None:
    [first, second] = status(SEVERAL[0][1], all="0", id="7,8").records
    assert (first.status, first.changed_at) == (MessageStatus.DELIVERED, CHANGED)
    assert (second.status, second.changed_at, second.cost) == (MessageStatus.NOT_FOUND, None, None)
    assert second.status_text == "not found: no message has this id and number"
    assert pickle.loads(pickle.dumps(first)) == copy.deepcopy(first) == first


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (sent("1", "1", "1.40", "9"), [Decimal("1.40")]),
        (Reply(["1.40", "1"], "send", {"cost": "1"}), [Decimal("1.40")]),
        (Reply(["5.00"], "balance"), [None]),
        (Reply(["0", "-3"], "send"), []),
        (Reply(["", ""], "send", {}, "unknown"), []),
        (Reply(["<html>"], "status"), []),
        (Reply([], "status"), []),
    ],
)
def test_a_single_reply_has_one_record_and_a_failure_none(reply: Reply, told: List[Any]) -> None:
    assert [each.cost for each in reply.records] == told


# Anything at all

PIECE = st.one_of(
    st.text(st.characters(), max_size=12),
    st.sampled_from(
        ["", "0", "-3", "1", "HLR", "\n", "-1,0,0,\n1,0,0,", "9" * 5000, "1.40", "NaN"]
    ),
    st.integers().map(str),
    st.floats().map(str),
)
ANYTHING = st.one_of(PIECE, st.binary(max_size=4), st.none(), st.integers())


@given(
    st.lists(ANYTHING, max_size=22),
    st.sampled_from(["send", "status", "balance", "info", ""]),
    st.dictionaries(
        st.sampled_from(["id", "all", "cost"]), st.sampled_from(["", "0", "1", "2", "7,"])
    ),
)
def test_no_name_ever_raises(values: List[Any], command: str, fields: Dict[str, str]) -> None:
    reply = Reply(values, command, fields)
    for owner in (reply, copy.deepcopy(reply), *reply.records):
        for name in NAMES:
            getattr(owner, name) if name != "by_name" else owner.by_name("id")
    assert (reply.ok, reply.error, reply.sent_id) is not None
    assert list(reply) == values

"""A request tells transports what is asked in forms that need no parsing."""

from __future__ import annotations

from typing import Any, List

import pytest

from smsc_transports import Request, Settings
from smsc_transports.values.encoding import Argument, fitting_charset

PRIVET = "%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82"


def request(argument: str, command: str = "send", **settings: Any) -> Request:
    return Request(command, argument, Settings(login="me", password="secret", **settings))


@pytest.mark.parametrize(
    ("argument", "phones"),
    [
        ("phones=79990001122", ["79990001122"]),
        ("phones=79990001122,79990001123", ["79990001122", "79990001123"]),
        ("phones=79990001122;%2B79990001123", ["79990001122", "+79990001123"]),
        ("phones=7999%2C%207998%3B%3B", ["7999", "7998"]),
        ("phone=79990001122%2C&id=5", ["79990001122"]),
        ("phones=", []),
        ("", []),
        # One text each: lines of numbers and a text.
        ("list=7999:one%0A7998:two", ["7999", "7998"]),
        ("list=7999,7997:one%0D%0A7998:two", ["7999", "7997", "7998"]),
        ("list=7999:one%0A%0A7998:two%0A", ["7999", "7998"]),
        ("list=7999:Your%20code:%201%7C2", ["7999"]),
        ("list=Shop|7999:one%0AShop,3|7998:two", ["7999", "7998"]),
        ("list=7999:first%E2%80%A8second:third", ["7999"]),  # U+2028 ends no line
        ("list=no%20number%20here", []),
        ("phones=7990&list=7999:one", ["7999"]),
    ],
)
def test_phones_are_one_number_each(argument: str, phones: List[str]) -> None:
    assert request(argument).phones == phones


def test_fields_are_decoded_by_the_gateways_own_names() -> None:
    asked = request(f"phones=7999&mes={PRIVET}%2C%20a%2Bb&sender=&time=0ts&id=7")
    assert asked.fields == {
        "phones": "7999",
        "mes": "Привет, a+b",
        "sender": "",
        "time": "0ts",
        "id": "7",
    }
    assert (asked.text, asked.id) == ("Привет, a+b", "7")


def test_of_fields_with_one_name_the_last_counts() -> None:
    assert request("id=1&id=2").fields == {"id": "2"}


@pytest.mark.parametrize(
    ("argument", "own"),
    [("id=0", ""), ("id=", ""), ("", ""), ("id=5", "5"), ("id=new", "new"), ("id=None", "None")],
)
def test_id_is_the_callers_own_or_empty(argument: str, own: str) -> None:
    assert request(argument).id == own


@pytest.mark.parametrize(
    ("argument", "given"),
    [
        ("cost=3&id=0", "cost=3&id=77"),
        ("id=0&cost=3", "id=77&cost=3"),
        ("cost=3", "cost=3&id=77"),
        ("cost=3&valid=0&id=", "cost=3&valid=0&id=77"),
        ("paid=1&id=0", "paid=1&id=77"),
    ],
)
def test_request_can_be_given_an_id(argument: str, given: str) -> None:
    asked = request(argument)
    assert asked.with_id("77").argument == given
    assert asked.with_id("77").id == "77"
    assert asked.argument == argument


@pytest.mark.parametrize(
    ("command", "argument", "billable"),
    [
        ("send", "cost=3", True),
        ("send", "cost=0", True),
        ("send", "", True),
        ("send", "cost=1", False),
        ("status", "", False),
        ("balance", "", False),
        ("info", "", False),
        ("phones", "add=1", True),  # of a command that is not known the worst is taken
    ],
)
def test_billable_is_what_must_not_be_done_twice(
    command: str, argument: str, billable: bool
) -> None:
    assert request(argument, command).billable is billable


@pytest.mark.parametrize(
    ("declared", "values", "charset"),
    [
        ("utf-8", ["Привет 🙂"], "utf-8"),
        ("windows-1251", ["Привет"], "windows-1251"),
        ("koi8-r", ["Привет", "мир"], "koi8-r"),
        ("windows-1251", ["Привет 🙂"], "utf-8"),
        ("windows-1251", ["test", "🙂"], "utf-8"),
        ("windows-1251", [b"\xff\xfe", 5, None], "windows-1251"),  # bytes go as they are
        ("no-such-charset", ["test"], "utf-8"),
        ("", ["test"], "utf-8"),
    ],
)
def test_charset_is_the_declared_one_if_it_carries_every_text(
    declared: str, values: List[Any], charset: str
) -> None:
    assert fitting_charset(declared, *values) == charset


def test_argument_remembers_its_charset() -> None:
    encoded = Argument("mes=%CF%F0%E8%E2%E5%F2", "windows-1251")
    assert request(encoded).text == "Привет"
    assert request(encoded).charset == "windows-1251"
    assert request(encoded).with_id("5").charset == "windows-1251"


@pytest.mark.parametrize(
    ("login", "password", "start"),
    [
        ("me", "a b/c&d", "login=me&psw=a%20b/c%26d&fmt=1&charset=utf-8&"),
        ("", "key", "apikey=key&fmt=1&charset=utf-8&"),
        ("я", "", "login=%D1%8F&psw=&fmt=1&charset=utf-8&"),
        (b"me", b"\xff", "login=me&psw=%FF&fmt=1&charset=utf-8&"),
    ],
)
def test_query_is_what_goes_over_http(login: Any, password: Any, start: str) -> None:
    asked = Request("balance", "x=1", Settings(login=login, password=password))
    assert asked.query == start + "x=1"


def test_request_about_another_keeps_account_and_settings() -> None:
    asked = request("phones=7999", host="smsc.kz")
    status = asked.about("status", "id=5&phone=7999", fmt=3)
    assert (status.command, status.argument, status.fmt) == ("status", "id=5&phone=7999", 3)
    assert status.settings is asked.settings

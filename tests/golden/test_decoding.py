"""Only the way a byte is escaped in a query may differ, never what the gateway decodes."""

from __future__ import annotations

import pytest

from tests.golden.decoding import Fields, decoded


def observation(target: str, **more: str) -> Fields:
    attempt = {"to": "http://smsc.ua", "sent": f"GET /sys/send.php?{target}", **more}
    return {"result": None, "printed": "", "wire": [attempt]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *((f"a=1{char}2", f"a=1%{ord(char):02X}2") for char in "\"<>[]\\^`{|}'()*!~"),
        ("a=%7e", "a=%7E"),
        ("a=%d0%af", "a=%D0%AF"),
        ("a[]=1", "a%5B%5D=1"),
        ("a=\xd0\xaf", "a=%D0%AF"),
        ("a=1+2", "a=1%202"),
    ],
)
def test_escaped_in_another_way_is_the_same(one: str, other: str) -> None:
    assert decoded(observation(one)) == decoded(observation(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a=1+2", "a=1%2B2"),
        ("a=1%26b=2", "a=1&b=2"),
        ("a%3D1", "a=1"),
        ("a", "a="),
        ("a=1&b=2", "b=2&a=1"),
        ("a=1&&b=2", "a=1&b=2"),
        ("a=%2541", "a=%41"),
        ("a=%D0", "a=%D1"),
        ("a=%zz", "a=%25zz%00"),
        ("a=1 ", "a=1"),
    ],
)
def test_what_decodes_to_something_else_is_a_difference(one: str, other: str) -> None:
    assert decoded(observation(one)) != decoded(observation(other))


def test_a_body_counts_to_the_byte() -> None:
    one, other = observation("", body="a=%7e"), observation("", body="a=%7E")
    assert decoded(one) != decoded(other)


def test_a_path_counts_to_the_byte() -> None:
    one, other = observation("a"), observation("a")
    other["wire"][0]["sent"] = "GET /sys/send%2Ephp?a"
    assert decoded(one) != decoded(other)

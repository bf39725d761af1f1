"""Settings that cannot be understood: reported once, and the send goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, List

import pytest

from smsc_transports.reporting.notices import SMSCWarning
from smsc_transports.values.settings import read_settings

from .faces import FACE
from .surroundings import PHONE, Gateway, Warned

pytestmark = pytest.mark.usefixtures("fresh_plugins")

TOLD_FAILOVER = (
    "SMSC_FAILOVER is {!r}, but it must be 'legacy' or 'safe'. The default is used instead."
)
TOLD_TIMEOUT = (
    "SMSC_TIMEOUT is {!r}, but it must be a number of seconds above 0, or two for connecting and "
    "reading: (5, 60), in the environment '5,60'. The default is used instead."
)
TOLD_DEADLINE = (
    "SMSC_DEADLINE is {!r}, but it must be a number of seconds above 0. The default is used "
    "instead."
)
TOLD_LANGUAGE = "SMSC_LANG is {!r}, but it must be 'uk', 'ru' or 'en'. The default is used instead."


TOO_LARGE = pytest.param(10**310, id="more than a float holds")
WRONG_TIMES: List[Any] = [
    0,
    -1,
    "abc",
    " ",
    True,
    False,
    float("nan"),
    float("inf"),
    "0",
    {},
    TOO_LARGE,
]


@pytest.mark.parametrize(
    "value", [*WRONG_TIMES, (1, 2, 3), (), [], "5,", "1,2,3", (0, 5), (None, 5)]
)
def test_wrong_timeout_is_reported_once_and_the_send_goes_on(
    value: Any, face: Any, gateway: Gateway, warned: Warned
) -> None:
    face.SMSC_TIMEOUT = value
    for _ in range(2):
        assert face.SMSC().send_sms(PHONE, "test").ok
    assert warned() == [TOLD_TIMEOUT.format(value)]
    assert read_settings(vars(face)).timeout[:2] == (5.0, 60.0)


@pytest.mark.parametrize("value", [*WRONG_TIMES, (5, 60), "5,60", [5]])
def test_wrong_deadline_is_reported_once_and_the_send_goes_on(
    value: Any, face: Any, gateway: Gateway, warned: Warned
) -> None:
    face.SMSC_DEADLINE = value
    for _ in range(2):
        assert face.SMSC().send_sms(PHONE, "test").ok
    assert warned() == [TOLD_DEADLINE.format(value)]
    assert read_settings(vars(face)).deadline is None


@pytest.mark.parametrize("value", ["sfae", "legacy,safe", 1, True, " "])
def test_wrong_failover_is_reported_once_and_the_send_goes_on(
    value: Any, face: Any, gateway: Gateway, warned: Warned
) -> None:
    face.SMSC_FAILOVER = value
    for _ in range(2):
        assert face.SMSC().send_sms(PHONE, "test").ok
    assert warned() == [TOLD_FAILOVER.format(value)]
    assert read_settings(vars(face)).failover == "legacy"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SMSC_TIMEOUT", "5,30s", TOLD_TIMEOUT),
        ("SMSC_DEADLINE", "-3", TOLD_DEADLINE),
        ("SMSC_FAILOVER", "careful", TOLD_FAILOVER),
        ("SMSC_LANG", "ua", TOLD_LANGUAGE),
    ],
)
def test_wrong_value_in_the_environment_is_reported_as_well(
    name: str,
    value: str,
    message: str,
    face: Any,
    gateway: Gateway,
    warned: Warned,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(name, value)
    assert face.SMSC().send_sms(PHONE, "test").ok
    assert warned() == [message.format(value)]


@pytest.mark.parametrize("charset", ["windows1252x", "utf-16", "ebcdic-nowhere"])
def test_a_charset_that_no_text_can_go_in_is_reported_once(
    charset: str, face: Any, gateway: Gateway, warned: Warned
) -> None:
    face.SMSC_CHARSET = charset
    for _ in range(2):
        assert face.SMSC().send_sms(PHONE, "тест").ok
    [text] = warned()
    assert text == (
        f"SMSC_CHARSET is {charset!r}, but it must be 'utf-8', 'windows-1251' or 'koi8-r'. utf-8 "
        f"is used instead."
    )
    assert gateway.fields[0]["mes"] == "тест"


def test_an_api_key_in_the_wrong_place_is_reported_once_where_it_goes(
    face: Any, gateway: Gateway, warned: Warned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_APIKEY", "gEheim")
    face.SMSC().get_balance()
    assert warned() == []  # there is an account, so the key may be another program's
    face.SMSC_LOGIN = face.SMSC_PASSWORD = ""
    for _ in range(2):
        face.SMSC().get_balance()
    [text] = warned()
    assert text == (
        "SMSC_APIKEY in the environment is not a setting: an API key goes into SMSC_PASSWORD, and "
        "SMSC_LOGIN stays empty."
    )


def test_each_wrong_value_is_reported_for_itself(
    face: Any, gateway: Gateway, warned: Warned
) -> None:
    for face.SMSC_TIMEOUT in ("abc", "def", "abc"):
        face.SMSC_FAILOVER = "never"
        face.SMSC().get_balance()
    assert warned() == [
        TOLD_FAILOVER.format("never"),
        TOLD_TIMEOUT.format("abc"),
        TOLD_TIMEOUT.format("def"),
    ]


def test_wrong_value_ends_every_call_where_warnings_are_errors(face: Any, gateway: Gateway) -> None:
    face.SMSC_TIMEOUT = "abc"
    for _ in range(2):
        with pytest.raises(SMSCWarning, match="SMSC_TIMEOUT is 'abc', but it must be"):
            face.SMSC().send_sms(PHONE, "test")
    assert gateway.urls == []


def test_warning_on_stderr_is_one_line_without_code(tmp_path: Path) -> None:
    program = "import smsc_api; from smsc_transports.values.settings import read_settings as read\n"
    program += "smsc_api.SMSC_TIMEOUT = 0\nfor _ in range(2): read(vars(smsc_api))"
    finished = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(FACE.parent)!r})\n{program}"],
        cwd=str(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert finished.stdout == f"smsc_api:1: SMSCWarning: {TOLD_TIMEOUT.format(0)}\n"

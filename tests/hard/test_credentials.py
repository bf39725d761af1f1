"""Login and password go to the gateway's own hosts alone, and are shown nowhere."""

from __future__ import annotations

from typing import Any, Callable, Dict, List
from urllib.parse import urlsplit

import pytest

from smsc_transports import OutcomeUnknown, hookimpl
from smsc_transports.values.errors import ConfigurationError

from ..surroundings import PHONE
from ..surroundings import Gateway as EveryHost
from ..transports.gateway import SENT, Gateway, answer
from .programs import Courier, Shown, employ, shown, story_of

__all__ = ["shown"]

pytestmark = pytest.mark.usefixtures("fresh_plugins")

# A third-party transport

ASKED: Dict[str, Callable[[Any], Any]] = {
    "status": lambda face: face.SMSC().get_status(5, PHONE),
    "balance": lambda face: face.SMSC()._smsc_send_cmd("balance"),
    "info": lambda face: face.SMSC()._smsc_send_cmd("info", f"get_operator=1&phone={PHONE}"),
}


@pytest.mark.parametrize("chosen_by", ["setting", "hook"])
@pytest.mark.parametrize("command", ASKED)
def test_what_a_third_party_transport_cannot_carry_is_not_sent_and_said_so(
    face: Any, shown: Shown, command: str, chosen_by: str
) -> None:
    courier = Courier()
    if chosen_by == "hook":
        employ(courier, smsc_choose_transport=hookimpl(lambda: "courier"))
    else:
        employ(courier)
        face.SMSC_TRANSPORT = "courier"
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        reply = ASKED[command](face)
    assert gateway.connections == 0
    assert (reply, reply.outcome, courier.carried) == (["", ""], "not sent", [])
    said = f"{story_of(reply)}{shown.told()}"
    assert "courier" in said
    assert command in said


@pytest.mark.usefixtures("shown")
def test_the_balance_by_a_third_party_transport_that_has_none_is_false(face: Any) -> None:
    employ(Courier())
    face.SMSC_TRANSPORT = "courier"
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().get_balance() is False
    assert gateway.connections == 0


def test_a_list_of_a_third_party_transport_and_http_asks_by_http(face: Any) -> None:
    employ(Courier())
    face.SMSC_TRANSPORT = "courier,http-get"
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().get_status(5, PHONE) == SENT
    assert gateway.connections == 1


def test_safe_mode_does_not_ask_by_http_what_became_of_a_third_party_message(face: Any) -> None:
    def lose(request: Any) -> str:
        raise OutcomeUnknown("the courier is gone")

    employ(Courier(lose))
    face.SMSC_TRANSPORT, face.SMSC_FAILOVER = "courier", "safe"
    with Gateway(answer(b"0,-3")) as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms(PHONE, "hello")
    assert gateway.connections == 0
    assert reply.outcome == "unknown"


def test_status_and_balance_go_by_http_where_mail_is_the_transport(face: Any) -> None:
    face.SMSC_TRANSPORT = "smtp"
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().get_status(5, PHONE) == SENT
    assert gateway.connections == 1


# SMSC_HOST

SECRET = "QzXsecret"
WITH_USER = [
    f"https://shop:{SECRET}@smsc.ru/",
    f"http://shop:{SECRET}@smsc.ru",
    f"//shop:{SECRET}@smsc.ru",
    f"shop:{SECRET}@smsc.ru",
    f"https://{SECRET}@smsc.ru:443/sys",
    f"https://shop:{SECRET}%40x@smsc.ru/",
    f"https://shop:{SECRET}/x@smsc.ru/",
    f"https://shop:{SECRET}@[::1]:8080",
    f"https://shop:{SECRET},x@smsc.ru",
    f"shop:{SECRET}%40smsc.ru",
]


def hosts_asked(face: Any, everywhere: EveryHost) -> List[str]:
    """Send, and give all hosts that were asked; a refusal may also raise."""
    try:
        reply = face.SMSC().send_sms(PHONE, "hello")
        said = story_of(reply)
        refused = reply.outcome == "not sent"
    except ConfigurationError as error:
        said, refused = str(error), True
    assert SECRET not in said
    assert refused or everywhere.urls
    return everywhere.hosts


@pytest.mark.parametrize("way", ["constant", "environment"])
@pytest.mark.parametrize("host", WITH_USER)
def test_a_host_with_a_user_is_refused_without_showing_it_and_nothing_is_sent_anywhere(
    face: Any,
    gateway: EveryHost,
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    way: str,
) -> None:
    if way == "constant":
        face.SMSC_HOST = host
    else:
        monkeypatch.setenv("SMSC_HOST", host)
    assert hosts_asked(face, gateway) == []
    assert SECRET not in str(shown)


def test_a_refused_host_is_named_so_that_the_setting_can_be_found(
    face: Any, gateway: EveryHost, shown: Shown
) -> None:
    face.SMSC_HOST = WITH_USER[0]
    said = ""
    try:
        said = story_of(face.SMSC().send_sms(PHONE, "hello"))
    except ConfigurationError as error:
        said = str(error)
    assert "SMSC_HOST" in said + shown.told()
    assert gateway.hosts == []


def test_beside_a_host_with_a_user_no_host_is_asked_but_those_that_are_named(
    face: Any, gateway: EveryHost, shown: Shown
) -> None:
    face.SMSC_HOST = f"smsc.kz:80,https://shop:{SECRET}@smsc.ru/"
    gateway.down = True
    assert set(hosts_asked(face, gateway)) <= {"smsc.kz:80", "smsc.kz"}
    assert SECRET not in str(shown)


RU = {"smsc.ru", *(f"www{number}.smsc.ru" for number in range(1, 6))}


@pytest.mark.parametrize(
    "host",
    [
        "//smsc.ru",
        "//smsc.ru/",
        "///smsc.ru",
        "http:/smsc.ru",
        "http:smsc.ru",
        "/smsc.ru",
        "@smsc.ru",
    ],
)
def test_a_host_behind_slashes_is_understood_or_refused_and_never_another(
    face: Any, gateway: EveryHost, shown: Shown, host: str
) -> None:
    face.SMSC_HOST = host
    assert {urlsplit(f"//{each}").hostname for each in hosts_asked(face, gateway)} <= RU


@pytest.mark.parametrize(
    "host", ["[fe80::1%eth0]", "fe80::1%eth0", "[fe80::1%25eth0]:8080", "http://[fe80::1%eth0]/"]
)
def test_an_ipv6_address_with_a_zone_is_understood_or_refused_and_never_another(
    face: Any, gateway: EveryHost, shown: Shown, host: str
) -> None:
    face.SMSC_HOST = host
    assert [each for each in hosts_asked(face, gateway) if "fe80::1" not in each] == []


@pytest.mark.parametrize(
    "host", ["[::1", "::1]", "[]", "http://", ":8080", "пример рф", "!", "/", "[smsc.ru]", "%6d"]
)
def test_a_host_that_cannot_be_read_never_becomes_the_vendors(
    face: Any, gateway: EveryHost, shown: Shown, host: str
) -> None:
    face.SMSC_HOST = host
    assert [each for each in hosts_asked(face, gateway) if "smsc.ua" in each] == []

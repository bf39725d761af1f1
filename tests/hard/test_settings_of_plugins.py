"""What a plugin gives as settings is read as the constants are."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from smsc_transports import hookimpl, plugin_manager
from smsc_transports.values.settings import Timeout

from ..surroundings import Warned, module_with
from .peers import PHONE, Gateway, taken_and_lost

pytestmark = pytest.mark.usefixtures("fresh_plugins")


def change(**changes: Any) -> None:
    """Register a plugin that changes these settings."""
    hook = hookimpl(lambda settings: changes)
    plugin_manager().register(module_with("site", smsc_settings=hook), "site")


@pytest.mark.parametrize("failover", ["SAFE", " safe "])
def test_a_plugin_may_write_safe_as_the_constant_may(safe: Any, failover: str) -> None:
    safe.SMSC_FAILOVER = ""
    change(failover=failover)
    with Gateway(send=taken_and_lost) as gateway:
        safe.SMSC_HOST = f"{gateway.address},{gateway.address}"
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert len(gateway.messages) == 1
    assert reply.ok


@pytest.mark.parametrize(
    "changes",
    [
        {"timeout": 5},
        {"timeout": "5,60"},
        {"timeout": [5, 60]},
        {"timeout": Timeout(5, 60)},
        {"timeout": None},
        {"deadline": "30"},
        {"deadline": None},
        {"transport": None},
        {"transport": ""},
        {"host": None},
        {"host": ""},
        {"failover": None},
    ],
    ids=str,
)
def test_what_a_constant_may_be_a_plugin_may_give(face: Any, changes: Dict[str, Any]) -> None:
    change(**changes)
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello").ok


@pytest.mark.parametrize(
    "changes", [{"timeout": "soon"}, {"deadline": -1}, {"failover": "none"}], ids=str
)
def test_what_cannot_be_understood_is_reported_and_the_message_is_not_lost(
    face: Any, warned: Warned, changes: Dict[str, Any]
) -> None:
    change(**changes)
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello").ok
    (message,) = warned()
    assert repr(next(iter(changes.values()))) in message


def test_a_plugin_may_give_the_hosts_as_a_list(face: Any) -> None:
    with Gateway() as first, Gateway() as second:
        change(host=[first.address, second.address])
        first.refuse()
        face.SMSC_HOST = "127.0.0.1:1"
        assert face.SMSC().send_sms(PHONE, "hello").ok
    assert len(second.messages) == 1


def test_a_host_with_a_password_from_a_plugin_is_refused_without_showing_it(
    face: Any, warned: Warned
) -> None:
    with Gateway() as gateway:
        change(host=f"http://shop:hunter2hunter2@{gateway.address}/")
        reply = face.SMSC().send_sms(PHONE, "hello")
    assert (reply, reply.outcome, gateway.asked) == (["", ""], "not sent", [])
    assert "Nothing is sent" in "".join(warned())
    assert "hunter2" not in "".join(warned())

"""While SMSC_SANDBOX is set, nothing reaches the real gateway, whatever else is set."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from smsc_transports import Settings, hookimpl, plugin_manager
from smsc_transports.plugins.manager import SANDBOX
from smsc_transports.values.errors import ConfigurationError

from ..surroundings import PHONE, Gateway, Pigeon, Told, module_with

pytestmark = pytest.mark.usefixtures("fresh_plugins")

URL = "http://127.0.0.1:2580"
ADDRESSES = {
    "http": ["127.0.0.1:2581", "127.0.0.1:2582"],
    "https": ["127.0.0.1:2591"],
    "smtp": ["127.0.0.1:2525"],
    "ca": "",
}


@pytest.fixture(autouse=True)
def sandbox(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway.sandbox = ADDRESSES
    monkeypatch.setenv("SMSC_SANDBOX", URL)


def register_settings(replace: Callable[[Settings], Settings], **options: Any) -> None:
    plugin_manager().register(module_with("other", smsc_settings=hookimpl(**options)(replace)))


def test_calls_go_to_the_sandbox_whatever_the_program_sets(face: Any, gateway: Gateway) -> None:
    face.SMSC_HOST = "smsc.kz,10.0.0.1:8080"
    assert face.SMSC().send_sms(PHONE, "test").ok
    assert gateway.hosts == ["127.0.0.1:2581"]


@pytest.mark.parametrize("names", ["sandbox", "sandbox,http", " sandbox "])
def test_sandbox_cannot_be_blocked(
    names: str, face: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_BLOCK_PLUGINS", names.replace(",http", ",smtp"))
    assert plugin_manager().get_plugin(SANDBOX) is not None
    assert face.SMSC().send_sms(PHONE, "test").ok
    assert gateway.hosts == ["127.0.0.1:2581"]


@pytest.mark.parametrize("options", [{}, {"trylast": True}, {"tryfirst": True}])
def test_sandbox_has_the_last_word_over_other_plugins(
    options: Any, face: Any, gateway: Gateway
) -> None:
    register_settings(
        lambda settings: settings.replace(host="smsc.ua", sandboxed=False, password="sesame"),
        **options,
    )
    assert face.SMSC().send_sms(PHONE, "test").ok
    assert gateway.hosts == ["127.0.0.1:2581"]
    assert gateway.fields[0]["psw"] == "sesame"


def test_plugin_transports_are_left_aside_in_the_sandbox(face: Any, gateway: Gateway) -> None:
    pigeon = Pigeon()
    plugin_manager().register(
        module_with(
            "pigeons",
            smsc_transports=hookimpl(lambda: [pigeon]),
            smsc_choose_transport=hookimpl(lambda request: "pigeon"),
        )
    )
    face.SMSC_TRANSPORT = "pigeon"
    assert face.SMSC().send_sms(PHONE, "test").ok
    assert pigeon.requests == []
    assert gateway.hosts == ["127.0.0.1:2581"]


def test_all_hosts_of_the_sandbox_are_tried_and_no_other(face: Any, gateway: Gateway) -> None:
    gateway.down = True
    assert face.SMSC().send_sms(PHONE, "test") == ["", ""]
    assert gateway.hosts == ["127.0.0.1:2581", "127.0.0.1:2582"]


def test_no_sandbox_there_sends_nothing_and_says_what_to_do(
    face: Any, gateway: Gateway, told: Told
) -> None:
    gateway.sandbox = None
    for _ in range(2):
        reply = face.SMSC().send_sms(PHONE, "test")
        assert (reply, reply.outcome) == (["", ""], "not sent")
    assert gateway.urls == []
    [message] = told()
    assert message == (
        "Nothing is sent: SMSC_SANDBOX is 'http://127.0.0.1:2580', but no sandbox answers there "
        "(ConnectionError). Start one with 'smsc sandbox', or unset SMSC_SANDBOX to use the real "
        "gateway."
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://smsc.ua",
        "http://10.0.0.1:2580",
        "http://127.0.0.1.example.com:2580",
        "http://localhost@smsc.ua/",
        "http://[2001:db8::1]:2580",
        "2580",
    ],
)
def test_sandbox_on_another_machine_is_refused(
    url: str, face: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_SANDBOX", url)
    with pytest.raises(ConfigurationError) as raised:
        face.SMSC().send_sms(PHONE, "test")
    assert str(raised.value) == (
        f"SMSC_SANDBOX is {url!r}, but it must be the address that 'smsc sandbox' printed, such "
        "as http://127.0.0.1:2580."
    )
    assert gateway.urls == []


@pytest.mark.parametrize("url", [URL, "http://localhost:2580/", "http://[::1]:2580", f" {URL} "])
def test_sandbox_on_this_machine_is_used(
    url: str, face: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_SANDBOX", url)
    assert face.SMSC().send_sms(PHONE, "test").ok
    assert gateway.hosts == ["127.0.0.1:2581"]


@pytest.mark.parametrize("url", ["", "  "])
def test_empty_variable_means_no_sandbox(
    url: str, face: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_SANDBOX", url)
    face.SMSC().get_balance()
    assert gateway.hosts == ["smsc.ua"]

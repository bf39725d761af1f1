"""Plugins that send, that fail in unusual ways, and that give what no plugin should."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List

import pytest

from smsc_transports import NotSent, OutcomeUnknown, hookimpl, plugin_manager
from smsc_transports.values.errors import ConfigurationError

from ..surroundings import Warned, module_with
from .peers import PHONE, Gateway
from .programs import Courier, employ

pytestmark = pytest.mark.usefixtures("fresh_plugins")


def plug(name: str = "third_party", **hooks: Callable[..., Any]) -> None:
    plugin_manager().register(
        module_with(name, **{hook: hookimpl(work) for hook, work in hooks.items()}), name
    )


@pytest.mark.parametrize("hook", ["smsc_settings", "smsc_choose_transport", "smsc_transports"])
def test_a_hook_that_sends_is_not_asked_about_its_own_message(face: Any, hook: str) -> None:
    def send() -> None:
        face.SMSC().send_sms(PHONE, "somebody sends")

    hooks: Dict[str, Any] = {
        "smsc_settings": lambda settings: send(),
        "smsc_choose_transport": lambda request, names: send(),
        "smsc_transports": lambda: send(),
    }
    plug("sender", **{hook: hooks[hook]})
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello").ok
    assert [message["mes"] for message in gateway.messages] == ["somebody sends", "hello"]


def test_a_hook_may_ask_the_balance_to_choose_by_it(face: Any) -> None:
    def choose(request: Any, names: List[str]) -> str:
        return "http-post" if float(face.SMSC().get_balance()) > 50 else "http-get"

    plug(smsc_choose_transport=choose)
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms(PHONE, "hello")
    assert reply.attempts[0].transport == "http-post"
    assert len(gateway.of("balance")) == 1


def refusing(observer: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(observer)
    def refuse(attempt: Any) -> None:
        raise PermissionError("not for you")

    return refuse


def test_an_observer_whose_decorator_fails_stops_no_other(face: Any, warned: Warned) -> None:
    heard = []
    plug("first", smsc_attempt=lambda attempt: heard.append("first"))
    plug("guarded", smsc_attempt=refusing(lambda attempt: None))
    plug("last", smsc_attempt=lambda attempt: heard.append("last"))
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC().send_sms(PHONE, "hello")
    assert heard == ["last", "first"]
    assert "'guarded'" in warned()[0]
    assert "'first'" not in warned()[0]


def test_an_observer_that_leaves_and_fails_stops_no_other(face: Any, warned: Warned) -> None:
    heard = []

    def leave(attempt: Any) -> None:
        plugin_manager().unregister(name="leaver")
        raise ValueError("gone")

    plug("first", smsc_attempt=lambda attempt: heard.append("first"))
    plug("leaver", smsc_attempt=leave)
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC().send_sms(PHONE, "hello")
    assert heard == ["first"]
    assert "'leaver'" in warned()[0]


def test_an_observer_that_would_never_run_is_refused() -> None:
    async def later(attempt: Any) -> None: ...

    def never(attempt: Any) -> Any:
        yield

    for observer in (later, never):
        with pytest.raises(ConfigurationError, match="smsc_attempt"):
            plug(smsc_attempt=observer)


class Wordless(OutcomeUnknown):
    """An error that forgot the constructor of its base."""

    def __init__(self) -> None:
        pass


class Speechless(NotSent):
    """An error without a text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Broken(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(Wordless(), "unknown"), (Speechless(), "not sent"), (Broken(), "unknown")],
    ids=["no constructor", "no text", "no text of a bug"],
)
def test_an_error_that_is_broken_itself_never_reaches_the_program(
    face: Any, warned: Warned, error: Exception, outcome: str
) -> None:
    def fail(request: Any) -> str:
        raise error

    employ(Courier(fail))
    face.SMSC_TRANSPORT = "courier"
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert (reply, reply.outcome) == (["", ""], outcome)


@pytest.mark.parametrize("hook", ["smsc_settings", "smsc_choose_transport", "smsc_attempt"])
def test_a_hook_s_error_without_a_text_is_reported_by_its_type(
    face: Any, warned: Warned, hook: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise Broken

    hooks: Dict[str, Any] = {
        "smsc_settings": lambda settings: fail(),
        "smsc_choose_transport": lambda request: fail(),
        "smsc_attempt": lambda attempt: fail(),
    }
    plug("broken", **{hook: hooks[hook]})
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC().send_sms(PHONE, "hello")
    assert "Broken" in warned()[0]


def test_one_text_in_the_place_of_a_list_of_addresses_is_reported(
    face: Any, warned: Warned
) -> None:
    courier = Courier()
    courier.addresses = lambda request: "127.0.0.1:9"  # type: ignore
    employ(courier)
    face.SMSC_TRANSPORT = "courier"
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert (reply.outcome, courier.carried) == ("not sent", [])
    assert "'courier'" in warned()[0]


def test_an_address_may_be_a_list(face: Any) -> None:
    courier = Courier()
    courier.addresses = lambda request: [["127.0.0.1", 9]]  # type: ignore
    employ(courier)
    face.SMSC_TRANSPORT = "courier"
    assert face.SMSC().send_sms(PHONE, "hello").ok


@pytest.mark.parametrize("name", [5, b"courier"])
def test_a_transport_whose_name_is_no_text_is_left_out(
    face: Any, warned: Warned, name: Any
) -> None:
    courier = Courier()
    courier.name = name
    employ(courier)
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello").ok
    assert "is left out" in warned()[0]


@pytest.mark.parametrize("commands", [5, True, iter(["send"])], ids=["int", "bool", "iterator"])
def test_a_transport_whose_commands_are_no_set_is_left_out(
    face: Any, warned: Warned, commands: Any
) -> None:
    courier = Courier()
    courier.commands = commands
    employ(courier)
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello").ok
    assert "is left out" in warned()[0]


def test_a_transport_that_only_sends_is_not_asked_a_price(face: Any, warned: Warned) -> None:
    """It would send the message."""
    courier = Courier()
    employ(courier)
    with Gateway() as gateway:
        face.SMSC_HOST, face.SMSC_TRANSPORT = gateway.address, "courier"
        reply = face.SMSC().get_sms_cost(PHONE, "hello")
        assert (reply, reply.outcome, gateway.asked) == (["", ""], "not sent", [])
        assert "courier carries no cost" in warned()[0]
        face.SMSC_TRANSPORT = "courier,http-get"
        assert face.SMSC().get_sms_cost(PHONE, "hello") == ["0.50", "1"]
    assert courier.carried == []


def test_a_transport_that_knows_prices_is_asked(face: Any) -> None:
    courier = Courier(lambda request: "0.50,1")
    courier.commands = frozenset({"send", "cost"})
    employ(courier)
    face.SMSC_TRANSPORT = "courier"
    assert face.SMSC().get_sms_cost(PHONE, "hello") == ["0.50", "1"]

"""Plugins that are wrong, unusual or use what pluggy documents."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, Iterator, List

import pytest

from smsc_transports import NotSent, hookimpl, plugin_manager
from smsc_transports.values.errors import ConfigurationError

from ..surroundings import PHONE, module_with
from ..surroundings import Gateway as EveryHost
from ..transports.gateway import SENT, Gateway
from .programs import Courier, Shown, employ, run, shown, story_of

__all__ = ["shown"]

pytestmark = pytest.mark.usefixtures("fresh_plugins")


class NoCredit(NotSent):
    """An error whose constructor is not that of its base."""

    def __init__(self, code: int, *, balance: str) -> None:
        super().__init__(f"no credit: {code}, {balance}")


def test_a_subclass_of_not_sent_with_another_constructor_counts_as_not_sent(face: Any) -> None:
    def refuse(request: Any) -> str:
        raise NoCredit(402, balance="0.10")

    employ(Courier(refuse))
    face.SMSC_TRANSPORT = "courier"
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert (reply, reply.outcome) == (["", ""], "not sent")
    assert "no credit: 402, 0.10" in reply.attempts[0].error


def write(folder: Path, **modules: str) -> str:
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    return str(folder)


def with_plugin(folder: Path, text: str, program: str, host: str, **settings: Any) -> Any:
    """Run a program that names a module as its plugin."""
    write(folder, third_party=text)
    program = f"sys.path.insert(0, {str(folder)!r})\n" + textwrap.dedent(program)
    return run(program, host, SMSC_PLUGINS="third_party", **settings)


@pytest.mark.parametrize("leave", ["sys.exit('no licence')", "sys.exit()", "raise SystemExit(0)"])
def test_sys_exit_at_a_plugins_import_leaves_it_out_and_the_message_is_sent(
    tmp_path: Path, leave: str
) -> None:
    with Gateway() as gateway:
        out, err = with_plugin(tmp_path, f"import sys\n{leave}\n", "print(send())", gateway.address)
    assert (out, gateway.connections) == (str(SENT), 1)
    assert "third_party" in err
    assert "SystemExit" in err


BUGS = {
    "smsc_settings": "def smsc_settings(settings): return settings.nowhere",
    "smsc_settings, not a mapping": "def smsc_settings(settings): return 5",
    "smsc_settings, no such field": "def smsc_settings(settings): return {'pasword': 'x'}",
    "smsc_choose_transport": "def smsc_choose_transport(names): return names.nowhere",
    "smsc_attempt": "def smsc_attempt(attempt): return attempt.nowhere",
    "smsc_transports": "def smsc_transports(): return [nowhere]",
    "exchange": "def smsc_transports(): return [T()]",
    "addresses": "def smsc_transports(): return [A()]",
}
STRANGER = """
from smsc_transports import Transport, hookimpl

class T(Transport):
    name = "third_party"
    def exchange(self, request, address, timeout):
        return request.nowhere

class A(T):
    def addresses(self, request):
        return request.nowhere

@hookimpl
"""
CAUSES = {
    "smsc_settings, not a mapping": "Error",
    "smsc_settings, no such field": "pasword",
    "smsc_transports": "NameError",
}


@pytest.mark.parametrize("quiet", [False, True], ids=["", "warnings ignored"])
@pytest.mark.parametrize("bug", BUGS)
def test_a_plugins_bug_is_reported_once_on_stderr_with_plugin_file_and_exception(
    tmp_path: Path, bug: str, quiet: bool
) -> None:
    settings = {"PYTHONWARNINGS": "ignore"} if quiet else {}
    if bug in ("exchange", "addresses"):
        settings["SMSC_TRANSPORT"] = "third_party"
    with Gateway() as gateway:
        _, err = with_plugin(
            tmp_path, STRANGER + BUGS[bug], "send(); send(); send()", gateway.address, **settings
        )
    assert err.count(str(tmp_path / "third_party.py")) >= 1
    assert "third_party" in err
    assert err.count(CAUSES.get(bug, "AttributeError")) == 1, err


def test_a_failing_observer_loses_no_message_and_stops_no_other(face: Any, shown: Shown) -> None:
    heard: List[Any] = []
    for name, work in (("sound", heard.append), ("broken", lambda attempt: attempt.nowhere)):
        hooks = {"smsc_attempt": hookimpl(lambda attempt, work=work: work(attempt))}
        plugin_manager().register(module_with(name, **hooks), name)
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello") == SENT
    assert len(heard) == 1
    assert "broken" in shown.told()


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "failing"])
def test_an_observer_that_sends_an_sms_does_not_hear_of_its_own_and_so_ends(
    face: Any, gateway: EveryHost, shown: Shown, answered: bool
) -> None:
    replies: List[Any] = []

    @hookimpl
    def smsc_attempt(attempt: Any) -> None:
        replies.append(face.SMSC().send_sms(PHONE, "an attempt was made"))

    plugin_manager().register(module_with("alarm", smsc_attempt=smsc_attempt), "alarm")
    face.SMSC_HOST = "smsc.ua:80"
    gateway.down = not answered
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert len(gateway.urls) == 2
    assert reply.ok is answered
    assert replies == [reply]


# What pluggy documents


def settings_of(kind: str) -> Any:
    if kind == "wrapper":

        @hookimpl(wrapper=True)
        def smsc_settings() -> Any:
            given = yield
            return [*given, {"login": "wrapped"}]

    else:

        @hookimpl(hookwrapper=True)
        def smsc_settings() -> Any:
            outcome = yield
            outcome.force_result([*outcome.get_result(), {"login": "wrapped"}])

    return smsc_settings


def choice_of(kind: str) -> Any:
    if kind == "wrapper":

        @hookimpl(wrapper=True)
        def smsc_choose_transport() -> Any:
            chosen = yield
            return chosen or "courier"

    else:

        @hookimpl(hookwrapper=True)
        def smsc_choose_transport() -> Any:
            outcome = yield
            outcome.force_result(outcome.get_result() or "courier")

    return smsc_choose_transport


def observer_of(kind: str, heard: List[str]) -> Any:
    if kind == "wrapper":

        @hookimpl(wrapper=True)
        def smsc_attempt(attempt: Any) -> Any:
            heard.append(f"before {attempt.outcome}")
            given = yield
            heard.append(f"after {attempt.outcome}")
            return given

    else:

        @hookimpl(hookwrapper=True)
        def smsc_attempt(attempt: Any) -> Any:
            heard.append(f"before {attempt.outcome}")
            yield
            heard.append(f"after {attempt.outcome}")

    return smsc_attempt


def transports_of(kind: str) -> Any:
    if kind == "wrapper":

        @hookimpl(wrapper=True)
        def smsc_transports() -> Any:
            given = yield
            return [*given, [Courier()]]

    else:

        @hookimpl(hookwrapper=True)
        def smsc_transports() -> Any:
            outcome = yield
            outcome.force_result([*outcome.get_result(), [Courier()]])

    return smsc_transports


KINDS = pytest.mark.parametrize("kind", ["wrapper", "hookwrapper"])


@KINDS
def test_a_wrapper_of_the_settings_may_change_what_all_plugins_gave(
    face: Any, gateway: EveryHost, kind: str
) -> None:
    give = hookimpl(lambda: {"password": "given"})
    plugin_manager().register(module_with("giver", smsc_settings=give), "giver")
    plugin_manager().register(module_with("wraps", smsc_settings=settings_of(kind)), "wraps")
    assert face.SMSC().send_sms(PHONE, "hello").ok
    assert (gateway.fields[0]["login"], gateway.fields[0]["psw"]) == ("wrapped", "given")


@KINDS
def test_a_wrapper_of_the_choice_of_transport_may_change_it(face: Any, kind: str) -> None:
    courier = Courier()
    employ(courier)
    wraps = module_with("wraps", smsc_choose_transport=choice_of(kind))
    plugin_manager().register(wraps, "wraps")
    assert face.SMSC().send_sms(PHONE, "hello")[0] == "7"


@KINDS
def test_a_wrapper_of_the_observers_hears_every_attempt_before_and_after_them(
    face: Any, gateway: EveryHost, kind: str
) -> None:
    heard: List[str] = []
    hears = hookimpl(lambda attempt: heard.append(f"hears {attempt.outcome}"))
    wraps = module_with("wraps", smsc_attempt=observer_of(kind, heard))
    plugin_manager().register(wraps, "wraps")
    plugin_manager().register(module_with("hears", smsc_attempt=hears), "hears")
    assert face.SMSC().send_sms(PHONE, "hello").ok
    assert heard == ["before answered", "hears answered", "after answered"]


@KINDS
def test_a_wrapper_of_the_transports_may_add_one(face: Any, kind: str) -> None:
    wraps = module_with("wraps", smsc_transports=transports_of(kind))
    plugin_manager().register(wraps, "wraps")
    face.SMSC_TRANSPORT = "courier"
    assert face.SMSC().send_sms(PHONE, "hello")[0] == "7"


def test_a_wrapper_that_fails_is_reported_and_nothing_is_sent(
    face: Any, gateway: EveryHost, shown: Shown
) -> None:
    @hookimpl(wrapper=True)
    def smsc_settings() -> Iterator[None]:
        yield
        raise KeyError("the vault is sealed")

    plugin_manager().register(module_with("vault", smsc_settings=smsc_settings), "vault")
    reply = face.SMSC().send_sms(PHONE, "hello")
    assert (reply, reply.outcome, gateway.urls) == (["", ""], "not sent", [])
    assert "vault" in shown.told()
    assert "KeyError" in shown.told()


@pytest.mark.parametrize("hook", ["smsc_settings", "smsc_choose_transport", "smsc_attempt"])
def test_tryfirst_comes_first_and_trylast_last(face: Any, gateway: EveryHost, hook: str) -> None:
    asked: List[str] = []
    for name in ("first", "last", "mid"):
        mark = hookimpl(tryfirst=name == "first", trylast=name == "last")
        ask = mark(lambda name=name: asked.append(name))
        plugin_manager().register(module_with(name, **{hook: ask}), name)
    assert face.SMSC().send_sms(PHONE, "hello").ok
    assert asked == ["first", "mid", "last"]


def test_what_several_plugins_give_as_settings_is_merged(face: Any, gateway: EveryHost) -> None:
    for name, value in (("login", "one"), ("password", "two"), ("host", "smsc.kz")):
        give = hookimpl(lambda name=name, value=value: {name: value})
        plugin_manager().register(module_with(name, smsc_settings=give), name)
    assert face.SMSC().send_sms(PHONE, "hello").ok
    assert (gateway.fields[0]["login"], gateway.fields[0]["psw"]) == ("one", "two")
    assert gateway.hosts == ["smsc.kz"]


def test_pluggys_own_monitoring_sees_the_calls_of_hooks(face: Any, gateway: EveryHost) -> None:
    seen: List[str] = []
    stop = plugin_manager().add_hookcall_monitoring(
        lambda name, implementations, arguments: seen.append(name), lambda *_: None
    )
    assert face.SMSC().send_sms(PHONE, "hello").ok
    stop()
    assert {"smsc_settings", "smsc_choose_transport", "smsc_attempt"} <= set(seen)


@pytest.mark.parametrize("commands", ["send", "send,status", ""])
def test_commands_given_as_one_text_are_refused_and_reported(
    face: Any, gateway: EveryHost, shown: Shown, commands: str
) -> None:
    courier = Courier()
    courier.commands = commands  # type: ignore[assignment]
    said = ""
    try:
        employ(courier)
        face.SMSC_TRANSPORT = "courier"
        said = story_of(face.SMSC().send_sms(PHONE, "hello"))
    except (ConfigurationError, TypeError) as error:
        said = str(error)
    assert courier.carried == []
    assert "commands" in said + shown.told()
    assert "couriers" in said + shown.told()


@pytest.mark.parametrize("place", ["outside", "in the sandbox"])
def test_a_hook_that_names_a_missing_transport_raises_in_the_sandbox_and_outside_alike(
    face: Any, request: pytest.FixtureRequest, place: str
) -> None:
    choose = hookimpl(lambda: "no-such-transport")
    plugin_manager().register(module_with("chooser", smsc_choose_transport=choose), "chooser")
    if place == "in the sandbox":
        request.getfixturevalue("smsc_sandbox")
    with pytest.raises(ConfigurationError, match="no-such-transport"):
        face.SMSC().send_sms(PHONE, "hello")

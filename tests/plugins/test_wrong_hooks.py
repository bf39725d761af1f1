"""A hook that is not what it should be is named, and the right one with it."""

from __future__ import annotations

from typing import Any

import pluggy
import pytest

import smsc_transports
from smsc_transports import hookimpl, plugin_manager
from smsc_transports.values.errors import ConfigurationError

from ..surroundings import (
    BUILT_IN_TRANSPORTS,
    PHONE,
    Gateway,
    Pigeon,
    Warned,
    module_with,
    transport_names,
)

pytestmark = pytest.mark.usefixtures("fresh_plugins")

HOOKS = "smsc_transports, smsc_choose_transport, smsc_settings, smsc_attempt, smsc_receipt"

NO_SUCH_HOOK = (
    f"There is no hook 'smsc_setting'. Did you mean 'smsc_settings'? The hooks are: {HOOKS}."
)


def test_misspelt_hook_of_a_registered_plugin_is_an_error() -> None:
    plugin = module_with("misspelt", smsc_setting=hookimpl(lambda settings: None))
    with pytest.raises(ConfigurationError) as raised:
        plugin_manager().register(plugin)
    assert str(raised.value) == NO_SUCH_HOOK
    assert not plugin_manager().is_registered(plugin)


def test_misspelt_hook_of_a_module_is_reported_and_its_plugin_left_out(
    installed: Any, warned: Warned, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed("modules")
    monkeypatch.setenv("SMSC_PLUGINS", "misspelt,one_file")
    assert transport_names() == [*BUILT_IN_TRANSPORTS, "one-file"]
    [message] = warned()
    assert message == (
        "The plugin 'misspelt' from the module misspelt of SMSC_PLUGINS does not load and is "
        f"left out: ConfigurationError: {NO_SUCH_HOOK} Fix or uninstall it, or set "
        "SMSC_BLOCK_PLUGINS=misspelt."
    )


def test_hook_without_its_mark_is_an_error() -> None:
    with pytest.raises(ConfigurationError) as raised:
        plugin_manager().register(module_with("unmarked", smsc_attempt=lambda attempt: None))
    assert str(raised.value) == "smsc_attempt has to be marked with @hookimpl"


def test_plugin_that_imports_the_package_by_its_name_is_not_taken_for_a_hook() -> None:
    module = module_with("importer", smsc_attempt=hookimpl(lambda: None))
    module.__dict__["smsc_transports"] = smsc_transports
    assert plugin_manager().register(module) == "importer"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("smsc_transport", f"Did you mean 'smsc_transports'? The hooks are: {HOOKS}."),
        (
            "smsc_choose_transports",
            f"Did you mean 'smsc_choose_transport'? The hooks are: {HOOKS}.",
        ),
        ("smsc_attempts", f"Did you mean 'smsc_attempt'? The hooks are: {HOOKS}."),
        ("something_else", f"The hooks are: {HOOKS}."),  # close to none
    ],
)
def test_misspelt_hook_is_answered_by_the_closest_one(written: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        plugin_manager().register(module_with("misspelt", **{written: hookimpl(lambda: None)}))
    assert str(raised.value) == f"There is no hook {written!r}. {said}"


def test_hook_for_later_versions_may_be_marked_optional() -> None:
    later = hookimpl(optionalhook=True)(lambda: None)
    plugin = module_with("forward_looking", smsc_of_tomorrow=later)
    plugin_manager().register(plugin)
    assert plugin_manager().is_registered(plugin)


def test_hook_under_another_function_name_counts_by_its_hook_name() -> None:
    function = hookimpl(specname="smsc_transports")(lambda: [Pigeon()])
    plugin_manager().register(module_with("renamed", give_pigeons=function))
    assert "pigeon" in transport_names()


def test_plugin_with_a_wrong_argument_is_left_out_as_a_whole(
    face: Any,
    gateway: Gateway,
    installed: Any,
    warned: Warned,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed("modules")
    monkeypatch.setenv("SMSC_PLUGINS", "wrong_argument")
    assert face.SMSC().send_sms(PHONE, "test").ok
    [message] = warned()
    assert "'wrong_argument' from the module wrong_argument of SMSC_PLUGINS" in message
    assert "{'setings'} are declared in the hookimpl but can not be found" in message
    assert plugin_manager().get_plugin("wrong_argument") is None


def test_registering_a_plugin_with_a_wrong_argument_registers_nothing() -> None:
    plugin = module_with(
        "wrong_argument",
        smsc_attempt=hookimpl(lambda attempt: None),
        smsc_settings=hookimpl(lambda setings: None),
    )
    with pytest.raises(pluggy.PluginValidationError):
        plugin_manager().register(plugin)
    assert not plugin_manager().is_registered(plugin)
    assert plugin_manager().hook.smsc_attempt.get_hookimpls() == []

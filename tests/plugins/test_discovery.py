"""How plugins come in, what keeps them out, and what is said when one is no good."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, List

import pytest

from smsc_transports import Transport, hookimpl, plugin_manager
from smsc_transports.plugins import discovery
from smsc_transports.plugins.manager import BUILT_IN
from smsc_transports.reporting.notices import SMSCWarning
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

DATA = Path(__file__).parent / "data"


# An installed distribution


def test_installed_plugin_is_found_by_its_entry_point(face: Any, installed: Any) -> None:
    installed("good")
    face.SMSC_TRANSPORT = "pigeon"
    assert face.SMSC().send_sms(PHONE, "coo") == ["7", "1", "0.00", "coo"]
    assert transport_names() == [*BUILT_IN_TRANSPORTS, "pigeon"]


def test_broken_plugin_is_named_with_version_and_cause_and_the_rest_works(
    face: Any, installed: Any, warned: Warned
) -> None:
    installed("broken", "good")
    face.SMSC_TRANSPORT = "pigeon"
    for _ in range(2):
        assert face.SMSC().send_sms(PHONE, "coo") == ["7", "1", "0.00", "coo"]
    [message] = warned()
    assert message == (
        "The plugin 'broken' from the distribution broken-gateway 0.3 does not load and is left "
        "out: ImportError: libgateway.so: cannot open shared object file. Fix or uninstall it, "
        "or set SMSC_BLOCK_PLUGINS=broken."
    )


def test_two_plugins_with_one_transport_name_are_both_named_with_versions(
    face: Any, installed: Any, gateway: Gateway
) -> None:
    installed("good", "same_transport")
    for _ in range(2):
        with pytest.raises(ConfigurationError) as raised:
            face.SMSC().send_sms(PHONE, "coo")
        assert str(raised.value) == (
            "Two transports are called 'pigeon': one of the plugin 'pigeon' from the distribution "
            "pigeon-post 1.2, one of the plugin 'express' from the distribution pigeon-express "
            "2.0. Uninstall one of them, or leave a plugin out: SMSC_BLOCK_PLUGINS=express."
        )
    assert gateway.urls == []


def test_the_advice_on_two_transports_of_one_name_helps(
    face: Any, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed("good", "same_transport")
    monkeypatch.setenv("SMSC_BLOCK_PLUGINS", "express")
    face.SMSC_TRANSPORT = "pigeon"
    assert face.SMSC().send_sms(PHONE, "coo") == ["7", "1", "0.00", "coo"]


def test_two_plugins_with_one_entry_point_name_both_come_in(installed: Any) -> None:
    installed("good", "same_name")
    assert transport_names() == [*BUILT_IN_TRANSPORTS, "pigeon", "clone"]


@pytest.mark.parametrize(
    ("blocked", "left"),
    [
        ("pigeon", []),
        ("pigeon@pigeon-clone", ["pigeon"]),
        ("another", ["pigeon", "clone"]),
    ],
)
def test_two_plugins_with_one_entry_point_name_can_be_blocked_together_or_apart(
    blocked: str, left: List[str], installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed("good", "same_name")
    monkeypatch.setenv("SMSC_BLOCK_PLUGINS", blocked)
    assert transport_names() == [*BUILT_IN_TRANSPORTS, *left]


def test_older_version_further_down_the_path_does_not_count(installed: Any) -> None:
    installed("good", "outdated")
    assert "pigeon" in transport_names()


def test_torn_entry_points_are_named_and_the_rest_works(installed: Any, warned: Warned) -> None:
    installed("torn", "good")
    assert "pigeon" in transport_names()
    [message] = warned()
    assert message.startswith(
        "The plugin 'torn-package' from the distribution torn-package 5.0 does not load and is "
        "left out: "
    )
    assert message.endswith(". Fix or uninstall it, or set SMSC_BLOCK_PLUGINS=torn-package.")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"no [section\nat = all ="])
def test_leavings_of_other_distributions_do_no_harm(
    content: Any, tmp_path: Path, on_path: Any
) -> None:
    folder = tmp_path / "~ip-1.0.dist-info"
    folder.mkdir()
    if content is not None:
        (folder / "entry_points.txt").write_bytes(content)
    on_path(tmp_path)
    assert transport_names() == BUILT_IN_TRANSPORTS


def test_installed_distributions_are_looked_through_once(
    face: Any, gateway: Gateway, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed("good")
    scans: List[str] = []
    real = importlib.metadata.distributions

    def counted(**options: Any) -> Any:
        scans.append("scan")
        return real(**options)

    monkeypatch.setattr(discovery, "distributions", counted)
    together = threading.Barrier(4)

    def call() -> None:
        together.wait()
        face.SMSC().get_balance()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    face.SMSC().get_balance()
    assert scans == ["scan"]
    assert len(gateway.urls) == 5


def test_importing_looks_for_no_plugin() -> None:
    program = (
        "import importlib.metadata as metadata, pluggy\n"
        "def refuse(*args, **kwargs): raise SystemExit('the import looked for plugins')\n"
        "metadata.distributions = metadata.entry_points = refuse\n"
        "import smsc_api, smsc_transports\n"
        "smsc_api.SMSC()\n"
    )
    face = Path(__file__).parents[2]
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=face,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert (finished.returncode, finished.stdout) == (0, "")


# A module named in SMSC_PLUGINS


def test_one_file_comes_in_by_smsc_plugins(
    face: Any, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed("modules")
    monkeypatch.setenv("SMSC_PLUGINS", " one_file ,")
    face.SMSC_TRANSPORT = "one-file"
    assert face.SMSC().send_sms(PHONE, "test") == ["5", "1", "0.00", "0.00"]


def test_module_that_is_missing_is_reported_once(
    face: Any, gateway: Gateway, warned: Warned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_PLUGINS", "nowhere_to_be_found")
    for _ in range(2):
        assert face.SMSC().send_sms(PHONE, "test").ok
    [message] = warned()
    assert message == (
        "The plugin 'nowhere_to_be_found' from the module nowhere_to_be_found of SMSC_PLUGINS "
        "does not load and is left out: ModuleNotFoundError: No module named "
        "'nowhere_to_be_found'. These folders were searched, and PYTHONPATH adds others: "
        f"{', '.join(os.path.abspath(each) for each in sys.path)}. Fix or uninstall it, or set "
        "SMSC_BLOCK_PLUGINS=nowhere_to_be_found."
    )


@pytest.mark.parametrize("name", ["route.py", "./route", "/srv/shop/route.py"])
def test_a_file_named_in_the_place_of_a_module_is_answered_with_its_name(
    face: Any, gateway: Gateway, warned: Warned, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SMSC_PLUGINS", name)
    assert face.SMSC().send_sms(PHONE, "test").ok
    assert "named without folder and ending: SMSC_PLUGINS=route. " in warned()[0]


def test_plugin_that_is_installed_and_named_comes_in_once(
    installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed("good")
    monkeypatch.setenv("SMSC_PLUGINS", "pigeon_plugin,pigeon_plugin")
    assert transport_names() == [*BUILT_IN_TRANSPORTS, "pigeon"]


def test_module_that_is_called_as_a_built_in_plugin_comes_in_too(
    tmp_path: Path, on_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "smtp.py").write_text((DATA / "modules" / "one_file.py").read_text())
    on_path(tmp_path)
    monkeypatch.setenv("SMSC_PLUGINS", "smtp")
    assert transport_names() == [*BUILT_IN_TRANSPORTS, "one-file"]


# Blocking


def test_blocked_plugin_stays_out(
    face: Any, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed("good")
    monkeypatch.setenv("SMSC_BLOCK_PLUGINS", "pigeon, other")
    face.SMSC_TRANSPORT = "pigeon"
    with pytest.raises(ConfigurationError) as raised:
        face.SMSC().send_sms(PHONE, "coo")
    assert str(raised.value) == (
        "There is no transport 'pigeon'. There are: "
        f"{', '.join(sorted(BUILT_IN_TRANSPORTS))}. If it comes from a plugin, install that plugin "
        "or name its module in SMSC_PLUGINS; SMSC_BLOCK_PLUGINS may be leaving it out."
    )


def test_blocked_broken_plugin_is_not_even_imported(
    installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed("broken")
    monkeypatch.setenv("SMSC_BLOCK_PLUGINS", "broken")
    assert transport_names() == BUILT_IN_TRANSPORTS


def test_built_in_plugin_can_be_blocked_as_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSC_BLOCK_PLUGINS", "smtp")
    assert transport_names() == [name for name in BUILT_IN_TRANSPORTS if name != "smtp"]


def test_mail_with_its_plugin_blocked_says_what_is_missing(
    face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_BLOCK_PLUGINS", "smtp")
    with pytest.raises(ConfigurationError, match="SMSC_BLOCK_PLUGINS may be leaving it out"):
        face.SMSC().send_sms_mail(PHONE, "test")


# Registering by hand


def test_object_can_be_registered_and_taken_out_again(face: Any, gateway: Gateway) -> None:
    pigeon = Pigeon()

    class Plugin:
        @hookimpl
        def smsc_transports(self) -> List[Transport]:
            return [pigeon]

    plugin = Plugin()
    plugin_manager().register(plugin)
    face.SMSC_TRANSPORT = "pigeon"
    assert face.SMSC().send_sms(PHONE, "test") == ["7", "1", "0.00", "0.00"]
    assert plugin_manager().unregister(plugin) is plugin
    with pytest.raises(ConfigurationError, match="There is no transport 'pigeon'"):
        face.SMSC().send_sms(PHONE, "test")
    assert len(pigeon.requests) == 1


def test_registering_twice_is_refused() -> None:
    plugin = module_with("observer", smsc_attempt=hookimpl(lambda attempt: None))
    plugin_manager().register(plugin)
    with pytest.raises(ValueError, match="already registered"):
        plugin_manager().register(plugin)


def test_two_registered_objects_of_one_class_are_two_plugins() -> None:
    class Plugin:
        def __init__(self, name: str) -> None:
            self.name = name

        @hookimpl
        def smsc_transports(self) -> List[Transport]:
            return [Pigeon(self.name)]

    for name in ("one", "two"):
        registered = plugin_manager().register(Plugin(name))
        assert str(registered).startswith("Plugin-")
    assert transport_names() == [*BUILT_IN_TRANSPORTS, "one", "two"]


def test_plugin_need_not_be_hashable() -> None:
    class Plugin(SimpleNamespace):  # compares by value, so it has no hash
        @hookimpl
        def smsc_transports(self) -> List[Transport]:
            return [Pigeon()]

    plugin_manager().register(Plugin(), "unhashable")
    assert transport_names() == [*BUILT_IN_TRANSPORTS, "pigeon"]


def test_built_ins_come_in_by_the_same_hook() -> None:
    manager = plugin_manager()
    providers = [each.plugin_name for each in manager.hook.smsc_transports.get_hookimpls()]
    assert providers == list(BUILT_IN)
    assert {name for name, _ in manager.list_name_plugin()} == set(BUILT_IN)
    for name in BUILT_IN:
        manager.unregister(name=name)
    assert transport_names() == []


# Strict, for continuous integration: python -W error


def test_warnings_made_errors_end_every_call_until_the_plugin_is_mended(
    face: Any, gateway: Gateway, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed("broken", "good")
    for _ in range(2):
        with pytest.raises(SMSCWarning, match="The plugin 'broken' from the distribution"):
            face.SMSC().send_sms(PHONE, "test")
    assert gateway.urls == []
    monkeypatch.setitem(sys.modules, "broken_plugin", module_with("broken_plugin"))
    face.SMSC_TRANSPORT = "pigeon"
    assert face.SMSC().send_sms(PHONE, "coo") == ["7", "1", "0.00", "coo"]


def test_no_thread_sends_before_all_plugins_are_in(
    face: Any, gateway: Gateway, tmp_path: Path, on_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = threading.Thread(target=lambda: face.SMSC().send_sms(PHONE, "at once"))
    program = module_with("program", start=thread.start, join=thread.join)
    monkeypatch.setitem(sys.modules, "program", program)
    (tmp_path / "slow_guard.py").write_text(
        "import program, smsc_transports\n"
        "program.start()\n"
        "program.join(0.1)\n"
        "@smsc_transports.hookimpl\n"
        "def smsc_settings(settings): return {'transport': 'pigeon'}\n"
    )
    on_path(tmp_path)
    monkeypatch.setenv("SMSC_PLUGINS", "slow_guard")
    pigeon = Pigeon()
    plugin_manager().register(
        module_with("loft", smsc_transports=hookimpl(lambda: [pigeon])), "loft"
    )
    face.SMSC().send_sms(PHONE, "test")
    thread.join()
    assert gateway.urls == []
    assert {request.text for request in pigeon.requests} == {"at once", "test"}


def test_plugins_are_complete_after_ctrl_c_in_the_middle_of_loading(
    face: Any, tmp_path: Path, on_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "slow_to_import.py"
    plugin.write_text("raise KeyboardInterrupt")
    on_path(tmp_path, DATA / "modules")
    monkeypatch.setenv("SMSC_PLUGINS", "slow_to_import,one_file")
    face.SMSC_TRANSPORT = "one-file"
    with pytest.raises(KeyboardInterrupt):
        face.SMSC().send_sms(PHONE, "test")
    plugin.write_text("finished = 'this time the user waited'")
    assert face.SMSC().send_sms(PHONE, "test") == ["5", "1", "0.00", "0.00"]

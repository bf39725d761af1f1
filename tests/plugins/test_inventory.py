"""``smsc transports`` lists what there is, and SMSC_TRACE_PLUGINS shows what it does."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest

from smsc_transports.cli.main import main
from smsc_transports.plugins.blame import file_of
from smsc_transports.plugins.manager import BUILT_IN

from ..faces import LOGIN, PASSWORD
from ..surroundings import PHONE, Gateway, Pigeon, plug_in

pytestmark = pytest.mark.usefixtures("fresh_plugins")

DATA = Path(__file__).parent / "data"
PACKAGE = Path(__file__).parents[2] / "smsc_transports"

Run = Callable[..., Tuple[int, str]]


@pytest.fixture
def transports(on_path: Any, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``smsc transports`` with these distributions installed."""

    def run(*installed: str, options: Tuple[str, ...] = ()) -> Tuple[int, str]:
        on_path(*(DATA / name for name in installed))
        status = main(["transports", *options])
        return status, capsys.readouterr().out

    return run


def as_json(transports: Run, *installed: str) -> Tuple[int, Dict[str, List[Dict[str, Any]]]]:
    status, printed = transports(*installed, options=("--json",))
    return status, json.loads(printed)


def row(shown: str, name: str) -> str:
    """Give the line of a transport or plugin, and the reason below it."""
    [line, after] = next(
        lines for lines in zip(shown.splitlines(), [*shown.splitlines()[1:], ""])
        if lines[0].split()[:1] == [name]
    )  # fmt: skip
    return " ".join(f"{line} {after if after.startswith(' ') else ''}".split())


def test_the_built_in_transports_are_listed_with_their_commands(transports: Run) -> None:
    status, shown = transports()
    assert status == 0
    assert row(shown, "http-get") == (
        f"http-get all ready smsc_transports itself, {PACKAGE / 'transports' / 'http.py'}"
    )
    assert row(shown, "smtp").startswith("smtp send ready smsc_transports itself")


def test_an_installed_transport_is_listed_with_distribution_version_and_file(
    transports: Run,
) -> None:
    status, shown = transports("good")
    assert status == 0
    assert row(shown, "pigeon") == (
        f"pigeon all ready the distribution pigeon-post 1.2, {DATA / 'good' / 'pigeon_plugin.py'}"
    )


def test_a_plugin_in_the_current_folder_is_found_as_a_program_there_finds_it(
    transports: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_PLUGINS", "one_file")
    monkeypatch.chdir(DATA / "modules")
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    status, shown = transports()
    assert status == 0
    assert row(shown, "one-file").startswith("one-file all ready the module one_file of")
    del sys.modules["one_file"]


def test_a_broken_plugin_is_listed_with_its_cause_and_a_remedy(transports: Run) -> None:
    status, shown = transports("broken", "good")
    assert status == 1
    assert row(shown, "broken") == (
        "broken - broken the distribution broken-gateway 0.3 ImportError: libgateway.so: cannot "
        "open shared object file. Fix or uninstall it, or set SMSC_BLOCK_PLUGINS=broken."
    )
    assert "pigeon" in shown


@pytest.mark.parametrize("blocked", ["pigeon", "smtp", "pigeon@pigeon-clone"])
def test_a_blocked_plugin_is_listed_with_the_variable_that_blocks_it(
    blocked: str, transports: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_BLOCK_PLUGINS", blocked)
    status, lists = as_json(transports, "good", "same_name")
    assert status == 0
    entry = next(plugin for plugin in lists["plugins"] if plugin["name"] == blocked)
    assert (entry["status"], entry["reason"]) == ("blocked", "SMSC_BLOCK_PLUGINS names it")


def test_a_name_that_blocks_nothing_is_not_listed(
    transports: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_BLOCK_PLUGINS", "nobody")
    assert "nobody" not in transports()[1]


def test_two_transports_of_one_name_are_both_listed_as_broken(transports: Run) -> None:
    status, lists = as_json(transports, "good", "same_transport")
    assert status == 1
    assert [
        (entry["origin"], entry["status"], entry["reason"])
        for entry in lists["transports"]
        if entry["name"] == "pigeon"
    ] == [
        (
            f"the distribution {distribution}",
            "broken",
            f"two transports have this name; set SMSC_BLOCK_PLUGINS={plugin}",
        )
        for distribution, plugin in (
            ("pigeon-post 1.2", "pigeon"),
            ("pigeon-express 2.0", "express"),
        )
    ]


def test_a_plugin_that_cannot_give_its_transports_is_broken(transports: Run) -> None:
    def explode() -> Any:
        raise KeyError("the vault is sealed")

    plug_in("vault", smsc_transports=explode)
    status, shown = transports()
    assert status == 1
    assert row(shown, "vault") == (
        "vault smsc_transports broken plugin_manager().register() KeyError: 'the vault is sealed'. "
        "Fix or uninstall it, or set SMSC_BLOCK_PLUGINS=vault."
    )


def test_a_plugin_without_transports_is_listed_with_its_hooks(transports: Run) -> None:
    plug_in("deaf", smsc_attempt=lambda: None, smsc_choose_transport=lambda: None)
    _, lists = as_json(transports)
    assert lists["plugins"][-1] == {
        "name": "deaf",
        "hooks": ["smsc_attempt", "smsc_choose_transport"],
        "origin": "plugin_manager().register()",
        "file": "",
        "status": "ready",
        "reason": "",
    }


def test_the_json_list_of_transports_has_everything_about_each(transports: Run) -> None:
    _, lists = as_json(transports, "good")
    named = {each["name"]: each for each in lists["transports"]}
    assert [named["smtp"], named["pigeon"]] == [
        {
            "name": "smtp",
            "commands": ["send"],
            "plugin": "smtp",
            "origin": "smsc_transports itself",
            "file": str(PACKAGE / "transports" / "smtp.py"),
            "status": "ready",
            "reason": "",
        },
        {
            "name": "pigeon",
            "commands": None,
            "plugin": "pigeon",
            "origin": "the distribution pigeon-post 1.2",
            "file": str(DATA / "good" / "pigeon_plugin.py"),
            "status": "ready",
            "reason": "",
        },
    ]


# SMSC_TRACE_PLUGINS


@pytest.fixture
def traced(face: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Callable[..., List[str]]:
    """Send with a plugin that has these hooks; the lines of the trace that tell of it."""

    def send(**hooks: Any) -> List[str]:
        monkeypatch.setenv("SMSC_TRACE_PLUGINS", "1")
        plug_in("mine", **hooks)
        face.SMSC().send_sms(PHONE, "the text")
        shown: str = capsys.readouterr().err
        assert PASSWORD not in shown
        assert LOGIN not in shown
        lines = shown.splitlines()
        assert all(line.startswith("smsc_transports: ") for line in lines)
        return [line[len("smsc_transports: ") :] for line in lines if "'mine'" in line]

    return send


def test_every_hook_call_is_traced_with_implementation_and_result(
    traced: Any, face: Any, gateway: Gateway
) -> None:
    face.SMSC_TRANSPORT = "pigeon"
    lines = traced(
        smsc_transports=lambda: [Pigeon()],
        smsc_choose_transport=lambda request, names: "pigeon",
        smsc_attempt=lambda attempt: None,
    )
    ours = [
        f"{name!r} ({file_of(sys.modules[BUILT_IN[name]])})" for name in reversed(list(BUILT_IN))
    ]
    assert [line.partition(" gave ")[0] for line in lines] == [
        f"smsc_transports by 'mine', {', '.join(ours)}",
        "smsc_choose_transport by 'mine'",
        "smsc_attempt by 'mine'",
    ]
    assert "Pigeon('pigeon')" in lines[0]
    assert lines[1].endswith("gave 'pigeon'")


def test_the_trace_names_the_file_of_a_plugin(
    face: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, on_path: Any, capsys: Any
) -> None:
    monkeypatch.setenv("SMSC_TRACE_PLUGINS", "1")
    on_path(DATA / "good")
    face.SMSC().get_balance()
    by = f"smsc_transports by 'pigeon' ({DATA / 'good' / 'pigeon_plugin.py'}), "
    assert by in capsys.readouterr().err


def test_of_changed_settings_the_trace_shows_no_values(traced: Any, gateway: Gateway) -> None:
    changes = {"password": "from the vault", "host": "other.example"}
    [line] = traced(smsc_settings=lambda settings: changes)
    assert line == "smsc_settings by 'mine' gave [['host', 'password']]"


def test_a_failing_hook_is_traced_without_secrets(
    traced: Any, gateway: Gateway, warned: Any
) -> None:
    def refuse(settings: Any) -> Any:
        raise KeyError(f"no entry for {PASSWORD}")

    assert traced(smsc_settings=refuse) == [
        "smsc_settings by 'mine' raised KeyError: 'no entry for ***'"
    ]


@pytest.mark.parametrize("off", ["", "0"])
def test_nothing_is_traced_unless_asked_for(
    off: str, face: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("SMSC_TRACE_PLUGINS", off)
    face.SMSC().get_balance()
    assert capsys.readouterr().err == ""

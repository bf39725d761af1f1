"""The plugins printed in the docstrings are run as they stand there."""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any, Callable

import pytest

from smsc_transports import Receipt, Transport, plugin_manager
from smsc_transports.plugins import hookspecs

from ..faces import PASSWORD
from ..surroundings import PHONE, Gateway

pytestmark = pytest.mark.usefixtures("fresh_plugins")

Install = Callable[[Any], ModuleType]


@pytest.fixture
def install(tmp_path: Path, on_path: Any, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Write the example of a docstring to the file that it names and switch it on."""

    def write(documented: Any) -> ModuleType:
        text = inspect.getdoc(documented) or ""
        found = re.search(r"::\n\n((?:    .*\n|\n)+)", text)
        assert found is not None, f"no example in the docstring of {documented.__name__}"
        code = textwrap.dedent(found.group(1))
        name = re.match(r"# (\w+)\.py\n", code)
        assert name is not None, "the first line of an example names its file"
        (tmp_path / f"{name.group(1)}.py").write_text(code)
        on_path(tmp_path)
        monkeypatch.setenv("SMSC_PLUGINS", name.group(1))
        plugin_manager().scan()
        plugin = plugin_manager().get_plugin(name.group(1))
        assert isinstance(plugin, ModuleType)
        return plugin

    return write


def test_every_hook_shows_a_plugin() -> None:
    for name in vars(hookspecs):
        if name.startswith("smsc_"):
            assert "from smsc_transports import" in (getattr(hookspecs, name).__doc__ or ""), name


def test_example_of_a_transport(install: Install, face: Any) -> None:
    released = []
    plugin: Any = install(Transport)
    face.SMSC_TRANSPORT = "pigeon"

    def release(loft: str, phones: Any, text: str, seconds: float) -> bool:
        released.append((loft, phones, text))
        return loft == "south-loft"

    plugin.release = release
    reply = face.SMSC().send_sms(PHONE, "coo", id=5)
    assert reply == ["5", "1", "0.00", "0.00"]
    assert released == [("north-loft", [PHONE], "coo"), ("south-loft", [PHONE], "coo")]
    assert reply.attempts[0].error == "no pigeon left at north-loft"


def test_example_of_smsc_transports(
    install: Install, face: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    install(hookspecs.smsc_transports)
    face.SMSC_TRANSPORT = "dry-run"
    assert face.SMSC().send_sms(PHONE, "test") == ["1", "1", "0.00", "0.00"]
    assert capsys.readouterr().out == f"['{PHONE}'] test\n"


def test_example_of_smsc_choose_transport(install: Install, face: Any, gateway: Gateway) -> None:
    install(hookspecs.smsc_choose_transport)
    face.SMSC().send_sms(PHONE, "test")
    face.SMSC().send_sms(",".join([PHONE] * 101), "test")
    assert [url.split(":")[0] for url in gateway.urls] == ["http", "https"]
    assert [bool(body) for body in gateway.bodies] == [False, True]


def test_example_of_smsc_settings(
    install: Install,
    face: Any,
    gateway: Gateway,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(hookspecs.smsc_settings)
    (tmp_path / "smsc").write_text(f"{PASSWORD}-in-a-file\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    face.SMSC().get_balance()
    assert gateway.fields[0]["psw"] == f"{PASSWORD}-in-a-file"


def test_example_of_smsc_receipt(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(hookspecs.smsc_receipt)
    monkeypatch.chdir(tmp_path)
    plugin_manager().report_receipt(Receipt("7", PHONE, "DELIVRD", "0", "1.4000"))
    assert (tmp_path / "receipts.txt").read_text() == f"7 {PHONE} DELIVRD 1.4000\n"


def test_example_of_smsc_attempt(install: Install, face: Any, gateway: Gateway) -> None:
    plugin: Any = install(hookspecs.smsc_attempt)
    face.SMSC().get_balance()
    gateway.down = True
    face.SMSC().get_balance()
    assert plugin.outcomes == {"answered": 1, "not sent": 5}

"""A package that is missing is told with the command that installs it."""

from __future__ import annotations

import importlib
import sys

import pytest

import smsc_transports.sandbox
from smsc_transports import testing
from smsc_transports.values.extras import install


@pytest.mark.parametrize(
    ("module", "missing", "extra"),
    [
        ("smsc_transports.sandbox.server", "aiohttp", "sandbox"),
        ("smsc_transports.sandbox.server", "aiosmtpd", "sandbox"),
    ],
)
def test_the_sandbox_says_how_to_install_what_it_needs(
    module: str, missing: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smsc_transports, "sandbox", smsc_transports.sandbox)
    for name in list(sys.modules):
        if name.startswith(("smsc_transports.sandbox", missing)):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ModuleNotFoundError) as told:
        importlib.import_module(module)
    assert (told.value.name or "").partition(".")[0] == missing
    assert str(told.value).endswith(f"Install it: {install(extra)}")


def test_the_tests_for_plugin_authors_say_how_to_install_pytest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("contract", "peer"):
        monkeypatch.delitem(sys.modules, f"smsc_transports.testing.{name}", raising=False)
        monkeypatch.delattr(testing, name, raising=False)
    monkeypatch.setitem(sys.modules, "pytest", None)
    with pytest.raises(ModuleNotFoundError) as told:
        testing.TransportContract  # noqa: B018
    assert str(told.value).endswith(f"Install it: {install('test')}")

"""What the reading of copies takes for granted is so."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import smsc_api
from smsc_transports.switch.callers.differences import DIFFERENCES
from smsc_transports.switch.copies.constants import DEFAULTS
from smsc_transports.switch.copies.method_edits import SIGNATURES
from smsc_transports.switch.replacement import NEW_SETTINGS, PLACE, PUBLIC, NotInstalled, shipped
from tests.docs import test_readme

README = test_readme.DIFFERENCES


def test_every_difference_of_the_readme_has_a_sentence() -> None:
    assert list(DIFFERENCES) == list(README)


@pytest.mark.parametrize("method", SIGNATURES)
def test_the_parameters_are_those_of_our_file(method: str) -> None:
    parameters = list(inspect.signature(getattr(smsc_api.SMSC, method)).parameters.values())[1:]
    given = {
        one.name: None if one.default is one.empty else repr(one.default).replace("''", '""')
        for one in parameters
    }
    assert given == SIGNATURES[method]


def test_the_constants_are_those_of_our_file() -> None:
    assert {name: repr(getattr(smsc_api, name)).replace("'", '"') for name in DEFAULTS} == DEFAULTS
    assert set(smsc_api.__all__) == PUBLIC
    assert all(hasattr(smsc_api, name) for name in NEW_SETTINGS)


def test_our_file_is_the_one_beside_the_package_and_not_one_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "smsc_api.py").write_text("mine = True\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert shipped().text == Path(smsc_api.__file__).read_text(encoding="utf-8")


def test_an_installation_without_our_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "smsc_api.py"
    other.write_text("x = 1\n")
    monkeypatch.setattr("smsc_transports.switch.replacement.PLACE", other)
    with pytest.raises(NotInstalled, match=r"another file: install smsc-transports again"):
        shipped()
    monkeypatch.setattr("smsc_transports.switch.replacement.PLACE", PLACE.with_name("none.py"))
    with pytest.raises(NotInstalled, match=r"cannot be read .*install smsc-transports again"):
        shipped()

"""Check and migrate say of eight programs what stands beside them, to the letter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .cases import CASES, SECRET, Case
from .conftest import Smsc

UPDATE = "UPDATE_SNAPSHOTS" in os.environ
"""Set it to write the files anew, and read what changed in them."""

programs = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def compare_with(case: Case, command: str, out: str) -> None:
    file = case.folder / f"{command}.txt"
    if UPDATE:
        file.write_text(out, encoding="utf-8")
    assert out == file.read_text(encoding="utf-8")


@programs
def test_check_says_it_in_under_thirty_lines(case: Case, smsc: Smsc, folder: Path) -> None:
    case.write(folder)
    status, out, errors = smsc("check", ".")
    assert (status, errors) == (case.check, "")
    assert SECRET not in out
    assert len(out.splitlines()) < 30
    compare_with(case, "check", out)


@programs
def test_migrate_shows_all_that_it_will_write(case: Case, smsc: Smsc, folder: Path) -> None:
    copy = case.write(folder)
    before = copy.read_bytes()
    status, out, errors = smsc("migrate", "--dry-run", case.copy)
    assert status == case.migrate
    assert SECRET not in out + errors
    assert copy.read_bytes() == before
    compare_with(case, "migrate", out + errors)

"""Every edit of the table gets its verdict from check and from migrate."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .cases import SECRET
from .conftest import Smsc
from .edits import EDITS, REFUSED, TAKEN, UNREADABLE, Edit

rows = pytest.mark.parametrize("edit", EDITS, ids=[edit.name for edit in EDITS])


def write(edit: Edit, folder: Path) -> Path:
    for name, text in (edit.files or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    if edit.caller:
        (folder / "caller.py").write_text(edit.caller, encoding="utf-8")
    copy = folder / "smsc_api.py"
    copy.write_text(edit.text(), encoding="utf-8")
    return copy


def test_the_table_has_forty_rows_and_each_its_own_name() -> None:
    assert len({edit.name for edit in EDITS}) == len(EDITS) >= 40


@rows
def test_check_gives_the_verdict_and_says_why(edit: Edit, smsc: Smsc, folder: Path) -> None:
    write(edit, folder)
    status, out, _ = smsc("check", ".")
    assert status == {TAKEN: 0, REFUSED: 1, UNREADABLE: 1}[edit.verdict], out
    assert edit.says in out
    assert SECRET not in out


@rows
def test_migrate_gives_the_same_verdict(edit: Edit, smsc: Smsc, folder: Path) -> None:
    copy = write(edit, folder)
    before = copy.read_bytes()
    status, out, errors = smsc("migrate", "--yes", "smsc_api.py")
    assert status == {TAKEN: 0, REFUSED: 1, UNREADABLE: 2}[edit.verdict], out + errors
    assert SECRET not in out + errors
    assert edit.says in out + errors
    if edit.verdict == TAKEN:
        ast.parse(copy.read_text(encoding="utf-8"))
        assert smsc("migrate", "--undo", "smsc_api.py")[0] == 0
    assert copy.read_bytes() == before
    assert not list(folder.glob("*.vendor*"))


@pytest.mark.parametrize("name", ["no try", "a star import that cannot be read", "a base class"])
def test_force_lists_what_falls_back(name: str, smsc: Smsc, folder: Path) -> None:
    write(next(edit for edit in EDITS if edit.name == name), folder)
    status, out, _ = smsc("migrate", "--force", "--dry-run", "smsc_api.py")
    assert status == 0
    assert "these settings are the defaults then:\n" in out
    assert SECRET not in out

"""Programs with copies as owners change them: what check says, what migrate does, and its undo."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .cases import CASES, SECRET, Case
from .conftest import Smsc


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


def test_check_says_what_changes_for_a_program(case: Case, smsc: Smsc, tmp_path: Path) -> None:
    case.write(tmp_path)
    status, said, errors = smsc("check", ".")
    assert said == case.expected("check")
    assert (status, errors) == (case.check, "")
    assert SECRET not in said + smsc("check", "--json", ".")[1]


def test_migrate_shows_what_it_takes_over(case: Case, smsc: Smsc, tmp_path: Path) -> None:
    copy = case.write(tmp_path)
    before = copy.read_bytes()
    status, said, errors = smsc("migrate", "--dry-run", case.copy)
    # Where the constants stand in our file is not what the cases are about.
    shown = re.sub("(?m)^@@ .* @@$", "@@ ... @@", said + errors)
    assert shown == case.expected("migrate")
    assert status == case.migrate
    assert copy.read_bytes() == before

"""Runs that are gone on with, and runs that are not what they seem."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List

import pytest

from smsc_transports.bulk.journal import Journal
from smsc_transports.sandbox.server import Sandbox
from tests.cli.conftest import LOGIN, PASSWORD, Shop

from .conftest import NEW, Bulk, outcomes


def test_a_second_run_over_the_same_file_is_refused(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox
) -> None:
    assert bulk("rows.csv", *NEW).status == 0
    again = bulk("rows.csv", *NEW)
    assert again.status == 2
    assert "all of this was sent before" in again.err
    assert bulk("rows.csv", "--resume", "--yes").status == 0
    assert len(smsc_sandbox.messages) == 40


def test_a_file_of_something_else_is_no_journal(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox
) -> None:
    mine = rows.with_name("rows.csv.journal")
    mine.write_text("my diary", "utf-8")
    done = bulk("rows.csv", *NEW)
    assert done.status == 2
    assert "is there and is no journal of smsc bulk." in done.err
    assert mine.read_text("utf-8") == "my diary"


def interrupted(bulk: Bulk, smsc_sandbox: Sandbox) -> None:
    """Send 28 of 40 rows."""
    smsc_sandbox.balance = "40.00"
    done = bulk("rows.csv", *NEW, "--batch", "4")
    assert done.status == 1
    assert "28 done, 12 not sent, cost 39.20" in done.out
    assert "error 3, not enough money" in done.err
    assert "Top up the account" in done.err
    smsc_sandbox.balance = "1000.00"


def test_a_run_goes_on_where_it_ended(bulk: Bulk, rows: Path, smsc_sandbox: Sandbox) -> None:
    interrupted(bulk, smsc_sandbox)
    assert outcomes(rows).count("not sent") == 12
    done = bulk("rows.csv", "--resume", "--yes")
    assert done.status == 0
    assert "to send: 12 messages (UA 12), 12 parts" in done.out
    assert outcomes(rows) == ["done"] * 40
    assert len({m.phones for m in smsc_sandbox.messages}) == len(smsc_sandbox.messages) == 40


def test_a_run_is_not_started_again_by_mistake(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox
) -> None:
    interrupted(bulk, smsc_sandbox)
    again = bulk("rows.csv", *NEW)
    assert again.status == 2
    assert "belongs to a run that was interrupted. Go on with it: --resume." in again.err
    dry = bulk("rows.csv", *NEW, "--dry-run")
    assert "to send: 40 messages" in dry.out
    assert len(smsc_sandbox.messages) == 28


OTHER: Any = {
    "another text": ["--text", "other {name}"],
    "another sender": ["--sender", "Shop"],
}


@pytest.mark.parametrize("case", OTHER)
def test_a_run_goes_on_with_the_same_options_only(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, case: str
) -> None:
    interrupted(bulk, smsc_sandbox)
    done = bulk("rows.csv", "--resume", "--yes", *OTHER[case])
    assert done.status == 2
    assert f"has {case}: " in done.err
    assert len(smsc_sandbox.messages) == 28


@pytest.mark.parametrize("action", [["rows.csv", "--resume", "--yes"], ["report", "rows.csv"]])
@pytest.mark.parametrize(
    "case", ["The rows are not those", "with another account", "with another gateway"]
)
def test_a_run_goes_on_with_the_same_rows_account_and_gateway_only(
    bulk: Bulk, rows: Path, shop: Shop, smsc_sandbox: Sandbox, case: str, action: List[str]
) -> None:
    interrupted(bulk, smsc_sandbox)
    if case.startswith("The rows"):
        rows.write_text(rows.read_text("utf-8") + "\n0509999999,new", "utf-8")
    elif "account" in case:
        shop.set(SMSC_LOGIN="another")
    else:
        shop.set(SMSC_HOST="smsc.kz")
    done = bulk(*action)
    assert done.status == 2
    assert case in done.err
    assert len(smsc_sandbox.messages) == 28


def test_the_journal_is_private_and_holds_no_secret(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox
) -> None:
    interrupted(bulk, smsc_sandbox)
    journal = rows.with_name("rows.csv.journal")
    assert journal.stat().st_mode & 0o077 == 0
    written = journal.read_bytes()
    for secret in (LOGIN, PASSWORD, "geheim"):
        assert secret.encode() not in written
    opened = Journal(journal)
    assert opened.counts() == {"done": 28, "not sent": 12}
    opened.close()


@pytest.mark.parametrize(
    "action",
    [["rows.csv", *NEW, "--batch", "1"], ["rows.csv", "--resume", "--yes"], ["report", "rows.csv"]],
)
def test_a_wrong_password_is_tried_once_and_does_not_block_the_address(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, monkeypatch: Any, action: List[str]
) -> None:
    if action[-1] != "1":
        interrupted(bulk, smsc_sandbox)
    monkeypatch.setattr(smsc_sandbox._engine.gateway, "_password", "another")
    before = len(smsc_sandbox.refusals)
    done = bulk(*action)
    assert done.status == 1
    assert "refused: error 2, wrong login or password" in done.err
    assert "Check SMSC_LOGIN and SMSC_PASSWORD" in done.err
    assert len(smsc_sandbox.refusals) == before + 1

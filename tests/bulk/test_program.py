"""``smsc_transports.bulk.send``: the same for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, List, Tuple

import pytest

from smsc_transports import bulk
from smsc_transports.bulk import Result, Stopped
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.errors import ConfigurationError

ROWS = [(f"0501{number:06}", f"number {number}") for number in range(40)]


@pytest.fixture
def shop_face(face: Any, smsc_sandbox: Sandbox) -> Any:
    return face


def test_every_row_has_a_result(shop_face: Any, tmp_path: Path, smsc_sandbox: Sandbox) -> None:
    rows: List[Any] = [*ROWS[:3], ("38050", "x"), (None, "x"), ROWS[0], ("0501112233", None)]
    found = sorted(
        bulk.send(rows, tmp_path / "journal", face=shop_face, region="UA", sender="Shop")
    )
    id = int(smsc_sandbox.messages[0].id)
    assert found[0] == Result(1, 1, "+380501000000", "done", id, 1, "1.40", "")
    assert [each.outcome for each in found] == ["done"] * 3 + ["bad", "bad", "duplicate", "bad"]
    assert [each.error for each in found[3:]] == [
        "'38050' is no valid phone number",
        "there is no number",
        "same number and text as line 1",
        "a value of the text is missing",
    ]
    assert [m.sender for m in smsc_sandbox.messages] == ["Shop"] * 3


def test_results_come_while_rows_are_sent(shop_face: Any, tmp_path: Path) -> None:
    found = bulk.send(ROWS, tmp_path / "journal", face=shop_face, region="UA", batch=5)
    assert next(found).outcome == "done"
    found.close()  # type: ignore[attr-defined]


def test_who_has_enough_can_go_on_later(
    shop_face: Any, tmp_path: Path, smsc_sandbox: Sandbox
) -> None:
    rows = [(f"0502{number:06}", "x") for number in range(400)]
    found = bulk.send(rows, tmp_path / "journal", face=shop_face, region="UA", batch=5)
    next(found)
    found.close()  # type: ignore[attr-defined]
    sent = len(smsc_sandbox.messages)
    assert 0 < sent < 400
    smsc_sandbox.balance = "1000.00"
    rest = list(bulk.send(rows, tmp_path / "journal", face=shop_face, batch=5, resume=True))
    assert len(rest) == 400 - sent
    assert len(smsc_sandbox.messages) == 400


def test_a_run_that_stops_raises_and_goes_on(
    shop_face: Any, tmp_path: Path, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.balance = "14.00"
    found: List[Result] = []
    with pytest.raises(Stopped, match="error 3, not enough money") as stopped:
        found.extend(bulk.send(ROWS, tmp_path / "j", face=shop_face, region="UA", batch=4))
    assert stopped.value.status == 1
    assert len(found) == 8
    smsc_sandbox.balance = "100.00"
    found += bulk.send(iter(ROWS), tmp_path / "j", face=shop_face, region="UA", resume=True)
    assert sorted(result.row for result in found) == list(range(1, 41))
    assert len({m.phones for m in smsc_sandbox.messages}) == len(smsc_sandbox.messages) == 40


@pytest.mark.parametrize(
    ("rows", "options", "told"),
    [
        (ROWS[:39], {}, "The rows are not those of the run"),
        ([*ROWS[:39], ("0501000039", "other")], {}, "The rows are not those of the run"),
        (ROWS, {"sender": "Shop"}, "has another sender: not given, and now it is 'Shop'"),
        (ROWS, {"batch": 501}, "1 to 500 rows, not 501."),
    ],
)
def test_other_rows_or_options_are_no_continuation(
    shop_face: Any, tmp_path: Path, smsc_sandbox: Sandbox, rows: Any, options: Any, told: str
) -> None:
    smsc_sandbox.balance = "14.00"
    with pytest.raises(Stopped):
        list(bulk.send(ROWS, tmp_path / "j", face=shop_face, region="UA", batch=4))
    with pytest.raises(ConfigurationError, match=told):
        list(bulk.send(rows, tmp_path / "j", face=shop_face, resume=True, **options))
    assert len(smsc_sandbox.messages) == 8


def test_rows_that_fail_to_come_leave_nothing(
    shop_face: Any, tmp_path: Path, smsc_sandbox: Sandbox
) -> None:
    def rows() -> Iterator[Tuple[str, str]]:
        yield from ROWS
        raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError):
        list(bulk.send(rows(), tmp_path / "journal", face=shop_face, region="UA"))
    assert smsc_sandbox.messages == []
    assert list(tmp_path.iterdir()) == []


def test_two_runs_over_one_journal_do_not_mix(shop_face: Any, tmp_path: Path) -> None:
    first = bulk.send(ROWS, tmp_path / "journal", face=shop_face, region="UA", batch=1)
    next(first)
    with pytest.raises(ConfigurationError, match="Another smsc bulk works with journal"):
        next(bulk.send(ROWS, tmp_path / "journal", face=shop_face, resume=True))
    assert len(list(first)) == 39


def test_the_programs_own_module_is_the_default(
    tmp_path: Path, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    [result] = bulk.send([("+380501112233", "x")], tmp_path / "journal")
    assert result.outcome == "done"


def test_names_that_are_not_there_are_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'sned'"):
        bulk.sned  # type: ignore[attr-defined]  # noqa: B018

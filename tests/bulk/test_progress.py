"""How far a run is, on a terminal, in a log, and for programs."""

from __future__ import annotations

import io
import json
import sys
from decimal import Decimal

import pytest

from smsc_transports.bulk import progress
from smsc_transports.bulk.progress import Progress


class Terminal(io.StringIO):
    """A stream with a person at the other end."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_with_rate_rest_and_money(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with Progress("sending", 200) as shown:
        shown.update(50, Decimal("70.00"))
        shown.update(150, Decimal("280.00"))
    assert "sending: 100%" in screen.getvalue()
    assert "200/200" in screen.getvalue()
    assert "row/s, cost 280.00]" in screen.getvalue()


def test_a_log_gets_a_line_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress("sending", 200) as shown:
        shown.update(50)
        monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
        shown.update(50, Decimal("140.00"))
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("sending:  50% 100/200 [")
    assert line.endswith("cost 140.00]")


def test_programs_get_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    with Progress("sending", 200, as_json=True) as shown:
        shown.update(100, Decimal("140.00"))
    told = json.loads(capsys.readouterr().out)
    assert told.pop("seconds") >= 0
    assert told == {"event": "sending", "done": 100, "rows": 200, "cost": "140.00"}


def test_rows_are_counted_without_knowing_how_many_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    with Progress("checking", None) as shown:
        assert list(shown.counted(range(1500))) == list(range(1500))
    assert "checking: 1000row" in capsys.readouterr().err

"""What a person reads; run with a few cases and faults."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, List

import pytest

from smsc_transports.cli.main import main
from smsc_transports.compare import comparison, faults
from smsc_transports.compare.recorded.cases import CASES

from .copies import edited

Run = Callable[..., List[str]]

RETURNED = "        return answer\n\n    def get_sms_cost"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command over some cases, and no more faults than wanted; its lines."""
    few = [case for case in CASES if case.name.startswith(("arguments: send_sms, ", "mail: text"))]
    monkeypatch.setattr(comparison, "CASES", few)

    def lines(path: Path, *options: str, status: int = 0, rows: int = 0) -> List[str]:
        with monkeypatch.context() as patched:
            patched.setattr(faults, "SCENARIOS", faults.SCENARIOS[:rows])
            assert main(["compare", *options, str(path)]) == status
        return capsys.readouterr().out.splitlines()

    return lines


def shown(lines: List[str]) -> List[str]:
    """Give the headings of the cases that are shown."""
    return [line for line in lines if line.startswith(("arguments: ", "mail: ", "your settings: "))]


def test_counts_reasons_and_faults_stand_below_each_other(run: Run, tmp_path: Path) -> None:
    path = edited(tmp_path, "  tg=1", "", "smsc.ua", "smsc.kz")
    lines = run(path, rows=2)
    assert lines[0].startswith(f"{path} beside the shim, smsc_api.py of smsc-transports ")
    assert lines[1].startswith("  It is a copy for smsc.kz. The shim is given SMSC_HOST = 'smsc.kz")
    assert [line.split() for line in lines if line.startswith(("your settings  ", "recorded"))] == [
        ["your", "settings", "31", "29", "0", "2", "0"],
        # D2 for the ids 'a b' and '№7', D4 for three letters, D9 for one; formats 12, 13 and -12.
        ["recorded", "cases", "117", "108", "6", "3", "0"],
    ]
    assert any(line.startswith("  D4      3  send_sms_mail carries non-ASCII") for line in lines)
    assert any(line.startswith("          5  It does not know format 12, 13: ") for line in lines)
    assert "Unexplained: none" in lines
    refuses = "first host refuses sent 1 1 2 sent 1 1 2 sent 1 1 2"
    assert " ".join(lines[-1].split()) == refuses


def test_an_unexplained_difference_is_pointed_at(run: Run, tmp_path: Path) -> None:
    lines = run(edited(tmp_path, "quote(str(sender))", "quote(str(sender)[:5])"), status=1)
    start = lines.index("arguments: send_sms, sender 'My Shop'")
    assert lines[start + 2 : start + 6] == [
        "  request 1",
        "    yours ...it=0&id=0&sender=My%20Sh",
        "    shim  ...it=0&id=0&sender=My%20Shop",
        "                                     ^",
    ]


def test_of_many_unexplained_differences_the_first_are_shown(run: Run, tmp_path: Path) -> None:
    path = edited(tmp_path, "&mes=%s", "&mes=!%s")
    lines = run(path, status=1)
    assert len(shown(lines)) == 10
    (more,) = (line for line in lines if line.startswith("... and "))
    assert more.endswith(" more; --verbose shows all")
    assert len(shown(run(path, "--verbose", status=1))) > 80


def test_verbose_shows_numbered_differences_and_edits_too(run: Run, tmp_path: Path) -> None:
    printing = RETURNED.replace("        return", "        print('\\x1b[31m')\n        return", 1)
    lines = run(edited(tmp_path, "  tg=1", "", RETURNED, printing), "--verbose")
    assert "arguments: send_sms, format 13 (formats)" in lines
    start = lines.index("mail: text Cyrillic (D4)")
    assert "    yours 'UnicodeEncodeError'" in lines[start:]
    # What could steer the terminal is written out.
    assert "    yours \\x1b[31m\\n" in lines

"""``smsc bulk FILE``: what it says, what it sends, and what it leaves behind."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, List

import pytest

from smsc_transports.bulk import extras
from smsc_transports.bulk.journal import Journal
from smsc_transports.sandbox.server import Sandbox
from tests.cli.conftest import LOGIN, PASSWORD, Shop

from .conftest import NEW, Bulk, outcomes, results

MIXED = """\
id;phone;text
7;0501112233;Hello; you
8;0501112233;"Hello; you"
9;38050;Hello
10;3.80501E+11;Hello
11;+380501112233;Hello; you
12;0501112233;"Hello; you"
13;0501112234;
14;0501112235;%s
15;0501112236;"two
lines"
"""


def left_behind(file: Path) -> List[str]:
    return sorted(p.name for p in file.parent.iterdir() if p.name.startswith(file.stem))


def test_everything_is_told_before_it_is_sent(
    bulk: Bulk, shop: Shop, smsc_sandbox: Sandbox
) -> None:
    file = shop.folder / "rows.csv"
    file.write_text(MIXED % ("x" * 1001), "utf-8")
    done = bulk("rows.csv", "--region", "UA", "--text-column", "text", "--yes")
    short = "a value with a separator in it stands in quotes"
    assert done.out.splitlines() == [
        f"{file}: 9 rows, utf-8, separator ;",
        "bad: 6 rows, cannot be sent",
        f"  line 2: 4 values for 3 columns; {short}",
        "  line 4: '38050' is no valid phone number",
        "  line 5: a spreadsheet has rounded the number to 3.80501E+11; format the column as text",
        f"  line 6: 4 values for 3 columns; {short}",
        "  line 8: the text is empty",
        "  line 9: the text has 1001 characters, the gateway takes 1000",
        "duplicate: 1 row, sent once only",
        "  line 7: same number and text as line 3",
        "the first: +380501112233 'Hello; you'",
        "to send: 2 messages (UA 2), 2 parts",
        "price: 2.80, balance: 100.00",
        "6 bad, 2 done, 1 duplicate, cost 2.80",
        f"see {file.with_suffix('.result.csv')}",
    ]
    assert done.status == 1
    assert [m.text for m in smsc_sandbox.messages] == ["Hello; you", "two\nlines"]
    assert {m.id for m in smsc_sandbox.messages} == {results(file, ";")[1]["sms_id"]}
    assert results(file, ";")[8] == {
        "id": "15",
        "phone": "0501112236",
        "text": "two\nlines",
        "sms_id": smsc_sandbox.messages[0].id,
        "parts": "1",
        "cost": "1.40",
        "outcome": "done",
        "error": "",
    }


def test_the_parameters_go_with_every_batch(bulk: Bulk, rows: Path, smsc_sandbox: Sandbox) -> None:
    given = {"sender": "Shop", "time": "+5", "tz": "1", "translit": "1", "valid": "01:00"}
    arguments = [word for name, value in given.items() for word in (f"--{name}", value)]
    assert bulk("rows.csv", *NEW, "--batch", "15", *arguments).status == 0
    assert len({m.id for m in smsc_sandbox.messages}) == 3
    for message in smsc_sandbox.messages:
        assert message.sender == "Shop"
        assert {n: v for n, v in message.options.items() if n in given} == {
            name: value for name, value in given.items() if name != "sender"
        }


def test_a_number_is_in_a_batch_once(bulk: Bulk, shop: Shop, smsc_sandbox: Sandbox) -> None:
    lines = [f"050111223{n % 2},{n}" for n in range(10)]
    (shop.folder / "rows.csv").write_text("\n".join(["phone,name", *lines]), "utf-8")
    assert bulk("rows.csv", *NEW).status == 0
    assert len(smsc_sandbox.messages) == 10
    assert len({(m.id, m.phones) for m in smsc_sandbox.messages}) == 10


class Terminal(io.TextIOWrapper):
    """A standard input with a person at the other end."""

    def isatty(self) -> bool:
        return True


def test_with_a_yes_it_is_sent(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("io.TextIOWrapper", Terminal)
    assert bulk("rows.csv", *NEW[:-1], stdin=b"y\n").status == 0
    assert len(smsc_sandbox.messages) == 40


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_without_a_yes_nothing_is_sent_and_nothing_is_left(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("io.TextIOWrapper", Terminal)
    done = bulk("rows.csv", *NEW[:-1], stdin=answer.encode())
    assert done.status == 0
    assert "Send 40 messages? [y/N]" in done.err
    assert smsc_sandbox.messages == []
    assert left_behind(rows) == ["rows.csv"]


def test_where_nobody_can_be_asked_yes_is_needed(bulk: Bulk, rows: Path) -> None:
    told = "smsc: nobody is there to be asked before it is sent; --yes sends at once.\n"
    assert bulk("rows.csv", *NEW[:-1]) == (2, "", told)


def test_a_dry_run_asks_for_the_price_and_leaves_nothing(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.balance = "5.00"
    done = bulk("rows.csv", *NEW, "--dry-run")
    assert done.status == 0
    assert done.out.splitlines()[2:] == [
        "to send: 40 messages (UA 40), 40 parts",
        "price: 56.00, balance: 5.00",
        "  The balance is less than the price: the run will end early. Top it up first.",
    ]
    assert smsc_sandbox.messages == []
    assert left_behind(rows) == ["rows.csv"]


def test_json_is_an_object_a_line(bulk: Bulk, shop: Shop, smsc_sandbox: Sandbox) -> None:
    (shop.folder / "rows.csv").write_text("phone,name\n0501112233,a\n1,b\n", "utf-8")
    done = bulk("rows.csv", *NEW, "--json")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert found[0] == {
        "event": "row",
        "line": 3,
        "outcome": "bad",
        "error": "'1' is no valid phone number",
    }
    assert [each["event"] for each in found] == ["row", "rows", "price", "finished"]
    assert found[-1]["done"] == 1
    assert (done.status, done.err) == (1, "")


MISTAKES: Any = {
    "a column that is not there": (["--phone", "tel", "--text", "x"], "'tel', which is not there"),
    "no text": ([], "There is no text: give --text or --text-column."),
    "a batch that is too large": (["--text", "x", "--batch", "501"], "1 to 500 rows, not 501."),
    "two files": (["more.csv", "--text", "x"], "there is one FILE"),
    "unknown is repeated without resume": (["--repeat-unknown"], "goes with --resume."),
    "nothing to resume": (["--resume"], "There is nothing to resume"),
    "a transport without answers": (["--text", "x", "--transport", "smtp"], "smtp does not."),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_and_nothing_is_left(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, case: str
) -> None:
    arguments, told = MISTAKES[case]
    done = bulk("rows.csv", *arguments, "--yes", "--region", "UA")
    assert done.status == 2
    assert told in done.err
    assert smsc_sandbox.messages == []
    assert left_behind(rows) == ["rows.csv"]


def test_a_report_needs_a_run(bulk: Bulk, rows: Path) -> None:
    done = bulk("report", "rows.csv")
    assert done.status == 2
    assert "no run has left a journal" in done.err


def test_a_second_run_over_the_same_file_is_refused(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox
) -> None:
    assert bulk("rows.csv", *NEW).status == 0
    again = bulk("rows.csv", *NEW)
    assert again.status == 2
    assert "tells that all of this was sent before" in again.err
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
    assert "tells of a run that was interrupted. Go on with it: --resume." in again.err
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


@pytest.mark.parametrize("module", ["phonenumbers", "tqdm"])
def test_a_missing_extra_is_told_with_the_command_that_installs_it(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    done = bulk("rows.csv", *NEW)
    assert done.status == 2
    assert f"smsc bulk needs {module}" in done.err
    assert f"Install it: {extras.INSTALL}" in done.err
    assert smsc_sandbox.messages == []


def test_the_help_of_smsc_imports_nothing_of_it() -> None:
    program = (
        "import sys; sys.argv = ['smsc', '--help']\n"
        "from smsc_transports.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('phonenumbers', 'tqdm', 'sqlite3', 'requests') if m in sys.modules])"
    )
    shown = subprocess.check_output([sys.executable, "-c", program], env=dict(os.environ))
    assert shown.decode().splitlines()[-1] == "[]"


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


def test_a_result_that_cannot_be_written_is_told_and_not_lost(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox
) -> None:
    taken = rows.with_suffix(".result.csv")
    taken.mkdir()
    done = bulk("rows.csv", *NEW)
    assert done.status == 0
    assert "40 done" in done.out
    assert (
        f"cannot be written: Is a directory. The journal has it: smsc bulk report {rows}"
        in done.err
    )
    taken.rmdir()
    assert bulk("report", "rows.csv").status == 0
    assert outcomes(rows) == ["done"] * 40

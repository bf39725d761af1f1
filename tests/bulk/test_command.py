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

from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.extras import install
from tests.cli.conftest import Shop

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


def test_everything_is_reported_before_it_is_sent(
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
        "2 done, 6 bad, 1 duplicate, cost 2.80",
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
    told = "smsc: there is no terminal to ask for a confirmation; --yes sends without asking.\n"
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
    "another protocol": (["--text", "x", "--transport", "smpp"], "smpp does not."),
    "yet another": (["--text", "x", "--transport", "soap"], "soap does not."),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_reported_and_nothing_is_left(
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
    assert "There is nothing to resume or report: no run has left a journal" in done.err


@pytest.mark.parametrize("module", ["phonenumbers", "tqdm"])
def test_a_missing_extra_is_reported_with_the_command_that_installs_it(
    bulk: Bulk, rows: Path, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    done = bulk("rows.csv", *NEW)
    assert done.status == 2
    assert f"smsc bulk needs {module}" in done.err
    assert f"Install it: {install('bulk')}" in done.err
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


def test_a_result_that_cannot_be_written_is_reported_and_not_lost(
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

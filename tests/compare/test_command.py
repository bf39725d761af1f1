"""``smsc compare`` at a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest

from .copies import CLASS_LINE, edited

SMSC = [sys.executable, "-m", "smsc_transports.cli.main", "compare"]
SECONDS = 120
SECRETS = ("owner-login", "owner-password", "s3cret-of-the-shop")


def smsc(*arguments: Any, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **more}
    command = [*SMSC, *(str(argument) for argument in arguments)]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", timeout=SECONDS, env=environment
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What the command says of a copy with two edits, one of which nothing explains."""
    path = edited(
        tmp_path_factory.mktemp("shop"),
        "quote(str(sender))",
        "quote(str(sender)[:5])",
        " viber=1 soc=1  tg=1",
        "",
        also="\nSHOP_TOKEN = 's3cret-of-the-shop'\n"
        "try:\n    __import__('socket').create_connection(('db.shop.example', 5432))\n"
        "except OSError:\n    pass\n",
    )
    return smsc("--json", path, API_KEY="s3cret-of-the-shop")


@pytest.fixture(scope="module")
def report(whole: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(whole.stdout)


def test_every_case_of_both_parts_is_counted(report: Any) -> None:
    counted = {
        "the same": 927,
        "numbered": 167,
        "edited": 10,
        "unexplained": 2,
    }
    assert report["cases"]["recorded cases"] == counted
    assert sum(counted.values()) == 1106
    assert report["cases"]["your settings"]["unexplained"] == 0


def test_each_reason_is_told_with_its_number_of_cases(report: Any) -> None:
    numbered = {each["number"]: each["cases"] for each in report["numbered"]}
    assert numbered == {
        "D1": 45, "D2": 22, "D3": 6, "D4": 18, "D5": 6, "D6": 37, "D7": 4, "D9": 28, "D11": 1
    }  # fmt: skip
    (edit,) = report["edited"]
    assert "format 10, 11, 12, 13" in edit["meaning"]


def test_an_unexplained_difference_makes_the_exit_status_1(
    whole: subprocess.CompletedProcess[str], report: Any
) -> None:
    assert whole.returncode == 1
    assert {each["call"].partition("(")[0] for each in report["unexplained"]} == {
        "send_sms", "get_sms_cost"
    }  # fmt: skip


def test_what_was_refused_is_told(report: Any) -> None:
    refused = "Refused, since nothing may leave this comparison: a connection to db.shop.example"
    assert any(note.startswith(refused) for note in report["notes"])


def test_no_secret_of_the_copy_or_the_environment_is_shown(
    whole: subprocess.CompletedProcess[str],
) -> None:
    assert not [secret for secret in SECRETS if secret in whole.stdout + whole.stderr]


def outcomes(report: Any, fault: str) -> List[Tuple[str, int, List[str]]]:
    (row,) = (row for row in report["faults"] if row["fault"] == fault)
    sides: List[Dict[str, Any]] = [value for key, value in row.items() if key != "fault"]
    return [(side["told"], side["messages"], side["hosts"]) for side in sides]


def test_the_faults_show_surplus_copies_and_that_safe_has_none(report: Any) -> None:
    assert outcomes(report, "every answer lost, message taken") == [
        ("no answer", 5, ["1", "2", "3", "4", "5"]),
        ("no answer", 5, ["1", "2", "3", "4", "5"]),
        ("sent", 1, ["1", "2?", "2"]),
    ]
    safe = [row["the shim, safe"] for row in report["faults"]]
    assert {side["messages"] for side in safe if side["told"] == "sent"} == {1}


def test_the_faults_show_who_waits_for_a_silent_host(report: Any) -> None:
    assert outcomes(report, "first host is silent") == [
        ("never ends", 0, ["1"]),
        ("sent", 1, ["1", "2"]),
        ("sent", 1, ["1", "2?", "2"]),
    ]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = smsc(tmp_path / "nothing.py")
    assert done.returncode == 2
    assert done.stderr == f"smsc compare: no such file: {tmp_path / 'nothing.py'}\n"


def test_a_copy_that_cannot_be_compared_makes_the_exit_status_2(tmp_path: Path) -> None:
    path = edited(tmp_path, "class SMSC:", 'print "sent"\nclass SMSC:')
    done = smsc("--json", path)
    assert done.returncode == 2
    told = f"smsc compare: {path} cannot be compared. Line {CLASS_LINE}: "
    assert done.stderr.startswith(told)
    assert "The copy is Python 2." in json.loads(done.stdout)["cannot_compare"]


def test_without_its_extra_it_tells_how_to_get_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['trustme'] = None; from smsc_transports.cli.main import main; "
        "sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "compare", str(edited(tmp_path))],
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
    )
    assert done.returncode == 2
    install = 'python -m pip install "smsc-transports[sandbox]"'
    assert done.stderr == f"smsc compare needs more packages: {install}\n"


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="children are read from /proc")
def test_ctrl_c_ends_it_with_its_children(tmp_path: Path) -> None:
    command = [*SMSC, str(edited(tmp_path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        tasks = Path("/proc", str(running.pid), "task")
        found = " ".join(path.read_text() for path in tasks.glob("*/children")).split()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=SECONDS)
    assert running.returncode == 130
    assert said == b""
    assert found
    assert not [child for child in found if Path("/proc", child).exists()]

"""What the ALL and the guides beside the code say is so."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Set

import pytest

from smsc_transports import Reply, bulk
from smsc_transports.bulk.journal import Journal
from smsc_transports.callback import sign
from smsc_transports.cli.main import main
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.words import en
from tests.golden.differences import RULES
from tests.golden.recordings import load_vectors

from .guides import ALL, BLOCKS, MAIN, MAP, ROOT, block_with

DIFFERENCES: Dict[str, List[str]] = {
    row[0]: row[1:]
    for row in (
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in ALL.splitlines()
        if re.match(r"\| D\d+ \|", line)
    )
}


def test_every_block_of_code_is_run_by_a_test() -> None:
    files = Path(__file__).parent.glob("test_*.py")
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    markers = re.findall(r'block_with\("(.*?)"\)', source)
    run_blocks = [block_with(marker.replace("\\n", "\n")) for marker in markers]
    assert sorted(run_blocks) == sorted(BLOCKS)


def test_the_front_page_has_a_row_for_each_error() -> None:
    table = MAIN[MAIN.index("## Troubleshooting") :]
    rows = re.findall(r"(?m)^\| `(.*?)` \| (.+?) \| (.+?) \|$", table)
    codes = [int(code) for reply, _, _ in rows for code in re.findall(r"-(\d)", reply)]
    assert codes == list(en.ERRORS)
    assert [reply for reply, _, _ in rows][len(codes) :] == ['["", ""]', "False"]


def test_every_name_of_a_reply_on_the_front_page_exists() -> None:
    table = MAIN[MAIN.index("## Replies") : MAIN.index("## What differs")]
    names = set(re.findall(r"`r\.(\w+)", table))
    assert len(names) > 10
    reply = Reply(["1", "1700000000", "0"], "status")
    assert [name for name in names if not hasattr(reply, name)] == []


def test_the_figures_of_the_front_page_are_those_of_the_guides() -> None:
    [cases, differences] = re.findall(
        r"In (\d+) recorded cases .*?\[(\d+) numbered", MAIN, re.DOTALL
    )[0]
    assert (int(cases), int(differences)) == (len(load_vectors()), len(DIFFERENCES))
    [surplus] = re.findall(r"`legacy` delivered (\d+) surplus", MAIN)
    assert f"| half of the answers lost | legacy | 200 | {surplus} |" in ALL
    assert "| half of the answers lost | safe | 200 | 0 | 0 |" in ALL
    [faster] = re.findall(r"this is (\d+) times as fast", MAIN)
    assert re.search(rf"(?m)^\| rows a second of bulk, .* 100 ms away .* {faster}\.\d ", ALL)


def all_tests() -> Set[str]:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for source in sources for name in re.findall(r"def (test_\w+)", source)}


def run(*arguments: str) -> str:
    return subprocess.check_output([sys.executable, *arguments], encoding="utf-8")


def test_the_differences_are_numbered_without_a_gap() -> None:
    assert list(DIFFERENCES) == [f"D{number}" for number in range(1, len(DIFFERENCES) + 1)]


@pytest.mark.parametrize("number", DIFFERENCES)
def test_every_difference_names_both_ways_a_reason_and_its_test(number: str) -> None:
    theirs, ours, reason, test = DIFFERENCES[number]
    assert theirs
    assert ours
    assert reason
    name = test.strip("` |")
    if "tests/golden" in test:
        assert number in RULES
    else:
        assert name in all_tests()


def test_every_difference_of_the_recordings_stands_in_the_table() -> None:
    assert set(RULES) <= set(DIFFERENCES)


def test_the_first_example_gives_the_reply_that_its_comments_show(
    smsc_sandbox: Sandbox, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(block_with("the list you know"), "utf-8")
    shown = run(str(program)).splitlines()
    assert shown == ["['1001', '1', '1.40', '98.60']", "1001 1.40 True"]


def test_the_example_of_a_transport_carries_a_message_and_passes_its_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "courier.py").write_text(block_with("class Courier"), "utf-8")
    (tmp_path / "test_courier.py").write_text(block_with("class TestCourier"), "utf-8")
    plugin = ("-p", "smsc_transports.testing.pytest_plugin")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.chdir(tmp_path)
    shown = run("-m", "pytest", "-q", *plugin, str(tmp_path))
    [count] = re.findall(r"runs (\d+) tests against a", ALL)
    assert f"{count} passed" in shown

    monkeypatch.syspath_prepend(str(tmp_path))
    gateway = importlib.import_module("test_courier").Gateway()
    program = tmp_path / "program.py"
    program.write_text("from smsc_api import *\nprint(SMSC().send_sms('79990000001', 'coo'))\n")
    with gateway:
        monkeypatch.setenv("SMSC_PLUGINS", "courier")
        monkeypatch.setenv("SMSC_TRANSPORT", "courier")
        monkeypatch.setenv("SMSC_HOST", gateway.address)
        assert run(str(program)) == "['1', '1', '0.50', '99.50']\n"
    for name in ("courier", "test_courier"):
        del sys.modules[name]


def test_the_examples_of_the_fixture_pass(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "notify.py").write_text(block_with("def order_ready(phone"), "utf-8")
    (tmp_path / "test_notify.py").write_text(block_with("def test_customer_is_notified"), "utf-8")
    (tmp_path / "test_shop.py").write_text(block_with("def test_the_order_is_announced"), "utf-8")
    (tmp_path / "conftest.py").write_text(
        "import smsc_api\n"
        "smsc_api.SMSC_PASSWORD = 'a key'\n"
        "pytest_plugins = ['smsc_transports.testing.pytest_plugin']\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    shown = run("-m", "pytest", "-q", "--rootdir", str(tmp_path), str(tmp_path))
    assert "4 passed" in shown


def test_the_example_of_bulk_sends_its_rows(
    smsc_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "program.py"
    program.write_text(block_with("bulk.send(rows"), "utf-8")
    shown = run(str(program)).splitlines()
    assert shown == ["+380501112233 done 1.40 ", "+380671112233 done 1.40 "]


def test_the_example_of_bulk_hands_callbacks_on(
    smsc_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [result] = bulk.send([("+380501112233", "x")], "clients.csv.journal")
    handler: Dict[str, Any] = {}
    exec(block_with("def status_callback(form):"), handler)
    phone = "380501112233"
    signature = sign(result.id, phone, 1, "s3cret")._asdict()
    fields = {"id": str(result.id), "phone": phone, "status": "1", "ts": "1700000000"}
    handler["status_callback"]({**fields, **signature})
    journal = Journal(Path("clients.csv.journal"))
    assert list(journal.select("SELECT status, changed_at FROM rows")) == [(1, 1700000000)]
    journal.close()


def test_the_example_of_a_callback_takes_what_is_signed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view: Dict[str, Any] = {}
    exec(block_with("def status_callback(form, secret)"), view)
    signature = sign("7", "380501112233", 1, "s3cret")._asdict()
    form = {"id": "7", "phone": "380501112233", "status": "1", "ts": "1700000000", **signature}
    assert view["status_callback"](form, "s3cret") == 200
    assert view["status_callback"](form, "another") == 403
    assert capsys.readouterr().out == "7 380501112233 2023-11-14 22:13:20+00:00\n"


def test_the_shown_run_of_bulk_prints_what_is_shown(
    smsc_sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ["phone;name", *(f"050{1000000 + n};Клієнт {n + 1}" for n in range(2000))]
    lines += ["38050;Олена", "3.80501E+11;Юрій", "0501000004;Клієнт 5"]
    Path("clients.csv").write_text("\n".join(lines), "utf-8")
    smsc_sandbox.balance = "5000.00"
    [command, *shown] = re.findall(r"\$ smsc (bulk .*--yes)\n(.*?)```", ALL, re.DOTALL)[0]
    main(shlex.split(command))
    assert capsys.readouterr().out.replace(f"{tmp_path.resolve()}{os.sep}", "") == shown[0]


@pytest.mark.parametrize(
    "module",
    sorted(path.stem for path in (ROOT / "smsc_transports").glob("*.py") if path.stem[0] != "_"),
)
def test_every_module_stands_in_the_map(module: str) -> None:
    assert f"`{module}`" in MAP


@pytest.mark.parametrize(
    "package",
    sorted(path.parent.name for path in (ROOT / "smsc_transports").glob("*/__init__.py")),
)
def test_every_package_stands_in_the_map(package: str) -> None:
    assert f"`smsc_transports/{package}/`" in MAP

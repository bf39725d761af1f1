"""What ``smsc compare`` says of copies that do not behave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smsc_transports.switching.comparing import comparison, program
from smsc_transports.switching.comparing.causes import causes
from smsc_transports.switching.comparing.report import groups
from tests.switching.comparing.copies import copy, sends_by
from tests.switching.conftest import Smsc

LOGIN = 'SMSC_LOGIN = "owner-login"'
ACCOUNT = "def __init__(self, login, psw): pass"
COST_3 = 'text = "cost=3&phones='


@pytest.mark.usefixtures("spawned")
def test_a_copy_that_does_as_the_vendors_is_the_same(smsc: Smsc, folder: Path) -> None:
    path = copy(folder)
    text = "# coding: cp1251\n# Лавка\n" + path.read_text(encoding="utf-8")
    path.write_bytes(text.encode("cp1251"))
    status, out, _ = smsc("compare", "smsc_api.py")
    assert status == 0
    assert "0 known, 0 different" in out
    assert "on purpose: D1, D2, D3, D4, D5, D6" in out


def test_a_change_is_shown_with_one_example(smsc: Smsc, folder: Path) -> None:
    copy(folder, "quote(str(sender))", "quote(str(sender)[:5])")
    status, out, _ = smsc("compare", "smsc_api.py")
    assert status == 0  # check names it
    assert "the parameter sender" in out
    assert "yours sender=My Sh" in out
    assert "ours  sender=My Shop" in out
    assert len(out.splitlines()) <= 40


@pytest.mark.usefixtures("few_calls")
def test_a_change_that_no_method_shows_is_different(
    smsc: Smsc, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "_named_by_check", lambda *_: "")  # as if check missed it
    copy(folder, "&mes=%s", "&mes=!%s")
    status, out, _ = smsc("compare", "smsc_api.py")
    assert status == 1
    assert "DIFFERENT: the parameter mes" in out
    assert out.splitlines()[-1] == "Different in a way that smsc check does not name."
    assert len(out.splitlines()) <= 40


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((LOGIN, 'import os\nSMSC_LOGIN = os.environ["SHOP_USER"]'), "reads SHOP_USER from"),
        ((LOGIN, 'import os\nSMSC_LOGIN = os.getenv("SHOP_USER")'), "reads SHOP_USER from"),
        ((LOGIN, LOGIN + "\nraise ValueError('no')"), "ValueError: no"),
        ((LOGIN, LOGIN + "\nimport sys; sys.exit(3)"), "sys.exit"),
        ((LOGIN, LOGIN + "\nimport os; os._exit(3)"), "ends the process with exit status 3"),
        ((LOGIN, "import shop_that_is_missing\n" + LOGIN), "in the program's folder, with its"),
        (('arg = account + quote', 'arg = settings.X + quote'), "NameError"),
        ((LOGIN, f"import os; os.environ['http_proxy'] = 'http://proxy.shop:3128'\n{LOGIN}"),
         "a connection to proxy.shop:3128 is not allowed here"),
        ((COST_3, f"return ['1', '1']\n        {COST_3}"), "returns without asking"),
        ((COST_3, f"import threading; threading.Event().wait()\n        {COST_3}"), "does not end"),
        ((COST_3, f"import os; os._exit(1)\n        {COST_3}"), "ends the process with exit"),
        (("class SMSC:", f"class SMSC:\n    {ACCOUNT}\n"), "without arguments"),
        (("class SMSC:", "class SMSC"), "line"),
    ],
)  # fmt: skip
def test_a_copy_that_does_not_work_here_is_no_pass(
    changes: Any, said: str, smsc: Smsc, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "SECONDS_A_CALL", 1.0)
    copy(folder, *changes)
    status, out, errors = smsc("compare", "smsc_api.py")
    assert status == 2
    assert not out
    assert said in errors
    assert "owner-" not in errors


def test_of_one_try_less_only_the_hosts_are_told() -> None:
    seen = {"wire": [{"to": "a", "sent": "GET /?id=1"}], "refused": [], "pauses": [],
            "printed": "", "result": 1}  # fmt: skip
    more = {**seen, "wire": [*seen["wire"], {"to": "b", "sent": "GET /?id=1"}]}  # type: ignore[misc]
    assert [one.what for one in causes(seen, more)] == ["the hosts"]


def test_misbehaviour_is_told(folder: Path) -> None:
    lines = """\
print('x' * 3_000_000)
import time; time.sleep(5)
open('sms.log', 'a').write('x')
answer = tuple(answer)
if message == '': import sys; sys.exit(1)"""
    result = comparison.compare(sends_by(folder, lines))
    found = {group.what: group.cause.yours for group in groups(result.verdicts)}
    assert "xxx" in found["what it prints"]
    assert found["pauses between tries"] == "5 s"
    assert found["what it asks of the system"] == "writing to 'sms.log'"
    assert "object" in found["the result"]
    assert found["the outcome"] == "raises SystemExit"


@pytest.mark.usefixtures("few_calls")
def test_a_thread_that_never_ends_ends_with_the_comparison(smsc: Smsc, folder: Path) -> None:
    endless = "lambda: [time.sleep(1) for _ in iter(int, 1)]"
    thread = f"import threading, time\nthreading.Thread(target={endless}).start()"
    copy(folder, LOGIN, f"{LOGIN}\n{thread}")
    assert smsc("compare", "smsc_api.py")[0] in (0, 1)


@pytest.mark.usefixtures("few_calls")
def test_a_renamed_class_in_a_renamed_file_works(smsc: Smsc, folder: Path) -> None:
    copy(folder, "class SMSC:", "class Gate:", file="gate.txt")
    status, out, _ = smsc("compare", "gate.txt")
    assert status == 0, out


@pytest.mark.usefixtures("few_calls")
def test_secrets_are_dummies_in_the_copy_and_in_the_output(
    smsc: Smsc, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "QzXenvironment")
    copy(
        folder,
        'SMSC_PASSWORD = "owner-password"',
        'import os\nSMSC_PASSWORD = os.environ["SHOP_PASSWORD"]',
        LOGIN,
        'SMSC_LOGIN = "QzXowner"',
        "&mes=%s",
        "&mes=!%s",
    )
    _, out, errors = smsc("compare", "--verbose", "smsc_api.py")
    assert "the parameter mes" in out
    assert "QzX" not in out + errors


def test_another_file_is_no_pass(smsc: Smsc, folder: Path) -> None:
    (folder / "other.py").write_text("x = 1\n")
    assert "It is no copy" in smsc("compare", "other.py")[2]
    assert smsc("compare", "nowhere.py")[0] == 2


@pytest.mark.usefixtures("spawned", "few_calls")
def test_names_of_the_program_hide_nothing_and_are_not_hidden(smsc: Smsc, folder: Path) -> None:
    for name in ("queue", "requests", "pluggy"):
        (folder / f"{name}.py").write_text("raise RuntimeError('the module of the program')\n")
    for name in ("child", "fence", "main", "gateway"):
        (folder / f"{name}.py").write_text(f"OWN = {name!r}\n")
    imports = "import child, fence, main, gateway\nassert child.OWN + main.OWN == 'childmain'\n"
    copy(folder, LOGIN, imports + LOGIN)
    status, _, errors = smsc("compare", "smsc_api.py")
    assert status == 0, errors

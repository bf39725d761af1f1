"""A copy is loaded as its program would; one that cannot be is told why, and what to do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from smsc_transports.compare import program as programs
from smsc_transports.compare.comparison import Comparison
from smsc_transports.compare.gateway import Certificates, Gateway
from smsc_transports.compare.program import (
    Call,
    CannotCompare,
    NoNetwork,
    Program,
    Stopped,
)
from smsc_transports.compare.verdict import SAME

from .conftest import Compare
from .copies import CLASS_LINE, edited

PLAIN = "settings: send_sms, GET over HTTP"
LOGIN = 'SMSC_LOGIN = "owner-login"'

TOKEN = "\nSHOP_TOKEN = 's3cret-of-the-shop'\n"

CANNOT = {
    "no copy": (("class SMSC:", "class Gateway:"), "There is no class SMSC in it"),
    "Python 2": (
        ("class SMSC:", 'print "hello"\nclass SMSC:'),
        f"Line {CLASS_LINE}: Missing parentheses in call to 'print'",
    ),
    "Python 2, further down": (
        ("from urllib.request import urlopen", "from urllib import urlopen"),
        "The copy is Python 2",
    ),
    "no Python": (("class SMSC:", "class SMSC"), f"Line {CLASS_LINE}: "),
    "a variable that is not set": (
        (LOGIN, 'import os\nSMSC_LOGIN = os.environ["SHOP_LOGIN"]'),
        "Line 8: KeyError: 'SHOP_LOGIN'. If that is an environment variable, set it for this",
    ),
    "an edited constructor": (
        ("class SMSC:", "class SMSC:\n    def __init__(self, login, password): pass\n"),
        "Its constructor was edited: SMSC(login, password) cannot be made without arguments.",
    ),
    "Django without settings": (
        (LOGIN, "class ImproperlyConfigured(Exception): pass\nraise ImproperlyConfigured('none')"),
        "Set DJANGO_SETTINGS_MODULE for this command. Run the command in the folder of the program",
    ),
    "an exit at import": (
        ("class SMSC:", "raise SystemExit\nclass SMSC:"),
        f"Line {CLASS_LINE}: it ends the program while it is imported (sys.exit).",
    ),
    "an end at import": (
        ("class SMSC:", "import os; os._exit(3)\nclass SMSC:"),
        "While it is imported: the process ended with exit status 3.",
    ),
    "a compiled network": (
        (LOGIN, LOGIN + "\nimport pycurl"),
        "Line 8: ImportError: smsc compare does not allow the module pycurl",
    ),
    "a program that is not running": (
        ('account = "login="', 'raise RuntimeError("no application")\n        account = "login="'),
        "Its send_sms does not send: RuntimeError: no application",
    ),
}


@pytest.mark.parametrize("reason", CANNOT)
def test_a_copy_that_cannot_be_compared_is_told_why(reason: str, tmp_path: Path) -> None:
    changes, told = CANNOT[reason]
    with pytest.raises(CannotCompare) as error, Comparison(edited(tmp_path, *changes)):
        pass
    assert told in str(error.value)


def test_what_a_failed_import_says_shows_no_secret(tmp_path: Path) -> None:
    path = edited(tmp_path, "class SMSC:", "raise ValueError(SMSC_PASSWORD)\nclass SMSC:")
    with pytest.raises(CannotCompare) as error, Comparison(path):
        pass
    assert f"Line {CLASS_LINE}: ValueError: ***" in str(error.value)


def test_a_failure_in_a_module_of_the_program_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("import yaml_that_is_not_here\n")
    path = edited(tmp_path, LOGIN, "import config")
    with pytest.raises(CannotCompare) as error, Comparison(path):
        pass
    place = f"{tmp_path / 'config.py'}, line 1: ModuleNotFoundError: No module named"
    assert place in str(error.value)
    assert "smsc compare --python venv/bin/python FILE" in str(error.value)


def test_a_module_that_is_missing_gets_a_stand_in_and_that_is_told(
    compare: Compare, tmp_path: Path
) -> None:
    path = edited(
        tmp_path,
        LOGIN,
        "from shop.settings import conf\nSMSC_LOGIN = conf.LOGIN",
        "SMSC_POST = False",
        "SMSC_POST = conf.POST",
    )
    verdicts, report = compare(path, PLAIN, "your settings: send_sms")
    assert {verdict.kind for verdict in verdicts.values()} == {SAME}
    notes = " ".join(report.notes())
    assert "a stand-in took its place: shop.settings." in notes
    assert "the vendor's value was used: SMSC_POST." in notes


def test_a_stand_in_that_keeps_the_copy_from_sending_is_told(tmp_path: Path) -> None:
    fetched = "urlopen = lambda *given: fetch(given)"
    path = edited(
        tmp_path, "from urllib.request import urlopen", f"from fetcher import fetch\n{fetched}"
    )
    with pytest.raises(CannotCompare) as error, Comparison(path):
        pass
    assert "it returns without asking any host. Not found here: fetcher. Run" in str(error.value)


def test_what_a_failed_send_says_shows_no_secret(tmp_path: Path) -> None:
    path = edited(
        tmp_path,
        'account = "login="',
        "raise ValueError(SHOP_TOKEN)\n        account = ''",
        also=TOKEN,
    )
    with pytest.raises(CannotCompare) as error, Comparison(path):
        pass
    assert "Its send_sms does not send: ValueError: ***." in str(error.value)


def test_the_modules_of_the_program_are_found(
    compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "shop" / "sms"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "login.py").write_text("LOGIN = 'from the package'\n")
    (tmp_path / "settings.py").write_text("POST = True\n")
    path = edited(
        package,
        LOGIN,
        "from .login import LOGIN as SMSC_LOGIN",
        "SMSC_POST = False",
        "from settings import POST as SMSC_POST",
        file="gateway.py",
    )
    monkeypatch.chdir(tmp_path)
    verdicts, report = compare(path, PLAIN)
    assert verdicts[PLAIN].kind == SAME
    assert any("SMSC_POST = True" in note for note in report.notes())


def test_constants_that_are_unset_here_are_told(compare: Compare, tmp_path: Path) -> None:
    path = edited(tmp_path, LOGIN, 'import os\nSMSC_LOGIN = os.environ.get("SHOP_LOGIN")')
    _, report = compare(path, PLAIN)
    assert any("want of an environment variable here: SMSC_LOGIN" in n for n in report.notes())


def test_a_copy_that_sends_while_it_is_imported_is_told(compare: Compare, tmp_path: Path) -> None:
    path = edited(tmp_path, also="\nSMSC().send_sms('79991112233', 'started')\n")
    verdicts, report = compare(path, PLAIN)
    assert verdicts[PLAIN].kind == SAME
    assert any("imported: http://smsc.ua GET /sys/send.php" in note for note in report.notes())


def test_a_copy_that_mails_while_it_is_imported_is_told(compare: Compare, tmp_path: Path) -> None:
    path = edited(tmp_path, also="\nSMSC().send_sms_mail('79991112233', 'started')\n")
    verdicts, report = compare(path, "mail: plain")
    assert verdicts["mail: plain"].kind == SAME
    assert any("imported: smtp://send.smsc.ua" in note for note in report.notes())


def test_a_call_that_does_not_end_is_stopped_and_the_next_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = edited(tmp_path, "def get_balance(self):", "def get_balance(self):\n        forever()")
    path.write_text(path.read_text("utf-8") + "\ndef forever():\n    while True: pass\n", "utf-8")
    with Program(path, {}, {}) as program, Gateway([], Certificates()) as gateway:
        program.load(NoNetwork())
        with monkeypatch.context() as patched:
            patched.setattr(programs, "SECONDS_A_CALL", 0.2)
            with pytest.raises(Stopped):
                program.call(Call("get_balance"), gateway)
        told = program.call(Call("send_sms", ("79991112233", "test")), gateway)
    assert told["result"] == ["", ""]


def test_a_copy_that_asks_for_ever_is_stopped_without_waiting(tmp_path: Path) -> None:
    path = edited(tmp_path, "for host in HOSTS:", "while True:\n            host = HOSTS[0]")
    with Program(path, {}, {}) as program, Gateway([], Certificates()) as gateway, pytest.raises(
        Stopped, match="it asked 100 times and would go on"
    ):
        program.call(Call("send_sms", ("79991112233", "test")), gateway)


@pytest.mark.parametrize("python", ["no-such-python", "/"])
def test_a_python_that_cannot_be_run_is_told(python: str, tmp_path: Path) -> None:
    with pytest.raises(CannotCompare, match=f"cannot run {python}"), Comparison(
        edited(tmp_path), python
    ):
        pass


def test_a_python_that_is_too_old_is_told(tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    old.write_text(f"#!/bin/sh\nexit {programs.TOO_OLD}\n")
    old.chmod(0o755)
    with pytest.raises(CannotCompare, match=r"is older than Python 3\.8"), Comparison(
        edited(tmp_path), str(old)
    ):
        pass


def test_names_of_this_package_do_not_hide_the_programs_own(
    compare: Compare, tmp_path: Path
) -> None:
    for name in ("child", "fence", "main", "gateway"):
        (tmp_path / f"{name}.py").write_text(f"OWN = {name!r}\n")
    imports = "import child, fence, main, gateway\nassert child.OWN + main.OWN == 'childmain'\n"
    verdicts, _ = compare(edited(tmp_path, LOGIN, imports + LOGIN), PLAIN)
    assert verdicts[PLAIN].kind == SAME


def test_the_programs_own_names_do_not_hide_the_librarys(
    compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("queue", "requests", "pluggy"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the module of the program')\n")
    monkeypatch.chdir(tmp_path)
    verdicts, _ = compare(edited(tmp_path), PLAIN)
    assert verdicts[PLAIN].kind == SAME


def test_the_program_sees_itself_as_when_it_is_imported(tmp_path: Path) -> None:
    names: Any = "import sys\nclass SMSC:\n    def send_sms(self):\n"
    path = tmp_path / "sms.py"
    path.write_text(names + "        return [__name__, __file__, sys.argv[0]]\n")
    with Program(path, {}, {}, sys.executable) as program:
        told = program.call(Call("send_sms"), NoNetwork())
    assert told["result"] == ["sms", str(path), str(path)]

"""Check bears any tree of files, and says in a line what it could not read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .cases import vendor_like
from .conftest import Smsc


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"smsc = '\0'\n", "it has null bytes"),
        (b"# smsc\nprint 'x'\n", "is it Python 2"),
        (b"# smsc\ndef f(:\n", "line 2 is no valid Python 3"),
        (b"# smsc \xff\xfe\xfa\n", "it is not UTF-8, and declares no encoding that fits"),
        (b"# coding: nonsense\n# smsc\n", "declares no encoding that fits"),
        (b"\xff\xfes\0m\0s\0c\0", "declares no encoding"),
        (b"# smsc\n" + b"(" * 5000 + b")" * 5000, ""),  # each Python in its own words
        (b"# smsc\nx = " + b"-" * 100_000 + b"1\n", ""),
        (b"# smsc\n" + b"#" * 3_000_000, "larger than 2,000,000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_a_line(
    content: bytes, says: str, smsc: Smsc, folder: Path
) -> None:
    (folder / "smsc_api.py").write_text(vendor_like(), encoding="utf-8")
    (folder / "hostile.py").write_bytes(content)
    status, out, errors = smsc("check", ".")
    lines = [line for line in out.splitlines() if "hostile.py" in line]
    assert len(lines) == 1
    assert lines[0].startswith("not read: hostile.py: ")
    assert says in lines[0]
    assert "smsc_api.py: the vendor's file" in out
    assert errors == ""
    assert status in (0, 1)


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links and pipes")
def test_loops_pipes_and_dead_links_do_not_stop_it(smsc: Smsc, folder: Path) -> None:
    (folder / "smsc_api.py").write_text(vendor_like(), encoding="utf-8")
    (folder / "loop").symlink_to(folder)
    (folder / "self.py").symlink_to(folder / "self.py")
    (folder / "dead.py").symlink_to(folder / "nothing.py")
    os.mkfifo(str(folder / "pipe.py"))
    status, out, _ = smsc("check", ".")
    assert status == 0
    assert out.count("the vendor's file") == 1
    assert "not read: pipe.py: it is no regular file" in out
    for words in (["check"], ["migrate", "--yes"], ["migrate", "--undo"]):
        status, _, errors = smsc(*words, "pipe.py")
        assert status == 2
        assert "no regular file" in errors


def test_virtual_environments_and_hidden_folders_are_skipped(smsc: Smsc, folder: Path) -> None:
    for name in (".git", "venv", "node_modules", "env"):
        (folder / name).mkdir()
        (folder / name / "smsc_api.py").write_text(vendor_like(), encoding="utf-8")
    (folder / "venv" / "pyvenv.cfg").touch()
    (folder / "env" / "bin").mkdir()
    (folder / "env" / "bin" / "activate").touch()
    status, out, _ = smsc("check", ".")
    assert (status, out) == (0, "no copy of the vendor's file in 0 files\n")


def test_a_copy_is_found_under_any_name_of_file_and_class(smsc: Smsc, folder: Path) -> None:
    text = vendor_like("kz").replace("class SMSC(object)", "class Gateway(object)")
    (folder / "lib.py").write_text(text, encoding="utf-8")
    (folder / "use.py").write_text("from lib import Gateway\nGateway().get_balance()\n", "utf-8")
    _, out, _ = smsc("check", ".")
    assert "lib.py: the vendor's file, edition 2.0, second build, for smsc.kz" in out
    assert "used by: use.py, lines 1, 2" in out


def test_a_class_that_only_has_such_names_is_no_copy(smsc: Smsc, folder: Path) -> None:
    own = "class SMSC:\n" + "".join(
        f"    def {name}(self):\n        return 1\n"
        for name in ("send_sms", "get_status", "get_balance")
    )
    (folder / "own.py").write_text(own, encoding="utf-8")
    assert smsc("check", ".")[1] == "no copy of the vendor's file in 1 files\n"


def test_imports_lead_to_the_copy_that_they_mean(smsc: Smsc, folder: Path) -> None:
    (folder / "shop" / "sms").mkdir(parents=True)
    copy = vendor_like().replace("class SMSC(object):", "class SMSC(object):\n    x = 1")
    (folder / "shop" / "sms" / "smsc_api.py").write_text(copy, encoding="utf-8")
    for name, line in {
        "a.py": "from shop.sms.smsc_api import SMSC",
        "b.py": "import shop.sms.smsc_api as gateway",
        "shop/c.py": "from .sms import smsc_api",
        "shop/sms/d.py": "from .smsc_api import *",
        "e.py": "from smsc_apiary import SMSC",
    }.items():
        (folder / name).write_text(line + "\n", encoding="utf-8")
    users = {line.strip() for line in smsc("check", ".")[1].splitlines() if "used by" in line}
    files = ("a.py", "b.py", "shop/c.py", "shop/sms/d.py")
    assert users == {f"used by: {file}, lines 1" for file in files}


def test_json_has_everything(smsc: Smsc, folder: Path) -> None:
    (folder / "smsc_api.py").write_text(vendor_like("ru", "typed_in"), encoding="utf-8")
    (folder / "use.py").write_text("import smsc_api\nsmsc_api.SMSC('a')\n", encoding="utf-8")
    status, out, _ = smsc("check", "--json", ".")
    document = json.loads(out)
    assert status == 1
    assert document["copies"][0]["edition"] == "2.0, second build"
    assert document["callers"][0]["needs_a_change"][0]["line"] == 2
    assert "QzX" not in out


def test_a_project_of_many_callers_stays_under_thirty_lines(smsc: Smsc, folder: Path) -> None:
    (folder / "smsc_api.py").write_text(vendor_like("ru", "typed_in"), encoding="utf-8")
    for number in range(60):
        text = "from smsc_api import SMSC\n" + "SMSC().get_balance()\n" * 20
        (folder / f"view{number}.py").write_text(text, encoding="utf-8")
    status, out, _ = smsc("check", ".")
    assert status == 0
    assert len(out.splitlines()) < 30
    assert "used by: 52 more files (--json has all)" in out


def test_a_path_that_is_not_there_is_exit_2(smsc: Smsc) -> None:
    status, _, errors = smsc("check", "nowhere")
    assert (status, errors) == (2, "smsc check: nowhere: No such file or directory\n")


def test_a_setting_of_ours_in_the_environment_is_said(
    smsc: Smsc, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "smsc_api.py").write_text(vendor_like("typed_in"), encoding="utf-8")
    monkeypatch.setenv("SMSC_HOST", "sms.example")
    status, out, _ = smsc("check", ".")
    assert status == 0
    assert "note: SMSC_HOST is set in the environment: ours follows it" in out


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_no_name_and_no_source_steers_the_terminal(smsc: Smsc, folder: Path) -> None:
    text = vendor_like().replace("SMSC_DEBUG = False", 'SMSC_DEBUG = "\x1b[2J"')
    text = text.replace('"balance"', '"balance\x1b[2J"')
    for name in ("a\n\x1b[31m\u202e.py", "plain.py"):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "use\x1b.py").write_text("# smsc\n" + "(" * 5000, encoding="utf-8")
    _, checked, _ = smsc("check", ".")
    _, migrated, _ = smsc("migrate", "--force", "--dry-run", "plain.py")
    printed = checked + migrated
    assert "\\x1b[2J" in printed
    assert "a\\n\\x1b[31m\\u202e.py: the vendor's file" in printed
    assert not set(printed) & set("\x1b\u202e")


@pytest.mark.parametrize("part", ["'a' + ", "1 if a else ", "'a' or "])
def test_a_long_chain_in_a_program_does_not_stop_it(part: str, smsc: Smsc, folder: Path) -> None:
    (folder / "smsc_api.py").write_text(vendor_like(), encoding="utf-8")
    use = f"from smsc_api import SMSC\npassword = {part * 800}'QzX'\n"
    (folder / "use.py").write_text(use, encoding="utf-8")
    status, out, errors = smsc("check", ".")
    assert "use.py" in out
    assert (status in (0, 1), errors) == (True, "")


def test_no_other_text_is_called_a_password(smsc: Smsc, folder: Path) -> None:
    text = vendor_like().replace('SMSC_LOGIN = ""', 'SMSC_LOGIN = conf["sms"]["user"]')
    text = text.replace('SMSC_PASSWORD = ""', 'SMSC_PASSWORD = conf.get("sms", "sms_key")')
    text = text.replace("SMTP_SERVER = ", 'SMTP_SERVER = conf.get("sms", "relay") or ')
    text += '\n\nADDRESS = "https://shop.example/" + quote("a b")\n'
    (folder / "smsc_api.py").write_text(f"import conf\n{text}", encoding="utf-8")
    status, out, _ = smsc("check", ".")
    assert (status, "hard-coded" in out) == (0, False)
    (folder / "use.py").write_text(
        "import smsc_api\npassword = getattr(smsc_api, 'PASSWORD', 'QzX0')\n"
        "label = {'login': 'Логин', 'password': 'Your password'}\nf(login='Логин')\n",
        encoding="utf-8",
    )
    assert "hard-coded passwords and logins: use.py:2\n" in smsc("check", ".")[1]
    assert 'conf.get("sms", "relay")' in out


def test_long_texts_are_judged_quickly(smsc: Smsc, folder: Path) -> None:
    text = vendor_like().replace('"&fmt=1&charset="', '"' + "a " * 20_000 + "a=a" * 20_000 + '!"')
    (folder / "smsc_api.py").write_text(f"{text}\n# {'passw' * 20_000}\n", encoding="utf-8")
    assert "REFUSED" in smsc("check", ".")[1]


def test_a_folder_that_cannot_be_opened_is_told(
    smsc: Smsc, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "closed").mkdir()
    genuine = os.scandir

    def scandir(path: str = ".") -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return genuine(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert "not read: closed: Permission denied\n" in smsc("check", ".")[1]

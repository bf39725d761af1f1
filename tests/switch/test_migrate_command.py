"""``smsc migrate``: what it writes, what it keeps, when it refuses, and its undo."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

import smsc_api
from tests.faces import load_face

from .cases import CASES, SECRET, changed, vendor_like
from .conftest import Smsc

COPY = vendor_like("typed_in")
FOLDER = Path(__file__).parent / "programs"
DONE = """\
smsc_api.py is our file now; the old one is smsc_api.py.vendor beside it
try it: smsc sandbox run -- python your_program.py
undo:   smsc migrate --undo smsc_api.py
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    path = tmp_path / "smsc_api.py"
    path.write_text(COPY, encoding="utf-8")
    return path


def test_the_old_file_is_kept_and_undo_puts_it_back_byte_for_byte(smsc: Smsc, copy: Path) -> None:
    copy.chmod(0o640)
    os.utime(copy, (1_000_000_000, 1_000_000_000))
    before, status = copy.read_bytes(), copy.stat()
    done, said, _ = smsc("migrate", "--yes", "smsc_api.py")
    assert (done, said.endswith(DONE)) == (0, True)
    kept = copy.with_name("smsc_api.py.vendor")
    assert kept.read_bytes() == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o640
    assert sorted(os.listdir(copy.parent)) == ["smsc_api.py", "smsc_api.py.vendor"]

    said = "smsc_api.py is the old file again, byte for byte\n"
    assert smsc("migrate", "--undo", "smsc_api.py") == (0, said, "")
    assert copy.read_bytes() == before
    assert (copy.stat().st_mode, copy.stat().st_mtime) == (status.st_mode, status.st_mtime)
    assert os.listdir(copy.parent) == ["smsc_api.py"]


def test_a_second_time_changes_nothing_and_says_so(smsc: Smsc, copy: Path) -> None:
    smsc("migrate", "--yes", "smsc_api.py")
    new = copy.read_bytes()
    said = "smsc_api.py is our file already: nothing to do\nundo: smsc migrate --undo smsc_api.py\n"
    assert smsc("migrate", "--yes", "smsc_api.py") == (0, said, "")
    assert copy.read_bytes() == new


def test_the_constants_are_taken_over(smsc: Smsc, tmp_path: Path) -> None:
    path = tmp_path / "sms.py"
    text = vendor_like("ru", "typed_in").replace("SMSC_HTTPS = False", "SMSC_HTTPS = 1")
    path.write_text(text.replace('SMTP_LOGIN = ""', "SMTP_LOGIN = 'mail' + str(1)"), "utf-8")
    assert smsc("migrate", "--yes", "sms.py")[0] == 0
    face = load_face(path)
    assert (face.SMSC_LOGIN, face.SMSC_PASSWORD) == ("QzXlogin", "QzXpassword")
    assert (face.SMSC_POST, face.SMSC_HTTPS, face.SMTP_LOGIN) == (False, 1, "mail1")
    assert (face.SMTP_FROM, face.SMTP_SERVER) == ("api@smsc.ru", "send.smsc.ru")
    assert face.SMSC_HOST == "smsc.ru"


def test_a_star_import_gives_what_the_old_file_gave(smsc: Smsc, tmp_path: Path) -> None:
    path = tmp_path / "smsc_api.py"
    text = changed(COPY, FOLDER / "instance_at_the_bottom" / "changes.txt")
    path.write_text(text.replace("import smtplib\n", "import smtplib\nimport os\n"), "utf-8")
    names = {name for name in vars(load_face(path)) if not name.startswith("_")}
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    face = load_face(path)
    assert set(face.__all__) == names
    assert isinstance(face.smsc, face.SMSC)


METHOD = """
    def send_many(self, phones, text):
        return [self.send_sms(phone, text) for phone in phones]
"""


@pytest.mark.parametrize("indent", ["    ", "\t"])
def test_an_own_method_is_carried_over(smsc: Smsc, tmp_path: Path, indent: str) -> None:
    path = tmp_path / "smsc_api.py"
    path.write_text((COPY + METHOD).replace("    ", indent), encoding="utf-8")
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    face = load_face(path)
    assert face.SMSC().send_many([], "x") == []
    assert face.SMSC.__module__ == "smsc_api"


ADDED = {
    "import smtplib, os, sys": {"os", "sys"},
    "import smtplib\nfrom datetime import datetime, timedelta": {"timedelta"},
    "import smtplib\nimport sys": {"sys"},
    "import smtplib\nif True:\n    COUNTRY = '7'": {"COUNTRY"},
}


@pytest.mark.parametrize("lines", ADDED)
def test_more_imports_and_names_are_carried_over(smsc: Smsc, copy: Path, lines: str) -> None:
    copy.write_text(COPY.replace("import smtplib", lines), encoding="utf-8")
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    assert sorted(load_face(copy).__all__) == sorted([*smsc_api.__all__, *ADDED[lines]])


def test_a_list_of_names_for_star_imports_stays_as_it_was(smsc: Smsc, copy: Path) -> None:
    listed = "import smtplib, os\n\n__all__ = ['SMSC', 'os']"
    copy.write_text(COPY.replace("import smtplib", listed), encoding="utf-8")
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    assert load_face(copy).__all__ == ["SMSC", "os"]


@pytest.mark.parametrize("code", ["ifs(1, 'QzX', '')", "decrypt('QzX')"])
def test_a_constant_that_our_file_cannot_have_is_refused(smsc: Smsc, copy: Path, code: str) -> None:
    copy.write_text(vendor_like().replace('PASSWORD = ""', f"PASSWORD = {code}", 1), "utf-8")
    status, said, _ = smsc("migrate", "--yes", "smsc_api.py")
    assert status == 1
    assert "SMSC_PASSWORD = ..." in said
    name = code.split("(")[0]
    assert f"cannot be carried over, it uses {name}, which our file does not have" in said
    assert SECRET not in said


def test_an_account_in_our_own_installed_file_is_neither_shown_nor_passed_on(
    smsc: Smsc, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = tmp_path / "installed.py"
    text = Path(smsc_api.__file__).read_text(encoding="utf-8")
    edited.write_text(text.replace('PASSWORD = ""', 'PASSWORD = "QzXours"'), encoding="utf-8")
    monkeypatch.setattr("smsc_transports.switch.replacement.PLACE", edited)
    copy.write_text(vendor_like(), encoding="utf-8")
    status, said, _ = smsc("migrate", "--yes", "smsc_api.py")
    assert status == 0
    assert SECRET not in said + copy.read_text("utf-8")


OBSTACLES = {
    METHOD.replace("self.send_sms", "self.client.send"): "it uses self.client",
    "\n\ndef helper():\n    return _secret_of_mine\n": "it uses _secret_of_mine",
    "\n\nimport datetime\n": "our file needs the name datetime for itself",
    "\n\nSMSC_TIMEOUT = 'mine'\n": "our file needs the name SMSC_TIMEOUT for itself",
}


@pytest.mark.parametrize("added", OBSTACLES)
def test_what_cannot_be_carried_over_is_refused_unless_forced(
    smsc: Smsc, copy: Path, added: str
) -> None:
    copy.write_text(COPY + added, encoding="utf-8")
    before = copy.read_bytes()
    status, said, refused = smsc("migrate", "--yes", "smsc_api.py")
    assert status == 1
    assert f"cannot be carried over, {OBSTACLES[added]}" in said
    assert "smsc_api.py stays as it is" in refused
    assert "smsc migrate --force smsc_api.py" in refused
    assert copy.read_bytes() == before
    assert smsc("migrate", "--yes", "--force", "smsc_api.py")[0] == 0
    assert load_face(copy).SMSC_LOGIN == "QzXlogin"


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("Yes", 0), ("n", 1), ("", 1), (None, 1)])
def test_it_asks_first(
    smsc: Smsc,
    copy: Path,
    answer: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asked(question: str) -> str:
        assert question == "put our file in the place of smsc_api.py? [y/N] "
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", asked)
    done, _, refused = smsc("migrate", "smsc_api.py")
    assert done == status
    assert (copy.read_text("utf-8") == COPY) == (status == 1)
    if status:
        assert refused == "smsc migrate: nothing was changed (--yes answers for a script)\n"


def test_a_backup_is_never_overwritten(smsc: Smsc, copy: Path) -> None:
    earlier = copy.with_name("smsc_api.py.vendor")
    earlier.write_text("mine")
    assert "the old one is smsc_api.py.vendor2 beside it" in smsc("migrate", "--yes", copy.name)[1]
    assert smsc("migrate", "--undo", "smsc_api.py")[0] == 0
    assert (copy.read_text("utf-8"), earlier.read_text()) == (COPY, "mine")


def test_undo_refuses_to_lose_later_edits_unless_forced(smsc: Smsc, copy: Path) -> None:
    smsc("migrate", "--yes", "smsc_api.py")
    text = copy.read_text("utf-8")
    copy.write_text(text.replace("SMSC_POST = False", "SMSC_POST = True"), encoding="utf-8")
    told = (
        "smsc migrate: smsc_api.py was edited since; the edits would be lost. "
        "Even so: smsc migrate --undo --force smsc_api.py\n"
    )
    assert smsc("migrate", "--undo", "smsc_api.py") == (1, "", told)
    assert smsc("migrate", "--undo", "--force", "smsc_api.py")[0] == 0
    assert copy.read_text("utf-8") == COPY


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--undo", "smsc_api.py"], "smsc_api.py was not put there by smsc migrate"),
        (["--undo", "none.py"], "none.py cannot be read (No such file or directory)"),
        (["none.py"], "none.py cannot be read: No such file or directory"),
        (["."], ". cannot be read: Is a directory"),
        (["program.py"], "program.py is no copy of the vendor's file: nothing was changed"),
        (["cut.py"], "cut.py cannot be read: line 3: the file breaks off"),
    ],
)
def test_mistakes_are_one_clear_line(smsc: Smsc, copy: Path, arguments: str, told: str) -> None:
    copy.with_name("program.py").write_text("from smsc_api import SMSC\n")
    copy.with_name("cut.py").write_text("class SMSC:\n    def send_sms(self):\n        x = (")
    status, said, refused = smsc("migrate", *arguments)
    assert (status, said) == (2, "")
    assert refused.startswith(f"smsc migrate: {told}")
    assert refused.count("\n") == 1


def test_undo_without_the_backup_says_which_file_is_missing(smsc: Smsc, copy: Path) -> None:
    smsc("migrate", "--yes", "smsc_api.py")
    copy.with_name("smsc_api.py.vendor").unlink()
    status, _, refused = smsc("migrate", "--undo", "smsc_api.py")
    assert status == 2
    assert "smsc_api.py.vendor cannot be put back (No such file or directory)" in refused


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encoding_and_line_ends_stay(
    smsc: Smsc, tmp_path: Path, encoding: str, newline: str
) -> None:
    path = tmp_path / "smsc_api.py"
    cookie = "utf-8" if encoding == "utf-8-sig" else encoding
    text = COPY.replace("coding: utf-8", f"coding: {cookie}").replace("\n", newline)
    path.write_bytes(text.encode(encoding))
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    new = path.read_bytes()
    assert "Сообщение отправлено успешно" in new.decode(encoding)
    assert new.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    assert (new.count(b"\r\n") == new.count(b"\n")) == (newline == "\r\n")
    assert load_face(path).SMSC_PASSWORD == "QzXpassword"
    assert smsc("migrate", "--undo", "smsc_api.py")[0] == 0


def test_an_encoding_that_cannot_hold_our_file_becomes_utf8_and_is_told(
    smsc: Smsc, tmp_path: Path
) -> None:
    path = tmp_path / "smsc_api.py"
    path.write_bytes(COPY.replace("coding: utf-8", "coding: koi8-r").encode("koi8-r"))
    said = smsc("migrate", "--yes", "smsc_api.py")[1]
    assert "\nwritten in utf-8; koi8-r cannot hold our file\n" in said
    assert "№" in path.read_text("utf-8")
    assert load_face(path).SMSC_LOGIN == "QzXlogin"


def test_the_first_line_of_a_script_stays(smsc: Smsc, copy: Path) -> None:
    copy.write_text(f"#!/usr/bin/env python3\n{COPY}\nif __name__ == '__main__':\n    print(1)\n")
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    text = copy.read_text("utf-8")
    assert text.startswith('#!/usr/bin/env python3\n"""')
    assert "if __name__ == '__main__':\n    print(1)\n" in text


@pytest.mark.skipif(os.name != "posix", reason="symbolic links as POSIX has them")
def test_of_a_symbolic_link_the_file_behind_it_is_replaced(smsc: Smsc, tmp_path: Path) -> None:
    real = tmp_path / "real" / "smsc_api.py"
    real.parent.mkdir()
    real.write_text(COPY, encoding="utf-8")
    link = tmp_path / "link.py"
    link.symlink_to(real)
    assert smsc("migrate", "--yes", "link.py")[0] == 0
    assert link.is_symlink()
    assert real.with_name("smsc_api.py.vendor").read_text("utf-8") == COPY
    assert smsc("migrate", "--undo", "link.py")[0] == 0
    assert real.read_text("utf-8") == COPY


@pytest.mark.parametrize("step", ["link", "replace"])
def test_when_a_file_cannot_be_written_everything_is_as_before(
    smsc: Smsc, copy: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    monkeypatch.setattr(shutil, "copy2", full)
    status, _, refused = smsc("migrate", "--yes", "smsc_api.py")
    assert status == 2
    assert "cannot be written (No space left on device)" in refused
    assert copy.read_text("utf-8") == COPY
    assert os.listdir(copy.parent) == ["smsc_api.py"]


def test_where_files_cannot_have_two_names_the_old_one_is_copied(
    smsc: Smsc, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", unsupported)
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    assert copy.with_name("smsc_api.py.vendor").read_text("utf-8") == COPY


def test_help_tells_the_exit_statuses(smsc: Smsc) -> None:
    _, said, _ = smsc("migrate", "--help")
    assert "1  not done: not confirmed, or something cannot be taken over" in said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_undo_gives_every_program_back_its_own_file(
    case: object, smsc: Smsc, tmp_path: Path
) -> None:
    path: Path = case.write(tmp_path)  # type: ignore[attr-defined]
    before = path.read_bytes()
    name = str(path.relative_to(tmp_path))
    assert smsc("migrate", "--yes", "--force", name)[0] == 0
    assert path.read_bytes() != before
    assert smsc("migrate", "--undo", name)[0] == 0
    assert path.read_bytes() == before

"""``smsc check``: what it walks, what it says of all together, exit status and JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .cases import CASES, SECRET, vendor_like
from .conftest import Smsc

COPY = vendor_like("typed_in")
PROGRAM = "from smsc_api import SMSC\nSMSC().send_sms('7', 'x')\n"
BOOL = "            return answer[1] > '0'\n"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_nothing_about_the_gateway_is_said_in_one_line(smsc: Smsc, tmp_path: Path) -> None:
    write(tmp_path, a="x = 1\n", b="import os\n")
    said = "no copy of the vendor's file and no program that uses one in 2 files\n"
    assert smsc("check", ".") == (0, said, "")


@pytest.mark.parametrize(
    ("path", "told"),
    [("missing", "smsc check: missing: No such file or directory\n")],
)
def test_a_path_that_is_not_there_ends_with_status_2(smsc: Smsc, path: str, told: str) -> None:
    assert smsc("check", path) == (2, "", told)


def test_without_a_path_the_usage_is_told(smsc: Smsc) -> None:
    status, _, told = smsc("check")
    assert status == 2
    assert "PATH" in told


def test_help_tells_the_exit_statuses(smsc: Smsc) -> None:
    _, said, _ = smsc("check", "--help")
    assert "0  nothing needs a change" in said
    assert "1  something needs a line changed" in said
    assert "2  a PATH cannot be read" in said


def test_many_copies_and_programs_are_counted(smsc: Smsc, tmp_path: Path) -> None:
    for case in CASES:
        case.write(tmp_path / case.name)
    status, said, _ = smsc("check", ".")
    assert status == 1
    assert "24 copies of the vendor's file; 26 programs use them" in said
    assert "8 changes of a copy's owner that our file does not take over" in said
    assert "2 files of Python 2" in said
    assert SECRET not in said


def test_what_tools_put_there_is_left_out(smsc: Smsc, tmp_path: Path) -> None:
    hidden = [".git", "__pycache__", "node_modules", "venv/lib/site-packages", "old_venv/lib"]
    for folder in hidden:
        write(tmp_path / folder, smsc_api=COPY)
    (tmp_path / "old_venv" / "bin").mkdir()
    (tmp_path / "old_venv" / "bin" / "activate").touch()
    assert "no copy" in smsc("check", ".")[1]
    assert "5 copies" in smsc("check", *hidden)[1]


@pytest.mark.skipif(os.name != "posix", reason="symbolic links as POSIX has them")
def test_a_loop_of_symbolic_links_is_walked_once(smsc: Smsc, tmp_path: Path) -> None:
    write(tmp_path / "shop", smsc_api=COPY)
    (tmp_path / "shop" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "other").symlink_to(tmp_path / "shop", target_is_directory=True)
    assert "1 copy of the vendor's file" in smsc("check", ".")[1]


def test_a_script_without_an_ending_is_read(smsc: Smsc, tmp_path: Path) -> None:
    write(tmp_path, smsc_api=COPY)
    (tmp_path / "notify").write_text(f"#!/usr/bin/env python3\n{PROGRAM}")
    (tmp_path / "notes").write_text(PROGRAM)
    assert "notify: uses smsc_api.py\n     same  lines 2, 3\n" in smsc("check", ".")[1]


def test_a_single_file_is_checked_with_what_it_imports(smsc: Smsc, tmp_path: Path) -> None:
    write(tmp_path / "shop", smsc_api=COPY.replace("        return answer\n", BOOL, 1))
    write(tmp_path / "shop", program=PROGRAM.replace("SMSC()", "r = SMSC()"))
    status, said, _ = smsc("check", "shop/program.py")
    assert status == 1
    assert "shop/program.py: uses shop/smsc_api.py" in said
    assert "this copy gives True or False" in said


def test_a_file_of_the_same_name_that_is_no_copy_is_no_copy(smsc: Smsc, tmp_path: Path) -> None:
    write(tmp_path, smsc_api="async def request_smsc(method): ...\n", program=PROGRAM)
    assert smsc("check", ".")[1].startswith("no copy of the vendor's file")


def test_of_two_copies_each_program_uses_the_nearest(smsc: Smsc, tmp_path: Path) -> None:
    write(tmp_path, a__smsc_api=COPY, a__program=PROGRAM, b__smsc_api=COPY, b__program=PROGRAM)
    write(tmp_path, b__deep__task=PROGRAM)
    said = smsc("check", ".")[1]
    assert "a/program.py: uses a/smsc_api.py\n" in said
    assert "b/program.py: uses b/smsc_api.py\n" in said
    assert "b/deep/task.py: uses b/smsc_api.py\n" in said


def test_our_file_is_told_as_already_in_place_with_any_constants(
    smsc: Smsc, tmp_path: Path
) -> None:
    ours = (Path(__file__).parents[2] / "smsc_api.py").read_text(encoding="utf-8")
    assert 'SMSC_PASSWORD = ""' in ours
    write(tmp_path, smsc_api=ours.replace('SMSC_PASSWORD = ""', 'SMSC_PASSWORD = "QzXp"'))
    write(tmp_path, program=PROGRAM)
    status, said, _ = smsc("check", ".")
    assert status == 0
    assert said.startswith("smsc_api.py: our file, already in the vendor's place\n")
    assert "0 copies of the vendor's file, 1 file of ours; 1 program uses them" in said
    assert SECRET not in said


def test_broken_files_about_the_gateway_are_told_with_place_and_reason(
    smsc: Smsc, tmp_path: Path
) -> None:
    write(
        tmp_path, cut=COPY[: COPY.index("words +=") + 20], half="import smsc_api\nx = = 1\ny = 2\n"
    )
    write(tmp_path, elsewhere="x = (1\n")
    status, said, _ = smsc("check", ".")
    assert status == 1
    line = COPY[: COPY.index("words +=")].count("\n") + 1
    assert (
        f"cut.py, which looks like a copy of the vendor's file, cannot be read: "
        f"line {line}: the file breaks off\n"
        f"half.py cannot be read: line 2: no valid Python\n" in said
    )
    assert "2 files that cannot be read" in said
    assert "elsewhere" not in said


def test_a_program_too_deeply_nested_is_told(smsc: Smsc, tmp_path: Path) -> None:
    write(tmp_path, deep=f"from smsc_api import *\nx = {' + '.join(['SMSC()'] * 2000)}\n")
    status, said, _ = smsc("check", ".")
    assert status == 1
    assert "deep.py cannot be read: too deeply nested" in said


def test_a_file_that_may_not_be_read_is_told(
    smsc: Smsc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    write(tmp_path, secret=PROGRAM)
    monkeypatch.setattr(Path, "read_bytes", forbidden)
    status, said, _ = smsc("check", ".")
    assert status == 1
    assert "secret.py cannot be read: Permission denied" in said


@pytest.mark.skipif(os.name != "posix", reason="symbolic links as POSIX has them")
def test_a_link_that_leads_nowhere_is_no_file(smsc: Smsc, tmp_path: Path) -> None:
    (tmp_path / ".#notify.py").symlink_to("somebody@somewhere")
    assert smsc("check", ".")[0] == 0


def test_json_has_a_stable_shape(smsc: Smsc, tmp_path: Path) -> None:
    [case] = [case for case in CASES if case.name == "bool_result"]
    case.write(tmp_path)
    status, said, _ = smsc("check", "--json", ".")
    found = json.loads(said)
    assert status == 1
    assert found["version"] == 1
    assert found["summary"] == {
        "files": 2,
        "copies": 1,
        "replaced": 0,
        "programs": 1,
        "places": 3,
        "same": 2,
        "better": 0,
        "need_a_line": 1,
        "changes_not_taken_over": 1,
        "python2": 0,
        "unreadable": 0,
        "needs_a_change": True,
    }
    [copy] = found["copies"]
    changes = copy.pop("changes")
    constants = {one.pop("name"): one for one in copy.pop("constants")}
    assert copy == {
        "path": "smsc_api.py",
        "class": "SMSC",
        "edition": "2.0",
        "build": 1,
        "header": "2.0",
        "domain": "smsc.kz",
        "untouched": False,
        "python2": None,
        "better": ["D6", "D7", "D8", "D10", "D12", "D13", "D14", "D16"],
    }
    assert constants["SMSC_PASSWORD"] == {"line": 18, "from": "literal", "typed_in": True}
    assert changes[-1] == {
        "kind": "result",
        "line": 51,
        "words": "send_sms gives True or False",
        "fate": "needs a line",
        "write": ["smsc.send_sms(...).ok"],
    }
    [program] = found["programs"]
    assert program["path"] == "generate.py"
    assert program["places"][1] == {
        "line": 5,
        "what": "SMSC().send_sms(...)",
        "verdict": "needs a line",
        "differences": [],
        "why": "this copy gives True or False, ours gives the reply, which is always true",
        "write": ["SMSC().send_sms(...).ok"],
        "note": "",
        "copy": "smsc_api.py",
    }
    assert found["secrets"] == [
        {"path": "smsc_api.py", "line": 17, "name": "SMSC_LOGIN"},
        {"path": "smsc_api.py", "line": 18, "name": "SMSC_PASSWORD"},
    ]
    assert found["replaced"] == found["unreadable"] == []


SECRETS = [
    "smsc_api.SMSC_PASSWORD = 'QzX'",
    "smsc_api.SMSC_LOGIN, x = 'QzX', 1",
    "SMSC('QzX', password='QzX')",
    "SMSC.SMSC_PASSWORD = b'QzX'",
    "smsc_api.SMSC_PASSWORD: str = 'QzX'  # QzX",
    "smsc_api.SMTP_PASSWORD = smsc_api.SMSC_PASSWORD = 'QzX'",
    "SMSC().send_sms('QzX', 'QzX', sms_id='QzX', *['QzX'], **{'QzX': 'QzX'})",
    "if SMSC('QzX').send_sms('QzX', f'QzX{1}')['QzX'] == 'QzX': 'QzX'",
    "print 'QzX', SMSC('QzX')",
    "SMSC('QzX'",
]


@pytest.mark.parametrize("line", SECRETS)
def test_no_secret_of_a_program_is_shown(smsc: Smsc, tmp_path: Path, line: str) -> None:
    write(tmp_path, smsc_api=vendor_like("typed_in") + "\n# QzX\nx = 'QzX'\n")
    write(tmp_path, program=f"import smsc_api\nfrom smsc_api import *\n{line}\n")
    for arguments in (
        ["check", "."],
        ["check", "--json", "."],
        ["migrate", "--dry-run", "smsc_api.py"],
    ):
        assert SECRET not in "".join(map(str, smsc(*arguments)))


def test_passwords_are_told_by_their_place(smsc: Smsc, tmp_path: Path) -> None:
    write(
        tmp_path,
        program="import smsc_api\n"
        "smsc_api.SMSC_PASSWORD = 'QzX'\n"
        "smsc_api.SMSC_LOGIN, smsc_api.SMSC_PASSWORD = 'QzX', read()\n"
        "smsc_api.SMTP_PASSWORD = ''\n",
    )
    told = "secrets are typed in at:\n  program.py:2  SMSC_PASSWORD\n  program.py:3  SMSC_LOGIN\n\n"
    assert told in smsc("check", ".")[1]


def test_the_command_starts_without_its_readers() -> None:
    assert "smsc_transports.cli.check" in sys.modules
    code = (
        "import sys; from smsc_transports.cli import main as cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in sys.modules if name.startswith('smsc_transports.switch')])"
    )
    said = subprocess.check_output([sys.executable, "-c", code], encoding="utf-8")
    assert said.splitlines()[-1] == "[]"

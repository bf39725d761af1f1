"""Migrate loses nothing, whatever happens between two of its steps, and undoes itself."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import pytest

from smsc_transports.switching import replacing
from smsc_transports.switching.migrating import migrated_text, migration_of
from smsc_transports.switching.reading import read_copy

from .cases import vendor_like
from .conftest import Smsc

MOMENT = 1_500_000_000
STEPS = ("kept", "written", "checked", "replaced")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(folder: Path) -> Path:
    path = folder / "smsc_api.py"
    path.write_bytes(vendor_like("ru", "typed_in").replace("\n", "\r\n").encode("utf-8"))
    path.chmod(0o640)
    os.utime(str(path), (MOMENT, MOMENT))
    return path


def facts(path: Path) -> List[object]:
    status = path.stat()
    return [path.read_bytes(), status.st_mode, status.st_mtime_ns, status.st_uid]


def test_undo_gives_bytes_mode_and_times_back(copy: Path, smsc: Smsc) -> None:
    before = facts(copy)
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    new = copy.read_bytes()
    assert b"smsc_transports" in new
    assert b"\r\n" in new
    assert b"\n" not in new.replace(b"\r\n", b"")
    assert copy.stat().st_mode & 0o777 == 0o640
    assert smsc("migrate", "--undo", "smsc_api.py")[0] == 0
    assert facts(copy) == before
    assert sorted(os.listdir(str(copy.parent))) == ["smsc_api.py"]


def test_an_edited_file_is_undone_only_by_force(copy: Path, smsc: Smsc) -> None:
    smsc("migrate", "--yes", "smsc_api.py")
    copy.write_bytes(b"# mine\n" + copy.read_bytes())
    status, _, errors = smsc("migrate", "--undo", "smsc_api.py")
    assert status == 1
    assert "the edits would be lost" in errors
    assert smsc("migrate", "--undo", "--force", "smsc_api.py")[0] == 0


def test_a_kept_file_that_was_edited_is_not_put_back(copy: Path, smsc: Smsc) -> None:
    smsc("migrate", "--yes", "smsc_api.py")
    kept = copy.with_name("smsc_api.py.vendor")
    kept.write_bytes(kept.read_bytes() + b"#")
    status, _, errors = smsc("migrate", "--undo", "smsc_api.py")
    assert status == 2
    assert "is not the old file any more" in errors


def killed(call: str, step: str, given: bytes = b"") -> None:
    """Run a call of ``replacing`` in a process that is killed at the end of a step."""
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from smsc_transports.switching import replacing\n"
        f"replacing.step = lambda name: name == {step!r} and os.kill(os.getpid(), signal.SIGKILL)\n"
        f"path = Path('smsc_api.py')\n{call}\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], input=given, env=environment, check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here")
def test_killed_after_any_step_nothing_is_lost(
    step: str, links: bool, copy: Path, smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = facts(copy)
    new = migrated_text(read_copy(copy)).encode("utf-8")
    call = "replacing.replace(path, path.read_bytes(), sys.stdin.buffer.read(), '\\n')"
    if not links:
        call = f"del os.link; os.link = lambda *_: open('/', 'rb')\n{call}"
        monkeypatch.setattr(os, "link", lambda *_: (copy / "no").open())
    killed(call, step, new)
    if facts(copy) == before:
        assert step != "replaced"
        assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    kept = [path for path in copy.parent.iterdir() if ".vendor" in path.name]
    assert [facts(path) for path in kept] == [before]
    assert smsc("migrate", "--undo", "smsc_api.py")[0] == 0
    assert facts(copy) == before


@pytest.mark.parametrize("step", ["checked", "put back"])
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here")
def test_an_undo_that_is_killed_after_any_step_can_be_repeated(
    step: str, copy: Path, smsc: Smsc
) -> None:
    before = facts(copy)
    smsc("migrate", "--yes", "smsc_api.py")
    killed("replacing.put_back(path, replacing.read_mark(path))", step)
    assert smsc("migrate", "--undo", "smsc_api.py")[0] == 0
    assert facts(copy) == before
    assert [path.name for path in copy.parent.iterdir()] == ["smsc_api.py"]
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0


def test_a_file_that_is_edited_during_undo_is_left_alone(
    copy: Path, smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    smsc("migrate", "--yes", "smsc_api.py")
    monkeypatch.setattr(replacing, "step", lambda _: copy.write_bytes(b"# mine"))
    assert smsc("migrate", "--undo", "smsc_api.py")[0] == 2
    assert copy.read_bytes() == b"# mine"


@pytest.mark.parametrize("step", ["kept", "written"])
def test_a_file_that_changes_meanwhile_is_left_alone(
    step: str, copy: Path, smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(name: str) -> None:
        if name == step:
            copy.write_bytes(b"# another program's\n")

    monkeypatch.setattr(replacing, "step", change)
    status, _, errors = smsc("migrate", "--yes", "smsc_api.py")
    assert status == 2
    assert "was changed in the meantime" in errors
    assert copy.read_bytes() == b"# another program's\n"


@pytest.mark.parametrize("moment", ["before", "kept", "written", "checked"])
def test_two_runs_at_once_leave_one_new_file_and_the_old_one(
    moment: str, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copy.read_bytes()
    new = migrated_text(read_copy(copy)).encode("utf-8")
    inner: List[str] = []

    def another(name: str) -> None:
        if name == moment and not inner:
            inner.append(name)
            replacing.replace(copy, before, new, "\n")

    another("before")
    monkeypatch.setattr(replacing, "step", another)
    with contextlib.suppress(replacing.CannotReplace):
        replacing.replace(copy, before, new, "\n")
    assert inner
    names = sorted(path.name for path in copy.parent.iterdir())
    assert names == ["smsc_api.py", "smsc_api.py.vendor"]
    assert copy.read_bytes().startswith(new)
    assert copy.with_name("smsc_api.py.vendor").read_bytes() == before


def test_a_name_that_is_taken_is_not_overwritten(copy: Path, smsc: Smsc) -> None:
    before = copy.read_bytes()
    other = copy.with_name("smsc_api.py.vendor")
    other.write_text("somebody's", encoding="utf-8")
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    assert other.read_text(encoding="utf-8") == "somebody's"
    assert copy.with_name("smsc_api.py.vendor2").read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_symbolic_link_stays_one(copy: Path, smsc: Smsc) -> None:
    before = copy.read_bytes()
    (copy.parent / "lib").mkdir()
    real = copy.parent / "lib" / "real.py"
    copy.rename(real)
    copy.symlink_to(real)
    assert smsc("migrate", "--yes", "smsc_api.py")[0] == 0
    assert copy.is_symlink()
    assert b"smsc_transports" in real.read_bytes()
    assert smsc("migrate", "--undo", "smsc_api.py")[0] == 0
    assert real.read_bytes() == before
    assert copy.is_symlink()


def test_where_nothing_can_be_written_nothing_is_changed(
    copy: Path, smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: Any, **_more: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    before = facts(copy)
    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    status, _, errors = smsc("migrate", "--yes", "smsc_api.py")
    assert status == 2
    assert "Permission denied" in errors
    assert facts(copy) == before


def test_force_asks_again_and_takes_no_for_an_answer(
    copy: Path, smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy.write_bytes(copy.read_bytes().replace(b"urlopen(url + ", b"urlopen(timeout=9, url=url + "))
    before = copy.read_bytes()
    answers = iter(["y", "n"])
    asked: List[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr("builtins.input", answer)
    status, out, _ = smsc("migrate", "--force", "smsc_api.py")
    assert status == 1
    assert len(asked) == 2
    assert "SMSC_HOST: smsc.ru, with its mirrors: five tries" in out
    assert copy.read_bytes() == before


def test_what_needs_a_refused_statement_is_refused_too(copy: Path) -> None:
    more = "\ndef f():\n    global quote\ny = f()\nz = y\n"
    copy.write_text(copy.read_text(encoding="utf-8") + more, encoding="utf-8")
    read = read_copy(copy)
    assert [one.why for one in read.refusals][-2:] == [
        "it needs f, which is refused too",
        "it needs y, which is refused too",
    ]
    assert "\nz = y" not in migrated_text(read, force=True)


def test_a_short_secret_is_masked_in_its_own_place_only(copy: Path) -> None:
    text = copy.read_text(encoding="utf-8").replace("QzXlogin", "S").replace("QzXpassword", "ru")
    copy.write_text(text, encoding="utf-8")
    shown = migration_of(read_copy(copy)).diff
    assert '+SMSC_LOGIN = "***"' in shown
    assert '+SMSC_PASSWORD = "***"' in shown
    assert '+SMSC_HOST = "smsc.ru"' in shown
    assert '+SMTP_FROM = "api@smsc.ru"' in shown


def test_a_file_that_is_ours_or_a_strangers_is_left_alone(folder: Path, smsc: Smsc) -> None:
    texts: Dict[str, int] = {"x = 1\n": 2, (ROOT / "smsc_api.py").read_text(encoding="utf-8"): 0}
    for text, expected in texts.items():
        path = folder / "smsc_api.py"
        path.write_text(text, encoding="utf-8")
        assert smsc("migrate", "--yes", "smsc_api.py")[0] == expected
        assert path.read_text(encoding="utf-8") == text
        assert smsc("migrate", "--undo", "smsc_api.py")[0] == 2

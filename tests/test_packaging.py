"""What is installed from the wheel is whole, and small where it can be."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, List, Optional

import pytest

import smsc_api
import smsc_transports
from tests.switching.cases import CASES

from .installing import pip, run

if TYPE_CHECKING:
    from smsc_transports.sandbox.server import Sandbox

ROOT = Path(__file__).parents[1]
PARTS = ("LICENSE", "README.md", "pyproject.toml", "setup.cfg", "smsc_api.py", "smsc_transports")

STAR_IMPORT = """
names = {}
exec("from smsc_api import *", names)
print(*sorted(set(names) - {"__builtins__"}))
"""

TYPED_PROGRAM = """
from typing import List, Optional, Tuple

import smsc_api
from smsc_api import *

smsc_api.SMSC_LOGIN = "login"
smsc_api.SMSC_HOST = "smsc.kz"
smsc_api.SMSC_TIMEOUT = (1, 2.5)
smsc_api.SMSC_DEADLINE = None

smsc = SMSC()
reply = smsc.send_sms("79999999999", "test", sender="sms", query="maxsms=3")
as_before: List[str] = reply
sms_id: Optional[str] = reply.id if reply.ok else None
error: Optional[int] = reply.error
tried: Tuple[float, ...] = tuple(attempt.seconds for attempt in reply.attempts)
price: float = float(smsc.get_sms_cost(b"79999999999", "test")[0])
text: Optional[str] = smsc.get_status(reply[0], "79999999999", all=1).text
balance = smsc.get_balance()
left: str = "unknown" if balance is False else balance
smsc.send_sms_mail("79999999999", "test", format=1)
started: datetime = datetime.now()
choice: int = ifs(left, 1, 2)
"""

WRONG_PROGRAM = """
from smsc_api import SMSC
SMSC().send_sms(79999999999, "test")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel, built from a copy: what an earlier build left behind must not get in."""
    tree = tmp_path_factory.mktemp("tree")
    for part in filter(os.path.exists, (ROOT / name for name in PARTS)):
        if part.is_dir():
            shutil.copytree(part, tree / part.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(part, tree)
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", folder, tree)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as opened:
        yield opened


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of a new environment, with the wheel and what it requires."""
    environment = tmp_path_factory.mktemp("environment")
    made = run(sys.executable, "-m", "venv", "--without-pip", environment)
    assert made.returncode == 0, made.stdout + made.stderr
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    pip("--python", programs / "python", "install", wheel.filename)
    return programs


def _metadata(wheel: zipfile.ZipFile, name: str) -> str:
    (path,) = (path for path in wheel.namelist() if path.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode("utf-8")


def _requirements(wheel: zipfile.ZipFile, extra: Optional[str]) -> List[str]:
    """The names that are required, with or without an extra."""
    required = message_from_string(_metadata(wheel, "METADATA")).get_all("Requires-Dist", [])
    if extra is None:
        chosen = [line for line in required if "extra ==" not in line]
    else:
        chosen = [line for line in required if re.search(rf"extra == ['\"]{extra}['\"]", line)]
    return sorted(re.split(r"[^\w-]", line)[0] for line in chosen)


def test_the_tests_are_about_the_files_beside_them() -> None:
    shown = "import smsc_api, smsc_transports; print(smsc_api.__file__, smsc_transports.__file__)"
    child = subprocess.check_output([sys.executable, "-c", shown], encoding="utf-8").split()
    own = [smsc_api.__file__, str(smsc_transports.__file__)]
    assert own == [str(ROOT / "smsc_api.py"), str(ROOT / "smsc_transports" / "__init__.py")]
    assert child == own


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    package = ROOT / "smsc_transports"
    modules = {path.relative_to(ROOT).as_posix() for path in package.rglob("*.py")}
    assert modules | {"smsc_api.py", "smsc_transports/py.typed"} <= set(wheel.namelist())


@pytest.mark.slow
def test_the_wheel_holds_the_stubs_as_their_own_package(wheel: zipfile.ZipFile) -> None:
    stub = wheel.read("smsc_api-stubs/__init__.pyi")
    assert stub == (ROOT / "smsc_transports" / "stubs" / "__init__.pyi").read_bytes()


@pytest.mark.slow
def test_the_wheel_holds_the_pages_of_the_inbox(wheel: zipfile.ZipFile) -> None:
    static = ROOT / "smsc_transports" / "sandbox" / "inbox" / "static"
    pages = {path.relative_to(ROOT).as_posix() for path in static.iterdir()}
    assert "smsc_transports/sandbox/inbox/static/index.html" in pages
    assert pages <= set(wheel.namelist())


@pytest.mark.slow
def test_the_wheel_holds_no_recordings_and_no_guides(wheel: zipfile.ZipFile) -> None:
    unwanted = re.compile(r"vectors|README|\.png")
    assert not [name for name in wheel.namelist() if unwanted.search(name)]


@pytest.mark.slow
def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    (metadata,) = (top for top in tops if top.endswith(".dist-info"))
    assert tops - {metadata} == {"smsc_api.py", "smsc_api-stubs", "smsc_transports"}


@pytest.mark.slow
def test_nothing_but_requests_and_pluggy_comes_along(wheel: zipfile.ZipFile) -> None:
    assert _requirements(wheel, None) == ["pluggy", "requests"]


@pytest.mark.slow
def test_extras_bring_the_sandbox_and_what_the_tests_need(wheel: zipfile.ZipFile) -> None:
    sandbox = {"aiohttp", "aiosmtpd", "smpplib", "trustme"}
    assert set(_requirements(wheel, "sandbox")) == sandbox
    assert set(_requirements(wheel, "test")) >= sandbox | {"pytest"}
    assert set(_requirements(wheel, "all")) >= sandbox
    assert _requirements(wheel, "smpp") == ["smpplib"]


@pytest.mark.slow
def test_the_command_and_the_pytest_plugin_are_declared(wheel: zipfile.ZipFile) -> None:
    declared = _metadata(wheel, "entry_points.txt").splitlines()
    assert "smsc = smsc_transports.cli.main:main" in declared
    assert "smsc_sandbox = smsc_transports.testing.pytest_plugin" in declared


@pytest.mark.slow
def test_a_star_import_of_the_installed_file_gives_its_17_names(
    installed: Path, tmp_path: Path
) -> None:
    finished = run(installed / "python", "-c", STAR_IMPORT, cwd=tmp_path)
    assert finished.stderr == ""
    assert finished.stdout.split() == sorted(smsc_api.__all__)
    assert len(smsc_api.__all__) == 17


@pytest.mark.slow
def test_an_old_program_sends_with_what_is_installed(
    installed: Path, tmp_path: Path, smsc_sandbox: Sandbox
) -> None:
    program = ROOT / "legacy_examples" / "order_notice.py"
    sandbox = smsc_sandbox.environment()
    finished = run(installed / "python", program, cwd=tmp_path, env=sandbox)
    assert finished.stderr == ""
    assert [message.sender for message in smsc_sandbox.messages] == ["Shop", "Shop"]


@pytest.mark.slow
def test_a_migrated_program_sends_with_what_is_installed(
    installed: Path, tmp_path: Path, smsc_sandbox: Sandbox
) -> None:
    [case] = [case for case in CASES if case.name == "literal_credentials"]
    case.write(tmp_path)
    migrated = run(installed / "smsc", "migrate", "--yes", "--force", case.copy, cwd=tmp_path)
    assert (migrated.returncode, migrated.stderr) == (0, "")
    sandbox = smsc_sandbox.environment()
    finished = run(installed / "python", "order_ready.py", cwd=tmp_path, env=sandbox)
    assert (finished.stdout, finished.stderr) == ("1001\n", "")
    assert [message.text for message in smsc_sandbox.messages] == ["Заказ 15 собран"]


@pytest.mark.slow
def test_the_command_explains_itself(installed: Path, tmp_path: Path) -> None:
    finished = run(installed / "smsc", "--help", cwd=tmp_path)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "sandbox" in finished.stdout


@pytest.mark.slow
def test_the_sandbox_without_its_extra_says_how_to_get_it(installed: Path, tmp_path: Path) -> None:
    finished = run(installed / "smsc", "sandbox", cwd=tmp_path)
    assert finished.returncode == 2
    assert len(finished.stderr.splitlines()) == 1
    assert 'pip install ".[sandbox]"' in finished.stderr


@pytest.mark.slow
def test_a_typed_program_passes_strict_mypy_and_a_phone_that_is_a_number_does_not(
    installed: Path, tmp_path: Path
) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    (tmp_path / "typed.py").write_text(TYPED_PROGRAM)
    (tmp_path / "wrong.py").write_text(WRONG_PROGRAM)
    python = f"--python-executable={installed / 'python'}"
    command = (sys.executable, "-m", "mypy", "--strict", python, "typed.py", "wrong.py")
    checked = run(*command, cwd=tmp_path)
    [told, _] = checked.stdout.splitlines()
    assert told.startswith("wrong.py:")
    assert "[arg-type]" in told


def test_the_file_alone_says_what_to_install(tmp_path: Path) -> None:
    shutil.copy(ROOT / "smsc_api.py", tmp_path)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import smsc_api"
    # -I and -S keep every installed package away.
    finished = run(sys.executable, "-I", "-S", "-c", code, cwd=tmp_path)
    assert finished.returncode == 1
    last = finished.stderr.splitlines()[-1]
    assert last.startswith("ImportError: smsc_api works with the package smsc_transports")
    assert last.endswith(f"in a checkout of smsc-transports: {sys.executable} -m pip install .")

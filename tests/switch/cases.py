"""Programs with copies of the vendor's file as their owners changed them.

A folder of ``programs`` holds one program, and beside it:

- ``changes.txt``: what its owner changed in the copy, which is made from ``vendor_like.py``;
- ``check.txt``, ``migrate.txt``: what these commands say of it, with all their lines;
- ``lines.txt``: the lines that check asks for, written into the program.

``editions`` holds the changes that make other editions and domains.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import NamedTuple, Tuple

PROGRAMS = Path(__file__).parent / "programs"
SECRET = "QzX"
"""What every secret of the programs begins with, so that one is found wherever it is shown."""

_CHANGE = re.compile(r"^\[-\]\n(.*?)\n?^\[\+\]\n(.*?)(?=^\[-\]|\Z)", re.MULTILINE | re.DOTALL)


class Case(NamedTuple):
    """One program.

    ``made_of`` names the editions, ``copy`` is the path of the copy; ``check`` and ``migrate`` are
    the exit statuses of these commands. ``run`` is the script that can be started, "" where the
    program needs what is not here; ``changed`` is the file that ``lines.txt`` changes.
    """

    name: str
    made_of: Tuple[str, ...]
    copy: str = "smsc_api.py"
    check: int = 0
    migrate: int = 0
    run: str = ""
    changed: str = ""
    encoding: str = "utf-8"

    @property
    def folder(self) -> Path:
        return PROGRAMS / self.name

    def expected(self, command: str) -> str:
        return (self.folder / f"{command}.txt").read_text(encoding="utf-8")

    def write(self, folder: Path) -> Path:
        """Put the program into a folder; the path of its copy."""
        ignored = shutil.ignore_patterns("*.txt", "__pycache__")
        shutil.copytree(str(self.folder), str(folder), ignore=ignored, dirs_exist_ok=True)
        text = changed(vendor_like(*self.made_of), self.folder / "changes.txt")
        copy = folder / self.copy
        copy.write_bytes(text.encode(self.encoding))
        return copy

    def write_lines(self, folder: Path) -> None:
        """Change the program as check says."""
        if self.changed:
            path = folder / self.changed
            text = changed(path.read_text(encoding="utf-8"), self.folder / "lines.txt")
            path.write_text(text, encoding="utf-8")


def vendor_like(*editions: str) -> str:
    """Give the text of a copy that nobody changed."""
    text = (PROGRAMS / "vendor_like.py").read_text(encoding="utf-8")
    for edition in editions:
        text = changed(text, PROGRAMS / "editions" / f"{edition}.txt")
    return text


def changed(text: str, changes: Path) -> str:
    """Change a text by a file of changes, if there is one."""
    listed = changes.read_text(encoding="utf-8") if changes.exists() else ""
    for before, after in _CHANGE.findall(listed):
        assert before in text, before
        text = text.replace(before, after[:-1])  # without the end of its line
    return text


EDITION_1_9 = ("first_build", "edition_1_9")
EDITION_1_8 = (*EDITION_1_9, "edition_1_8")

CASES = (
    Case("literal_credentials", ("first_build", "ru", "typed_in"), run="order_ready.py"),
    Case("environment", ("kz",), run="auth.py"),
    Case("environment_at_each_call", ("first_build", "ru"), run="models.py"),
    Case("flask_configuration", ("first_build",), copy="app/smsc_api.py", check=1, migrate=1),
    Case("django_settings", ("first_build",), copy="users/smsc_api.py"),
    Case("json_file", (*EDITION_1_9, "ru"), copy="smsc.py", run="alarm.py"),
    Case("config_module", (), run="send_sms.py"),
    Case(
        "constructor",
        (),
        copy="api/smsc_api.py",
        check=1,
        migrate=1,
        run="run.py",
        changed="api/registration.py",
    ),
    Case("ignored_constructor", ("typed_in",), run="utils.py"),
    Case(
        "class_constants",
        ("first_build", "ru"),
        check=1,
        migrate=1,
        run="main_window.py",
        changed="main_window.py",
    ),
    Case(
        "bool_result",
        ("first_build", "kz", "typed_in"),
        check=1,
        migrate=1,
        run="generate.py",
        changed="generate.py",
    ),
    Case(
        "exception",
        ("first_build", "typed_in"),
        check=1,
        migrate=1,
        run="notices.py",
        changed="notices.py",
    ),
    Case("fewer_tries", ("first_build", "ru", "typed_in"), copy="gateway.py", run="sms_server.py"),
    Case("without_smtp", ("first_build", "typed_in"), run="models.py"),
    Case(
        "instance_at_the_bottom",
        ("first_build", "ru", "typed_in"),
        copy="lib/smsc_api.py",
        run="service.py",
    ),
    Case("sends_at_import", ("first_build", "typed_in"), run="parser.py"),
    Case("logger", (*EDITION_1_9, "kz", "typed_in"), run="tasks.py"),
    Case(
        "list_of_phones",
        ("typed_in",),
        check=1,
        migrate=1,
        run="reviews.py",
        changed="reviews.py",
    ),
    Case("switches", (*EDITION_1_9, "typed_in"), encoding="cp1251"),
    Case("translit_default", ("first_build", "kz", "typed_in"), run="crm.py"),
    Case("python2", (*EDITION_1_8, "typed_in", "python2"), check=1, migrate=1),
    Case("renamed_in_a_package", ("ru", "typed_in"), copy="shop/sms/gateway.py", run="run.py"),
    Case(
        "old_signature",
        (*EDITION_1_8, "typed_in"),
        check=1,
        migrate=1,
        run="timer.py",
        changed="timer.py",
    ),
    Case(
        "edition_1_8",
        (*EDITION_1_8, "typed_in"),
        check=1,
        run="mailer.py",
        changed="mailer.py",
    ),
)

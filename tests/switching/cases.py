"""Eight programs with copies of the vendor's file as their owners changed them.

A folder of ``programs`` holds one program, and beside it ``changes.txt``: what its owner changed
in the copy, which is made from ``vendor_like.py``; and ``check.txt``, ``migrate.txt``: what these
commands say of it, with all their lines. ``editions`` holds the changes that make other editions
and domains.
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
    """One program: the editions its copy is made of, and the exit statuses of the commands."""

    name: str
    made_of: Tuple[str, ...]
    copy: str = "smsc_api.py"
    check: int = 0
    migrate: int = 0

    @property
    def folder(self) -> Path:
        return PROGRAMS / self.name

    def write(self, folder: Path) -> Path:
        """Put the program into a folder; the path of its copy."""
        ignored = shutil.ignore_patterns("*.txt", "__pycache__")
        shutil.copytree(str(self.folder), str(folder), ignore=ignored, dirs_exist_ok=True)
        text = changed(vendor_like(*self.made_of), self.folder / "changes.txt")
        copy = folder / self.copy
        copy.write_text(text, encoding="utf-8")
        return copy


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
    Case("literal_credentials", ("first_build", "ru", "typed_in")),
    Case("environment_at_each_call", ("first_build", "ru")),
    Case("constructor", (), copy="api/smsc_api.py"),
    Case("class_constants", ("first_build", "ru")),
    Case("fewer_tries", ("first_build", "ru", "typed_in"), copy="gateway.py"),
    Case("json_file", (*EDITION_1_9, "ru"), copy="smsc.py"),
    Case("instance_at_the_bottom", ("first_build", "ru", "typed_in"), copy="lib/smsc_api.py"),
    Case("bool_result", ("first_build", "kz", "typed_in"), check=1, migrate=1),
)

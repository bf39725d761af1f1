"""Copies are read without running them: kinds, editions, and the settings of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Tuple

import pytest

from smsc_transports.switching.migrating import migrated_text
from smsc_transports.switching.reading import Unknown, UnreadableFile, constants, read_copy

from .cases import EDITION_1_8, EDITION_1_9, vendor_like
from .edits import THIRD_BUILD


def written(folder: Path, text: str) -> Path:
    path = folder / "some_name.py"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("made_of", "edition"),
    [
        ((), "2.0, second build"),
        (("first_build",), "2.0, first build"),
        (EDITION_1_9, "1.9"),
        (EDITION_1_8, "1.8"),
    ],
)
def test_the_edition_is_told_by_the_code(
    made_of: Tuple[str, ...], edition: str, folder: Path
) -> None:
    text = vendor_like(*made_of).split("\n", 5)[5]
    copy = read_copy(written(folder, text))
    assert (copy.kind, copy.edition) == ("vendor's", edition)


def test_the_third_build_is_told_by_its_bot(folder: Path) -> None:
    copy = read_copy(written(folder, vendor_like().replace(*THIRD_BUILD)))
    assert copy.edition == "2.0, third build"


def test_ours_and_others_are_told_apart(folder: Path) -> None:
    assert read_copy(Path(__file__).parents[2] / "smsc_api.py").kind == "ours"
    assert read_copy(written(folder, "x = 1\n")).kind == "other"
    uses_us = vendor_like() + "\nfrom smsc_transports import Reply\n"
    assert read_copy(written(folder, uses_us)).kind == "vendor's"
    assert read_copy(written(folder, migrated_text(read_copy(written(folder, vendor_like()))))).kind


def test_reading_runs_nothing(folder: Path) -> None:
    path = written(folder, vendor_like() + "\nopen('was_run', 'w')\nraise SystemExit\n")
    read_copy(path)
    constants(path)
    assert not (folder / "was_run").exists()


def test_names_of_needed_environment_variables_are_told(folder: Path) -> None:
    text = vendor_like().replace("import smtplib", "import smtplib\nimport os")
    text = text.replace('SMSC_LOGIN = ""', 'SMSC_LOGIN = os.environ["A"]')
    text = text.replace('SMSC_PASSWORD = ""', 'SMSC_PASSWORD = os.getenv("B", os.getenv("C"))')
    assert read_copy(written(folder, text)).needs_environment == ("A", "B", "C")


def test_a_variable_that_is_set_is_none_that_is_read(folder: Path) -> None:
    text = vendor_like().replace("import smtplib", "import smtplib\nimport os")
    text = text.replace(
        "SMSC_LOGIN =", 'os.environ["HTTP_PROXY"] = "http://proxy:3128"\nSMSC_LOGIN ='
    )
    text = text.replace('SMSC_LOGIN = ""', 'SMSC_LOGIN = config["LOGIN"]')
    assert read_copy(written(folder, text)).needs_environment == ()


def test_a_changed_line_is_refused_with_method_line_and_text(folder: Path) -> None:
    text = vendor_like().replace("quote(message)]", "quote(message.upper())]", 1)
    (refusal,) = read_copy(written(folder, text)).refusals
    assert refusal.method == "send_sms"
    assert "message.upper()" in refusal.lines[0]
    assert text.split("\n")[refusal.line - 1].strip() == refusal.lines[0]


@pytest.mark.parametrize(
    ("written_as", "value"),
    [
        ('"shop"', "shop"),
        ("None", None),
        ('os.environ.get("A", "d")', "set"),
        ('os.environ.get("B", "d")', "d"),
        ('os.getenv("B")', None),
        ('os.environ["A"]', "set"),
        ('os.getenv("B") or "other"', "other"),
    ],
)
def test_a_setting_that_can_be_known_is_given(written_as: str, value: str, folder: Path) -> None:
    path = written(folder, f"import os\nSMSC_LOGIN = {written_as}\n")
    assert constants(path, {"A": "set"}) == {"SMSC_LOGIN": value}


@pytest.mark.parametrize(
    "lines",
    ["SMSC_LOGIN = f()", "if x:\n    SMSC_LOGIN = 1", 'SMSC_LOGIN = os.environ["B"]',
     'SMSC_LOGIN = request.environ["A"]',
     "from conf import SMSC_LOGIN", 'load_dotenv()\nSMSC_LOGIN = os.getenv("A")'],
)  # fmt: skip
def test_a_setting_that_cannot_be_known_says_so_with_its_line(lines: str, folder: Path) -> None:
    found = constants(written(folder, "import os\n" + lines + "\n"), {"A": "set"})
    assert isinstance(found["SMSC_LOGIN"], Unknown)
    assert str(found["SMSC_LOGIN"]).startswith("cannot be known without running, line ")


def test_what_a_migrated_file_reads_at_each_call_is_read_too(folder: Path) -> None:
    text = vendor_like().replace("import smtplib", "import smtplib\nimport os")
    text = text.replace("SMSC_CHARSET +", 'os.environ["CHARSET"] +')
    text = text.replace("code(SMSC_CHARSET)", 'code(os.environ["CHARSET"])')
    copy = read_copy(written(folder, text))
    text = migrated_text(copy)
    found = constants(written(folder, text), {"CHARSET": "koi8-r"})
    assert found["SMSC_CHARSET"] == "koi8-r"


def loaded(folder: Path, raw: bytes) -> Dict[str, Any]:
    """Migrate a copy and run what came of it; its names, and those of a star import."""
    path = folder / "some_name.py"
    path.write_bytes(raw)
    text = migrated_text(read_copy(path)).encode("utf-8")
    names: Dict[str, Any] = {"__name__": "some_name"}
    exec(compile(text, str(path), "exec"), names)
    return names


def test_a_star_import_names_nothing_that_is_not_there(folder: Path) -> None:
    text = vendor_like() + "\nfrom contextlib import suppress\nTOKEN: str\n"
    text += "with suppress(ImportError):\n    from nowhere import THING\n"
    text += "if __name__ == '__main__':\n    import sys\n"
    text += "if __name__ != '__main__':\n    smsc = SMSC()\n"
    names = loaded(folder, text.encode("utf-8"))
    assert [name for name in [*names["__all__"], "sys"] if name not in names] == []
    assert "sys" not in names["__all__"]
    assert "smsc" in names["__all__"]


def test_an_encoding_in_the_first_line_becomes_the_new_file_s(folder: Path) -> None:
    text = "#!/usr/bin/python -*- coding: cp1251 -*-\n" + vendor_like() + '\nSHOP = "Лавка"\n'
    assert loaded(folder, text.encode("cp1251"))["SHOP"] == "Лавка"


def test_the_mail_password_is_looked_up_only_where_there_is_a_login(folder: Path) -> None:
    text = vendor_like().replace("if SMTP_LOGIN:", "if box.USER:")
    text = text.replace("(SMTP_LOGIN, SMTP_PASSWORD)", "(box.USER, box.PASSWORD)")
    text = text.replace("import smtplib", "import smtplib\nimport box")
    migrated = migrated_text(read_copy(written(folder, text)))
    assert '"SMTP_PASSWORD": (box.USER) and (box.PASSWORD)' in migrated


def test_a_folder_is_not_a_file(folder: Path) -> None:
    with pytest.raises(UnreadableFile, match="no regular file"):
        read_copy(folder)

"""Whose settings a command uses: those of the file that the program would import."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from smsc_transports.cli.face_file import SHIPPED
from smsc_transports.sandbox.server import Sandbox
from tests.faces import FACE

from .conftest import Shop, Smsc

LOUD = "open('executed', 'w').close()\n"
"""What a file does that must not be executed."""

VENDORS = f"{LOUD}class SMSC(object):\n    def send_sms(self, phones, message):\n        pass\n"
FOR_PYTHON_2 = VENDORS + "print 'sent'\n"


def sent_from(smsc: Smsc, *arguments: str) -> Any:
    return smsc("send", "79991112233", "Hello", "--dry-run", *arguments)


def test_the_file_of_the_current_folder_comes_before_an_installed_one(
    smsc: Smsc, shop: Shop
) -> None:
    shop.set(SMSC_HOST="127.0.0.1:9")
    assert "by http-get to 127.0.0.1:9\n" in sent_from(smsc).out


def test_without_one_the_installed_file_and_the_environment_count(
    smsc: Smsc, shop: Shop, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.file.unlink()
    monkeypatch.setenv("SMSC_PASSWORD", "geheim/7")
    assert smsc("balance").out == "balance: 100.00\n"
    assert "apikey=***" in sent_from(smsc).out


def test_a_module_of_a_package_is_loaded_as_the_program_imports_it(smsc: Smsc, shop: Shop) -> None:
    package = shop.folder / "shop" / "sms"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").write_text("")
    (package / "config.py").write_text("HOST = '127.0.0.1:9'\n")
    text = FACE.read_text("utf-8") + "from .config import HOST as SMSC_HOST\n"
    (package / "gateway.py").write_text(text, "utf-8")
    assert "to 127.0.0.1:9\n" in sent_from(smsc, "--module", "shop.sms.gateway").out


def test_a_file_is_loaded_as_a_program_beside_it_would(smsc: Smsc, shop: Shop) -> None:
    folder = shop.folder / "elsewhere"
    folder.mkdir()
    (folder / "config_of_elsewhere.py").write_text("HOST = '127.0.0.1:9'\n")
    text = FACE.read_text("utf-8") + "from config_of_elsewhere import HOST as SMSC_HOST\n"
    (folder / "sms-gateway.py").write_text(text, "utf-8")
    for path in ("elsewhere/sms-gateway.py", str(folder / "sms-gateway.py")):
        assert "to 127.0.0.1:9\n" in sent_from(smsc, "--module", path).out


@pytest.mark.parametrize("text", [VENDORS, FOR_PYTHON_2], ids=["python 3", "python 2"])
def test_the_vendor_s_file_is_neither_executed_nor_used(
    smsc: Smsc, shop: Shop, smsc_sandbox: Sandbox, text: str
) -> None:
    shop.file.write_text(text)
    assert smsc("send", "79991112233", "Hello") == (
        2,
        "",
        (
            f"smsc: {shop.file} is the vendor's file or a copy of it, which does not use this "
            f"project. Replace it: smsc migrate {shop.file}\n"
        ),
    )
    assert smsc_sandbox.messages == []
    assert not (shop.folder / "executed").exists()


def test_a_package_around_the_vendor_s_file_is_not_executed_either(smsc: Smsc, shop: Shop) -> None:
    package = shop.folder / "sms"
    package.mkdir()
    (package / "__init__.py").write_text(LOUD)
    (package / "smsc_api.py").write_text(VENDORS)
    done = smsc("balance", "--module", "sms.smsc_api")
    assert (done.status, "Replace it: smsc migrate" in done.err) == (2, True)
    assert not (shop.folder / "executed").exists()


def test_a_file_of_somebody_else_is_not_used(smsc: Smsc, shop: Shop) -> None:
    shop.file.write_text(LOUD)
    assert smsc("balance") == (
        2,
        "",
        (
            f"smsc: {shop.file} is neither this project's file nor the vendor's. Name the file "
            f"that your program uses: --module shop.smsc_api, or a path.\n"
        ),
    )
    assert not (shop.folder / "executed").exists()


@pytest.mark.parametrize("name", ["no_such_module", "smsc_api.inner", "shop.no_such_module"])
def test_a_module_that_is_not_there_is_told(smsc: Smsc, shop: Shop, name: str) -> None:
    assert smsc("balance", "--module", name) == (
        2,
        "",
        (
            f"smsc: There is no module {name!r}, neither in the current folder {shop.folder} nor "
            f"installed in {sys.prefix}. Start the command where your program starts, or name the "
            f"file: --module shop.smsc_api, or a path.\n"
        ),
    )


def test_a_path_that_is_not_there_is_told(smsc: Smsc, shop: Shop) -> None:
    told = f"smsc: {shop.folder / 'gone.py'} cannot be read: No such file or directory.\n"
    assert smsc("balance", "--module", "gone.py") == (2, "", told)


def test_a_file_that_fails_is_told_with_the_python_that_ran_it(smsc: Smsc, shop: Shop) -> None:
    text = FACE.read_text("utf-8")
    shop.file.write_text(f"{text}\nimport a_package_of_the_program\n", "utf-8")
    assert smsc("balance") == (
        2,
        "",
        (
            f"smsc: {shop.file} cannot be loaded: ModuleNotFoundError: No module named "
            f"'a_package_of_the_program'. It is executed as your program does it, by "
            f"{sys.executable}; use the Python of your program.\n"
        ),
    )


def test_the_shipped_file_is_there() -> None:
    assert Path(FACE) == SHIPPED

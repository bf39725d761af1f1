"""A program's folder, and the command ``smsc`` started in there."""

from __future__ import annotations

import importlib
import io
import re
import sys
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple

import pytest

from smsc_transports.cli.main import main
from smsc_transports.reporting import notices
from tests.faces import FACE

LOGIN, PASSWORD = "shop-login", "geheim/7"


class Finished(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


class Shop:
    """The folder of a program, with its ``smsc_api.py``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "smsc_api.py"

    def set(self, **constants: Any) -> None:
        """Write the program's file with these constants; no others but the account."""
        text = FACE.read_text("utf-8")
        for name, value in {"SMSC_LOGIN": LOGIN, "SMSC_PASSWORD": PASSWORD, **constants}.items():
            [old] = re.findall(rf"(?m)^{name} = .*$", text)
            text = text.replace(f"\n{old}\n", f"\n{name} = {value!r}\n")
        self.file.write_text(text, "utf-8")


Smsc = Callable[..., Finished]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop's program with an account, in the current folder."""
    kept = dict(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    shop = Shop(tmp_path)
    shop.set()
    yield shop
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]
    if "smsc_api" in kept:
        sys.modules["smsc_api"] = kept["smsc_api"]


@pytest.fixture
def smsc(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Smsc:
    """Run ``smsc`` as a new process would run it; what it prints must show no secret."""

    def run(*arguments: str, stdin: bytes = b"", encoding: str = "utf-8") -> Finished:
        sys.modules.pop("smsc_api", None)
        importlib.invalidate_caches()
        notices.forget()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding=encoding))
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
        out, err = capsys.readouterr()
        for secret in (LOGIN, PASSWORD, "geheim%2F7", "geheim"):
            assert secret not in out + err
        return Finished(status, out, err)

    return run

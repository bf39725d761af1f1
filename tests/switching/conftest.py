"""The stand-in for the vendor's file counts as the vendor's in these tests."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Callable, Dict, Tuple

import pytest

from smsc_transports.cli import main as cli
from smsc_transports.switching import fingerprints
from smsc_transports.switching.known_editions import EDITIONS

from .cases import EDITION_1_8, EDITION_1_9, vendor_like
from .edits import THIRD_BUILD

collect_ignore = ["programs"]

Smsc = Callable[..., Tuple[int, str, str]]


@functools.lru_cache(maxsize=None)
def stand_in() -> Dict[str, Dict[str, str]]:
    """Give the fingerprints of the stand-in, under the names that the editions have."""
    texts = {
        "1.8": vendor_like(*EDITION_1_8),
        "1.9": vendor_like(*EDITION_1_9),
        "2.0, third build": vendor_like().replace(*THIRD_BUILD),
        "2.0": vendor_like(),
    }
    found: Dict[str, Dict[str, str]] = {}
    for label, text in texts.items():
        tree = ast.parse(text)
        cls = next(node for node in tree.body if isinstance(node, ast.ClassDef))
        functions = [node for node in [*cls.body, *tree.body] if isinstance(node, ast.FunctionDef)]
        for function in functions:
            prints = fingerprints.prints_of(function, cls.name)
            if label in EDITIONS[function.name]:
                found.setdefault(function.name, {})[label] = prints
    return found


@pytest.fixture(autouse=True)
def stand_in_is_the_vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprints, "EDITIONS", stand_in())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def smsc(folder: Path, capsys: pytest.CaptureFixture[str]) -> Smsc:
    """Run ``smsc`` in a folder of its own; exit status, output and errors."""

    def run(*arguments: str) -> Tuple[int, str, str]:
        capsys.readouterr()
        try:
            status = cli.main(list(arguments))
        except SystemExit as ended:
            status = int(ended.code or 0)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run

"""The stand-in for the vendor's file counts as the vendor's in these tests."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Tuple

import pytest

from smsc_transports.cli import main as cli
from smsc_transports.switching import fingerprints, known_editions
from smsc_transports.switching.known_editions import EDITION_1_8 as EDITION_1_8_LABEL
from smsc_transports.switching.known_editions import THIRD_BUILD as THIRD_LABEL

from .cases import EDITION_1_8, vendor_like
from .edits import THIRD_BUILD

collect_ignore = ["programs"]

Smsc = Callable[..., Tuple[int, str, str]]


class StandIn(NamedTuple):
    """What is known of the stand-in's editions, as the package knows it of the vendor's."""

    edition: Dict[str, str]
    without_key: Dict[str, str]
    refused: Dict[str, str]


@functools.lru_cache(maxsize=None)
def stand_in() -> StandIn:
    edition = _prints(vendor_like())
    third, first = _prints(vendor_like().replace(*THIRD_BUILD)), _prints(vendor_like("first_build"))
    (own,), (usual,) = _differing(first, edition), _differing(edition, first)
    digest, _, settings = own.partition("+")
    without_key = {"digest": digest, "instead of": usual.split("+")[0], "settings": settings}
    old = _differing(_prints(vendor_like(*EDITION_1_8)), edition)
    refused = {one.split("+")[0]: EDITION_1_8_LABEL for one in old if one != own}
    refused.update({one.split("+")[0]: THIRD_LABEL for one in _differing(third, edition)})
    return StandIn(edition, without_key, refused)


def _prints(text: str) -> Dict[str, str]:
    tree = ast.parse(text)
    cls = next(node for node in tree.body if isinstance(node, ast.ClassDef))
    functions = [node for node in [*cls.body, *tree.body] if isinstance(node, ast.FunctionDef)]
    return {one.name: fingerprints.prints_of(one, cls.name) for one in functions}


def _differing(one: Dict[str, str], other: Dict[str, str]) -> List[str]:
    """Give the statements that only the first has."""
    return [each for name in one for each in one[name].split() if each not in other[name].split()]


@pytest.fixture(autouse=True)
def stand_in_is_the_vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    known = stand_in()
    monkeypatch.setattr(known_editions, "EDITION", known.edition)
    monkeypatch.setattr(known_editions, "WITHOUT_KEY", known.without_key)
    monkeypatch.setattr(known_editions, "REFUSED_STATEMENTS", known.refused)


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

"""The stand-in for the vendor's file counts as untouched in these tests, as the vendor's does."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Callable, Dict, FrozenSet, Tuple

import pytest

from smsc_transports.cli import main as cli
from smsc_transports.switch.copies import fingerprints
from smsc_transports.switch.copies.anatomy import find_anatomy
from smsc_transports.switch.files.source import parse_source

from .cases import EDITION_1_8, vendor_like

collect_ignore = ["programs"]

Hashes = Dict[str, FrozenSet[str]]
Smsc = Callable[..., Tuple[int, str, str]]


@functools.lru_cache(maxsize=None)
def _fingerprints() -> Tuple[Hashes, Hashes]:
    methods: Hashes = {}
    debug_lines: Hashes = {}
    for editions in ((), ("first_build",), EDITION_1_8):
        anatomy = find_anatomy(parse_source(Path("x.py"), vendor_like(*editions).encode()))
        assert anatomy is not None
        for name, method in anatomy.methods.items():
            known = methods.get(name, frozenset())
            methods[name] = known | {fingerprints.fingerprint(method, anatomy)}
            debug_lines[name] = frozenset({fingerprints.debug_fingerprint(method, anatomy)})
    return methods, debug_lines


@pytest.fixture(autouse=True)
def _stand_in_is_the_vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    methods, debug_lines = _fingerprints()
    monkeypatch.setattr(fingerprints, "VENDORS", methods)
    monkeypatch.setattr(fingerprints, "VENDORS_DEBUG_LINES", debug_lines)


@pytest.fixture
def smsc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Smsc:
    """Run ``smsc`` in a folder of its own; exit status, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Tuple[int, str, str]:
        capsys.readouterr()
        try:
            status = cli.main(list(arguments))
        except SystemExit as ended:
            status = int(ended.code or 0)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run

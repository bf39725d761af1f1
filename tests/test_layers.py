"""Imports run one way, so the tree shows the way of a call and where a change belongs."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Dict, Iterator, Set, Tuple

import pytest

PACKAGE = Path(__file__).parents[1] / "smsc_transports"

CORE = {"call", "failover", "transports", "plugins", "values", "reporting"}
MAY_IMPORT: Dict[str, Set[str]] = {
    "reporting": set(),
    "values": {"reporting"},
    "plugins": {"values", "reporting"},
    "failover": {"plugins", "values", "reporting"},
    "transports": {"plugins", "values", "reporting"},
    "call": {*CORE, "queueing.transport"},
    "callback": {"values"},
    "switching": {"values", "reporting", "cli.terminal"},
    "sandbox": {"values", "reporting", "plugins", "callback", "cli.terminal"},
    "testing": {*CORE, "sandbox"},
    "bulk": {
        *CORE,
        "queueing",
        "cli.answers",
        "cli.explanations",
        "cli.options",
        "cli.program",
        "cli.terminal",
    },
    "queueing": {*CORE, "cli.answers", "cli.options", "cli.program"},
    "cli": {*CORE, "switching", "sandbox", "bulk", "queueing"},
}
"""What each folder (or module beside them) may import; nothing else imports anything of ours."""


def imports(path: Path) -> Iterator[str]:
    """Give every module of the package that a file imports, without the package's name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith("smsc_transports."):
                yield name.split(".", 1)[1]


def owner(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].partition(".")[0]


FILES = [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or owner(path) in CORE]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_what_its_folder_may(path: Path) -> None:
    allowed = {owner(path), *MAY_IMPORT[owner(path)], "__version__"}
    refused = [name for name in imports(path) if not is_one_of(name, allowed)]
    assert not refused


def is_one_of(name: str, allowed: Set[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in allowed)


def test_every_folder_has_its_rule() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert folders == set(MAY_IMPORT) - {"call", "callback"}


def test_no_folder_holds_a_single_module() -> None:
    alone: Set[Tuple[str, int]] = set()
    for folder in {path.parent for path in FILES}:
        modules = [each for each in folder.glob("*.py") if each.name != "__init__.py"]
        inside = [each for each in folder.iterdir() if (each / "__init__.py").exists()]
        if len(modules) + len(inside) < 2 and "site" not in folder.parts:
            alone.add((folder.name, len(modules)))
    assert not alone

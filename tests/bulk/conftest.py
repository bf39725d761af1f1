"""A program's folder with a file of rows in it, and the command ``smsc bulk``."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from smsc_transports.bulk import gateway, reconciling, sending
from tests.cli.conftest import Finished, Shop, Smsc, shop, smsc

__all__ = ["shop", "smsc"]

NEW = ("--region", "UA", "--text", "number {name}", "--yes")

Bulk = Callable[..., Finished]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(sending, "BUSY_PAUSES", (0.0,) * 4)


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A login is hidden by many rounds of a hash, which take as long as all the rest."""
    monkeypatch.setattr(gateway, "_ROUNDS", 1)


@pytest.fixture
def rows(shop: Shop) -> Path:
    """A file of 40 rows, with a journal beside it as soon as something was sent."""
    file = shop.folder / "rows.csv"
    lines = ["phone,name", *(f"0501{number:06},{number}" for number in range(40))]
    file.write_text("\n".join(lines), "utf-8")
    return file


@pytest.fixture
def bulk(smsc: Smsc, shop: Shop) -> Bulk:
    """Run ``smsc bulk`` in the folder."""

    def run(*arguments: str, **options: Any) -> Finished:
        return smsc("bulk", *arguments, **options)

    return run


def results(file: Path, separator: str = ",") -> List[Dict[str, str]]:
    with open(file.with_suffix(".result.csv"), encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator))


def outcomes(file: Path) -> List[str]:
    return [row["outcome"] for row in results(file)]

"""This project's smsc_api.py does what the vendor's does, but for the announced differences."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from smsc_transports.compare.gateway import Certificates
from smsc_transports.compare.recorded.case import Case
from smsc_transports.compare.recorded.cases import CASES
from smsc_transports.compare.recorded.differences import DUE, RULES
from smsc_transports.compare.recorded.load import due, load_vectors, recorded_of
from smsc_transports.compare.replay import observe, surroundings

from .record import describe

SHIM = Path(__file__).parents[2] / "smsc_api.py"
VECTORS = load_vectors()


@pytest.fixture(scope="module")
def certificates() -> Iterator[Certificates]:
    with surroundings() as authority:
        yield authority


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_byte_is_the_vendors_or_an_announced_difference(
    case: Case, certificates: Certificates
) -> None:
    _, owed = due(case, VECTORS[case.name])
    seen = observe(SHIM, case, certificates)
    assert seen == owed, describe(owed, seen)


def test_the_vectors_were_recorded_from_these_very_cases() -> None:
    asked = {case.name: case.describe() for case in CASES}
    assert len(asked) == len(CASES), "two cases of one name"
    assert asked == {
        name: {key: vector[key] for key in ("call", "settings", "script", "console")}
        for name, vector in VECTORS.items()
    }


def test_every_announced_difference_is_one() -> None:
    cases = {case.name: case for case in CASES}
    for name in DUE:
        number, owed = due(cases[name], VECTORS[name])
        assert owed != recorded_of(cases[name], VECTORS[name]), name
        assert number in RULES
    assert {number for number, _ in DUE.values()} == set(RULES)

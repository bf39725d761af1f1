"""This project's smsc_api.py does what the vendor's does, but for the announced differences."""

from __future__ import annotations

from typing import Callable, Dict, Iterator

import pytest

from smsc_transports.compare.program import Fields, Program
from smsc_transports.compare.recorded.case import Case
from smsc_transports.compare.recorded.cases import CASES
from smsc_transports.compare.recorded.differences import DUE, RULES
from smsc_transports.compare.recorded.load import due, load_vectors, recorded_of
from smsc_transports.compare.replay import SHIM, observe, surroundings, vendor_constants

VECTORS = load_vectors()


@pytest.fixture(scope="module")
def shim() -> Iterator[Callable[[Case], Fields]]:
    constants = vendor_constants()
    with surroundings() as found, Program(SHIM, constants, found.of_the_shim) as shim:
        yield lambda case: observe(shim, case, constants, found.certificates).observation


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_byte_is_the_vendors_or_an_announced_difference(
    case: Case, shim: Callable[[Case], Fields]
) -> None:
    owed, _ = due(case, VECTORS[case.name])
    assert shim(case) == owed


def test_the_vectors_were_recorded_from_these_very_cases() -> None:
    asked = {case.name: case.describe() for case in CASES}
    assert len(asked) == len(CASES), "two cases of one name"
    assert asked == {
        name: {key: vector[key] for key in ("call", "settings", "script", "console")}
        for name, vector in VECTORS.items()
    }


def test_every_announced_difference_is_one() -> None:
    cases: Dict[str, Case] = {case.name: case for case in CASES}
    for name in DUE:
        owed, number = due(cases[name], VECTORS[name])
        assert owed != recorded_of(cases[name], VECTORS[name]), name
        assert number in RULES
    assert {number for number, _ in DUE.values()} == set(RULES)

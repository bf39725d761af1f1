"""This project's smsc_api.py does what the vendor's does, but for the announced differences."""

from __future__ import annotations

from typing import Dict

import pytest

from tests.golden.case import Case
from tests.golden.cases import CASES
from tests.golden.decoding import decoded
from tests.golden.differences import DUE, ESCAPES, RULES
from tests.golden.observing import OURS, Fields, observe_all
from tests.golden.recordings import due, load_vectors, recorded_of

VECTORS = load_vectors()


@pytest.fixture(scope="module")
def ours() -> Dict[str, Fields]:
    return observe_all(OURS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_byte_is_the_vendors_or_an_announced_difference(
    case: Case, ours: Dict[str, Fields]
) -> None:
    owed, _ = due(case, VECTORS[case.name])
    assert decoded(ours[case.name]) == decoded(owed)


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
        assert decoded(owed) != decoded(recorded_of(cases[name], VECTORS[name])), name
        assert number in RULES
    assert {number for number, _ in DUE.values()} == set(RULES) - {ESCAPES}

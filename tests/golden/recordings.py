"""Reads the recordings, and says what this project owes in each case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Tuple

from tests.golden.case import Case
from tests.golden.differences import expected_instead

VECTORS = Path(__file__).parent / "vectors"
Fields = Dict[str, Any]
Vectors = Dict[str, Fields]


def load_vectors(folder: Path = VECTORS) -> Vectors:
    """Return the recorded vectors by the name of their case."""
    vectors: Vectors = {}
    for path in sorted(folder.glob("*.json")):
        for name, vector in json.loads(path.read_text(encoding="utf-8")).items():
            vectors[f"{path.stem}: {name}"] = vector
    return vectors


def due(case: Case, vector: Fields) -> Tuple[Fields, str]:
    """Return the observation that this project owes, and the number of a difference, or ""."""
    recorded = recorded_of(case, vector)
    number, owed = expected_instead(case, recorded) or ("", recorded)
    return owed, number


def recorded_of(case: Case, vector: Fields) -> Fields:
    """Return the half of a vector that came out; the other half is what went in."""
    given = case.describe()
    return {key: value for key, value in vector.items() if key not in given}

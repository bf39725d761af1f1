"""Record what a copy of smsc_api.py does with every case, or compare a copy with the record.

    python -m tests.golden.record path/to/vendor/smsc_api.py           compare the vendor's file
    python -m tests.golden.record smsc_api.py                          compare this project's
    python -m tests.golden.record path/to/vendor/smsc_api.py -o DIR    write the vectors anew

Comparing ends with status 1 if anything differs that `differences` does not announce.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

from smsc_transports.compare.recorded.case import Case
from smsc_transports.compare.recorded.cases import CASES, GROUPS
from smsc_transports.compare.recorded.load import SAME, Vectors, due, load_vectors, recorded_of
from smsc_transports.compare.replay import Observation, observe, surroundings

UNEXPLAINED = "unexplained"


def observe_all(path: Path) -> Iterator[Tuple[Case, Observation]]:
    with surroundings() as certificates:
        for case in CASES:
            yield case, observe(path, case, certificates)


def write(path: Path, folder: Path) -> None:
    """Record a copy of the vendor's file, one JSON file for each group of cases."""
    groups: Dict[str, Vectors] = {group: {} for group in GROUPS}
    for case, seen in observe_all(path):
        name = case.name.partition(": ")[2]
        groups[case.group][name] = {**case.describe(), **seen}
    folder.mkdir(parents=True, exist_ok=True)
    for group, vectors in groups.items():
        (folder / f"{group}.json").write_text(_as_json(vectors), encoding="utf-8")


def _as_json(vectors: Vectors) -> str:
    """Lay the vectors out for reading and for diffs: a line for each field and each attempt."""
    blocks = []
    for name, vector in vectors.items():
        fields = [f"  {_line(key)}: {_line(vector[key])}" for key in vector if key != "wire"]
        attempts = ",".join(f"\n   {_line(attempt)}" for attempt in vector["wire"])
        fields.append(f'  "wire": [{attempts}]')
        blocks.append(f" {_line(name)}: {{\n" + ",\n".join(fields) + "}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _line(value: Any) -> str:
    # Bytes stand as latin-1: letters stay readable, what an editor would hide does not.
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\x7f-\xa0\ufeff]", lambda match: f"\\u{ord(match[0]):04x}", text)


def compare(path: Path) -> bool:
    """Print how a copy compares with the record; return whether every difference is announced."""
    vectors = load_vectors()
    counts: Counter[str] = Counter()
    missing = []
    for case, seen in observe_all(path):
        number, owed = due(case, vectors[case.name])
        if seen == owed:
            counts[number] += 1
        elif seen == recorded_of(case, vectors[case.name]):
            missing.append((case, describe(owed, seen)))
        else:
            counts[UNEXPLAINED] += 1
            print(f"{case.name}\n{describe(owed, seen)}")
    # The vendor's file has none of the announced differences; this project has to have them all.
    differs = set(counts) - {SAME, UNEXPLAINED}
    counts[UNEXPLAINED if differs else SAME] += len(missing)
    for case, description in missing if differs else ():
        print(f"{case.name}: announced, but not there\n{description}")
    print(summary(counts))
    return not counts[UNEXPLAINED]


def describe(owed: Observation, seen: Observation) -> str:
    """Show what is owed and what was seen, as far as they differ."""
    differing = [key for key in {**owed, **seen} if owed.get(key, ...) != seen.get(key, ...)]
    return "\n".join(
        f"  {key}\n    due:  {owed.get(key, '-')!r}\n    seen: {seen.get(key, '-')!r}"
        for key in differing
    )


def summary(counts: Counter[str]) -> str:
    numbers = sorted(set(counts) - {SAME, UNEXPLAINED}, key=lambda number: int(number[1:]))
    differing = sum(counts[number] for number in numbers)
    listed = ": " + ", ".join(f"{number} {counts[number]}" for number in numbers) if numbers else ""
    return (
        f"{sum(counts.values())} cases: {counts[SAME]} the same, {differing} differ{listed}; "
        f"unexplained {counts[UNEXPLAINED]}"
    )


def main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.golden.record", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("copy", type=Path, help="any copy of smsc_api.py")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="write vectors there")
    given = parser.parse_args(arguments)
    if given.output:
        write(given.copy, given.output)
        return 0
    return 0 if compare(given.copy) else 1


if __name__ == "__main__":
    sys.exit(main())

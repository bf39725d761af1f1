"""Record what a copy of the vendor's smsc_api.py does with every case.

    python -m tests.golden.record path/to/vendor/smsc_api.py -o DIR

DIR is tests/golden/vectors for good; git shows what changed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

from tests.golden.cases import CASES, GROUPS
from tests.golden.observing import observe_all
from tests.golden.recordings import Vectors


def write(path: Path, folder: Path) -> None:
    """Record a copy of the vendor's file, one JSON file for each group of cases."""
    groups: Dict[str, Vectors] = {group: {} for group in GROUPS}
    seen = observe_all(path)
    for case in CASES:
        name = case.name.partition(": ")[2]
        groups[case.group][name] = {**case.describe(), **seen[case.name]}
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


def main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.golden.record", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("copy", type=Path, help="the vendor's file, for smsc.ua")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", required=True)
    given = parser.parse_args(arguments)
    write(given.copy, given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())

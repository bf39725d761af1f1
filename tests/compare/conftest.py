"""Runs chosen cases against a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Dict, Tuple

import pytest

from smsc_transports.compare.comparison import Comparison
from smsc_transports.compare.report import Report
from smsc_transports.compare.verdict import Verdict

Compared = Tuple[Dict[str, Verdict], Report]
Compare = Callable[..., Compared]


@pytest.fixture
def compare() -> Compare:
    """Compare a copy in the cases with these names: their verdicts and the report of them."""

    def compared(path: Path, *names: str) -> Compared:
        with Comparison(path) as comparison:
            report = Report(comparison)
            verdicts = {}
            for part in comparison.parts():
                chosen = part._replace(cases=[case for case in part.cases if case.name in names])
                for verdict in comparison.verdicts(chosen):
                    report.add(part, verdict)
                    verdicts[verdict.case.name] = verdict
        assert set(verdicts) == set(names)
        return verdicts, report

    return compared

"""The result of a run: a CSV file with a line for each row, a summary, and a page for people."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from smsc_transports.bulk.journal import DONE, OUTCOMES, SENDING, UNKNOWN, Journal
from smsc_transports.bulk.results import amount
from smsc_transports.bulk.tables import Table, write_csv
from smsc_transports.values.words import delivery_error_text, status_text

_RESULT = ("id", "parts", "cost", "outcome", "error")
_STATUS = ("status", "status_time", "status_text", "delivery_error")
_OUTCOME = f"replace(outcome, '{SENDING}', '{UNKNOWN}')"
_COLUMNS = (
    f"batch, parts, cost, {_OUTCOME}, error, status, changed_at, delivery_error, country, operator"
)
NO_STATUS = "no status yet"


@dataclass
class Summary:
    """A run in numbers: rows by outcome and by status, parts, and money by operator or country."""

    outcomes: Dict[str, int] = field(default_factory=Counter)
    statuses: Dict[str, int] = field(default_factory=Counter)
    costs: Dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    parts: int = 0

    @property
    def cost(self) -> Decimal:
        """All the money, as far as the gateway reports it."""
        return sum(self.costs.values(), Decimal(0))

    @property
    def rows(self) -> int:
        """All the rows."""
        return sum(self.outcomes.values())


def summary_of(journal: Journal) -> Summary:
    """Sum up a run."""
    summary = Summary()
    for found in journal.select(f"SELECT {_COLUMNS} FROM rows"):
        _, parts, cost, outcome, _, status, _, _, country, operator = found
        summary.outcomes[outcome] += 1
        if outcome == DONE:
            summary.parts += parts
            summary.statuses[NO_STATUS if status is None else status_text(status)] += 1
            summary.costs[operator or country or "unknown"] += amount(cost or "")
    summary.outcomes = {
        each: summary.outcomes[each] for each in OUTCOMES if summary.outcomes.get(each)
    }
    return summary


def result_path(file: Path, ending: str) -> Path:
    """Give the place of a result beside a file."""
    return file.with_name(f"{file.stem}.{ending}")


def write_result(journal: Journal, table: Table, with_statuses: bool) -> Path:
    """Write the CSV file with a line for each row of the table; gives its path."""
    path = result_path(table.path, "result.csv")
    added = _RESULT + (_STATUS if with_statuses else ())
    names = [f"sms_{name}" if name in table.columns else name for name in added]

    def lines() -> Iterator[Sequence[Any]]:
        yield [*table.columns, *names]
        found = journal.select(f"SELECT {_COLUMNS} FROM rows ORDER BY n")
        for row, facts in zip(table.rows(), found):
            cells = ["" if cell is None else cell for cell in row.cells]
            yield [*cells, *_result(facts), *(_status(facts) if with_statuses else ())]

    write_csv(path, table.separator, lines())
    return path


def _result(facts: Tuple[Any, ...]) -> List[Any]:
    batch, parts, cost, outcome, error = facts[:5]
    return [*(("", "") if batch is None else (batch, parts)), cost or "", outcome, error]


def _status(facts: Tuple[Any, ...]) -> List[Any]:
    status, changed_at, error = facts[5:8]
    if status is None:
        return ["", "", "", ""]
    reason = delivery_error_text(error) if error else ""
    return [status, _moment(changed_at), status_text(status), reason]


def _moment(timestamp: Optional[int]) -> str:
    try:
        return datetime.fromtimestamp(timestamp or 0).strftime(
            "%Y-%m-%d %H:%M:%S" * bool(timestamp)
        )
    except (ValueError, OverflowError, OSError):
        return ""

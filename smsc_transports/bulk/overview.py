"""What is printed about a run before anything is sent."""

from __future__ import annotations

import json
from typing import Dict

from smsc_transports.bulk.journal import BAD, DUPLICATE, REFUSED, UNKNOWN, WAITING, Journal
from smsc_transports.bulk.pricing import Total
from smsc_transports.bulk.results import amount
from smsc_transports.bulk.tables import Table
from smsc_transports.cli.terminal import printable

_MOST_LINES = 20


def counted(number: int, what: str) -> str:
    """Say how many there are."""
    return f"{number:,} {what}{'s' * (number != 1)}"


class Overview:
    """Prints the rows of a journal, in words or as JSON."""

    def __init__(self, journal: Journal, table: Table, as_json: bool) -> None:
        self._journal = journal
        self._table = table
        self._as_json = as_json

    def rows(self) -> None:
        """Print how the file was read, and which rows are not sent."""
        counts = self._journal.counts()
        if self._as_json:
            self._print_rows_as_json(counts)
            return
        separator = {"": "JSON lines", "\t": "tab"}.get(self._table.separator)
        separator = separator or f"separator {self._table.separator}"
        print(printable(f"{self._table.path}: {counted(sum(counts.values()), 'row')}, "
                        f"{self._table.encoding.replace('-sig', '')}, {separator}"))  # fmt: skip
        for outcome, what in ((BAD, "cannot be sent"), (DUPLICATE, "sent once only")):
            self._list(outcome, counts.get(outcome, 0), what)
        self._list(UNKNOWN, counts.get(UNKNOWN, 0), "unknown, not sent again")

    def price(self, total: Total, balance: str) -> None:
        """Print what is to be sent, and what it costs."""
        waiting = self._journal.counts().get(WAITING, 0)
        if self._as_json:
            facts = {"messages": waiting, "parts": total.parts, "cost": str(total.cost)}
            print(json.dumps({"event": "price", **facts, "unpriced": total.unpriced,
                              "balance": balance or None}), flush=True)  # fmt: skip
            return
        self._list(REFUSED, self._journal.counts().get(REFUSED, 0), "refused by the gateway")
        found = self._journal.select(
            "SELECT country, count(*) FROM rows WHERE outcome = ? GROUP BY country "
            "ORDER BY count(*) DESC LIMIT 10", WAITING,
        )  # fmt: skip
        countries = ", ".join(f"{country or 'other'} {count:,}" for country, count in found)
        first = next(self._journal.waiting(), None)
        if first is not None:
            print(printable(f"the first: {first.phone} {first.text!r}"))
        print(
            f"to send: {counted(waiting, 'message')} ({countries}), {counted(total.parts, 'part')}"
        )
        print(f"price: {total.cost}, balance: {balance or 'not known'}")
        if total.unpriced:
            print(f"  without {counted(total.unpriced, 'row')}, some of which the gateway refuses")
        if balance and total.cost > amount(balance):
            print("  The balance is less than the price: the run will end early. Top it up first.")

    def _list(self, outcome: str, count: int, what: str) -> None:
        if not count:
            return
        print(f"{outcome}: {counted(count, 'row')}, {what}")
        for line, error in self._journal.select(
            "SELECT line, error FROM rows WHERE outcome = ? ORDER BY n LIMIT ?",
            outcome, _MOST_LINES,
        ):  # fmt: skip
            print(printable(f"  line {line}: {error}"))
        if count > _MOST_LINES:
            print(f"  and {count - _MOST_LINES:,} more, see the result file")

    def _print_rows_as_json(self, counts: Dict[str, int]) -> None:
        for line, outcome, error in self._journal.select(
            "SELECT line, outcome, error FROM rows WHERE outcome IN (?, ?, ?) ORDER BY n",
            BAD, DUPLICATE, UNKNOWN,
        ):  # fmt: skip
            row = {"event": "row", "line": line, "outcome": outcome, "error": error}
            print(json.dumps(row, ensure_ascii=False))
        print(json.dumps({"event": "rows", "rows": sum(counts.values()), **counts}), flush=True)

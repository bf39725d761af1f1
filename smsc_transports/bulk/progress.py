"""Shows how far a run is: a bar on a terminal, else a line every few seconds."""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from typing import Any, Iterable, Iterator, Optional, TypeVar

from smsc_transports.values.extras import required

SECONDS_BETWEEN_LINES = 5.0

T = TypeVar("T")


class Progress:
    """Counts rows up to ``total``, if known, and the money spent; as JSON on stdout if asked."""

    def __init__(self, what: str, total: Optional[int], as_json: bool = False) -> None:
        self._what = what
        self._total = total
        self._as_json = as_json
        self._done = 0
        self._spent: Optional[Decimal] = None
        self._started = self._told = time.monotonic()
        self._tqdm = required("tqdm", "bulk", "smsc bulk").tqdm
        self._bar: Any = None
        if sys.stderr.isatty() and not as_json:
            self._bar = self._tqdm(total=total, desc=what, unit="row", file=sys.stderr)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, rows: int, spent: Optional[Decimal] = None) -> None:
        """Count rows that are through."""
        self._done += rows
        self._spent = spent
        if self._bar is not None:
            if spent is not None:
                self._bar.set_postfix_str(f"cost {spent}", refresh=False)
            self._bar.update(rows)
        elif time.monotonic() - self._told >= SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            self._tell()

    def counted(self, rows: Iterable[T]) -> Iterator[T]:
        """Count rows while they are taken."""
        for number, row in enumerate(rows, 1):
            yield row
            if not number % 1000:
                self.update(1000)

    def _tell(self) -> None:
        seconds = time.monotonic() - self._started
        if self._as_json:
            cost = None if self._spent is None else str(self._spent)
            facts = {"event": self._what, "done": self._done, "rows": self._total}
            print(json.dumps({**facts, "seconds": round(seconds, 1), "cost": cost}), flush=True)
            return
        meter = self._tqdm.format_meter(
            self._done, self._total, seconds, ncols=0, unit="row", prefix=self._what,
            postfix=None if self._spent is None else f"cost {self._spent}",
        )  # fmt: skip
        print(meter, file=sys.stderr, flush=True)

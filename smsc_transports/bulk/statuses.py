"""Statuses of the messages after the send: asked for, or posted by callbacks."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from smsc_transports.bulk.gateway import Gateway, digits
from smsc_transports.bulk.journal import DONE, UNKNOWN, Journal
from smsc_transports.bulk.sending import THREAD_NAMES
from smsc_transports.failover.slots import MOST_STATUS_REQUESTS

NOT_FOUND = -3
_TO_BE_ASKED = "outcome IN (?, ?) AND (status IS NULL OR status <= 0)"
_CHUNK = 40


def record_status(journal: Union[str, Path], fields: Mapping[str, str]) -> bool:
    """Write a status that the gateway posted into the journal of a run.

    Args:
        journal: the path of the journal; a run may be working with it.
        fields: the form that the gateway posted, checked by ``smsc_transports.callback.verify``.

    Returns:
        True if it is about a row of this journal; an older status than the known one changes
        nothing.

    Raises:
        ConfigurationError: there is no such journal.
    """
    opened = Journal(Path(journal))
    try:
        known = opened.select(
            "SELECT n FROM rows WHERE batch = ? AND phone = ?",
            _integer(fields.get("id")),
            "+" + digits(fields.get("phone", "")),
        )
        entry = {**fields, "last_timestamp": fields.get("ts")}
        found = [(n, entry) for (n,) in known]
        _note(opened, found)
        return bool(found)
    finally:
        opened.close()


def left_to_ask(journal: Journal) -> int:
    """Count the rows whose last status is not known."""
    [(count,)] = journal.select(f"SELECT count(*) FROM rows WHERE {_TO_BE_ASKED}", DONE, UNKNOWN)
    return int(count)


def ask_statuses(journal: Journal, gateway: Gateway) -> Iterator[Tuple[int, int]]:
    """Ask for each status that is not known yet, four at once.

    Gives, from time to time, how many more were asked for and how many of them were answered.
    """
    with ThreadPoolExecutor(MOST_STATUS_REQUESTS, thread_name_prefix=THREAD_NAMES) as pool:
        for rows in _chunks(journal):
            entries = list(pool.map(lambda row: gateway.status(row[1], row[2]), rows))
            told = [(row[0], entry) for row, entry in zip(rows, entries) if entry is not None]
            _note(journal, told)
            yield len(rows), len(told)


def _chunks(journal: Journal) -> Iterator[List[Tuple[int, int, str]]]:
    after = 0
    while True:
        query = f"SELECT n, batch, phone FROM rows WHERE {_TO_BE_ASKED} AND n > ? ORDER BY n"
        rows = list(itertools.islice(journal.select(query, DONE, UNKNOWN, after), _CHUNK))
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _note(journal: Journal, told: Sequence[Tuple[int, Mapping[str, Any]]]) -> None:
    """Write down statuses, by the gateway's own names; what is found was sent."""
    changes = []
    for n, entry in told:
        changed_at = _integer(entry.get("last_timestamp"))
        operator = " ".join(str(entry[k]) for k in ("country", "operator") if entry.get(k))
        changes.append((
            _integer(entry.get("status")), changed_at, _integer(entry.get("err")),
            operator, str(entry.get("cost") or ""), n, changed_at, changed_at,
        ))  # fmt: skip
    journal.change(
        "UPDATE rows SET status = ?, changed_at = ?, delivery_error = ?, "
        "operator = coalesce(nullif(?, ''), operator), cost = coalesce(nullif(?, ''), cost) "
        "WHERE n = ? AND (changed_at IS NULL OR ? IS NULL OR changed_at <= ?)",
        changes,
    )
    journal.change(
        "UPDATE rows SET outcome = ?, error = '' WHERE n = ? AND outcome = ?",
        [(DONE, change[5], UNKNOWN) for change in changes if change[0] not in (None, NOT_FOUND)],
    )


def _integer(value: Any) -> Optional[int]:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None

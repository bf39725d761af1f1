"""How rows become batches."""

from __future__ import annotations

import itertools
from typing import Any, Iterator, List

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsc_transports.bulk import sending
from smsc_transports.bulk.journal import Message
from smsc_transports.bulk.sending import Run


class Waiting:
    """A journal in which these numbers wait, one in each row."""

    def __init__(self, phones: List[str]) -> None:
        self._phones = phones
        self._ids = itertools.count(1)

    def waiting(self) -> Iterator[Message]:
        for n, phone in enumerate(self._phones):
            yield Message(n, n, phone, "x", 1)

    def new_id(self) -> int:
        return next(self._ids)


@given(phones=st.lists(st.sampled_from("abcdefgh"), max_size=60), size=st.integers(1, 9))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_in_one_batch_and_no_number_twice_in_a_batch(
    monkeypatch: pytest.MonkeyPatch, phones: List[str], size: int
) -> None:
    monkeypatch.setattr(sending, "_MOST_HELD", 5)
    journal: Any = Waiting(phones)
    gateway: Any = None
    batches = list(Run(journal, gateway, size)._batches())
    rows = [message.n for batch in batches for message in batch.messages]
    assert sorted(rows) == list(range(len(phones)))
    for batch in batches:
        numbers = [message.phone for message in batch.messages]
        assert len(set(numbers)) == len(numbers) <= size
    if len(set(phones)) == len(phones):
        assert rows == sorted(rows)

"""Outcomes of rows: the results that callers get, and what goes into the journal."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import List, NamedTuple, Optional, Sequence

from smsc_transports.bulk.gateway import Answer, InDoubt, Refused, Taken, digits
from smsc_transports.bulk.journal import (
    DONE,
    REFUSED,
    UNKNOWN,
    WAITING,
    Batch,
    Message,
    RowOutcome,
    Settled,
)
from smsc_transports.cli.explanations import advice
from smsc_transports.values.words import error_text

FOR_SOME_NUMBERS = (7, 8)
"""Errors of a whole batch that may be caused by some of its numbers."""


class Result(NamedTuple):
    """What became of a row: ``outcome`` is done, refused, not sent, unknown, bad or duplicate.

    ``row`` counts from 1; ``line`` is where it begins in its file. ``id`` is the message id, None
    of a row that was never sent. ``cost`` is "" where the gateway did not report it. ``error`` says
    in words why a row was not sent.
    """

    row: int
    line: int
    phone: str
    outcome: str
    id: Optional[int]
    parts: int
    cost: str
    error: str


class Stopped(Exception):
    """The run ended before its last row; the text says why and what to do.

    ``status`` is the exit status: 1 the gateway refused, 3 no host was reached, 4 unknown.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message, status)
        self.status = status

    def __str__(self) -> str:
        return str(self.args[0])


def settled(batch: Batch, answer: Answer) -> Settled:
    """Say what became of a batch and of its rows."""
    row_outcomes = _row_outcomes(batch, answer)
    if isinstance(answer, Taken):
        return Settled(batch.id, DONE, row_outcomes, answer.cost)
    return Settled(batch.id, row_outcomes[0].outcome, row_outcomes, "")


def _row_outcomes(batch: Batch, answer: Answer) -> List[RowOutcome]:
    """Say what became of each row of a batch."""
    if isinstance(answer, InDoubt):
        return [RowOutcome(m.n, UNKNOWN, answer.reason) for m in batch.messages]
    if isinstance(answer, Taken):
        return [_row_outcome(message, answer) for message in batch.messages]
    alone = len(batch.messages) == 1
    if isinstance(answer, Refused) and answer.code in FOR_SOME_NUMBERS and alone:
        words = f"error {answer.code}, {error_text(answer.code)}"
        return [RowOutcome(batch.messages[0].n, REFUSED, words)]
    return [RowOutcome(message.n, WAITING) for message in batch.messages]


def _row_outcome(message: Message, answer: Taken) -> RowOutcome:
    phone = digits(message.phone)
    reason = answer.refused.get(phone, "")
    return RowOutcome(
        message.n, REFUSED if reason else DONE, reason, answer.costs.get(phone) or None
    )


def amount(text: str) -> Decimal:
    """Read an amount of money, 0 where it is none."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)


def refusal(code: int, messages: Sequence[Message] = ()) -> str:
    """Say that the gateway refused messages, and what to do about it."""
    about = f" ({lines_of(messages)})" if messages else ""
    return f"refused: error {code}, {error_text(code)}{about}. {advice(code)}"


def lines_of(messages: Sequence[Message]) -> str:
    """Name the lines of messages."""
    lines = [message.line for message in messages]
    return f"line {lines[0]}" if len(lines) == 1 else f"lines {min(lines)} to {max(lines)}"

"""Takes messages one after the other, and says of each what became of it.

A series ends early at a failure that would hit the next message too, and with Ctrl-C; the output
then names the messages that were not sent.
"""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any, Callable, Dict, List, Optional, Sequence

from smsc_transports.cli.answers import DONE, IN_DOUBT, UNREACHED, Answer
from smsc_transports.cli.messages import Message
from smsc_transports.reporting.notices import SMSCWarning
from smsc_transports.values.errors import ConfigurationError

ENDING_ERRORS = (2, 3, 4, 5)
"""Errors that would hit the next message too: login, money, a block, time of delivery."""


class Series:
    """Messages that are all sent, or all asked the price of (``sending`` false)."""

    def __init__(self, messages: Sequence[Message], sending: bool, as_json: bool) -> None:
        self._messages = messages
        self._sending = sending
        self._as_json = as_json
        self._answers: List[Answer] = []
        self._told: List[List[str]] = []
        self._under_way: Optional[Message] = None

    def run(self, ask: Callable[[Message], Answer]) -> int:
        """Ask for every message and print the answers; gives the highest exit status.

        Whatever ends it before the last message passes through, once it was said what was not
        sent: Ctrl-C above all.
        """
        try:
            self._go_through(ask)
        except (ConfigurationError, SMSCWarning):
            self._under_way = None  # these come before anything is sent
            self._end("the series ended before it")
            raise
        except BaseException:
            self._end("the series was stopped before it")
            raise
        status = max(answer.status for answer in self._answers)
        self._end("the series ended before it")
        return status

    def _go_through(self, ask: Callable[[Message], Answer]) -> None:
        for message in self._messages:
            self._under_way = message
            answer = ask(message)
            self._under_way = None
            self._show(message, answer)
            if answer.status in (UNREACHED, IN_DOUBT) or answer.error in ENDING_ERRORS:
                return

    def _show(self, message: Message, answer: Answer) -> None:
        self._answers.append(answer)
        hints = answer.lines[1:]
        if hints in self._told:  # once is enough for a hundred wrong numbers
            answer = dataclasses.replace(answer, lines=answer.lines[:1])
        self._told.append(hints)
        answer.show(self._as_json, self._place(message, len(self._answers)))

    def _place(self, message: Message, number: int) -> str:
        if len(self._messages) == 1:
            return ""
        return f"{number}/{len(self._messages)}  line {message.line}, {message.phones}: "

    def _end(self, why: str) -> None:
        message = self._under_way
        if message is not None and self._sending:
            self._show(message, _without_answer(message, IN_DOUBT, "it may have been sent"))
        if len(self._messages) > 1:
            self._leave_the_rest(why)
            self._sum_up()

    def _leave_the_rest(self, why: str) -> None:
        rest = self._messages[len(self._answers) :]
        if not rest:
            return
        answers = [_without_answer(message, UNREACHED, why) for message in rest]
        self._answers += answers
        if self._as_json:
            for answer in answers:
                answer.show(as_json=True)
        else:
            first, last = rest[0].line, rest[-1].line
            lines = f"line {first}" if first == last else f"lines {first} to {last}"
            which = "sent" if self._sending else "asked for"
            print(f"not {which}: {lines}", file=sys.stderr)

    def _sum_up(self) -> None:
        if self._as_json:
            return
        counted = Counter(answer.outcome for answer in self._answers)
        told = ", ".join(f"{number} {outcome}" for outcome, number in counted.items())
        costs = [cost for cost in map(_cost, self._answers) if cost is not None]
        if costs:
            told += f"; cost {sum(costs)}"
        print(f"{len(self._messages)} messages: {told}", file=sys.stderr)


def about(message: Message) -> Dict[str, Any]:
    """Give what the JSON of an answer says of its message; the text is not repeated."""
    line = {} if message.line is None else {"line": message.line}
    return {**line, "phones": message.phones}


def _without_answer(message: Message, status: int, why: str) -> Answer:
    outcome = "unknown" if status == IN_DOUBT else "not sent"
    facts = {**about(message), "outcome": outcome, "advice": why}
    return Answer(status, outcome, [f"{outcome}: {why}"], facts)


def _cost(answer: Answer) -> Optional[Decimal]:
    """Give what a message costs, None where it is not known, as by e-mail."""
    try:
        return Decimal(answer.facts["cost"]) if answer.status == DONE else None
    except (TypeError, InvalidOperation):
        return None

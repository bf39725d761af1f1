"""What a run will cost: asked of the gateway in batches, before anything is sent."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Callable, Iterator, List, Sequence

from smsc_transports.bulk.gateway import Gateway, Price, Refused
from smsc_transports.bulk.journal import REFUSED, Journal, Message
from smsc_transports.bulk.results import FOR_SOME_NUMBERS, Stopped, refusal
from smsc_transports.bulk.sending import BUSY_PAUSES, THREAD_NAMES
from smsc_transports.cli.answers import FIND_THE_CAUSE, UNREACHED
from smsc_transports.cli.answers import REFUSED as REFUSED_STATUS
from smsc_transports.failover.slots import MOST_REQUESTS
from smsc_transports.values.words import error_text

MOST_REFUSALS = 40
"""At most so many refused price requests: the gateway may count them towards a block."""

_TOO_MANY = 9


@dataclass
class Total:
    """The price of all rows that wait; ``unpriced`` is how many rows it is without."""

    cost: Decimal = Decimal(0)
    parts: int = 0
    unpriced: int = 0


class Pricing:
    """Asks for the price of everything that waits in a journal."""

    def __init__(self, journal: Journal, gateway: Gateway, size: int) -> None:
        self.total = Total()
        self._journal = journal
        self._gateway = gateway
        self._size = size
        self._refusals = 0

    def ask(self, tell: Callable[[int], None]) -> Total:
        """Give the price; marks rows that the gateway would refuse. Raises Stopped.

        ``tell`` is called with the number of rows that were priced.
        """
        with ThreadPoolExecutor(MOST_REQUESTS, thread_name_prefix=THREAD_NAMES) as pool:
            batches = _cut(self._journal.waiting(), self._size)
            while True:
                several = list(itertools.islice(batches, MOST_REQUESTS))
                if not several:
                    return self.total
                for refused in pool.map(self._price, several):
                    self._mark(refused)
                tell(sum(map(len, several)))

    def _price(self, messages: Sequence[Message]) -> List[tuple[Message, int]]:
        """Add the price of messages; gives those that are refused, with the error."""
        answer = self._gateway.price(messages)
        for seconds in BUSY_PAUSES:
            if not (isinstance(answer, Refused) and answer.code == _TOO_MANY):
                break
            time.sleep(seconds)
            answer = self._gateway.price(messages)
        if isinstance(answer, Price):
            self.total.cost += answer.cost
            self.total.parts += answer.parts
            return []
        if not isinstance(answer, Refused):
            raise Stopped(f"no answer to the question for the price: {answer.reason}. "
                          f"Nothing is sent. {FIND_THE_CAUSE}", UNREACHED)  # fmt: skip
        if answer.code not in FOR_SOME_NUMBERS:
            words = refusal(answer.code, messages)
            raise Stopped(f"{words} Nothing is sent.", REFUSED_STATUS)
        self._refusals += 1
        if len(messages) == 1:
            return [(messages[0], answer.code)]
        if self._refusals >= MOST_REFUSALS:
            self.total.unpriced += len(messages)
            return []
        middle = len(messages) // 2
        return self._price(messages[:middle]) + self._price(messages[middle:])

    def _mark(self, refused: List[tuple[Message, int]]) -> None:
        self._journal.change(
            "UPDATE rows SET outcome = ?, error = ? WHERE n = ?",
            [(REFUSED, f"error {code}, {error_text(code)}", m.n) for m, code in refused],
        )


def _cut(messages: Iterator[Message], size: int) -> Iterator[List[Message]]:
    while True:
        batch = list(itertools.islice(messages, size))
        if not batch:
            return
        yield batch

"""Sends what waits in a journal, in batches and up to 14 requests at once.

Only the thread that asks for the results writes to the journal: before a request leaves and after
its answer. The threads that make the requests never decide what is sent next.
"""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from decimal import Decimal, InvalidOperation
from typing import Callable, Dict, Generator, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from smsc_transports.bulk.gateway import (
    Answer,
    Gateway,
    InDoubt,
    Refused,
    Taken,
    Unsent,
    digits,
)
from smsc_transports.bulk.journal import (
    DONE,
    REFUSED,
    UNKNOWN,
    WAITING,
    Batch,
    Fate,
    Journal,
    Message,
)
from smsc_transports.bulk.reconciling import Reconciler
from smsc_transports.cli.answers import IN_DOUBT, UNREACHED
from smsc_transports.cli.answers import REFUSED as REFUSED_STATUS
from smsc_transports.cli.explanations import advice
from smsc_transports.failover.slots import MOST_REQUESTS
from smsc_transports.values.errors import error_text

MOST_IN_A_BATCH = 500
THREAD_NAMES = "smsc-bulk"
MOST_REPEATS = 2
MOST_REFUSALS = 50
"""So many refused batches in a row end the run: the gateway blocks an address after 100."""

BUSY_PAUSES = (5.0, 20.0, 60.0, 60.0)
"""Seconds to wait each time the gateway says that there are too many requests, error 9."""

_FOR_SOME_NUMBERS = (7, 8)
_TOO_MANY = 9
_MOST_HELD = 1000

AGAIN = "Nothing of what was sent goes out again with --resume."


class Result(NamedTuple):
    """What became of a row: ``outcome`` is done, refused, not sent, unknown, bad or duplicate.

    ``row`` counts from 1; ``line`` is where it begins in its file. ``id`` is the message id, None
    of a row that was never sent. ``cost`` is "" where the gateway did not tell it. ``error`` says
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

    ``status`` is the exit status: 1 the gateway refused, 3 nobody was reached, 4 unknown.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message, status)
        self.status = status

    def __str__(self) -> str:
        return str(self.args[0])


class Run:
    """One run over a journal; ``spent`` is what it cost so far, as far as the gateway tells."""

    def __init__(self, journal: Journal, gateway: Gateway, size: int) -> None:
        self.spent = Decimal(0)
        self._journal = journal
        self._gateway = gateway
        self._size = size
        self._stopping = threading.Event()
        self._reconciler = Reconciler(gateway, lambda seconds: not self._stopping.wait(seconds))
        self._under_way: Dict[Future[Answer], Batch] = {}
        self._split: List[Sequence[Message]] = []
        self._refusals = 0
        self._stopped: Optional[Stopped] = None

    def reconcile(self, repeat_unknown: bool) -> Iterator[Result]:
        """Find out what became of the batches that an earlier run left in doubt.

        ``repeat_unknown``: those that nobody knows of are to be sent again.
        """
        doubtful = iter(self._journal.in_doubt())
        with closing(self._answers(doubtful, self._reconciler.look, begin=False)) as answers:
            for batch, answer in answers:
                if repeat_unknown and isinstance(answer, InDoubt):
                    answer = Unsent(answer.reason)
                yield from self._settle(batch, answer)

    def send(self) -> Iterator[Result]:
        """Send everything that waits; raises Stopped if it ends before."""
        with closing(self._answers(self._batches(), self._deliver, begin=True)) as answers:
            for batch, answer in answers:
                yield from self._settle(batch, answer)
                self._consider(batch, answer)
        if self._stopped is not None:
            raise self._stopped

    def _answers(
        self, batches: Iterator[Batch], work: Callable[[Batch], Answer], begin: bool
    ) -> Generator[Tuple[Batch, Answer], None, None]:
        """Let threads work on batches; gives each answer. Leaves only when all have ended."""
        pool = ThreadPoolExecutor(MOST_REQUESTS, thread_name_prefix=THREAD_NAMES)
        try:
            while True:
                self._fill(pool, batches, work, begin)
                if not self._under_way:
                    return
                for future in wait(self._under_way, return_when=FIRST_COMPLETED).done:
                    yield self._under_way.pop(future), future.result()
        finally:
            # Ctrl-C, a full disk, or a caller who has enough.
            self._stopping.set() if self._under_way else None
            try:
                for future in wait(self._under_way).done:
                    list(self._settle(self._under_way.pop(future), future.result()))
            finally:
                pool.shutdown(wait=False)

    def _fill(
        self,
        pool: ThreadPoolExecutor,
        batches: Iterator[Batch],
        work: Callable[[Batch], Answer],
        begin: bool,
    ) -> None:
        new: List[Batch] = []
        while self._stopped is None and len(self._under_way) + len(new) < MOST_REQUESTS:
            if self._split:
                batch: Optional[Batch] = Batch(self._journal.new_id(), self._split.pop())
            else:
                batch = next(batches, None)
            if batch is None:
                break
            new.append(batch)
        if begin and new:
            self._journal.leaving(new)
        for batch in new:
            self._under_way[pool.submit(work, batch)] = batch

    def _batches(self) -> Iterator[Batch]:
        """Cut what waits into batches; a number stands in a batch once, for its status' sake."""
        held: List[Message] = []
        messages = self._journal.waiting()
        while True:
            chosen: Dict[str, Message] = {}
            repeated: List[Message] = []
            for message in _chained(held, messages):
                if message.phone in chosen:
                    repeated.append(message)
                else:
                    chosen[message.phone] = message
                if len(chosen) == self._size or len(repeated) == _MOST_HELD:
                    break
            held = repeated + held
            if not chosen:
                return
            yield Batch(self._journal.new_id(), list(chosen.values()))

    def _deliver(self, batch: Batch) -> Answer:
        """Send a batch, in a thread; whatever is in doubt is looked for before it is sent again."""
        lost, pauses = 0, iter(BUSY_PAUSES)
        while True:
            answer = self._gateway.send(batch)
            if isinstance(answer, InDoubt):
                answer = self._reconciler.look(batch)
                lost += 1
                if not isinstance(answer, Unsent) or lost > MOST_REPEATS:
                    return answer
            elif isinstance(answer, Refused) and answer.code == _TOO_MANY:
                # A copy made on the way, by a proxy, earns it too.
                if self._reconciler.arrived(batch):
                    return self._reconciler.look(batch)
                seconds = next(pauses, None)
                if seconds is None or self._stopping.wait(seconds):
                    return answer
            else:
                return answer
            if self._stopping.is_set():
                return answer

    def _settle(self, batch: Batch, answer: Answer) -> Iterator[Result]:
        """Write down the answer to a batch, and give the results of its rows."""
        fates = _fates(batch, answer)
        if not isinstance(answer, Taken):
            self._journal.settle(batch, fates[0].outcome, fates)
        else:
            cost = answer.cost
            self._journal.settle(batch, DONE, fates, cost)
            self.spent += amount(cost) or sum(map(amount, answer.costs.values()), Decimal(0))
        for message, fate in zip(batch.messages, fates):
            if fate.outcome != WAITING:
                yield Result(
                    message.n, message.line, message.phone, fate.outcome, batch.id,
                    message.parts, fate.cost or "", fate.error,
                )  # fmt: skip

    def _consider(self, batch: Batch, answer: Answer) -> None:
        """Decide whether the run goes on after this answer."""
        if isinstance(answer, Taken):
            self._refusals = 0
        elif isinstance(answer, InDoubt):
            self._stop(f"unknown: {lines_of(batch.messages)} may have been sent: {answer.reason}. "
                       f"Run it again with --resume, which asks for them.", IN_DOUBT)  # fmt: skip
        elif isinstance(answer, Unsent):
            self._stop(f"not sent: {answer.reason}. 'smsc doctor --online' looks for the cause; "
                       f"then run it again with --resume.", UNREACHED)  # fmt: skip
        elif answer.code in _FOR_SOME_NUMBERS:
            self._refusals += 1
            middle = len(batch.messages) // 2
            if middle:
                self._split += [batch.messages[:middle], batch.messages[middle:]]
            if self._refusals == MOST_REFUSALS:
                self._stop(f"{MOST_REFUSALS} requests in a row were refused with error "
                           f"{answer.code}, {error_text(answer.code)}; after 100 the gateway "
                           f"would block this address. Look at the numbers, wait 10 minutes, "
                           f"then run it again with --resume.", REFUSED_STATUS)  # fmt: skip
        else:
            self._stop(f"refused: error {answer.code}, {error_text(answer.code)} "
                       f"({lines_of(batch.messages)}). {advice(answer.code)} Then run it again "
                       f"with --resume.", REFUSED_STATUS)  # fmt: skip

    def _stop(self, why: str, status: int) -> None:
        if self._stopped is None or status > self._stopped.status:
            self._stopped = Stopped(f"The run has ended early. {why} {AGAIN}", status)


def _fates(batch: Batch, answer: Answer) -> List[Fate]:
    """Say what became of each row of a batch."""
    if isinstance(answer, InDoubt):
        return [Fate(m.n, UNKNOWN, answer.reason) for m in batch.messages]
    if isinstance(answer, Taken):
        return [_fate(message, answer) for message in batch.messages]
    alone = len(batch.messages) == 1
    if isinstance(answer, Refused) and answer.code in _FOR_SOME_NUMBERS and alone:
        words = f"error {answer.code}, {error_text(answer.code)}"
        return [Fate(batch.messages[0].n, REFUSED, words)]
    return [Fate(message.n, WAITING) for message in batch.messages]


def _fate(message: Message, answer: Taken) -> Fate:
    phone = digits(message.phone)
    reason = answer.refused.get(phone, "")
    return Fate(message.n, REFUSED if reason else DONE, reason, answer.costs.get(phone) or None)


def amount(text: str) -> Decimal:
    """Read an amount of money, 0 where it is none."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)


def lines_of(messages: Sequence[Message]) -> str:
    """Name the lines of messages."""
    lines = [message.line for message in messages]
    return f"line {lines[0]}" if len(lines) == 1 else f"lines {min(lines)} to {max(lines)}"


def _chained(held: List[Message], messages: Iterator[Message]) -> Iterator[Message]:
    while held:
        yield held.pop(0)
    for message in messages:  # noqa: UP028 - "yield from" would close it when this one is left
        yield message

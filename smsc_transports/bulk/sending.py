"""Sends what waits in a journal, in batches and up to 14 requests at once.

Only the thread that asks for the results writes to the journal: before a request leaves and after
its answer. The threads that make the requests never decide what is sent next.
"""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from decimal import Decimal
from typing import (
    Callable,
    Dict,
    Generator,
    Iterable,
    Iterator,
    List,
    Optional,
    Sequence,
    Tuple,
)

from smsc_transports.bulk.gateway import (
    Answer,
    Gateway,
    InDoubt,
    Refused,
    Taken,
    Unsent,
)
from smsc_transports.bulk.journal import (
    WAITING,
    Batch,
    Journal,
    Message,
)
from smsc_transports.bulk.reconciling import Reconciler
from smsc_transports.bulk.results import (
    FOR_SOME_NUMBERS,
    Result,
    Stopped,
    amount,
    lines_of,
    refusal,
    settled,
)
from smsc_transports.cli.answers import IN_DOUBT, UNREACHED
from smsc_transports.cli.answers import REFUSED as REFUSED_STATUS
from smsc_transports.failover.slots import MOST_REQUESTS
from smsc_transports.values.words import error_text

MOST_IN_A_BATCH = 500
THREAD_NAMES = "smsc-bulk"
MOST_REPEATS = 2
MOST_REFUSALS = 50
"""So many refused batches in a row end the run: the gateway blocks an address after 100."""

BUSY_PAUSES = (5.0, 20.0, 60.0, 60.0)
"""Seconds to wait each time the gateway says that there are too many requests, error 9."""

_TOO_MANY = 9
_WRONG_LOGIN_OR_BLOCKED = (2, 4)
_MOST_HELD = 1000

Answers = List[Tuple[Batch, Answer]]

AGAIN = "Nothing of what was sent goes out again with --resume."


class Run:
    """One run over a journal; ``spent`` is the cost so far, as the gateway reports it."""

    def __init__(self, journal: Journal, gateway: Gateway, size: int) -> None:
        self.spent = Decimal(0)
        self._journal = journal
        self._gateway = gateway
        self._size = size
        self._stopping = threading.Event()
        self._reconciler = Reconciler(gateway, self._pause)
        self._under_way: Dict[Future[Answer], Batch] = {}
        self._split: List[Sequence[Message]] = []
        self._refusals = 0
        self._stopped: Optional[Stopped] = None

    def balance(self) -> str:
        """Give the balance, "" if no host answers. Raises Stopped for a wrong login, or a block.

        To be asked first: of 14 requests at once with a wrong login 5 would block this address.
        """
        found = self._gateway.balance()
        if isinstance(found, Refused) and found.code in _WRONG_LOGIN_OR_BLOCKED:
            raise Stopped(f"{refusal(found.code)} Nothing is sent.", REFUSED_STATUS)
        return "" if isinstance(found, Refused) else found

    def reconcile(self, repeat_unknown: bool) -> Iterator[Result]:
        """Find out whether the batches arrived that an earlier run left unknown.

        ``repeat_unknown``: those that stay unknown are to be sent again.
        """
        doubtful = iter(self._journal.in_doubt())
        with closing(self._answers(doubtful, self._reconciler.look, begin=False)) as answers:
            for several in answers:
                if repeat_unknown:
                    several = [(b, Unsent(a.reason)) if isinstance(a, InDoubt) else (b, a)
                               for b, a in several]  # fmt: skip
                yield from self._settle(several)

    def send(self) -> Iterator[Result]:
        """Send everything that waits; raises Stopped if it ends before."""
        with closing(self._answers(self._batches(), self._deliver, begin=True)) as answers:
            for several in answers:
                yield from self._settle(several)
                for batch, answer in several:
                    self._consider(batch, answer)
        if self._stopped is not None:
            raise self._stopped

    def _answers(
        self, batches: Iterator[Batch], work: Callable[[Batch], Answer], begin: bool
    ) -> Generator[Answers, None, None]:
        """Let threads work on batches; gives the answers. Leaves only when all have ended."""
        self._gateway.pause = self._pause
        pool = ThreadPoolExecutor(MOST_REQUESTS, thread_name_prefix=THREAD_NAMES)
        try:
            while True:
                self._fill(pool, batches, work, begin)
                if not self._under_way:
                    return
                yield self._taken_back(wait(self._under_way, return_when=FIRST_COMPLETED).done)
        finally:
            # Ctrl-C, a full disk, or a caller that stops iterating.
            self._stopping.set() if self._under_way else None
            try:
                if self._under_way:
                    list(self._settle(self._taken_back(wait(self._under_way).done)))
            finally:
                pool.shutdown(wait=False)

    def _pause(self, seconds: float) -> bool:
        return not self._stopping.wait(seconds)

    def _taken_back(self, futures: Iterable[Future[Answer]]) -> Answers:
        return [(self._under_way.pop(future), future.result()) for future in futures]

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
        """Send a batch, in a thread; an unknown one is asked for before it is sent again."""
        lost, pauses = 0, iter(BUSY_PAUSES)
        while True:
            answer = self._gateway.send(batch)
            if isinstance(answer, InDoubt):
                answer = self._reconciler.look(batch)
                lost += 1
                if not isinstance(answer, Unsent) or lost > MOST_REPEATS:
                    return answer
            elif isinstance(answer, Refused) and answer.code == _TOO_MANY:
                # A copy made by a proxy gets this answer too.
                if self._reconciler.arrived(batch):
                    return self._reconciler.look(batch)
                seconds = next(pauses, None)
                if seconds is None or self._stopping.wait(seconds):
                    return answer
            else:
                return answer
            if self._stopping.is_set():
                return answer

    def _settle(self, answers: Answers) -> Iterator[Result]:
        """Write down answers, all at once, and give the results of the rows."""
        found = [settled(batch, answer) for batch, answer in answers]
        self._journal.settle(found)
        for (batch, answer), (id, _, row_outcomes, cost) in zip(answers, found):
            if isinstance(answer, Taken):
                self.spent += amount(cost) or sum(map(amount, answer.costs.values()), Decimal(0))
            for message, fate in zip(batch.messages, row_outcomes):
                if fate.outcome != WAITING:
                    yield Result(
                        message.n, message.line, message.phone, fate.outcome, id,
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
        elif answer.code in FOR_SOME_NUMBERS:
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
            self._stop(f"{refusal(answer.code, batch.messages)} Then run it again with --resume.",
                       REFUSED_STATUS)  # fmt: skip

    def _stop(self, why: str, status: int) -> None:
        if self._stopped is None or status > self._stopped.status:
            self._stopped = Stopped(f"The run has ended early. {why} {AGAIN}", status)


def _chained(held: List[Message], messages: Iterator[Message]) -> Iterator[Message]:
    while held:
        yield held.pop(0)
    for message in messages:  # noqa: UP028 - "yield from" would close it when this one is left
        yield message

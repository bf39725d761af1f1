"""A run from its rows to its results: for programs, and what the command is made of."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time as clock
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, Mapping, Optional, Tuple, Union

from smsc_transports.bulk.gateway import Gateway
from smsc_transports.bulk.journal import BAD, DUPLICATE, SENDING, UNKNOWN, WAITING, Journal
from smsc_transports.bulk.lock import Lock
from smsc_transports.bulk.preparing import Entry, write_down
from smsc_transports.bulk.results import Result
from smsc_transports.bulk.sending import MOST_IN_A_BATCH, Run
from smsc_transports.values.errors import ConfigurationError

Options = Dict[str, str]
"""Options of all rows, by the names of the arguments; those not given are missing."""

PARAMETERS = ("sender", "time", "tz", "translit", "valid")


def send(
    rows: Iterable[Tuple[str, str]],
    journal: Union[str, Path],
    *,
    face: Any = None,
    region: Optional[str] = None,
    sender: Optional[str] = None,
    time: Optional[str] = None,
    tz: Optional[str] = None,
    translit: int = 0,
    valid: Optional[str] = None,
    batch: int = 100,
    resume: bool = False,
    repeat_unknown: bool = False,
) -> Iterator[Result]:
    """Send many messages, and give the result of each row as soon as it is known.

    Args:
        rows: pairs of phone number and text.
        journal: the path of the journal, a file that this run makes, or an interrupted one made.
        face: the program's ``smsc_api`` module with its settings; by default ``smsc_api``.
        region: the country of numbers in the national form, such as "UA".
        sender: the sender's name; None for the account's default.
        time: when to deliver: DDMMYYhhmm, h1-h2, 0ts or +m; None for now.
        tz: the time zone of ``time``, in hours from Moscow.
        translit: 1 or 2 to write the texts in Latin letters.
        valid: for how long to try: hours, or hh:mm.
        batch: rows in one request, 1 to 500; so many are unknown when an answer is lost and no
            status can be asked for.
        resume: go on with an interrupted run, with the same rows. The rows that were settled
            before are not given again.
        repeat_unknown: with ``resume``, send again the rows whose outcome stays unknown.

    Raises:
        ConfigurationError: something has to be changed; nothing was sent.
        Stopped: the run ended early, as without money; go on with ``resume``.
        sqlite3.Error: the journal cannot be written; go on with ``resume``.
    """
    if face is None:
        import smsc_api as face
    given = {"region": region, "sender": sender, "time": time, "tz": tz, "valid": valid}
    options = options_of({**given, "translit": str(translit) if translit else None})
    entries = _Digested(rows)
    with working_on(Path(journal)):
        gateway = Gateway(vars(face), parameters_of(options))
        opened = (resumed if resume else started)(Path(journal))
        try:
            run = Run(opened, gateway, checked_size(batch))
            if resume:
                for _ in entries:
                    pass
                require_same(opened, gateway, entries.digest, options)
            else:
                write_down(opened, entries, region, translit)
                begin(opened, gateway, entries.digest, options)
            run.balance()
            yield from run.reconcile(repeat_unknown) if resume else never_sent(opened)
            yield from run.send()
        finally:
            opened.leave()


class _Digested:
    """Entries of pairs; ``digest`` tells those that were given so far from others."""

    def __init__(self, pairs: Iterable[Tuple[Any, Any]]) -> None:
        self._pairs = pairs
        self._sha256 = hashlib.sha256()

    def __iter__(self) -> Iterator[Entry]:
        for number, (phone, text) in enumerate(self._pairs, 1):
            self._sha256.update(repr((phone, text)).encode())
            yield Entry(number, str(phone), None if text is None else str(text))

    @property
    def digest(self) -> str:
        return self._sha256.hexdigest()


def options_of(given: Mapping[str, Optional[str]]) -> Options:
    """Keep the options that are given."""
    return {name: value for name, value in given.items() if value is not None}


def parameters_of(options: Options) -> Options:
    """Keep the options that go to the gateway with each batch."""
    return {name: options[name] for name in PARAMETERS if name in options}


def checked_size(size: int) -> int:
    """Give the size of a batch. Raises ConfigurationError."""
    if not 1 <= size <= MOST_IN_A_BATCH:
        raise ConfigurationError(f"A batch has 1 to {MOST_IN_A_BATCH} rows, not {size}.")
    return size


@contextmanager
def working_on(path: Path) -> Iterator[None]:
    """Keep other processes from working with the same journal. Raises ConfigurationError."""
    lock = Lock(path)
    try:
        yield
    finally:
        lock.release()


def started(path: Path) -> Journal:
    """Make a new journal. Raises ConfigurationError if one with sent messages is there."""
    if path.exists():
        journal = Journal(path)
        begun, counts = journal.has_begun, journal.counts() if journal.has_begun else {}
        journal.close()
        if begun and any(counts.get(outcome) for outcome in (WAITING, SENDING, UNKNOWN)):
            raise ConfigurationError(
                f"{path} belongs to a run that was interrupted. Go on with it: --resume. (To send "
                f"everything once more, delete that file.)"
            )
        if begun:
            raise ConfigurationError(
                f"according to {path} all of this was sent before. To send it once more, delete "
                f"that file."
            )
    return Journal.create(path)


def resumed(path: Path) -> Journal:
    """Open the journal of an interrupted run. Raises ConfigurationError."""
    if path.exists():
        journal = Journal(path)
        if journal.facts:
            return journal
        journal.close()
    raise ConfigurationError(
        f"There is nothing to resume or report: no run has left a journal {path}. A run without "
        f"--resume starts from the first row and leaves one."
    )


def begin(journal: Journal, gateway: Gateway, digest: str, options: Options) -> None:
    """Record the account and options of the run; from now on it can be resumed."""
    salt = secrets.token_bytes(16)
    journal.know(
        digest=digest,
        options=json.dumps(options),
        salt=salt.hex(),
        account=gateway.account(salt),
        hosts=json.dumps(gateway.hosts()),
        queue=gateway.queue,
        started_at=str(clock.time()),
    )


def options_in(journal: Journal) -> Options:
    """Give the options of the run."""
    options: Options = json.loads(journal.facts["options"])
    return options


def require_same(journal: Journal, gateway: Gateway, digest: str, given: Options) -> None:
    """Raise ConfigurationError where rows, options, account or gateway are not those of the run."""
    facts, options = journal.facts, options_in(journal)
    if digest != facts["digest"]:
        raise ConfigurationError(
            f"The rows are not those of the run in {journal.path}: they have changed since. "
            f"Resume with the rows as they were, and send new ones as a file of their own."
        )
    for name, value in given.items():
        if value != options.get(name):
            was = repr(options[name]) if name in options else "not given"
            raise ConfigurationError(
                f"The run in {journal.path} has another {name.replace('_', '-')}: {was}, and now "
                f"it is {value!r}. Leave it out; --resume goes on as it was."
            )
    salt = bytes.fromhex(facts["salt"])
    if not hmac.compare_digest(gateway.account(salt), facts["account"]):
        raise ConfigurationError(
            f"The run in {journal.path} was started with another account, which has its "
            f"messages. Resume it with that account."
        )
    if gateway.queue != facts.get("queue", ""):
        through = facts.get("queue") or "no queue"
        raise ConfigurationError(
            f"The run in {journal.path} went through {through}, where batches of it may wait. "
            f"Resume it as it was: with --queue and the same SMSC_QUEUE, or without."
        )
    if not set(gateway.hosts()) & set(json.loads(facts["hosts"])):
        raise ConfigurationError(
            f"The run in {journal.path} was started with another gateway: "
            f"{', '.join(json.loads(facts['hosts']))}. Resume it with that SMSC_HOST."
        )


def never_sent(journal: Journal) -> Iterator[Result]:
    """Give the rows that are not sent: bad ones and duplicates."""
    found = journal.select(
        "SELECT n, line, phone, outcome, error FROM rows WHERE outcome IN (?, ?) ORDER BY n",
        BAD,
        DUPLICATE,
    )
    for n, line, phone, outcome, error in found:
        yield Result(n, line, phone, outcome, None, 0, "", error)

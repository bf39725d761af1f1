"""What ``smsc worker`` and ``smsc queue`` do and print."""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import sys
from collections import Counter
from contextlib import contextmanager
from typing import Any, Callable, Iterator, List
from typing import Counter as CounterOf

from smsc_transports import call
from smsc_transports.cli.answers import DONE, IN_DOUBT, REFUSED, UNREACHED
from smsc_transports.cli.program import WrongArguments, settings_in_call
from smsc_transports.failover.slots import MOST_REQUESTS
from smsc_transports.queueing.entries import (
    CANCELLED,
    FAILED,
    SENDING,
    SENT,
    UNKNOWN,
    WAITING,
    Entry,
    QueueFailed,
)
from smsc_transports.queueing.presence import new_worker
from smsc_transports.queueing.store import Store, store_of
from smsc_transports.queueing.worker import Worker
from smsc_transports.reporting.redaction import redact
from smsc_transports.values.errors import ConfigurationError
from smsc_transports.values.hidden import Hidden
from smsc_transports.values.settings import Settings
from smsc_transports.values.words import error_text

_STATES = (WAITING, SENDING, SENT, FAILED, UNKNOWN, CANCELLED)
_CAN_BE_RETRIED = (FAILED, UNKNOWN, CANCELLED)


def work(arguments: argparse.Namespace, face: Any) -> int:
    """Run a worker; gives the exit status."""
    if not 1 <= arguments.threads <= MOST_REQUESTS:
        raise WrongArguments(f"--threads must be 1 to {MOST_REQUESTS}, not {arguments.threads}.")
    settings = settings_in_call(face)
    counts: CounterOf[str] = Counter()

    def tell(entry: Entry) -> None:
        counts[entry.state] += 1
        print(_line(entry, arguments.json), flush=True)

    with _queue_of(settings) as store:
        worker = Worker(store, settings, call.replaceable(Hidden(vars(face))), tell)
        print(f"The queue is {store.shown}.", file=sys.stderr, flush=True)
        with _stopped_by_signals(worker.stop):
            worker.run(arguments.threads, arguments.once)
    stopped = worker.stopped
    if stopped is not None:
        code = stopped.error
        why = "no host was reached" if code is None else f"error {code}: {error_text(code)}"
        print(f"smsc: the worker has ended, since the next message would fail too: {why}. "
              f"What was not sent waits in the queue.", file=sys.stderr)  # fmt: skip
        return UNREACHED if code is None else REFUSED
    if counts[UNKNOWN]:
        return IN_DOUBT
    return REFUSED if counts[FAILED] else DONE


def look(arguments: argparse.Namespace, face: Any) -> int:
    """Show the queue, or change what becomes of messages; gives the exit status."""
    if (arguments.action == "show") == bool(arguments.ids):
        raise WrongArguments("'smsc queue' shows all; 'retry' and 'cancel' need ids.")
    with _queue_of(settings_in_call(face)) as store:
        entries, _ = store.all()
        if arguments.action == "show":
            return _show(store, entries, arguments.json)
        change = _retry if arguments.action == "retry" else _cancel
        done = [_changed(store, entries, id, change) for id in arguments.ids]
    return DONE if all(done) else REFUSED


def _show(store: Store, entries: List[Entry], as_json: bool) -> int:
    counts = Counter(entry.state for entry in entries)
    if as_json:
        print(json.dumps({"queue": store.shown, **{state: counts[state] for state in _STATES}}))
    else:
        print(store.shown)
        for state in _STATES:
            print(f"  {state:<10}{counts[state]}")
    for entry in entries:
        if entry.state in (FAILED, UNKNOWN):
            print(_line(entry, as_json))
    return DONE


def _changed(
    store: Store, entries: List[Entry], id: str, change: Callable[[Store, Entry], str]
) -> bool:
    found = [entry for entry in entries if id in (entry.id, entry.name)]
    if not found:
        print(f"id {id}: there is no such message in {store.shown}", file=sys.stderr)
    refused = [problem for problem in (change(store, entry) for entry in found) if problem]
    for problem in refused:
        print(f"id {id}: {problem}", file=sys.stderr)
    return bool(found) and not refused


def _retry(store: Store, entry: Entry) -> str:
    if entry.fmt != 1:
        return "it is a batch of smsc bulk, which goes on with --resume"
    if entry.state not in _CAN_BE_RETRIED:
        return f"it is {entry.state}"
    if not store.claim(entry, entry.attempt + 1, new_worker()):
        return "another process is retrying it"
    store.write(entry.but(state=WAITING, attempt=entry.attempt + 2, reply="", error=""))
    store.enqueue(entry)
    print(f"id {entry.id}: it waits again")
    return ""


def _cancel(store: Store, entry: Entry) -> str:
    if entry.state != WAITING:
        return f"it is {entry.state}"
    if not store.claim(entry, entry.attempt, new_worker()):
        return "a worker has taken it already"
    store.write(entry.but(state=CANCELLED))
    print(f"id {entry.id}: cancelled")
    return ""


def _line(entry: Entry, as_json: bool) -> str:
    """Describe the outcome of a message, without its number and text."""
    if as_json:
        kept = ("id", "state", "reply", "error", "put_at", "changed_at")
        return json.dumps({name: value for name, value in dataclasses.asdict(entry).items()
                           if name in kept})  # fmt: skip
    why = entry.error
    if entry.state == FAILED:
        code = int(entry.reply.rpartition("-")[2])
        why = f"error {code}: {error_text(code)}"
    return f"id {entry.id}: {entry.state}{f', {why}' if why else ''}"


@contextmanager
def _queue_of(settings: Settings) -> Iterator[Store]:
    """Open the queue; what is wrong with it has to be changed by a person."""
    try:
        yield store_of(settings)
    except QueueFailed as error:
        told = redact(f"The queue cannot be used: {error}", settings.secrets).rstrip(".")
        raise ConfigurationError(f"{told}. It is named by SMSC_QUEUE.") from None


@contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM and the first Ctrl-C end a worker in an orderly way."""

    def handler(number: int, _: Any) -> None:
        signal.signal(number, before[signal.Signals(number)])
        stop()

    before = {each: signal.signal(each, handler) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, old in before.items():
            signal.signal(each, old)

"""What ``smsc bulk`` does with a file, step by step."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from smsc_transports.bulk import program
from smsc_transports.bulk.gateway import Gateway
from smsc_transports.bulk.journal import (
    BAD,
    REFUSED,
    SENDING,
    UNKNOWN,
    WAITING,
    Journal,
    path_beside,
)
from smsc_transports.bulk.overview import Overview, counted
from smsc_transports.bulk.page import page
from smsc_transports.bulk.preparing import Texts, entries_of, write_down
from smsc_transports.bulk.pricing import Pricing
from smsc_transports.bulk.progress import Progress
from smsc_transports.bulk.report import result_path, summary_of, write_result
from smsc_transports.bulk.results import Stopped
from smsc_transports.bulk.sending import THREAD_NAMES, Run
from smsc_transports.bulk.statuses import ask_statuses, left_to_ask
from smsc_transports.bulk.tables import Table, open_table
from smsc_transports.cli.answers import DONE, IN_DOUBT, INTERRUPTED, WRONG_USAGE
from smsc_transports.cli.answers import REFUSED as REFUSED_STATUS
from smsc_transports.cli.program import WrongArguments, require_account
from smsc_transports.cli.terminal import printable

_SOURCE = ("phone", "text", "text_column", "region")
_PHONE = "phone"


def work(arguments: argparse.Namespace, face: Any) -> int:
    """Do what the arguments say; gives the exit status."""
    *action, name = arguments.file
    if action not in ([], ["report"]):
        raise WrongArguments("there is one FILE, or: smsc bulk report FILE.")
    if arguments.repeat_unknown and not arguments.resume:
        raise WrongArguments("--repeat-unknown goes with --resume.")
    program.checked_size(arguments.batch)
    asks = not (action or arguments.yes or arguments.dry_run)
    if asks and (arguments.json or not sys.stdin.isatty()):
        raise WrongArguments(
            "there is no terminal to ask for a confirmation; --yes sends without asking."
        )
    require_account(face, "send")
    file = Path(os.path.realpath(name))
    try:
        return (report if action else send)(arguments, face, file)
    except Stopped as stopped:
        _complain(str(stopped))
        return stopped.status
    except sqlite3.Error as error:
        _complain(
            f"the journal {path_beside(file)} cannot be written: {error}. Make room for it; if "
            f"anything was sent, go on with --resume."
        )
        return IN_DOUBT if path_beside(file).exists() else WRONG_USAGE
    except OSError as error:
        raise WrongArguments(f"{error.filename or file}: {error.strerror}.") from None
    except KeyboardInterrupt:
        if any(thread.name.startswith(THREAD_NAMES) for thread in threading.enumerate()):
            # A second Ctrl-C: the journal is closed, and Python would wait for the answers.
            sys.stdout.flush()
            os._exit(INTERRUPTED)
        raise


def send(arguments: argparse.Namespace, face: Any, file: Path) -> int:
    """Send the rows of a file; gives the exit status."""
    with _journal(arguments, face, file) as (journal, gateway, table):
        overview = Overview(journal, table, arguments.json)
        run = Run(journal, gateway, arguments.batch)
        balance = run.balance()
        if arguments.resume and not arguments.dry_run:
            counts = journal.counts()
            doubtful = counts.get(SENDING, 0) + counts.get(UNKNOWN, 0)
            with Progress("asking", doubtful, arguments.json) as progress:
                for _ in run.reconcile(arguments.repeat_unknown):
                    progress.update(1)
        if not sum(journal.counts().values()):
            raise WrongArguments(f"{file} has no rows.")
        overview.rows()
        waiting = journal.counts().get(WAITING, 0)
        if waiting:
            with Progress("pricing", waiting, arguments.json) as progress:
                total = Pricing(journal, gateway, arguments.batch).ask(progress.update)
            overview.price(total, balance)
        if arguments.dry_run:
            return _status_of(journal.counts())
        if waiting and not (arguments.yes or _agreed(waiting)):
            return DONE
        return _send(arguments, journal, table, run)


def _send(arguments: argparse.Namespace, journal: Journal, table: Table, run: Run) -> int:
    waiting = journal.counts().get(WAITING, 0)
    status = DONE
    try:
        with Progress("sending", waiting, arguments.json) as progress:
            for _ in run.send():
                progress.update(1, run.spent)
    except Stopped as stopped:
        _complain(str(stopped))
        status = stopped.status
    except KeyboardInterrupt:
        _finish(arguments, journal, table)
        _complain("stopped; go on with --resume")
        raise
    return max(status, _finish(arguments, journal, table))


def report(arguments: argparse.Namespace, face: Any, file: Path) -> int:
    """Ask for the statuses of a run and write its report; gives the exit status."""
    journal = program.resumed(path_beside(file))
    try:
        options = program.options_in(journal)
        table = open_table(file, options[_PHONE])
        gateway = Gateway(vars(face), {})
        program.require_same(journal, gateway, table.digest, {})
        Run(journal, gateway, arguments.batch).balance()
        left, told = left_to_ask(journal), 0
        with Progress("asking", left, arguments.json) as progress:
            for asked, answered in ask_statuses(journal, gateway):
                progress.update(asked)
                told += answered
        if told < left:
            _complain(f"{left - told} statuses are still missing; ask again in a minute")
        written = write_result(journal, table, with_statuses=True)
        summary = summary_of(journal)
        html = result_path(file, "report.html")
        html.write_text(page(file.name, summary), "utf-8")
        facts = {**summary.outcomes, "cost": str(summary.cost), "statuses": summary.statuses}
        _tell(arguments.json, "report", facts, [written, html])
        return _status_of(summary.outcomes)
    finally:
        journal.close()


@contextmanager
def _journal(
    arguments: argparse.Namespace, face: Any, file: Path
) -> Iterator[Tuple[Journal, Gateway, Table]]:
    """Prepare a journal, or open the one that is there."""
    names = (*_SOURCE, *program.PARAMETERS)
    given = program.options_of({name: getattr(arguments, name) for name in names})
    with tempfile.TemporaryDirectory() as folder:
        path = path_beside(file)
        if arguments.dry_run and not arguments.resume:
            path = Path(folder) / path.name
        with program.working_on(path):
            if arguments.resume:
                journal = program.resumed(path)
                options = program.options_in(journal)
                table = open_table(file, options[_PHONE])
            else:
                options = {_PHONE: _PHONE, **given}
                table = open_table(file, options[_PHONE])
                entries = entries_of(
                    table, Texts(options[_PHONE], options.get("text"), options.get("text_column"))
                )
                gateway = gateway_of(arguments, face, options)
                gateway.hosts()  # raises for settings that cannot send
                journal = program.started(path)
            try:
                if arguments.resume:
                    gateway = gateway_of(arguments, face, options)
                    program.require_same(journal, gateway, table.digest, given)
                else:
                    region, translit = options.get("region"), int(options.get("translit", 0))
                    with Progress("checking", None, arguments.json) as progress:
                        write_down(journal, progress.counted(entries), region, translit)
                    program.begin(journal, gateway, table.digest, options)
                yield journal, gateway, table
            finally:
                journal.leave()


def gateway_of(arguments: argparse.Namespace, face: Any, options: program.Options) -> Gateway:
    """Give what sends the batches: this process, or workers."""
    parameters = program.parameters_of(options)
    if not arguments.queue:
        return Gateway(vars(face), parameters)
    from smsc_transports.bulk.queued import QueuedGateway

    return QueuedGateway(vars(face), parameters)


def _agreed(waiting: int) -> bool:
    print(f"Send {counted(waiting, 'message')}? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _finish(arguments: argparse.Namespace, journal: Journal, table: Table) -> int:
    """Write the result, and say what became of the rows; gives the exit status."""
    summary = summary_of(journal)
    written = []
    try:
        written = [write_result(journal, table, with_statuses=False)]
    except OSError as error:
        _complain(
            f"the result {error.filename} cannot be written: {error.strerror}. The journal has it: "
            f"smsc bulk report {table.path}"
        )
    _tell(arguments.json, "finished", {**summary.outcomes, "cost": str(summary.cost)}, written)
    return _status_of(summary.outcomes)


def _tell(as_json: bool, event: str, facts: Dict[str, Any], paths: List[Path]) -> None:
    if as_json:
        print(json.dumps({"event": event, **facts, "files": [str(path) for path in paths]},
                         ensure_ascii=False), flush=True)  # fmt: skip
        return
    statuses = facts.pop("statuses", {})
    told = ", ".join(f"{v:,} {k}" if isinstance(v, int) else f"{k} {v}" for k, v in facts.items())
    lines = [told, *(f"  {count:,} {status}" for status, count in statuses.items())]
    lines += [f"see {path}" for path in paths]
    print(printable("\n".join(lines)), flush=True)


def _status_of(counts: Dict[str, int]) -> int:
    if counts.get(UNKNOWN):
        return IN_DOUBT
    return REFUSED_STATUS if counts.get(REFUSED) or counts.get(BAD) else DONE


def _complain(text: str) -> None:
    print(printable(f"smsc: {text}"), file=sys.stderr, flush=True)

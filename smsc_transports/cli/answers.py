"""What came of a call: in words, as JSON, and as an exit status."""

from __future__ import annotations

import dataclasses
import json
import sys
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from smsc_transports.cli.explanations import advice
from smsc_transports.cli.terminal import printable
from smsc_transports.values.errors import NOT_SENT
from smsc_transports.values.reply import Reply
from smsc_transports.values.words import error_text

DONE = 0
REFUSED = 1
WRONG_USAGE = 2
UNREACHED = 3
IN_DOUBT = 4
INTERRUPTED = 130

FIND_THE_CAUSE = "'smsc doctor --online' looks for the cause."


@dataclass(frozen=True)
class Answer:
    """What came of one call.

    ``status`` is the exit status, ``outcome`` its name; ``lines`` say it in words, the first one
    what happened, the others what to know and do; ``facts`` are the same for programs;
    ``error`` is the gateway's error code.
    """

    status: int
    outcome: str
    lines: List[str]
    facts: Dict[str, Any]
    error: Optional[int] = None

    def show(self, as_json: bool, about: str = "") -> int:
        """Print it, a failure on stderr unless it is JSON; gives the exit status.

        ``about`` stands before the first line.
        """
        if as_json:
            print(json.dumps(self.facts, ensure_ascii=False), flush=True)
            return self.status
        first, *others = self.lines
        text = "\n".join([about + first, *(f"  {line}" for line in others)])
        stream = sys.stdout if self.status == DONE else sys.stderr
        print(printable(text), file=stream, flush=True)
        return self.status


def answer(
    reply: Reply,
    names: Sequence[str],
    in_words: Callable[[Reply], List[str]],
    sent_to: str = "",
    **about: Any,
) -> Answer:
    """Judge a reply.

    ``names`` are the fields of a good one, ``in_words`` says them; ``sent_to`` are the phones of
    a send, "" for a question, which changes nothing; ``about`` goes before the facts.
    """
    status, outcome, lines, what_to_do = _judge(reply, in_words, sent_to)
    facts = {
        **about,
        "outcome": outcome,
        **{name: (reply.by_name(name) if reply.ok else None) or None for name in names},
        **({"id": reply.sent_id} if sent_to else {}),
        "error": reply.error,
        "meaning": None if reply.error is None else error_text(reply.error, reply.command),
        "advice": what_to_do or None,
        "attempts": [dataclasses.asdict(attempt) for attempt in reply.attempts],
    }
    lines = [*lines, what_to_do] if what_to_do else lines
    return Answer(status, outcome, lines, facts, reply.error)


def _judge(
    reply: Reply, in_words: Callable[[Reply], List[str]], sent_to: str
) -> Tuple[int, str, List[str], str]:
    """Give the exit status, its name, the lines, and what to do."""
    if reply.ok:
        return DONE, "done", in_words(reply), ""
    if reply.error is not None:
        id = "" if reply.sent_id is None else f" (id {reply.sent_id})"
        words = f"refused: error {reply.error}, {error_text(reply.error, reply.command)}{id}"
        return REFUSED, "refused", [words], advice(reply.error, bool(sent_to))
    failures = _failures(reply)
    if not sent_to:
        words = "no answer: no host gave a usable one"
        return UNREACHED, "no answer", [words, *failures], FIND_THE_CAUSE
    if reply.outcome == NOT_SENT:
        return UNREACHED, "not sent", ["not sent: no host took it", *failures], FIND_THE_CAUSE
    words = "unknown: no usable answer came, the message may have been sent"
    return IN_DOUBT, "unknown", [words, *failures], _before_it_is_sent_again(reply, sent_to)


def _before_it_is_sent_again(reply: Reply, phones: str) -> str:
    if reply.sent_id is None:
        return (
            "Do not send it again before you have looked for it in your account on the gateway's "
            "site. With SMSC_FAILOVER=safe there would be an id to ask for."
        )
    phone = phones.replace(";", ",").split(",")[0]
    return f"Do not send it again before you know: smsc status {reply.sent_id} {phone}"


def _failures(reply: Reply) -> List[str]:
    failed = [str(attempt) for attempt in reply.attempts if attempt.error]
    answered = len(failed) < len(reply.attempts)
    return failed + ["what a host answered is not a reply of the gateway"] * answered

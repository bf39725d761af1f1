"""``smsc send`` and ``smsc cost``: the messages, the call for each, and its answer in words.

Light to import, since ``smsc --help`` needs it.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Tuple

from smsc_transports.cli import options

if TYPE_CHECKING:
    from smsc_transports.cli.answers import Answer
    from smsc_transports.cli.messages import Message
    from smsc_transports.values.reply import Reply

    Call = Callable[[Any, Message], Reply]
    Judge = Callable[[Message, Reply], Answer]

_SEND = """\
Send a message, or one for each line of the standard input. All lines are read before the first
message goes out. A failure that would hit the next message too (no money, wrong login, a block, no
network, a lost answer) ends the series; the lines that were not sent are printed.
"""
_COST = """\
Ask what a message would cost, or one for each line of the standard input. Nothing is sent.
"""
_EXAMPLES = """\
examples:
  smsc send 79991112233 "Your order is ready" --sender Shop
  smsc send 79991112233,79992223344 < text.txt
  smsc send - < messages.txt     a message in each line: 79991112233 Your order is ready
  smsc send 79991112233 "Hello" --dry-run
"""
BY_MAIL = (
    "By e-mail the gateway gives no answer: cost, balance and refusals are only in your account."
)
MAYBE_TWICE = (
    "An attempt before had no answer: it may have been sent twice. With SMSC_FAILOVER=safe its "
    "status is asked for first."
)


def add_parser(subparsers: Any) -> None:
    """Declare ``send`` and ``cost`` with their arguments."""
    sending = options.add_command(
        subparsers, "send", "send messages", _SEND, lambda given: _run(given, send), _EXAMPLES
    )
    options.add_message(sending)
    asking = options.add_command(
        subparsers, "cost", "ask what messages cost", _COST, lambda given: _run(given, price)
    )
    options.add_message(asking)


def _run(arguments: argparse.Namespace, work: Callable[[argparse.Namespace, Any], int]) -> int:
    from smsc_transports.cli import program

    return program.run(arguments, work)


def send(arguments: argparse.Namespace, face: Any) -> int:
    """Send every message; gives the exit status."""
    from smsc_transports.cli.answers import answer
    from smsc_transports.cli.series import about
    from smsc_transports.values.errors import ANSWERED

    def call(smsc: Any, message: Message) -> Reply:
        reply: Reply = smsc.send_sms(
            message.phones,
            message.text,
            time=arguments.time or "",
            id=arguments.id or 0,
            **_choices(arguments),
        )
        return reply

    def judged(message: Message, reply: Reply) -> Answer:
        names = ("id", "parts", "cost", "balance")
        return answer(reply, names, in_words, sent_to=message.phones, **about(message))

    def in_words(reply: Reply) -> List[str]:
        told = ["" if reply.sent_id is None else f"id {reply.sent_id}"]
        told += [_counted(reply, arguments.format), _named(reply, "cost"), _named(reply, "balance")]
        lines = ["sent: " + ", ".join(filter(None, told))]
        if any(a.transport == "smtp" and a.outcome == ANSWERED for a in reply.attempts):
            lines.append(BY_MAIL)
        if _maybe_twice(reply):
            lines.append(MAYBE_TWICE)
        return lines

    return _each(arguments, face, call, judged, sending=True)


def price(arguments: argparse.Namespace, face: Any) -> int:
    """Ask for the price of every message; gives the exit status."""
    return _each(arguments, face, *_question(arguments), sending=False)


def _question(arguments: argparse.Namespace) -> Tuple[Call, Judge]:
    """Give the question for the price of a message, and what judges its reply."""
    from smsc_transports.cli.answers import answer
    from smsc_transports.cli.series import about

    def call(smsc: Any, message: Message) -> Reply:
        reply: Reply = smsc.get_sms_cost(message.phones, message.text, **_choices(arguments))
        return reply

    def judged(message: Message, reply: Reply) -> Answer:
        return answer(reply, ("cost", "parts"), in_words, **about(message))

    def in_words(reply: Reply) -> List[str]:
        return [f"cost {reply.by_name('cost')}, {_counted(reply, arguments.format)}"]

    return call, judged


def _each(
    arguments: argparse.Namespace, face: Any, call: Call, judged: Judge, sending: bool
) -> int:
    """Read the messages and make the call for each, or show what it would send."""
    from smsc_transports.cli import estimating, messages
    from smsc_transports.cli.program import WrongArguments, require_account
    from smsc_transports.cli.series import Series

    needs_text = arguments.format not in options.WITHOUT_TEXT
    to_messenger = arguments.format == "tg" or "bot=" in arguments.query
    given = messages.read(arguments.phones, arguments.text, needs_text, to_messenger)
    if len(given) > 1 and arguments.id:
        raise WrongArguments("--id is for one message, there are several.")
    if sending:
        for message in given:
            estimating.refuse_long_text(message, arguments)
    if arguments.dry_run:
        return _show_each(arguments, face, call, given, sending)
    require_account(face, "send")
    smsc = face.SMSC()
    series = Series(given, sending, arguments.json)
    return series.run(lambda message: judged(message, call(smsc, message)))


def _show_each(
    arguments: argparse.Namespace, face: Any, call: Call, given: List[Message], sending: bool
) -> int:
    """Show what each message would put on the wire, and what it would cost."""
    from smsc_transports.cli import preview
    from smsc_transports.cli.answers import DONE
    from smsc_transports.cli.estimating import Estimates
    from smsc_transports.cli.series import about

    estimates = Estimates(face, *_question(arguments))
    for message in given:
        found = preview.preview(face, lambda smsc: call(smsc, message))  # noqa: B023
        if sending:
            found.update(estimates.of(message, arguments))
        preview.show(found, arguments.json, **about(message))
    return DONE


def _choices(arguments: argparse.Namespace) -> Dict[str, Any]:
    """Give the arguments that ``send_sms`` and ``get_sms_cost`` share."""
    return {
        "translit": arguments.translit,
        "format": options.FORMATS[arguments.format],
        "sender": False if arguments.sender is None else arguments.sender,
        "query": arguments.query,
    }


def _counted(reply: Reply, format: str) -> str:
    number = (reply.by_name("parts") or "").strip()
    unit = "second" if format == "call" else "part"
    return f"{number} {unit}" + ("" if number == "1" else "s")


def _named(reply: Reply, name: str) -> str:
    value = (reply.by_name(name) or "").strip()
    return f"{name} {value}" if value else ""


def _maybe_twice(reply: Reply) -> bool:
    """Tell a send that was repeated after a lost answer, and never looked for as safe mode does."""
    from smsc_transports.values.errors import UNKNOWN

    commands = {attempt.command for attempt in reply.attempts}
    return "status" not in commands and any(a.outcome == UNKNOWN for a in reply.attempts)

"""``smsc status`` and ``smsc balance``: questions that cost nothing, and their answers in words.

Light to import, since ``smsc --help`` needs it.
"""

from __future__ import annotations

import argparse
import dataclasses
from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable, List, Optional

from smsc_transports.cli import options

if TYPE_CHECKING:
    from smsc_transports.cli.answers import Answer
    from smsc_transports.values.reply import Reply

STATUS = ("status", "changed_at", "error_code")
DETAILS = {
    "sent_at": "sent",
    "phone": "to",
    "sender": "from",
    "text": "text",
    "cost": "cost",
    "imsi": "IMSI",
    "service_center": "service center",
    "mcc": "country code",
    "mnc": "operator code",
    "country": "country",
    "operator": "operator",
    "roaming_country": "roaming in",
    "roaming_operator": "roaming with",
}
"""The fields of a status beyond the first three, and what people call them."""

_TIMES = ("sent_at",)
NOT_FOUND = "not found"


def add_parser(subparsers: Any) -> None:
    """Declare ``status`` and ``balance`` with their arguments."""
    parser = options.add_command(
        subparsers,
        "status",
        "ask what became of a message",
        "Ask what became of a message, or of an HLR query.",
        lambda given: _run(given, status),
    )
    parser.add_argument("id", metavar="ID", help="the id of the message")
    parser.add_argument("phone", metavar="PHONE", help="the number it was sent to")
    parser.add_argument("--all", action="store_true", help="with all details")
    options.add_command(
        subparsers,
        "balance",
        "ask for the balance of the account",
        "Ask for the balance of the account.",
        lambda given: _run(given, balance),
    )


def _run(arguments: argparse.Namespace, work: Callable[[argparse.Namespace, Any], int]) -> int:
    from smsc_transports.cli import program

    def ask(arguments: argparse.Namespace, face: Any) -> int:
        program.require_account(face, work.__name__)
        return work(arguments, face)

    return program.run(arguments, ask)


def status(arguments: argparse.Namespace, face: Any) -> int:
    """Ask for the status of a message; gives the exit status."""
    from smsc_transports.cli.answers import REFUSED, answer
    from smsc_transports.cli.program import WrongArguments
    from smsc_transports.values.statuses import MessageStatus
    from smsc_transports.values.words import status_text

    if "," in arguments.id:
        raise WrongArguments("ID has a comma; ask about one message at a time.")
    reply = face.SMSC().get_status(arguments.id, arguments.phone, all=int(arguments.all))
    about = {"id": arguments.id, "phone": arguments.phone, "status_text": None, "error_text": None}
    if reply.ok:
        about["status_text"] = status_text(int(reply[0]))
        about["error_text"] = _reason(reply)
    names = (*STATUS, *(name for name in DETAILS if name not in about), "status_name")
    found = answer(reply, names, _status_in_words, **about)
    if reply.status is MessageStatus.NOT_FOUND:
        facts = {**found.facts, "outcome": NOT_FOUND}
        found = dataclasses.replace(found, status=REFUSED, outcome=NOT_FOUND, facts=facts)
    return found.show(arguments.json)


def balance(arguments: argparse.Namespace, face: Any) -> int:
    """Ask for the balance; gives the exit status."""
    # get_balance() would give False for every error; this is what it asks with.
    reply = face.SMSC()._smsc_send_cmd("balance")
    return judged_balance(reply).show(arguments.json)


def judged_balance(reply: Reply) -> Answer:
    """Judge the answer to a question about the balance."""
    from smsc_transports.cli.answers import answer

    return answer(reply, ("balance",), lambda reply: [f"balance: {reply[0].strip()}"])


def _status_in_words(reply: Reply) -> List[str]:
    from smsc_transports.values.words import status_text
    from smsc_transports.values.words.en import DELIVERY_ERRORS

    code = reply[0].strip()
    words = f"status: {status_text(int(code))}"
    words += "" if reply.status is None else f" ({code})"  # an undocumented one shows its number
    changed = _moment(reply, "changed_at")
    lines = [f"{words}, since {changed}" if changed else words]
    if reply.error_code:
        known = reply.error_code in DELIVERY_ERRORS
        lines.append(f"reason: {_reason(reply)}" + f" ({reply.error_code})" * known)
    for name, called in DETAILS.items():
        value = _moment(reply, name) if name in _TIMES else reply.by_name(name)
        if value:
            lines.append(f"{called}: {value}")
    return lines


def _reason(reply: Reply) -> Optional[str]:
    """Say why a message was not delivered, None if nothing is wrong."""
    from smsc_transports.values.words import delivery_error_text

    return delivery_error_text(reply.error_code) if reply.error_code else None


def _moment(reply: Reply, name: str) -> str:
    """Say a time in this machine's own zone, "" for none; what is no time stays as it is."""
    time: Optional[datetime] = getattr(reply, name)
    if time is None:
        text = (reply.by_name(name) or "").strip()
        return "" if text == "0" else text
    local = time.astimezone()
    return f"{local.day} {local:%B %Y %H:%M:%S} (UTC{local.isoformat()[-6:]})"

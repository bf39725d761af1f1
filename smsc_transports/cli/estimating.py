"""What a message will take: its parts are counted here, its price is asked of the gateway."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Optional

from smsc_transports.cli import preview
from smsc_transports.cli.answers import DONE, UNREACHED, Answer
from smsc_transports.cli.messages import Message
from smsc_transports.cli.program import WrongArguments
from smsc_transports.cli.series import ENDING_ERRORS
from smsc_transports.reporting.notices import silence
from smsc_transports.values.parts import LONGEST_TEXT, segment, transliterate

_COUNTED = ("sms", "flash")
_OTHERS = re.compile(r"(^|&)(list|maxsms)=")
"""Parameters that replace the text, or have the gateway cut it."""


def refuse_long_text(message: Message, arguments: Any) -> None:
    """Raise WrongArguments for a text that the gateway would refuse for its length."""
    parts = parts_of(message.text, arguments)
    if parts is None or len(message.text) <= LONGEST_TEXT:
        return
    most = parts_of(message.text[:LONGEST_TEXT], arguments)
    where = "" if message.line is None else f"line {message.line}: "
    raise WrongArguments(
        f"{where}the text has {len(message.text)} characters, which are {parts} parts; the gateway "
        f"takes {LONGEST_TEXT} characters, here {most} parts. Shorten it, or send it as several "
        f"messages. Nothing was sent."
    )


def parts_of(text: str, arguments: Any) -> Optional[int]:
    """Count the SMS that a text becomes for each number; None where it becomes something else."""
    if arguments.format not in _COUNTED or _OTHERS.search(arguments.query):
        return None
    sent = transliterate(text, arguments.translit) if arguments.translit else text
    return len(segment(sent).parts)


class Estimates:
    """The parts and the price of messages one after the other.

    ``ask`` puts the question for the price of a message, and ``judge`` judges its reply. After a
    failure that would hit the next message too no more questions are asked.
    """

    def __init__(
        self, face: Any, ask: Callable[[Any, Message], Any], judge: Callable[[Message, Any], Answer]
    ) -> None:
        self._face, self._ask, self._judge = face, ask, judge
        self._why_not = ""
        self._over = False

    def of(self, message: Message, arguments: Any) -> Dict[str, Any]:
        """Give ``parts`` for each number, ``cost`` in all, and ``no_cost``: why it is not known."""
        parts = parts_of(message.text, arguments)
        cost = None if self._over else self._price(message)
        return {"parts": parts, "cost": cost, "no_cost": self._why_not or None}

    def _price(self, message: Message) -> Optional[str]:
        self._why_not = preview.why_no_question(self._face, lambda smsc: self._ask(smsc, message))
        if self._why_not:
            self._over = True
            return None
        with silence():
            answer = self._judge(message, self._ask(self._face.SMSC(), message))
        if answer.status != DONE:
            self._why_not = answer.lines[0]
            self._over = answer.status == UNREACHED or answer.error in ENDING_ERRORS
            return None
        return str(answer.facts["cost"])

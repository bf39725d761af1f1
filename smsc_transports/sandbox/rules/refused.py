"""The refusal of a request, raised by everything that checks one."""

from __future__ import annotations

from typing import Optional

from smsc_transports.sandbox.rules.assumptions import DESCRIPTIONS


class Refused(Exception):
    """An error reply: its documented ``code``, a ``description`` and, for some, the message id."""

    def __init__(self, code: int, description: str = "", message_id: Optional[str] = None) -> None:
        super().__init__(code, description or DESCRIPTIONS[code])
        self.code = code
        self.description = description or DESCRIPTIONS[code]
        self.message_id = message_id

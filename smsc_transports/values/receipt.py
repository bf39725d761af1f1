"""A receipt by SMPP: the new status of a message."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Receipt:
    """A delivery receipt; every field is text, "" where the gateway did not give it.

    ``id`` is the message's as its send replied; ``phone`` its recipient; ``status`` the word of
    SMPP (DELIVRD, EXPIRED, UNDELIV, REJECTD, ...); ``error_code`` the gateway's code of why
    (0: none); ``cost`` and ``parts`` are what was charged; ``text`` is the receipt as it came.
    """

    id: str
    phone: str
    status: str
    error_code: str = ""
    cost: str = ""
    parts: str = ""
    text: str = ""

    @property
    def delivered(self) -> bool:
        """True if the message has arrived."""
        return self.status == "DELIVRD"

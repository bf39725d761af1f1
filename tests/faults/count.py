"""What became of the messages of one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Count:
    """Messages by what the gateway accepted and what the caller was told."""

    sends: int = 0
    surplus: int = 0
    lost: int = 0
    false_sent: int = 0
    false_failed: int = 0
    unknown: int = 0
    incomplete: int = 0
    foreign: int = 0
    """Replies that carry another message's id, and requests written into other files."""

    def add(self, copies: int, reply: Any) -> None:
        """Compare what the gateway accepted with what the caller was told."""
        self.sends += 1
        self.surplus += max(copies - 1, 0)
        told_unknown = reply.outcome == "unknown"
        self.unknown += told_unknown
        self.lost += copies == 0 and not told_unknown
        self.false_sent += reply.ok and copies == 0
        self.false_failed += not reply.ok and not told_unknown and copies > 0
        self.incomplete += reply.ok and not (len(reply) == 4 and all(reply))

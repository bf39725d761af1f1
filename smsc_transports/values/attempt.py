"""One attempt, as observers get it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attempt:
    """One attempt against one address. Holds no secret, no phone number and no text.

    ``number`` counts from 1 within the call; ``seconds`` is how long the attempt took;
    ``outcome`` is "answered", "not sent", "unknown" or "unsupported"; ``error`` says why it
    failed, "" if it did not.
    """

    command: str
    transport: str
    address: str
    number: int
    seconds: float
    outcome: str
    error: str = ""

    def __str__(self) -> str:
        where = f"{self.command} by {self.transport} to {self.address}"
        why = f" ({self.error})" if self.error else ""
        return f"attempt {self.number}: {where}: {self.outcome}{why}, {self.seconds:.3f} s"

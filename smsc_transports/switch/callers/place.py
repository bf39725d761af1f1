"""One place of a program that has to do with the gateway, and what our file does there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Tuple

SAME = "same"
BETTER = "better"
NEEDS_A_LINE = "needs a line"


@dataclass(frozen=True)
class Place:
    """A line of a program.

    ``what`` names what stands there without quoting it; ``verdict`` is SAME, BETTER or
    NEEDS_A_LINE; ``differences`` are the numbers of what is better; ``why`` says what the line
    relies on, ``write`` is what to write instead. ``note`` warns of what is wrong before as after.
    ``copy`` is the file that the place uses, None if it was not found.
    """

    path: Path
    line: int
    what: str
    verdict: str = SAME
    differences: Tuple[str, ...] = ()
    why: str = ""
    write: Tuple[str, ...] = ()
    note: str = ""
    copy: Optional[Path] = None

    @property
    def is_remarkable(self) -> bool:
        """There is more to say than that nothing changes."""
        return self.verdict != SAME or bool(self.note)

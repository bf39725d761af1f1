"""One change of an owner's, and what becomes of it with our file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Mapping, Tuple

from smsc_transports.switch.copies.additions import Addition
from smsc_transports.switch.copies.address import Address
from smsc_transports.switch.copies.anatomy import Anatomy
from smsc_transports.switch.copies.constants import Constant
from smsc_transports.switch.copies.editions import Behaviour, Edition
from smsc_transports.switch.copies.results import Result

TAKEN_OVER = "taken over"
NOTHING_TO_DO = "nothing to do"
NEEDS_A_LINE = "needs a line"


@dataclass(frozen=True)
class Edit:
    """One change of the owner's.

    ``fate`` is TAKEN_OVER (by ``smsc migrate``), NOTHING_TO_DO (our file does the same, or better)
    or NEEDS_A_LINE; then ``write`` are the lines to write.
    """

    kind: str
    line: int
    words: str
    fate: str
    write: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Everything that was read of a copy, for those who tell its edits."""

    anatomy: Anatomy
    constants: Mapping[str, Constant]
    read_at_calls: Mapping[str, Constant]
    address: Address
    behaviour: Behaviour
    edition: Edition
    results: Mapping[str, Result]
    additions: List[Addition]

"""Judges one case by three observations: the copy's, the shim's, and the recorded vendor's."""

from __future__ import annotations

from types import MappingProxyType
from typing import Mapping, NamedTuple

from smsc_transports.compare.edits import undo_edits
from smsc_transports.compare.profile import Profile
from smsc_transports.compare.program import Fields
from smsc_transports.compare.recorded.case import Case
from smsc_transports.compare.seen import Seen

SAME = "the same"
NUMBERED = "numbered"
EDITED = "edited"
UNEXPLAINED = "unexplained"


class Expected(NamedTuple):
    """What the vendor's file is recorded to do, what the shim owes, and why they differ, if so."""

    recorded: Fields
    due: Fields
    number: str = ""


class Verdict(NamedTuple):
    """``kind`` is one of the words above; ``edits`` are names of EDITS with their details."""

    case: Case
    kind: str
    own: Fields
    shim: Fields
    number: str = ""
    edits: Mapping[str, str] = MappingProxyType({})


def judge(case: Case, own: Fields, shim: Fields, expected: Expected, profile: Profile) -> Verdict:
    """Say whether a copy and the shim do the same, and if not, why not."""
    if own == shim:
        return Verdict(case, SAME, own, shim)
    if shim == expected.due:
        if own == expected.recorded and expected.number:
            return Verdict(case, NUMBERED, own, shim, expected.number)
        for reference in (expected.recorded, shim):
            remaining, edits = undo_edits(Seen(case, own, reference, profile))
            if remaining == reference:
                return Verdict(case, EDITED, own, shim, expected.number, edits)
    return Verdict(case, UNEXPLAINED, own, shim)

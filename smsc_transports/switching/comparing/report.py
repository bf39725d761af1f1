"""What a comparison found, in lines: grouped by cause, with one example each."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, NamedTuple, Sequence

from smsc_transports.reporting.redaction import redact
from smsc_transports.switching.comparing.calls import MEANINGS
from smsc_transports.switching.comparing.causes import Cause
from smsc_transports.switching.comparing.comparison import (
    DIFFERENT,
    KNOWN,
    NUMBERED,
    SAME,
    Result,
    Verdict,
)
from smsc_transports.switching.masking import visible

MOST_GROUPS = 7  # so that all fits into 40 lines
WIDTH = 96
_BEFORE = 20  # characters shown before the first that differs
_CONCLUSIONS = {
    DIFFERENT: "Different in a way that smsc check does not name.",
    KNOWN: "Different only where smsc check names a change.",
    NUMBERED: "The same, but for numbered differences.",
    SAME: "The same.",
}


class Group(NamedTuple):
    """Scenes that differ in the same way, and the one that shows it best."""

    what: str
    scenes: int
    example: Verdict
    cause: Cause


def groups(verdicts: Sequence[Verdict]) -> List[Group]:
    """Group the differences by cause; those that check does not name come first."""
    found: Dict[Any, List[Any]] = {}
    for verdict in verdicts:
        for cause in verdict.causes:
            found.setdefault((cause.what, verdict.reason), []).append((verdict, cause))
    listed = []
    for (what, _), members in found.items():
        # Where the fewest other differences show, and without other settings if that will do.
        best = min(members, key=lambda each: (len(each[0].causes), len(each[0].scene.settings)))
        listed.append(Group(what, len(members), *best))
    return sorted(listed, key=lambda group: (group.example.kind != DIFFERENT, -group.scenes))


def lines(result: Result, verbose: bool = False) -> Iterator[str]:
    """Give the report as text."""
    kinds = [verdict.kind for verdict in result.verdicts]
    counts = {kind: kinds.count(kind) for kind in (SAME, NUMBERED, KNOWN, DIFFERENT)}
    yield f"{result.copy.path}: {len(kinds)} calls beside our file with what migrate carries over"
    yield "  " + ", ".join(f"{count} {kind}" for kind, count in counts.items())
    numbers = sorted({verdict.reason for verdict in result.verdicts if verdict.kind == NUMBERED})
    if numbers:
        yield f"numbered, ours differs on purpose: {', '.join(numbers)}"
    if verbose:
        yield from (f"  {number}: {MEANINGS[number]}" for number in numbers)
    if result.left_out:
        yield f"not run, their settings cannot be set in this copy: {len(result.left_out)}"
    found = groups(result.verdicts)
    shown = found if verbose else found[:MOST_GROUPS]
    for group in shown:
        yield from _group(group, result.secrets)
    if len(shown) < len(found):
        yield f"... and {len(found) - len(shown)} more causes; --verbose shows all"
    if verbose:
        differing = [one for one in result.verdicts if one.kind not in (SAME, NUMBERED)]
        yield from (f"  {verdict.kind}: {verdict.scene.name}" for verdict in differing)
    yield next(text for kind, text in _CONCLUSIONS.items() if counts[kind] or kind == SAME)


def _group(group: Group, secrets: Sequence[str]) -> Iterator[str]:
    known = group.example.kind == KNOWN
    reason = f"known, {group.example.reason}" if known else "DIFFERENT"
    scene = group.example.scene
    yield f"{reason}: {group.what}, in {group.scenes} call{'s' * (group.scenes > 1)}"
    yield f"  {scene.name}: {scene.shown()}"[:WIDTH]
    sides = [visible(redact(side, secrets)) for side in (group.cause.yours, group.cause.ours)]
    pairs = enumerate(zip(*sides))
    place = next((i for i, (a, b) in pairs if a != b), min(map(len, sides)))
    start = max(0, place - _BEFORE) if max(map(len, sides)) > WIDTH - 12 else 0
    yield f"    yours {_cut(sides[0], start)}"
    yield f"    ours  {_cut(sides[1], start)}"


def _cut(text: str, start: int) -> str:
    """Give a part of a text, with dots where something is left out."""
    end = start + WIDTH - 16
    return ("..." if start else "") + text[start:end] + ("..." if len(text) > end else "")

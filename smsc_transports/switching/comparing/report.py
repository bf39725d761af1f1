"""What a comparison found, for a person or as JSON: grouped by cause, one example each."""

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

MOST_GROUPS = 7  # so that all fits into 40 lines
WIDTH = 96
_BEFORE = 20  # characters shown before the first that differs


class Group(NamedTuple):
    """Scenes that differ in the same way, and the one that shows it best."""

    kind: str
    what: str
    reason: str
    scenes: int
    example: Verdict
    cause: Cause


def groups(verdicts: Sequence[Verdict]) -> List[Group]:
    """Group the differences by cause; those that check does not name come first."""
    found: Dict[Any, List[Any]] = {}
    for verdict in verdicts:
        for cause in verdict.causes:
            key = (verdict.kind != DIFFERENT, cause.what, verdict.reason)
            found.setdefault(key, []).append((verdict, cause))
    listed = []
    for (_, what, reason), members in found.items():
        # Where the fewest other differences show, and without other settings if that will do.
        best = min(members, key=lambda each: (len(each[0].causes), len(each[0].scene.settings)))
        listed.append(Group(best[0].kind, what, reason, len(members), *best))
    return sorted(listed, key=lambda group: (group.kind != DIFFERENT, -group.scenes))


def as_json(result: Result) -> Dict[str, Any]:
    """Give everything as values that JSON can hold."""
    return {
        "version": 2,
        "file": str(result.copy.path),
        "counts": _counts(result),
        "numbered": {number: MEANINGS[number] for number in _numbers(result)},
        "groups": [
            {
                "kind": group.kind,
                "what": group.what,
                "reason": group.reason,
                "scenes": group.scenes,
                "call": group.example.scene.shown(),
                "scene": group.example.scene.name,
                "yours": redact(group.cause.yours, result.secrets),
                "ours": redact(group.cause.ours, result.secrets),
            }
            for group in groups(result.verdicts)
        ],
        "left_out": result.left_out,
    }


def lines(result: Result, verbose: bool = False) -> Iterator[str]:
    """Give the report as text."""
    counts = _counts(result)
    total = sum(counts.values())
    yield f"{result.copy.path}: {total} scenes beside our file with what migrate carries over"
    yield "  " + ", ".join(f"{counts[kind]} {kind}" for kind in counts)
    numbers = _numbers(result)
    if numbers:
        yield f"numbered, ours differs on purpose: {', '.join(numbers)}"
        if verbose:
            yield from (f"  {number}: {MEANINGS[number]}" for number in numbers)
    if result.left_out:
        yield (
            f"not run: {len(result.left_out)} scenes with settings that cannot be set in this copy"
        )
    found = groups(result.verdicts)
    shown = found if verbose else found[:MOST_GROUPS]
    for group in shown:
        yield from _group(group, result.secrets)
    if len(shown) < len(found):
        yield f"... and {len(found) - len(shown)} more causes; --verbose shows all"
    if verbose:
        for verdict in result.verdicts:
            if verdict.kind not in (SAME, NUMBERED):
                yield f"  {verdict.kind}: {verdict.scene.name}"
    yield _conclusion(counts)


def _group(group: Group, secrets: Sequence[str]) -> Iterator[str]:
    reason = f"known, {group.reason}" if group.kind == KNOWN else "DIFFERENT"
    yield f"{reason}: {group.what}, in {group.scenes} scene{'s' * (group.scenes > 1)}"
    yield f"  {group.example.scene.name}: {group.example.scene.shown()}"[:WIDTH]
    yours = _visible(redact(group.cause.yours, secrets))
    ours = _visible(redact(group.cause.ours, secrets))
    pairs = enumerate(zip(yours, ours))
    place = next((i for i, (a, b) in pairs if a != b), min(len(yours), len(ours)))
    start = max(0, place - _BEFORE) if max(len(yours), len(ours)) > WIDTH - 12 else 0
    yield f"    yours {_cut(yours, start)}"
    yield f"    ours  {_cut(ours, start)}"


def _conclusion(counts: Dict[str, int]) -> str:
    if counts[DIFFERENT]:
        return "Different in a way that smsc check does not name."
    if counts[KNOWN]:
        return "Different only where smsc check names a change, which migrate refuses."
    return "The same, but for numbered differences." if counts[NUMBERED] else "The same."


def _counts(result: Result) -> Dict[str, int]:
    kinds = [verdict.kind for verdict in result.verdicts]
    return {kind: kinds.count(kind) for kind in (SAME, NUMBERED, KNOWN, DIFFERENT)}


def _numbers(result: Result) -> List[str]:
    numbers = {verdict.reason for verdict in result.verdicts if verdict.kind == NUMBERED}
    return sorted(numbers, key=lambda number: int(number[1:]))


def _cut(text: str, start: int) -> str:
    """Give a part of a text, with dots where something is left out."""
    end = start + WIDTH - 16
    return ("..." if start else "") + text[start:end] + ("..." if len(text) > end else "")


def _visible(text: str) -> str:
    """Write out what would not be seen, or would steer a terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )

"""What check and migrate say of a copy, in lines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator, List, Sequence

from smsc_transports.switching.callers import Flag
from smsc_transports.switching.known_editions import SETTINGS
from smsc_transports.switching.reading import AT_EACH_CALL, AT_IMPORT, Copy, Refusal, Takeover

_LONGEST = 88
_LINES_OF_A_REFUSAL = 3


def plain_name(path: Path) -> str:
    """Give a path as a reader knows it: relative to the current folder if it lies in there."""
    whole, folder = os.path.abspath(path), os.getcwd()
    return os.path.relpath(whole, folder) if whole.startswith(folder + os.sep) else str(path)


def title(copy: Copy) -> str:
    """Say what a copy is."""
    domain = f", for {copy.domain}" if copy.domain else ""
    return f"{plain_name(copy.path)}: the vendor's file, edition {copy.edition}{domain}"


def describe(copy: Copy) -> Iterator[str]:
    """Say what is taken over from a copy, and what is refused."""
    yield title(copy)
    yield from (f"  {line}" for line in takeovers(copy.takeovers))
    if not copy.takeovers:
        yield "  nothing was changed in it"
    yield from (f"  note: {note}" for note in copy.notes)
    for refusal in copy.refusals:
        yield from refused(refusal)


def takeovers(found: Sequence[Takeover]) -> List[str]:
    """Say what is taken over, a line each."""
    lines = []
    for one in found:
        shown = " ".join(one.shown.split())
        setting = shown if shown.startswith(f"{one.name} = ") else f"{one.name} = {shown}"
        if (
            one.when == AT_IMPORT
            and one.name not in (*SETTINGS, "SMSC_HOST", "formats")
            and not shown.startswith(one.name)
        ):
            setting = shown
        when = f" ({AT_EACH_CALL})" if one.when == AT_EACH_CALL else ""
        lines.append(cut(f"takes over: line {one.line}: {setting}") + when)
    return lines


def refused(refusal: Refusal) -> Iterator[str]:
    """Say what is refused, with the lines themselves."""
    yield f"  REFUSED: line {refusal.line}, {refusal.method}: {refusal.why}"
    for line in refusal.lines[:_LINES_OF_A_REFUSAL]:
        yield "      " + cut(line)
    if len(refusal.lines) > _LINES_OF_A_REFUSAL:
        yield f"      ... and {len(refusal.lines) - _LINES_OF_A_REFUSAL} more"
    yield f"    write: {refusal.write}"


def flagged(flag: Flag) -> Iterator[str]:
    """Say which line of a program needs a change."""
    yield f"  NEEDS A CHANGE: {plain_name(flag.path)}:{flag.line}: {flag.why}"
    yield f"    write: {flag.write}"


def cut(line: str) -> str:
    """Give a line that is not longer than a terminal."""
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."

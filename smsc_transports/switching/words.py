"""What check and migrate say, in lines; and what check says as JSON."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Dict, Iterator, List

from smsc_transports.switching.callers import Flag
from smsc_transports.switching.copies import AT_EACH_CALL, AT_IMPORT, Copy, Takeover
from smsc_transports.switching.known_editions import SETTINGS
from smsc_transports.switching.masking import visible
from smsc_transports.switching.secret_texts import typed_in
from smsc_transports.switching.survey import Survey

_LONGEST = 88
_SHOWN_CALLERS = 8
_SHOWN_LINES = 8
_SHOWN_UNREAD = 5
_LINES_OF_A_REFUSAL = 3
_VERSION = 2


def plain_name(path: Path) -> str:
    """Give a path as a reader knows it: relative to the current folder if it lies in there."""
    whole, folder = os.path.abspath(path), os.getcwd()
    return os.path.relpath(whole, folder) if whole.startswith(folder + os.sep) else str(path)


def _name(path: Path) -> str:
    return visible(plain_name(path))


def describe(copy: Copy) -> Iterator[str]:
    """Say what is taken over from a copy, and what is refused."""
    domain = f", for {copy.domain}" if copy.domain else ""
    yield f"{_name(copy.path)}: the vendor's file, edition {copy.edition}{domain}"
    yield from map(_taken_over, copy.takeovers)
    if not copy.takeovers:
        yield "  nothing was changed in it"
    yield from (f"  note: {note}" for note in copy.notes)
    for refusal in copy.refusals:
        yield f"  REFUSED: line {refusal.line}, {refusal.method}: {refusal.why}"
        for line in refusal.lines[:_LINES_OF_A_REFUSAL]:
            yield "      " + _cut(line)
        if len(refusal.lines) > _LINES_OF_A_REFUSAL:
            yield f"      ... and {len(refusal.lines) - _LINES_OF_A_REFUSAL} more"
        yield f"    write: {refusal.write}"


def _taken_over(one: Takeover) -> str:
    shown = " ".join(one.shown.split())
    named = one.name in (*SETTINGS, "SMSC_HOST", "formats") or one.when != AT_IMPORT
    if named and not shown.startswith(f"{one.name} = "):
        shown = f"{one.name} = {shown}"
    when = f" ({AT_EACH_CALL})" if one.when == AT_EACH_CALL else ""
    return "  " + _cut(f"takes over: line {one.line}: {shown}") + when


def flagged(flag: Flag) -> Iterator[str]:
    """Say which line of a program needs a change."""
    yield f"  NEEDS A CHANGE: {_name(flag.path)}:{flag.line}: {flag.why}"
    yield f"    write: {flag.write}"


def of_survey(found: Survey) -> Iterator[str]:
    """Say all that check says."""
    for copy in found.copies:
        yield from describe(copy)
        yield from _used_by(copy, found)
    yield from (f"{_name(one.path)}: our file already" for one in found.ours)
    for flag in found.flags:
        yield from flagged(flag)
    secrets = _secrets(found)
    if secrets:
        yield f"hard-coded passwords and logins: {visible(', '.join(secrets))}"
    about_us = [one for one in found.unread if one[2]]
    others = [one for one in found.unread if not one[2]]
    for path, reason, _ in [*about_us, *others[:_SHOWN_UNREAD]]:
        yield f"not read: {_name(path)}: {reason}"
    if len(others) > _SHOWN_UNREAD:
        yield f"not read: {len(others) - _SHOWN_UNREAD} more (--json has all)"
    if not found.copies and not found.ours:
        yield f"no copy of the vendor's file in {found.files} files"
    elif found.needs_a_change:
        yield "next: change the lines in capitals; then"
    elif found.copies:
        yield "next:"
    yield from (f"  smsc migrate {_name(copy.path)}" for copy in found.copies)


def _used_by(copy: Copy, found: Survey) -> Iterator[str]:
    users = [one for one in found.callers if copy.path in one.copies]
    for caller in users[:_SHOWN_CALLERS]:
        lines = ", ".join(map(str, caller.lines[:_SHOWN_LINES]))
        more = len(caller.lines) - _SHOWN_LINES
        yield f"  used by: {_name(caller.path)}, lines {lines}" + (
            f" and {more} more" if more > 0 else ""
        )
    if len(users) > _SHOWN_CALLERS:
        yield f"  used by: {len(users) - _SHOWN_CALLERS} more files (--json has all)"


def _secrets(found: Survey) -> List[str]:
    """Give the places where passwords and logins are typed in."""
    lines = {copy.path: sorted(typed_in(copy.source.tree)) for copy in [*found.copies, *found.ours]}
    lines.update((caller.path, list(caller.secrets)) for caller in found.callers)
    return [f"{plain_name(path)}:{line}" for path, places in lines.items() for line in places]


def document(found: Survey) -> Dict[str, Any]:
    """Give all that check found as JSON can hold it."""
    return {
        "version": _VERSION,
        "files": found.files,
        "needs_a_change": found.needs_a_change,
        "copies": [_copy(copy) for copy in found.copies],
        "ours": [plain_name(copy.path) for copy in found.ours],
        "callers": [
            {
                "path": plain_name(caller.path),
                "copies": [plain_name(path) for path in caller.copies],
                "lines": list(caller.lines),
                "needs_a_change": [_without(asdict(one), "path") for one in caller.flags],
            }
            for caller in found.callers
        ],
        "secrets": _secrets(found),
        "unread": [
            {"path": plain_name(path), "reason": reason, "about_the_gateway": about_us}
            for path, reason, about_us in found.unread
        ],
    }


def _copy(copy: Copy) -> Dict[str, Any]:
    return {
        "path": plain_name(copy.path),
        "class": copy.class_name,
        "edition": copy.edition,
        "domain": copy.domain,
        "takes_over": [_without(asdict(one), "text") for one in copy.takeovers],
        "refused": [asdict(one) for one in copy.refusals],
        "notes": list(copy.notes),
    }


def _without(fields: Dict[str, Any], name: str) -> Dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


def _cut(line: str) -> str:
    """Give a line that is not longer than a terminal, and does not steer one."""
    line = visible(line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."

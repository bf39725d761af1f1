"""The subcommand ``smsc check``: its options, and what it prints."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterator, List

if TYPE_CHECKING:
    from smsc_transports.switching.callers import Caller, Survey
    from smsc_transports.switching.reading import Copy

_DESCRIPTION = """\
Read programs, without running them: which files are copies of the vendor's
file, what smsc migrate takes over from each and what it refuses, who uses them,
and which lines of programs need a change. Passwords are told by place and never
shown.
"""
_EPILOG = """\
exit status:
  0  nothing needs a change
  1  something needs a change, or a file about the gateway cannot be read
  2  a PATH cannot be read
"""
_VERSION = 2
_SHOWN_CALLERS = 8
_SHOWN_LINES = 8
_SHOWN_UNREAD = 5


def add_parser(subparsers: Any) -> None:
    """Declare ``check``."""
    parser = subparsers.add_parser(
        "check",
        help="what changes for your programs with our smsc_api.py",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.cli.terminal import print_anything
    from smsc_transports.switching.callers import survey
    from smsc_transports.switching.sources import UnreadableFile

    try:
        found = survey(arguments.paths)
    except UnreadableFile as error:
        print(f"smsc check: {error}", file=sys.stderr)
        return 2
    print_anything(sys.stdout)
    if arguments.json:
        print(json.dumps(_document(found), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(found)))
    return 1 if found.needs_a_change else 0


def _lines(found: Survey) -> Iterator[str]:
    from smsc_transports.switching.words import describe, flagged, plain_name

    for copy in found.copies:
        yield from describe(copy)
        yield from _used_by(copy, found)
    yield from (f"{plain_name(one.path)}: our file already" for one in found.ours)
    for flag in found.flags:
        yield from flagged(flag)
    secrets = _secrets(found)
    if secrets:
        yield f"passwords and logins typed in: {', '.join(secrets)}"
    about_us = [one for one in found.unread if one[2]]
    others = [one for one in found.unread if not one[2]]
    for path, reason, _ in [*about_us, *others[:_SHOWN_UNREAD]]:
        yield f"not read: {plain_name(path)}: {reason}"
    if len(others) > _SHOWN_UNREAD:
        yield f"not read: {len(others) - _SHOWN_UNREAD} more (--json has all)"
    yield from _end(found)


def _used_by(copy: Copy, found: Survey) -> Iterator[str]:
    users = [one for one in found.callers if copy.path in one.copies]
    for caller in users[:_SHOWN_CALLERS]:
        yield f"  used by: {_with_lines(caller)}"
    if len(users) > _SHOWN_CALLERS:
        yield f"  used by: {len(users) - _SHOWN_CALLERS} more files (--json has all)"


def _with_lines(caller: Caller) -> str:
    from smsc_transports.switching.words import plain_name

    lines = ", ".join(map(str, caller.lines[:_SHOWN_LINES]))
    more = f" and {len(caller.lines) - _SHOWN_LINES} more" * (len(caller.lines) > _SHOWN_LINES)
    return f"{plain_name(caller.path)}, lines {lines}{more}"


def _secrets(found: Survey) -> List[str]:
    """Give the places where passwords and logins are typed in."""
    from smsc_transports.switching.literals import typed_in
    from smsc_transports.switching.words import plain_name

    places = [
        (copy.path, line) for copy in [*found.copies, *found.ours]
        for line in sorted(typed_in(copy.source.tree))
    ]  # fmt: skip
    places += [(caller.path, line) for caller in found.callers for line in caller.secrets]
    return [f"{plain_name(path)}:{line}" for path, line in places]


def _end(found: Survey) -> Iterator[str]:
    from smsc_transports.switching.words import plain_name

    if not found.copies and not found.ours:
        yield f"no copy of the vendor's file in {found.files} files"
        return
    if found.needs_a_change:
        yield "next: see to the lines in capitals; then"
    elif found.copies:
        yield "next:"
    yield from (f"  smsc migrate {plain_name(copy.path)}" for copy in found.copies)


def _document(found: Survey) -> Dict[str, Any]:
    from smsc_transports.switching.words import plain_name

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
                "needs_a_change": [
                    {"line": one.line, "why": one.why, "write": one.write} for one in caller.flags
                ],
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
    from smsc_transports.switching.words import plain_name

    return {
        "path": plain_name(copy.path),
        "class": copy.class_name,
        "edition": copy.edition,
        "domain": copy.domain,
        "takes_over": [
            {
                "name": one.name,
                "line": one.line,
                "shown": one.shown,
                "when": one.when,
                "environment": list(one.needs_environment),
            }
            for one in copy.takeovers
        ],
        "refused": [
            {
                "method": one.method,
                "line": one.line,
                "lines": list(one.lines),
                "why": one.why,
                "write": one.write,
            }
            for one in copy.refusals
        ],
        "notes": list(copy.notes),
    }

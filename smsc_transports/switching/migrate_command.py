"""The subcommand ``smsc migrate``: its options, what it shows, and the questions it asks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, List

if TYPE_CHECKING:
    from smsc_transports.switching.callers import Flag
    from smsc_transports.switching.copies import Copy

_DESCRIPTION = """\
Put our smsc_api.py in the place of one copy of the vendor's file. What its
owner set is carried over and shown; what cannot be proven to work the same is
refused. The old file is kept beside it.
"""
_EPILOG = """\
exit status:
  0  done, or nothing to do
  1  not done: not confirmed, or something is refused
  2  FILE cannot be read or written, or is no copy of the vendor's file
"""


def add_parser(subparsers: Any) -> None:
    """Declare ``migrate``."""
    parser = subparsers.add_parser(
        "migrate",
        help="put our smsc_api.py in the place of a copy of the vendor's",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="show it only")
    parser.add_argument(
        "--force", action="store_true", help="though what is refused is lost; lists what falls back"
    )
    parser.add_argument("--undo", action="store_true", help="put the old file back")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.switching.migrating import CannotMigrate
    from smsc_transports.switching.replacing import CannotReplace
    from smsc_transports.switching.sources import UnreadableFile

    try:
        return _undo(arguments) if arguments.undo else _migrate(arguments)
    except (CannotReplace, CannotMigrate) as error:
        return _refused(str(error), 2)
    except UnreadableFile as error:
        return _refused(f"{arguments.file} cannot be read: {error}", 2)


def _migrate(arguments: argparse.Namespace) -> int:
    from smsc_transports.switching.migrating import migration_of
    from smsc_transports.switching.reading import OURS, VENDORS, read_copy
    from smsc_transports.switching.replacing import read_mark, replace

    path: Path = arguments.file
    copy = read_copy(path)
    if copy.kind == OURS:
        print(f"{path} is our file already: nothing to do")
        if read_mark(path) is not None:
            print(f"undo: smsc migrate --undo {path}")
        return 0
    if copy.kind != VENDORS:
        return _refused(f"{path} is no copy of the vendor's file: nothing was changed", 2)
    flags = _flags_of(copy)
    migration = migration_of(copy, force=True)
    _show(copy, flags, migration.diff)
    if (copy.refusals or flags) and not arguments.force:
        return _refused(
            f"{path} stays as it is: first change the lines in capitals. "
            f"What happens without that: smsc migrate --force --dry-run {path}",
            1,
        )
    if copy.refusals:
        _show_fallbacks(copy)
    if arguments.dry_run:
        print("nothing was changed: this is what smsc migrate would do")
        return 0
    questions = [f"put our file in the place of {path}?"]
    if copy.refusals or flags:
        questions.append("though the lines in capitals will not work as they did?")
    if not arguments.yes and not all(_confirmed(question) for question in questions):
        return _refused("nothing was changed (--yes answers for a script)", 1)
    newline = copy.source.newline
    content = migration.text.replace("\n", newline).encode("utf-8")
    kept = replace(path, copy.source.raw, content, newline)
    print(f"{path} is our file now; the old one is {kept.name} beside it")
    print("try it: smsc sandbox run -- python your_program.py")
    print(f"undo:   smsc migrate --undo {path}")
    return 0


def _flags_of(copy: Copy) -> List[Flag]:
    """Find the lines of programs that need a change, in the current folder or the copy's own."""
    from smsc_transports.switching.survey import survey

    whole, current = copy.path.absolute(), Path.cwd()
    found = survey([current if current in whole.parents else whole.parent])
    users = [one for one in found.callers if any(path.absolute() == whole for path in one.copies)]
    return [flag for caller in users for flag in caller.flags]


def _show(copy: Copy, flags: List[Flag], diff: str) -> None:
    from smsc_transports.switching.words import describe, flagged

    print("\n".join(describe(copy)))
    for flag in flags:
        print("\n".join(flagged(flag)))
    print(f"\n{diff or 'our file as it is installed'}\n")


def _show_fallbacks(copy: Copy) -> None:
    print("what is refused above is lost, and these settings are the defaults then:")
    for name, default in copy.fallbacks:
        print(f"  {name} = {default!r}" if name != "SMSC_HOST" else f"  {name}: {default}")
    print("every other setting is as shown above")


def _confirmed(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


def _undo(arguments: argparse.Namespace) -> int:
    from smsc_transports.switching.reading import VENDORS, read_copy
    from smsc_transports.switching.replacing import put_back, read_mark

    path: Path = arguments.file
    migrated = read_mark(path)
    if migrated is None and read_copy(path).kind == VENDORS:
        print(f"{path} is the old file already: nothing to undo")
        return 0
    if migrated is None:
        return _refused(f"{path} was not put there by smsc migrate: nothing to undo", 2)
    if migrated.is_edited and not arguments.force:
        return _refused(
            f"{path} was edited since; the edits would be lost. "
            f"Even so: smsc migrate --undo --force {path}",
            1,
        )
    put_back(path, migrated)
    print(f"{path} is the old file again, byte for byte")
    return 0


def _refused(words: str, status: int) -> int:
    sys.stdout.flush()
    print(f"smsc migrate: {words}", file=sys.stderr)
    return status

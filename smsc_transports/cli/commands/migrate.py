"""The subcommand ``smsc migrate``: its options, what it shows, and the question it asks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smsc_transports.switch.migration import Plan
    from smsc_transports.switch.vendor_copy import VendorCopy

_DESCRIPTION = """\
Put our smsc_api.py in the place of one copy of the vendor's file. What its
owner set is taken over: constants, typed in or from wherever they come, the
domain, changed defaults, own names. What will differ from our file is shown
first, with secrets masked. The old file is kept beside it.
"""
_EPILOG = """\
exit status:
  0  done, or nothing to do
  1  not done: not confirmed, or something cannot be taken over
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
        "--force", action="store_true", help="though something is lost that was changed by hand"
    )
    parser.add_argument("--undo", action="store_true", help="put the old file back")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.switch.exchange import CannotExchange
    from smsc_transports.switch.files.source import Unreadable
    from smsc_transports.switch.replacement import NotInstalled

    try:
        return _undo(arguments) if arguments.undo else _migrate(arguments)
    except (CannotExchange, NotInstalled) as error:
        return _refused(str(error), 2)
    except Unreadable as error:
        return _refused(f"{arguments.file} cannot be read: {error}", 2)


def _migrate(arguments: argparse.Namespace) -> int:
    from smsc_transports.switch.copies.anatomy import is_replacement
    from smsc_transports.switch.exchange import put_in_place, read_mark
    from smsc_transports.switch.files.source import read_source
    from smsc_transports.switch.migration import plan
    from smsc_transports.switch.vendor_copy import vendor_copy_of

    path: Path = arguments.file
    source = read_source(path)
    if is_replacement(source):
        print(f"{path} is our file already: nothing to do")
        if read_mark(path) is not None:
            print(f"undo: smsc migrate --undo {path}")
        return 0
    copy = vendor_copy_of(source)
    if copy is None:
        return _refused(f"{path} is no copy of the vendor's file: nothing was changed", 2)
    planned = plan(copy)
    _show(copy, planned)
    if copy.has_to_be_forced and not arguments.force:
        return _refused(
            f"{path} stays as it is. See to the lines in capitals first; smsc check shows where "
            f"your programs rely on them. Then: smsc migrate --force {path}",
            1,
        )
    if arguments.dry_run:
        print("nothing was changed: this is what smsc migrate would do")
        return 0
    if not arguments.yes and not _confirmed(path):
        return _refused("nothing was changed (--yes answers for a script)", 1)
    backup = put_in_place(path, planned.content, source.newline)
    print(f"{path} is our file now; the old one is {backup.name} beside it")
    print("try it: smsc sandbox run -- python your_program.py")
    print(f"undo:   smsc migrate --undo {path}")
    return 0


def _show(copy: VendorCopy, planned: Plan) -> None:
    from smsc_transports.switch.report import describe_copy

    print("\n".join(describe_copy(copy)))
    print()
    print(planned.diff or "our file as it is installed")
    if planned.encoding != copy.source.encoding:
        print(f"\nwritten in {planned.encoding}; {copy.source.encoding} cannot hold our file")
    print()


def _confirmed(path: Path) -> bool:
    try:
        return input(f"put our file in the place of {path}? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


def _undo(arguments: argparse.Namespace) -> int:
    from smsc_transports.switch.exchange import put_back, read_mark

    path: Path = arguments.file
    migrated = read_mark(path)
    if migrated is None:
        return _refused(f"{path} was not put there by smsc migrate: nothing to undo", 2)
    if migrated.is_edited and not arguments.force:
        return _refused(
            f"{path} was edited since; the edits would be lost. "
            f"Even so: smsc migrate --undo --force {path}",
            1,
        )
    put_back(path, migrated.backup)
    print(f"{path} is the old file again, byte for byte")
    return 0


def _refused(words: str, status: int) -> int:
    print(f"smsc migrate: {words}", file=sys.stderr)
    return status

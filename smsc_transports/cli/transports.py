"""The subcommand ``smsc transports``: lists transports and plugins, and what is wrong."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any, Iterable, List, Sequence

if TYPE_CHECKING:
    from smsc_transports.plugins.listing import Inventory

_DESCRIPTION = """\
Lists the transports and the plugins: built in, installed, or named in SMSC_PLUGINS.
The exit status is 1 if one of them is broken, else 0.
"""


def add_parser(subparsers: Any) -> None:
    """Declare ``transports``."""
    parser = subparsers.add_parser(
        "transports",
        help="list the transports and plugins, and why one is not used",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from smsc_transports.plugins.listing import take_inventory
    from smsc_transports.plugins.manager import plugin_manager

    inventory = take_inventory(plugin_manager())
    print(as_json(inventory) if arguments.json else as_text(inventory))
    return 1 if inventory.broken else 0


def as_json(inventory: Inventory) -> str:
    """Write the inventory as JSON: two lists, with the field names of its entries."""
    lists = {
        "transports": [entry._asdict() for entry in inventory.transports],
        "plugins": [entry._asdict() for entry in inventory.plugins],
    }
    return json.dumps(lists, ensure_ascii=False, indent=2)


def as_text(inventory: Inventory) -> str:
    """Write the inventory as two tables."""
    transports = [
        (entry.name, _list(entry.commands, "all"), entry.status, _source(entry), entry.reason)
        for entry in inventory.transports
    ]
    plugins = [
        (entry.name, _list(entry.hooks, "-"), entry.status, _source(entry), entry.reason)
        for entry in inventory.plugins
    ]
    return "\n".join(
        [
            *_table(("TRANSPORT", "COMMANDS", "STATUS", "FROM"), transports),
            "",
            *_table(("PLUGIN", "HOOKS", "STATUS", "FROM"), plugins),
        ]
    )


def _list(names: Any, otherwise: str) -> str:
    return ", ".join(names or ()) or otherwise


def _source(entry: Any) -> str:
    return f"{entry.origin}, {entry.file}" if entry.file else str(entry.origin)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> List[str]:
    """Align all columns; the reason of a row stands on a line of its own below it."""
    listed = [head, *rows]
    widths = [max(len(row[column]) for row in listed) for column in range(len(head))]
    lines = []
    for row in listed:
        cells = (cell.ljust(width) for cell, width in zip(row, widths))
        lines.append("  ".join(cells).rstrip())
        lines += [f"    {reason}" for reason in row[len(head) :] if reason]
    return lines

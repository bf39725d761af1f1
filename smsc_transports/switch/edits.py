"""What the owner of a copy changed, in words, and what becomes of it with our file."""

from __future__ import annotations

import ast
from typing import Dict, FrozenSet, Iterator, List, Tuple

from .account import account_edits
from .additions import IN_CLASS, state_of_objects
from .address import TRIES, Address
from .constants import LITERAL, SWITCHES
from .edit import NEEDS_A_LINE, NOTHING_TO_DO, TAKEN_OVER, Edit, Reading
from .editions import Edition
from .fingerprints import is_vendors
from .method_edits import method_edits, vendors_methods
from .syntax import dotted


def read_edits(reading: Reading) -> Tuple[Edit, ...]:
    """Tell what the owner changed, in the order of the file."""
    named = [
        *_constants(reading),
        *_address(reading),
        *account_edits(reading),
        *method_edits(reading),
        *_additions(reading),
        *_class_name(reading),
    ]
    return tuple(sorted([*named, *_unnamed(reading, named)], key=lambda edit: edit.line))


def _constants(reading: Reading) -> Iterator[Edit]:
    for constant in reading.constants.values():
        if constant.is_default and not constant.in_class:
            continue
        words = f"{constant.name} = {constant.shown}"
        if constant.typed_in and constant.origin == LITERAL:
            words = f"{constant.name} is typed in: a secret stands in this file"
        elif constant.typed_in:
            words += ": the default is a secret in this file"
        elif not constant.code:
            words = f"{constant.name} is {constant.shown}"
        if constant.in_class:
            words += " (in the class)"
        if constant.name in SWITCHES and constant.origin != LITERAL:
            words += '; any text but "" switches it on, "False" too, as before'
        yield Edit("constant", constant.line, words, TAKEN_OVER)


def _address(reading: Reading) -> Iterator[Edit]:
    address = reading.address
    if address.host_is_changed:
        yield Edit(
            "host", address.line, f"asks {address.host} (becomes SMSC_HOST)", TAKEN_OVER
        )
    if fewer_tries(reading.edition, address):
        words = f"{address.tries} tries instead of {TRIES} (becomes a list of hosts in SMSC_HOST)"
        yield Edit("tries", address.tries_line, words, TAKEN_OVER)
    elif _other_tries(reading.edition, address):
        words = f"{address.tries} tries; ours has {TRIES}, one for each host"
        yield Edit("tries", address.tries_line, words, NOTHING_TO_DO)
    if address.timeout:
        words = "a timeout of its own (becomes SMSC_TIMEOUT)"
        yield Edit("timeout", address.timeout_line, words, TAKEN_OVER)


def fewer_tries(edition: Edition, address: Address) -> bool:
    """Tell whether the owner made a copy try less often, by hosts that SMSC_HOST can list."""
    return _other_tries(edition, address) and 0 < (address.tries or 0) < TRIES


def _other_tries(edition: Edition, address: Address) -> bool:
    modern = edition.version in ("1.9", "2.0")
    return modern and not address.host_is_changed and address.tries not in (None, TRIES)


def _additions(reading: Reading) -> Iterator[Edit]:
    for addition in reading.additions:
        if addition.names == ("__init__",) and state_of_objects(reading.anatomy):
            continue  # told with the account
        if addition.obstacle:
            words = f"{addition.words}: cannot be carried over, {addition.obstacle}"
            where = "into a module of your own" if addition.place != IN_CLASS else "a function"
            yield Edit("addition", addition.line, words, NEEDS_A_LINE, (f"move it {where}",))
        else:
            yield Edit("addition", addition.line, addition.words, TAKEN_OVER)


def _class_name(reading: Reading) -> Iterator[Edit]:
    cls = reading.anatomy.cls
    if cls.name != "SMSC":
        yield Edit("class", cls.lineno, f"the class is called {cls.name}", TAKEN_OVER)


def _unnamed(reading: Reading, named: List[Edit]) -> Iterator[Edit]:
    """Tell of methods that differ from the vendor's in no way that has a name here."""
    if reading.edition.version == "1.0":
        return
    explained = _explained(reading, named)
    for name, function in vendors_methods(reading.anatomy):
        if name not in explained and not is_vendors(name, function, reading.anatomy):
            words = f"{name} is changed in a way that this command cannot name"
            write = (f"smsc compare {reading.anatomy.source.path.name}  # shows if it matters",)
            yield Edit("other", function.lineno, words, NEEDS_A_LINE, write)


def _explained(reading: Reading, named: List[Edit]) -> FrozenSet[str]:
    """Give the methods of which it is told already why they are not the vendor's."""
    telling = {"account", "signature", "result", "errors", "phones"}
    lines: Dict[int, str] = {}
    explained = set()
    state = set(state_of_objects(reading.anatomy))
    for name, function in vendors_methods(reading.anatomy):
        last = function.end_lineno or function.lineno
        lines.update({line: name for line in range(function.lineno, last + 1)})
        attributes = (node for node in ast.walk(function) if isinstance(node, ast.Attribute))
        if any(node.attr in state and dotted(node.value) == "self" for node in attributes):
            explained.add(name)
    explained |= {lines.get(edit.line, "") for edit in named if edit.kind in telling}
    return frozenset(explained)

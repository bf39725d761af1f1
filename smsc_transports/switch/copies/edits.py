"""What the owner of a copy changed, in words, and what becomes of it with our file."""

from __future__ import annotations

import ast
from typing import Dict, FrozenSet, Iterator, List, Tuple

from smsc_transports.switch.copies.account import account_edits
from smsc_transports.switch.copies.additions import IN_CLASS, obstacle_of_constant
from smsc_transports.switch.copies.address import TRIES, is_number
from smsc_transports.switch.copies.anatomy import SENDING, state_of_objects
from smsc_transports.switch.copies.constants import ENVIRONMENT, LITERAL, SWITCHES
from smsc_transports.switch.copies.edit import (
    NEEDS_A_LINE,
    NOTHING_TO_DO,
    TAKEN_OVER,
    Edit,
    Reading,
)
from smsc_transports.switch.copies.editions import FORMATS
from smsc_transports.switch.copies.fingerprints import is_vendors
from smsc_transports.switch.copies.method_edits import method_edits, vendors_methods
from smsc_transports.switch.files.masking import masked
from smsc_transports.switch.files.syntax import dotted
from smsc_transports.switch.files.walk import plain_name


def read_edits(reading: Reading) -> Tuple[Edit, ...]:
    """Tell what the owner changed, in the order of the file."""
    named = [
        *_constants(reading),
        *_constants_in_class(reading),
        *_address(reading),
        *_formats(reading),
        *account_edits(reading),
        *method_edits(reading),
        *_additions(reading),
        *_class_name(reading),
    ]
    return tuple(sorted([*named, *_unnamed(reading, named)], key=lambda edit: edit.line))


def _constants(reading: Reading) -> Iterator[Edit]:
    for constant in reading.constants.values():
        if constant.is_default:
            continue
        words = f"{constant.name} = {constant.shown}{constant.note}"
        if constant.typed_in and constant.origin == LITERAL:
            words = f"{constant.name} is typed in: a secret stands in this file"
        elif constant.typed_in:
            words += ": the default is a secret in this file"
        elif not constant.code:
            words = f"{constant.name} is {constant.shown}"
        if constant.name in SWITCHES and constant.origin == ENVIRONMENT:
            words += '; any text but "" switches it on, "False" too, as before'
        obstacle = obstacle_of_constant(constant, reading.additions)
        if obstacle:
            words += f": cannot be carried over, {obstacle}"
            yield Edit("constant", constant.line, words, NEEDS_A_LINE, (f"{constant.name} = ...",))
        else:
            yield Edit("constant", constant.line, words, TAKEN_OVER)


def _constants_in_class(reading: Reading) -> Iterator[Edit]:
    lines = [constant.line for constant in reading.constants.values() if constant.in_class]
    if lines:
        words = f"{len(lines)} of the constants stand in the class"
        yield Edit("class constants", min(lines), words, TAKEN_OVER)


def _address(reading: Reading) -> Iterator[Edit]:
    address = reading.address
    if address.setting != address.domain:
        tries = f"{address.tries} tries, " if address.tries != TRIES else ""
        words = f"{tries}asks {' '.join(address.hosts)}: becomes SMSC_HOST"
        line = address.tries_line if address.hosts[0] == address.domain else address.line
        yield Edit("hosts", line, words, TAKEN_OVER)
    elif address.tries != TRIES and reading.edition.version in ("1.9", "2.0"):
        tries = f"{address.tries} tries" if address.tries else "a number of tries that is not told"
        words = f"{tries}; ours has {TRIES}, one for each host"
        yield Edit("tries", address.tries_line, words, NOTHING_TO_DO)
    if address.timeout and is_number(address.timeout):
        words = f"waits {address.timeout} s for an answer: becomes SMSC_TIMEOUT"
        yield Edit("timeout", address.timeout_line, words, TAKEN_OVER)
    elif address.timeout:
        write = (f"SMSC_TIMEOUT = {masked(address.timeout)}",)
        words = "waits as long for an answer as a variable says"
        yield Edit("timeout", address.timeout_line, words, NEEDS_A_LINE, write)


def _formats(reading: Reading) -> Iterator[Edit]:
    count = len(reading.behaviour.formats)
    expected = FORMATS.get((reading.edition.version, reading.edition.build), count)
    if count != expected:
        words = f"{count} formats where this edition has {expected}; ours has them all"
        yield Edit("formats", reading.anatomy.cls.lineno, words, NOTHING_TO_DO)


def _additions(reading: Reading) -> Iterator[Edit]:
    for addition in reading.additions:
        if addition.names == ("__init__",) and addition.obstacle:
            continue  # told with the account
        if addition.obstacle:
            words = f"{addition.words}: cannot be carried over, {addition.obstacle}"
            name = "method" if addition.place == IN_CLASS else "name"
            write = (f"the same in a module of your own, without this {name}",)
            yield Edit("addition", addition.line, words, NEEDS_A_LINE, write)
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
    changed = [
        function
        for name, function in vendors_methods(reading.anatomy)
        if name not in explained
        and not is_vendors(name, function, reading.anatomy)
        # an early build of 1.7 catches no errors, which is told with the edition
        and (name != SENDING or reading.behaviour.catches)
    ]
    if changed:
        names = ", ".join(function.name for function in changed)
        words = f"{names}: changed in a way that this command cannot name"
        write = (f"smsc compare {plain_name(reading.anatomy.source.path)}  # shows if it matters",)
        yield Edit("other", changed[0].lineno, words, NEEDS_A_LINE, write)


def _explained(reading: Reading, named: List[Edit]) -> FrozenSet[str]:
    """Give the methods of which it is told already why they are not the vendor's."""
    telling = {"signature", "result", "phones"}
    lines: Dict[int, str] = {}
    explained = set()
    state = set(state_of_objects(reading.anatomy))
    for name, function in vendors_methods(reading.anatomy):
        last = function.end_lineno or function.lineno
        lines.update(dict.fromkeys(range(function.lineno, last + 1), name))
        attributes = (node for node in ast.walk(function) if isinstance(node, ast.Attribute))
        if any(node.attr in state and dotted(node.value) == "self" for node in attributes):
            explained.add(name)
    explained |= {lines.get(edit.line, "") for edit in named if edit.kind in telling}
    return frozenset(explained)

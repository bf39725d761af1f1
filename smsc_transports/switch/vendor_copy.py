"""A copy of the vendor's file, read without running it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import FrozenSet, Mapping, Optional, Tuple

from smsc_transports.switch.copies.account import read_at_calls
from smsc_transports.switch.copies.additions import names_added, read_additions
from smsc_transports.switch.copies.address import read_address
from smsc_transports.switch.copies.anatomy import Anatomy, find_anatomy, is_replacement
from smsc_transports.switch.copies.constants import Constant, read_constants
from smsc_transports.switch.copies.edit import NEEDS_A_LINE, Edit, Reading
from smsc_transports.switch.copies.editions import Edition, read_behaviour, remarks, tell_edition
from smsc_transports.switch.copies.edits import read_edits
from smsc_transports.switch.copies.results import Result, read_results
from smsc_transports.switch.files.source import Problem, Source, read_source
from smsc_transports.switch.files.syntax import defaults


@dataclass(frozen=True)
class VendorCopy:
    """What a copy is and what its owner changed.

    ``domain`` is the gateway's that it was made for, such as "smsc.ru", "" if it names none.
    ``constants`` holds those that the copy binds; one is never shown with a secret in it.
    ``untouched`` is True if nothing but constants was changed, for certain. ``remarks`` tell in
    what the edition itself differs from 2.0.
    """

    path: Path
    class_name: str
    edition: Edition
    domain: str
    constants: Mapping[str, Constant]
    edits: Tuple[Edit, ...]
    untouched: bool
    remarks: Tuple[str, ...]
    python2: Optional[Problem]
    reading: Reading = field(repr=False, compare=False)

    @property
    def source(self) -> Source:
        """The file."""
        return self.reading.anatomy.source

    @property
    def needing(self) -> Tuple[Edit, ...]:
        """The changes that our file does not take over."""
        return tuple(edit for edit in self.edits if edit.fate == NEEDS_A_LINE)

    @property
    def has_to_be_forced(self) -> bool:
        """Our file in its place would not do the same, or not at all."""
        return bool(self.needing or self.python2)

    @property
    def results(self) -> Mapping[str, Result]:
        """What the methods give in the place of the vendor's reply, by method."""
        return self.reading.results

    @property
    def parameters(self) -> Mapping[str, Tuple[str, ...]]:
        """The parameters of every method, the constructor among them."""
        methods = self.reading.anatomy.methods
        return {name: tuple(defaults(method)) for name, method in methods.items()}

    @property
    def names(self) -> FrozenSet[str]:
        """The names that the copy has beyond the vendor's."""
        return names_added(self.reading.additions)


def read_vendor_copy(path: Path) -> Optional[VendorCopy]:
    """Read a copy of the vendor's file; None if the file is something else, ours included.

    Raises:
        Unreadable: it cannot be opened, decoded or parsed.
    """
    return vendor_copy_of(read_source(path))


def vendor_copy_of(source: Source) -> Optional[VendorCopy]:
    """Tell what copy a source is, None if none."""
    if is_replacement(source):
        return None
    anatomy = find_anatomy(source)
    return None if anatomy is None else _copy(anatomy)


def _copy(anatomy: Anatomy) -> VendorCopy:
    constants = read_constants(anatomy.source, anatomy.cls)
    address = read_address(anatomy, constants.get("SMTP_SERVER"))
    behaviour = read_behaviour(anatomy)
    edition = tell_edition(anatomy, behaviour)
    at_calls = read_at_calls(anatomy)
    reading = Reading(
        anatomy=anatomy,
        constants=constants,
        read_at_calls=at_calls,
        address=address,
        behaviour=behaviour,
        edition=edition,
        results=read_results(anatomy),
        additions=read_additions(anatomy, {**at_calls, **constants}),
    )
    edits = read_edits(reading)
    return VendorCopy(
        path=anatomy.source.path,
        class_name=anatomy.cls.name,
        edition=edition,
        domain=address.domain,
        constants=constants,
        edits=edits,
        untouched=all(edit.kind == "constant" for edit in edits) and edition.version != "1.0",
        remarks=tuple(remarks(edition, behaviour)),
        python2=anatomy.source.python2,
        reading=reading,
    )

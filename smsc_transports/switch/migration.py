"""Composes the replacement of a copy: our file with everything taken over that its owner changed.

The text is composed twice, as it is written and as it may be shown, where secrets are masked.
"""

from __future__ import annotations

import ast
import difflib
import textwrap
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

from smsc_transports.switch.copies.account import taken_from_calls
from smsc_transports.switch.copies.additions import (
    HEAD,
    IN_CLASS,
    MIDDLE,
    TAIL,
    Addition,
    obstacle_of_constant,
)
from smsc_transports.switch.copies.address import is_number
from smsc_transports.switch.copies.constants import (
    DEFAULTS,
    LITERAL,
    SECRETS,
    Constant,
    plain_assignment,
)
from smsc_transports.switch.copies.method_edits import SIGNATURES, changed_defaults
from smsc_transports.switch.files.masking import masked
from smsc_transports.switch.files.source import Source
from smsc_transports.switch.files.syntax import FUNCTIONS, defaults, methods
from smsc_transports.switch.replacement import NEW_SETTINGS, PUBLIC, shipped
from smsc_transports.switch.vendor_copy import VendorCopy
from smsc_transports.values.settings import DEFAULT_HOST

_HEADING = "# Taken over from the file that stood here before."
_UTF8 = ("utf-8", "utf-8-sig", "ascii")


class Piece(NamedTuple):
    """A part of the new file: where it goes in ours, its text, and the text that may be shown."""

    start: int
    end: int
    code: str
    shown: str

    def as_shown(self) -> Piece:
        """Give the piece as it may be shown."""
        return self._replace(code=self.shown)


@dataclass(frozen=True)
class Plan:
    """The replacement of one copy.

    ``content`` is the new file, in ``encoding``; ``diff`` compares it with our file as it is
    installed, without secrets.
    """

    copy: VendorCopy
    content: bytes = field(repr=False)
    encoding: str
    diff: str


def plan(copy: VendorCopy) -> Plan:
    """Compose the replacement of a copy.

    Raises:
        NotInstalled: our own file is not there.
    """
    ours = shipped()
    composer = _Composer(copy, ours)
    pieces = list(composer.pieces())
    text = _composed(ours.text, pieces)
    shown = _composed(ours.text, [piece.as_shown() for piece in pieces])
    installed = _composed(ours.text, list(composer.untouched()))
    ast.parse(text)
    encoding = _encoding(copy.source, text)
    head = "" if encoding in _UTF8 else f"# -*- coding: {encoding} -*-\n"
    if copy.source.text.startswith("#!") and not copy.python2:
        head = copy.source.text.split("\n")[0] + "\n" + head
    lines = (head + text).replace("\n", copy.source.newline)
    return Plan(copy, lines.encode(encoding), encoding, _diff(installed, shown))


def _composed(text: str, pieces: List[Piece]) -> str:
    parts: List[str] = []
    place = 0
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end)):
        parts += [text[place : piece.start], piece.code]
        place = piece.end
    return "".join([*parts, text[place:]])


def _encoding(source: Source, text: str) -> str:
    """Give the old file's encoding if it can hold the new text, else UTF-8."""
    try:
        text.encode(source.encoding)
    except UnicodeEncodeError:
        return "utf-8"
    return "utf-8" if source.encoding == "ascii" else source.encoding


def _diff(ours: str, new: str) -> str:
    lines = difflib.unified_diff(
        ours.split("\n"), new.split("\n"), "our file", "with what was yours", lineterm="", n=1
    )
    return "\n".join(lines)


class _Composer:
    """Finds the places of our file for what is taken over."""

    def __init__(self, copy: VendorCopy, ours: Source) -> None:
        self._copy = copy
        self._ours = ours
        self._starts = [0]
        for line in ours.text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._settings: Dict[str, ast.expr] = {}
        for statement in ours.tree.body:
            assigned = plain_assignment(statement)
            if assigned:
                self._settings[assigned[0]] = assigned[1]
        self._additions = [one for one in copy.reading.additions if not one.obstacle]

    def pieces(self) -> Iterator[Piece]:
        """Give all that differs from our file as it is installed."""
        yield from self._constants()
        yield from self._new_settings()
        yield from self._defaults()
        yield from self._block(HEAD, self._above_settings(), "", "\n")
        yield from self._block(MIDDLE, self._below_settings(), "\n", "")
        yield from self._end()

    def untouched(self) -> Iterator[Piece]:
        """Give our file's own defaults: what is installed may have been edited too."""
        for name, default in {**DEFAULTS, **NEW_SETTINGS}.items():
            yield self._value(name, default, default)

    def _constants(self) -> Iterator[Piece]:
        given: Dict[str, Constant] = {one.name: one for one in taken_from_calls(self._copy.reading)}
        given.update(self._copy.constants)
        additions = self._copy.reading.additions
        for name, default in DEFAULTS.items():
            constant = given.get(name)
            if constant is not None and obstacle_of_constant(constant, additions):
                constant = None
            if constant is not None and constant.code:
                plain = constant.origin == LITERAL and name not in SECRETS
                shown = constant.code if plain else masked(constant.code)
                yield self._value(name, constant.code, shown)
            elif self._comes_from_above(constant):
                yield self._without(name)
            else:
                yield self._value(name, default, default)

    def _comes_from_above(self, constant: Optional[Constant]) -> bool:
        """Tell a constant that an import or several lines above the settings bind."""
        above = [one.line for one in self._additions if one.place == HEAD]
        return constant is not None and constant.line in above

    def _new_settings(self) -> Iterator[Piece]:
        address = self._copy.reading.address
        settings = dict(NEW_SETTINGS)
        if address.setting and address.setting != DEFAULT_HOST:
            settings["SMSC_HOST"] = f'"{address.setting}"'
        if is_number(address.timeout):
            settings["SMSC_TIMEOUT"] = address.timeout
        for name, code in settings.items():
            yield self._value(name, code, code)

    def _value(self, name: str, code: str, shown: str) -> Piece:
        start, end = self._span(self._settings[name])
        return Piece(start, end, code, shown)

    def _without(self, name: str) -> Piece:
        line = self._settings[name].lineno
        start, end = self._starts[line - 1], self._starts[line] - 1
        text = f"# {name} comes from above"
        return Piece(start, end, text, text)

    def _defaults(self) -> Iterator[Piece]:
        theirs = self._copy.reading.anatomy.methods
        for node in self._ours.tree.body:
            if isinstance(node, ast.ClassDef):
                for name, ours in methods(node).items():
                    if name not in SIGNATURES or name not in theirs:
                        continue
                    for parameter, default in changed_defaults(name, theirs[name]):
                        code = self._copy.source.segment(default)
                        own = defaults(ours)[parameter]
                        if own is not None:
                            yield Piece(*self._span(own), code, code)

    def _block(self, place: str, offset: int, before: str, after: str) -> Iterator[Piece]:
        found = [one for one in self._additions if one.place == place]
        if found:
            yield self._added(offset, found, before, after)

    def _end(self) -> Iterator[Piece]:
        members = [one for one in self._additions if one.place == IN_CLASS]
        end = len(self._ours.text)
        if members:
            head = f"\n\n{_HEADING}\nclass SMSC(SMSC):\n"
            code = head + "\n\n".join(one.code for one in members) + "\n"
            shown = head + "\n\n".join(_shown(one) for one in members) + "\n"
            yield Piece(end, end, code, shown)
        yield from self._block(TAIL, end, "\n\n", "")
        text = self._names()
        if text:
            yield Piece(end, end, text, text)

    def _names(self) -> str:
        """Give the lines that let a star import give what the old file's gave."""
        alias = self._copy.class_name
        names = [name for one in self._additions if one.place != IN_CLASS for name in one.names]
        public = [name for name in names if name[:1] not in ("_", "*") and name not in PUBLIC]
        lines = ""
        if alias != "SMSC":
            lines += f"\n{alias} = SMSC\n"
            public.append(alias)
        if public and "__all__" not in names:
            listed = ", ".join(f'"{name}"' for name in sorted(set(public)))
            lines += f"\n__all__ += [{listed}]\n"
        return lines

    def _added(self, offset: int, found: List[Addition], before: str, after: str) -> Piece:
        code = "\n".join([_HEADING, *(_spaced(one, one.code) for one in found)])
        shown = "\n".join([_HEADING, *(_spaced(one, _shown(one)) for one in found)])
        return Piece(offset, offset, f"{before}{code}\n{after}", f"{before}{shown}\n{after}")

    def _above_settings(self) -> int:
        """Give where the settings begin, with the comment above the first."""
        lines = self._ours.text.split("\n")
        line = self._settings["SMSC_LOGIN"].lineno - 1
        while lines[line - 1].startswith("#"):
            line -= 1
        return self._starts[line]

    def _below_settings(self) -> int:
        return self._starts[self._settings["SMSC_DEADLINE"].lineno]

    def _span(self, node: ast.expr) -> Tuple[int, int]:
        line = self._ours.text.split("\n")[node.lineno - 1]
        first = len(line.encode("utf-8")[: node.col_offset].decode("utf-8"))
        start = self._starts[node.lineno - 1] + first
        return start, start + len(self._ours.segment(node))


def _shown(addition: Addition) -> str:
    if addition.place != IN_CLASS:
        return masked(addition.code)
    return textwrap.indent(masked(textwrap.dedent(addition.code)), "    ")


def _spaced(addition: Addition, code: str) -> str:
    """Set a definition off from what stands above it."""
    first = ast.parse(addition.code).body[0] if addition.place != IN_CLASS else None
    return f"\n\n{code}\n" if isinstance(first, (*FUNCTIONS, ast.ClassDef)) else code

"""Composes the text of our file with everything carried over from a copy.

Our file is taken as it is installed. Settings are written into their lines, what the owner added
is put before and after the class, and an expression that the copy reads at each call is put where
our methods read their settings, so that ours reads it at each call too.
"""

from __future__ import annotations

import ast
import difflib
import re
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Mapping, NamedTuple, Tuple

from smsc_transports.switching.fingerprints import MAILING, SENDING
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.literals import masked_text
from smsc_transports.switching.reading import VENDORS, Copy, shipped
from smsc_transports.switching.sources import (
    FUNCTIONS,
    Function,
    Source,
    bound_names,
    plain_assignment,
)

_HEADING = "# Carried over from the file that stood here before."
_READ_BY = {"_charset": "SMSC_CHARSET", "_debug": "SMSC_DEBUG"}  # functions of our file


class CannotMigrate(ValueError):
    """Something is refused; the message says how much and where."""


class Piece(NamedTuple):
    """A part of the new text: where it goes in our file, and what it is."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Migration:
    """The new file: its text, and what differs from our file as installed, secrets masked."""

    text: str = field(repr=False)
    diff: str = ""


def migrated_text(copy: Copy, force: bool = False) -> str:
    """Give the text of our file with everything carried over.

    Raises:
        CannotMigrate: something is refused, and ``force`` is False; or our file is not such that
            what is read at each call can be put in.
    """
    return migration_of(copy, force).text


def migration_of(copy: Copy, force: bool = False) -> Migration:
    """Compose the new file and its diff; raises as ``migrated_text``."""
    if copy.kind != VENDORS:
        raise CannotMigrate(f"{copy.path} is no copy of the vendor's file")
    if copy.refusals and not force:
        raise CannotMigrate(f"{copy.path} has changes that our file does not take over")
    ours = shipped()
    text = _Composer(copy, ours).composed()
    ast.parse(text)
    lines = difflib.unified_diff(
        masked_text(ours.text).split("\n"),
        masked_text(text).split("\n"),
        "our file",
        "with what was yours",
        lineterm="",
        n=0,
    )
    diff = "\n".join(re.sub(r"^@@ .*", "@@", line) for line in lines)
    if copy.source.text.startswith("#!"):
        text = copy.source.text.split("\n")[0] + "\n" + text
    return Migration(text, diff)


class _Composer:
    """Finds the places in our file, and what goes there."""

    def __init__(self, copy: Copy, ours: Source) -> None:
        self._copy = copy
        self._ours = ours
        self._lines = ours.text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._class = next(one for one in ours.tree.body if isinstance(one, ast.ClassDef))
        self._values: Dict[str, ast.expr] = {}
        for statement in ours.tree.body:
            assigned = plain_assignment(statement)
            if assigned:
                self._values.setdefault(*assigned)

    def composed(self) -> str:
        """Give the whole text."""
        pieces = [*self._settings(), *self._read_at_calls(), *self._defaults(), *self._blocks()]
        parts: List[str] = []
        place = 0
        for piece in sorted(pieces, key=lambda one: (one.start, one.end)):
            parts += [self._ours.text[place : piece.start], piece.text]
            place = piece.end
        return "".join([*parts, self._ours.text[place:]])

    def _settings(self) -> Iterator[Piece]:
        copy = self._copy
        bound = {name for one in copy.module.carried for name in bound_names(one)}
        for name, default in DEFAULTS.items():
            literal = copy.module.literals.get(name)
            if name in copy.settings:
                yield self._value(name, copy.settings[name])
            elif literal is not None:
                yield self._value(name, copy.source.segment(literal))
            elif name in bound:
                start = self._starts[self._values[name].lineno - 1]
                end = self._starts[self._values[name].lineno] - 1
                yield Piece(start, end, f"# {name} is set below, as it was")
            else:
                yield self._value(name, repr(default).replace("'", '"'))
        if copy.host and copy.host != "smsc.ua":
            yield self._value("SMSC_HOST", f'"{copy.host}"')

    def _value(self, name: str, text: str) -> Piece:
        if "\n" in text:
            text = f"({text})"  # the parentheses around a value are no part of it
        return Piece(*self._span(self._values[name]), text)

    def _read_at_calls(self) -> Iterator[Piece]:
        """Put in what the copy reads at each call, where our methods read their settings."""
        overrides = self._copy.overrides
        methods = {one.name: one for one in self._class.body if isinstance(one, FUNCTIONS)}
        for name, method in methods.items():
            own = dict(overrides.get(name, {}))
            if name != MAILING and "SMSC_CHARSET" in overrides.get(SENDING, {}):
                # Ours encodes the text before it sends, and needs the charset for that.
                own.setdefault("SMSC_CHARSET", overrides[SENDING]["SMSC_CHARSET"])
            yield from self._reads_in(method, own)
        for name in (SENDING, MAILING):
            given = overrides.get(name, {})
            if given:
                yield self._globals_in(methods[name], given)

    def _reads_in(self, method: Function, given: Mapping[str, str]) -> Iterator[Piece]:
        for node in ast.walk(method):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = _READ_BY.get(node.func.id, "")
                if name in given:
                    yield Piece(*self._span(node), f"({given[name]})")

    def _globals_in(self, method: Function, given: Mapping[str, str]) -> Piece:
        calls = [
            node
            for node in ast.walk(method)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "globals"
        ]
        if len(calls) != 1:
            raise CannotMigrate(
                f"what {method.name} reads at each call cannot be put into this version of our "
                f"file: set {', '.join(given)} at the top of the copy, and migrate again"
            )
        entries = "".join(f', "{name}": {text}' for name, text in given.items())
        return Piece(*self._span(calls[0]), f"{{**globals(){entries}}}")

    def _defaults(self) -> Iterator[Piece]:
        for method in self._class.body:
            given = self._copy.defaults.get(getattr(method, "name", ""), {})
            if given and isinstance(method, FUNCTIONS):
                arguments = method.args.args
                pairs = zip(reversed(arguments), reversed(method.args.defaults))
                for argument, node in pairs:
                    if argument.arg in given:
                        yield Piece(*self._span(node), given[argument.arg])

    def _blocks(self) -> Iterator[Piece]:
        copy = self._copy
        source = copy.source
        head = [source.segment(one) for one in copy.module.head]
        if copy.formats:
            if "_FORMAT_FLAGS" not in self._ours.text:
                raise CannotMigrate("another list of formats cannot be put into our file")
            head.append(f"_FORMAT_FLAGS = {list(copy.formats)!r}")
        if head:
            start = self._starts[self._class.lineno - 1]
            yield Piece(start, start, "\n".join([_HEADING, *head]) + "\n\n\n")
        end = len(self._ours.text)
        tail = ""
        if copy.module.members:
            members = "\n\n".join(self._member(one) for one in copy.module.members)
            tail += f"\n\n{_HEADING}\nclass SMSC(SMSC):  # type: ignore[no-redef]\n{members}\n"
        if copy.class_name != "SMSC":
            tail += f"\n\n{copy.class_name} = SMSC\n"
        if copy.module.tail:
            statements = "\n".join(source.segment(one) for one in copy.module.tail)
            tail += f"\n\n{_HEADING}\n{statements}\n"
        yield Piece(end, end, tail + self._exports())

    def _member(self, member: ast.stmt) -> str:
        decorators = getattr(member, "decorator_list", [])
        first = decorators[0].lineno if decorators else member.lineno
        lines = self._copy.source.text.split("\n")
        return "\n".join(lines[first - 1 : getattr(member, "end_lineno", first)])

    def _exports(self) -> str:
        """Let a star import give what it gave, no name less and no name more."""
        listed = self._values.get("__all__")
        usual = list(ast.literal_eval(listed)) if listed is not None else []
        wanted = self._copy.module.exported
        if set(wanted) == set(usual):
            return ""
        names = ", ".join(f'"{name}"' for name in sorted(wanted))
        if self._copy.module.surely and set(wanted) > set(usual):
            more = ", ".join(f'"{name}"' for name in sorted(set(wanted) - set(usual)))
            return f"\n__all__ += [{more}]\n"
        if self._copy.module.surely:
            return f"\n__all__ = [{names}]\n"
        return f"\n__all__ = [name for name in [{names}] if name in globals()]\n"

    def _span(self, node: ast.expr) -> Tuple[int, int]:
        return self._offset(node.lineno, node.col_offset), self._offset(
            node.end_lineno or node.lineno, node.end_col_offset or 0
        )

    def _offset(self, line: int, column: int) -> int:
        text = self._lines[line - 1]
        return self._starts[line - 1] + len(text.encode("utf-8")[:column].decode("utf-8"))

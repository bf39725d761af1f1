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
from typing import Dict, Iterator, List, Mapping, NamedTuple

from smsc_transports.switching.copies import VENDORS, Copy, shipped
from smsc_transports.switching.fingerprints import MAILING, SENDING, methods_of
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.masking import masked, visible
from smsc_transports.switching.sources import (
    FUNCTIONS,
    Function,
    Source,
    bound_names,
    parse_source,
    plain_assignment,
)

_HEADING = "# Carried over from the file that stood here before."
_READ_BY = {"_charset": "SMSC_CHARSET", "_debug": "SMSC_DEBUG"}  # functions of our file
_ALWAYS_BINDS = (ast.Import, ast.ImportFrom, ast.Assign, ast.AugAssign, ast.ClassDef, *FUNCTIONS)


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
    lines = difflib.unified_diff(
        masked(ours).split("\n"),
        masked(parse_source(copy.path, text.encode("utf-8"))).split("\n"),
        "our file",
        "with what was yours",
        lineterm="",
        n=0,
    )
    diff = "\n".join(visible(re.sub(r"^@@ .*", "@@", line)) for line in lines)
    if copy.source.text.startswith("#!"):
        # What it may declare as its encoding is not that of our file.
        text = re.sub(r"(coding[:=]\s*)[-\w.]+", r"\1utf-8", copy.source.lines[0]) + "\n" + text
    return Migration(text, diff)


class _Composer:
    """Finds the places in our file, and what goes there."""

    def __init__(self, copy: Copy, ours: Source) -> None:
        self._copy = copy
        self._ours = ours
        self._class = next(one for one in ours.tree.body if isinstance(one, ast.ClassDef))
        self._methods = methods_of(self._class)
        self._values: Dict[str, ast.expr] = {}
        for statement in ours.tree.body:
            name, value = plain_assignment(statement) or ("", None)
            if value is not None:
                self._values.setdefault(name, value)

    def composed(self) -> str:
        """Give the whole text."""
        pieces = [*self._settings(), *self._read_at_calls(), *self._defaults(), *self._blocks()]
        parts: List[str] = []
        place = 0
        for piece in sorted(pieces):
            parts += [self._ours.text[place : piece.start], piece.text]
            place = piece.end
        return "".join([*parts, self._ours.text[place:]])

    def _settings(self) -> Iterator[Piece]:
        copy, starts = self._copy, self._ours.starts
        bound = copy.module.bound()
        for name, default in DEFAULTS.items():
            line = self._values[name].lineno
            literal = copy.module.literals.get(name)
            if name == "SMSC_HTTPS" and copy.sending.https is not None:
                yield self._value(name, repr(copy.sending.https))
            elif literal is not None:
                yield self._value(name, copy.source.segment(literal))
            elif name in bound:
                yield Piece(starts[line - 1], starts[line] - 1, f"# {name} is set below, as it was")
            else:
                yield self._value(name, repr(default).replace("'", '"'))
        if copy.host and copy.host != "smsc.ua":
            yield self._value("SMSC_HOST", f'"{copy.host}"')

    def _value(self, name: str, text: str) -> Piece:
        # The parentheses around a value are no part of it.
        return self._instead_of(self._values[name], f"({text})" if "\n" in text else text)

    def _instead_of(self, node: ast.expr, text: str) -> Piece:
        return Piece(*self._ours.span(node), text)

    def _read_at_calls(self) -> Iterator[Piece]:
        """Put in what the copy reads at each call, where our methods read their settings."""
        overrides = self._copy.overrides
        for name, method in self._methods.items():
            own = dict(overrides.get(name, {}))
            if name != MAILING and "SMSC_CHARSET" in overrides.get(SENDING, {}):
                # Ours encodes the text before it sends, and needs the charset for that.
                own.setdefault("SMSC_CHARSET", overrides[SENDING]["SMSC_CHARSET"])
            for node in _calls(method):
                setting = _READ_BY.get(getattr(node.func, "id", ""), "")
                if setting in own:
                    yield self._instead_of(node, f"({own[setting]})")
            if name in (SENDING, MAILING) and overrides.get(name):
                yield self._globals_in(method, overrides[name])

    def _globals_in(self, method: Function, given: Mapping[str, str]) -> Piece:
        calls = [node for node in _calls(method) if getattr(node.func, "id", "") == "globals"]
        if len(calls) != 1:
            raise CannotMigrate(
                f"what {method.name} reads at each call cannot be put into this version of our "
                f"file: set {', '.join(given)} at the top of the copy, and migrate again"
            )
        if {"SMTP_LOGIN", "SMTP_PASSWORD"} <= set(given):  # the copy asks for it after the login
            guarded = f"({given['SMTP_LOGIN']}) and ({given['SMTP_PASSWORD']})"
            given = {**given, "SMTP_PASSWORD": guarded}
        entries = "".join(f', "{name}": {text}' for name, text in given.items())
        return self._instead_of(calls[0], f"{{**globals(){entries}}}")

    def _defaults(self) -> Iterator[Piece]:
        for name, given in self._copy.defaults.items():
            arguments = self._methods[name].args
            pairs = zip(reversed(arguments.args), reversed(arguments.defaults))
            for argument, node in pairs:
                if argument.arg in given:
                    yield self._instead_of(node, given[argument.arg])

    def _blocks(self) -> Iterator[Piece]:
        copy = self._copy
        source = copy.source
        head = [source.segment(one) for one in copy.module.head]
        if copy.formats:
            head.append(f"_FORMAT_FLAGS = {list(copy.formats)!r}")
        if head:
            start = self._ours.starts[self._class.lineno - 1]
            yield Piece(start, start, "\n".join([_HEADING, *head]) + "\n\n\n")
        tail = ""
        if copy.module.members:
            members = "\n\n".join(map(source.whole_lines, copy.module.members))
            tail += f"\n\n{_HEADING}\nclass SMSC(SMSC):  # type: ignore[no-redef]\n{members}\n"
        if copy.class_name != "SMSC":
            tail += f"\n\n{copy.class_name} = SMSC\n"
        if copy.module.tail:
            statements = "\n".join(source.segment(one) for one in copy.module.tail)
            tail += f"\n\n{_HEADING}\n{statements}\n"
        end = len(self._ours.text)
        yield Piece(end, end, tail + self._exports())

    def _exports(self) -> str:
        """Let a star import give what it gave, no name less and no name more."""
        usual = set(ast.literal_eval(self._values["__all__"]))
        wanted = set(self._copy.module.exported)
        if wanted == usual:
            return ""
        more = wanted > usual
        names = ", ".join(f'"{name}"' for name in sorted(wanted - usual if more else wanted))
        listed = f"[{names}]"
        carried = self._copy.module.carried
        if any(bound_names(one) and not isinstance(one, _ALWAYS_BINDS) for one in carried):
            listed = f"[name for name in {listed} if name in globals()]"
        return f"\n__all__ {'+=' if more else '='} {listed}\n"


def _calls(method: Function) -> List[ast.Call]:
    return [node for node in ast.walk(method) if isinstance(node, ast.Call)]

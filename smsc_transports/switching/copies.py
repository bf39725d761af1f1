"""A copy of the vendor's file as it was read: what is taken over from it, and what is refused."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional, Set, Tuple

from smsc_transports.switching.environment import look_ups
from smsc_transports.switching.fingerprints import MAILING, SENDING, Comparison, Slots
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.masking import masked
from smsc_transports.switching.module_level import ModuleLevel
from smsc_transports.switching.sources import Node, Source, line_numbers, read_source

OURS, VENDORS, OTHER = "ours", "vendor's", "other"
SHIPPED = Path(__file__).parents[2] / "smsc_api.py"
"""Our file as it was installed, beside the package."""

AT_IMPORT, AT_EACH_CALL, IN_SIGNATURE = "at import", "at each call", "in a signature"


@dataclass(frozen=True)
class Takeover:
    """Something of the owner's that our file gets too.

    ``name`` is the setting, or what else it is; ``text`` is its source, which may hold a secret;
    ``shown`` is the same with secrets masked. ``when`` says when the copy reads it, and so ours.
    """

    name: str
    text: str = field(repr=False)
    line: int
    shown: str
    when: str = AT_IMPORT
    needs_environment: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Something that is not taken over: where it stands, its lines, and what to write."""

    method: str
    line: int
    lines: Tuple[str, ...]
    why: str
    write: str


@dataclass
class Copy:
    """A file as it was read.

    ``kind`` is "ours", "vendor's" (a copy of the vendor's file) or "other". The rest is filled for
    a copy only. ``compared`` are its methods beside the vendor's; ``overrides`` are expressions
    that it reads at each call, by method and setting; ``defaults`` are by method and parameter;
    ``host`` is the SMSC_HOST, None if refused.
    """

    path: Path
    kind: str
    source: Source = field(repr=False)
    edition: str = "unknown"
    class_name: str = ""
    takeovers: List[Takeover] = field(default_factory=list)
    refusals: List[Refusal] = field(default_factory=list)
    notes: List[str] = field(default_factory=list)
    compared: Dict[str, Comparison] = field(default_factory=dict, repr=False)
    host: Optional[str] = None
    formats: Tuple[str, ...] = ()
    overrides: Dict[str, Dict[str, str]] = field(default_factory=dict, repr=False)
    defaults: Dict[str, Dict[str, str]] = field(default_factory=dict, repr=False)
    module: ModuleLevel = field(default_factory=ModuleLevel, repr=False)

    def refuse(self, method: str, node: ast.AST, why: str, write: str, last: int = 0) -> None:
        """Refuse a statement, with its lines, or with all lines up to ``last``."""
        first, starts = line_numbers(node)[0], self.source.starts
        end = starts[last or last_line(node)] - 1
        shown = masked(self.source, starts[first - 1], end, wary=True)
        lines = tuple(line.strip() for line in shown.split("\n") if line.strip())
        self.refusals.append(Refusal(method, first, lines, why, write))

    def take(self, name: str, node: Node, when: str = AT_IMPORT) -> str:
        """Take an expression or a statement over, once; its text."""
        text = self.source.segment(node)
        if not any((one.name, one.text, one.when) == (name, text, when) for one in self.takeovers):
            shown = masked(self.source, *self.source.span(node))
            names = tuple(dict.fromkeys(one.name for one in look_ups(node)))
            self.takeovers.append(Takeover(name, text, node.lineno, shown, when, names))
        return text

    @property
    def sending(self) -> Slots:
        """What the sending method has of its own: hosts, protocol, tries."""
        return self.compared[SENDING].slots if SENDING in self.compared else Slots()

    @property
    def domain(self) -> str:
        """The first host that the copy asks."""
        return self.sending.hosts.get(":// /sys/", "")

    @property
    def needs_environment(self) -> Tuple[str, ...]:
        """The names of the environment variables that the copy reads."""
        return tuple(dict.fromkeys(n for one in self.takeovers for n in one.needs_environment))

    @property
    def names(self) -> Set[str]:
        """Every name that the copy, as our file replaces it, has at module level."""
        return self.module.bound() | set(self.module.exported) | set(DEFAULTS)

    @property
    def reads_object(self) -> Set[str]:
        """The attributes of the object that are settings in this copy, and in ours then."""
        texts = [text for method in self.overrides.values() for text in method.values()]
        return {text[len("self.") :] for text in texts if text.startswith("self.")}

    @property
    def fallbacks(self) -> List[Tuple[str, object]]:
        """The settings that are not taken over, with the defaults that they fall back to."""
        given = {*self.module.literals, *self.module.bound()}
        given |= {"SMSC_HTTPS"} if self.sending.https is not None else set()
        given = given.union(*(self.overrides.get(method, ()) for method in (SENDING, MAILING)))
        missing = [(name, value) for name, value in DEFAULTS.items() if name not in given]
        if any(one.method == SENDING for one in self.refusals):
            missing.append(("SMSC_HOST", f"{self.host or 'smsc.ua'}, with its mirrors: five tries"))
        return missing


@functools.lru_cache(maxsize=1)
def shipped() -> Source:
    """Read our own file as it was installed; raises UnreadableFile."""
    return read_source(SHIPPED)


def last_line(node: ast.AST) -> int:
    """Give the last line of a statement, of a compound one that of its head."""
    first, last = line_numbers(node)
    body = getattr(node, "body", None)
    return max(first, body[0].lineno - 1) if isinstance(body, list) else last

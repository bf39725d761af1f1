"""A copy of the vendor's file as it was read: what is taken over from it, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping, Optional, Set, Tuple

from smsc_transports.switching.fingerprints import MAILING, SENDING
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.module_level import ModuleLevel
from smsc_transports.switching.sources import Source, read_source

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


@dataclass(frozen=True)
class Copy:
    """A file as it was read.

    ``kind`` is "ours", "vendor's" (a copy of the vendor's file) or "other". The rest is filled for
    a copy only. ``overrides`` are expressions that the copy reads at each call, by method and
    setting; ``https`` is the protocol if it is typed into the URL; ``defaults`` are by method and
    parameter; ``host`` is the SMSC_HOST, None if refused.
    """

    path: Path
    kind: str
    source: Source = field(repr=False)
    edition: str = ""
    class_name: str = ""
    domain: str = ""
    takeovers: Tuple[Takeover, ...] = ()
    refusals: Tuple[Refusal, ...] = ()
    notes: Tuple[str, ...] = ()
    methods: Tuple[str, ...] = ()
    host: Optional[str] = None
    https: Optional[bool] = None
    formats: Tuple[str, ...] = ()
    overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    module: ModuleLevel = field(default_factory=ModuleLevel, repr=False)

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
    def fallbacks(self) -> Tuple[Tuple[str, object], ...]:
        """The settings that are not taken over, with the defaults that they fall back to."""
        given = {*self.module.literals, *self.module.bound()}
        given |= {"SMSC_HTTPS"} if self.https is not None else set()
        given |= set(self.overrides.get(SENDING, ())) | set(self.overrides.get(MAILING, ()))
        missing = [(name, value) for name, value in DEFAULTS.items() if name not in given]
        if any(one.method == SENDING for one in self.refusals):
            missing.append(("SMSC_HOST", f"{self.host or 'smsc.ua'}, with its mirrors: five tries"))
        return tuple(missing)


def shipped() -> Source:
    """Read our own file as it was installed.

    Raises:
        UnreadableFile: it is not there.
    """
    return read_source(SHIPPED)

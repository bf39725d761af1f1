"""What a comparison found: counts, reasons, and the cases that nothing explains."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Dict, Iterator, List, Set

from smsc_transports.compare.comparison import Comparison, Part
from smsc_transports.compare.edits import EDITS
from smsc_transports.compare.faults import SIDES, Row
from smsc_transports.compare.own_settings import SECRETS
from smsc_transports.compare.profile import VENDOR_HOSTS, Changed, Profile
from smsc_transports.compare.program import Fields
from smsc_transports.compare.recorded.differences import RULES
from smsc_transports.compare.replay import DOMAIN, ONLY_IN_THE_SHIM
from smsc_transports.compare.verdict import EDITED, NUMBERED, SAME, UNEXPLAINED, Verdict
from smsc_transports.reporting.redaction import redact_values

KINDS = (SAME, NUMBERED, EDITED, UNEXPLAINED)
_OF_THE_TEST = frozenset(("login", "password", "the-api-key", "mailer", "mail password"))


class Report:
    """Collects verdicts and rows, and gives them as values that JSON can hold.

    No text of it holds a secret of the copy.
    """

    def __init__(self, comparison: Comparison) -> None:
        self.parts: Dict[str, Counter[str]] = {}
        self.numbered: Counter[str] = Counter()
        self.edits: Counter[str] = Counter()
        self.details: Dict[str, Set[str]] = defaultdict(set)
        self.unexplained: List[Verdict] = []
        self.rows: List[Row] = []
        self._comparison = comparison
        self._secrets = _secrets(comparison)

    def add(self, part: Part, verdict: Verdict) -> None:
        """Count a verdict."""
        self.parts.setdefault(part.title, Counter())[verdict.kind] += 1
        if verdict.kind == NUMBERED:
            self.numbered[verdict.number] += 1
        for edit, detail in verdict.edits.items():
            self.edits[edit] += 1
            self.details[edit].add(detail)
        if verdict.kind == UNEXPLAINED:
            self.unexplained.append(verdict)

    def add_row(self, row: Row) -> Row:
        """Keep a row of the table of faults, and give it as it may be shown."""
        shown = tuple(each._replace(told=self.mask(each.told)) for each in row.outcomes)
        self.rows.append(row._replace(outcomes=shown))
        return self.rows[-1]

    def mask(self, text: str) -> str:
        """Hide the secrets of the copy and of the environment."""
        return redact_values(text, self._secrets)

    def edit_line(self, name: str) -> str:
        """Say what an edit is."""
        details = sorted(self.details[name] - {""}, key=lambda text: (len(text), text))
        profile = self._comparison.profile
        asked = _hosts(profile.hosts, profile)
        line = EDITS[name].line.format(
            hosts=", ".join(asked) + (" and so on" if len(profile.hosts) > len(asked) else ""),
            vendors=", ".join(_hosts(VENDOR_HOSTS, profile)),
            # A domain alone means its mirrors too; with a port it means itself.
            setting=",".join(asked) if len(asked) > 1 else f"{asked[0]}:80",
            changed=", ".join(_changed(each) for each in profile.changed if not each.is_credential),
            details=", ".join(details),
        )
        return self.mask(line)

    def notes(self) -> List[str]:
        """Say what the reader must know about how the copy was run."""
        return [self.mask(note) for note in _notes(self._comparison)]

    def as_json(self) -> Dict[str, Any]:
        """Give everything, in the words of the text."""
        return {
            "file": str(self._comparison.path),
            "domain": self._comparison.profile.domain,
            "notes": self.notes(),
            "cases": {
                title: {kind: counts[kind] for kind in KINDS}
                for title, counts in self.parts.items()
            },
            "numbered": [
                {"number": number, "cases": count, "rule": RULES[number]}
                for number, count in self.by_number()
            ],
            "edited": [
                {"edit": name, "cases": count, "meaning": self.edit_line(name)}
                for name, count in self.edits.items()
            ],
            "unexplained": [self.describe(verdict) for verdict in self.unexplained],
            "faults": [
                {
                    "fault": row.scenario.what,
                    **{side: each._asdict() for side, each in zip(SIDES, row.outcomes)},
                }
                for row in self.rows
            ],
        }

    def by_number(self) -> List[Any]:
        """Give the numbered differences and their counts, in the order of the numbers."""
        return sorted(self.numbered.items(), key=lambda item: int(item[0][1:]))

    def describe(self, verdict: Verdict) -> Dict[str, Any]:
        """Give a case and where the two sides differ in it, as far as they do."""
        own, shim = dict(_flat(verdict.own)), dict(_flat(verdict.shim))
        differing = [key for key in {**own, **shim} if own.get(key) != shim.get(key)]
        given = verdict.case.describe()
        return {
            "case": verdict.case.name,
            "call": self.mask(given["call"]),
            "settings": given["settings"],
            "reason": verdict.number or ", ".join(verdict.edits),
            "differences": [
                {
                    "of": key,
                    "your copy": self.mask(own.get(key, "nothing")),
                    "shim": self.mask(shim.get(key, "nothing")),
                }
                for key in differing
            ],
        }


def _secrets(comparison: Comparison) -> List[str]:
    own = [change.own for change in comparison.profile.changed if change.is_credential]
    found = [*comparison.loaded["secrets"], *(value for value in own if value)]
    return [text for text in found if text not in _OF_THE_TEST]


def _flat(observation: Fields) -> Iterator[Any]:
    """Give an observation as lines of text, each under a name."""
    for field, name in (("result", "returns"), ("raises", "raises"), ("stopped", "does not end")):
        if field in observation:
            yield name, _visible(repr(observation[field]))
    yield "prints", _visible(observation["printed"])
    for number, attempt in enumerate(observation["wire"], 1):
        yield f"request {number}", _visible(f"{attempt['to']} {attempt.get('sent', '')}".strip())
        for field in ("host", "type", "body", "commands", "data"):
            if field in attempt:
                value = attempt[field]
                text = " | ".join(value) if isinstance(value, list) else str(value)
                yield f"request {number}, {field}", _visible(text)


def _visible(text: str) -> str:
    """Write out what would not be seen, or would steer a terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _hosts(hosts: Any, profile: Profile) -> List[str]:
    """Give hosts under the copy's own domain; of an endless row the first ones."""
    return [host.replace(DOMAIN, profile.domain) for host in hosts[:10]]


def _changed(change: Changed) -> str:
    own = "no " + change.name if change.own is None else f"{change.name}={change.own}"
    if change.vendors is None:
        return f"{own} (the vendor's file does not)"
    return f"{own} (the vendor's file {change.name}={change.vendors})"


def _notes(comparison: Comparison) -> Iterator[str]:
    profile, loaded = comparison.profile, comparison.loaded
    if profile.domain != DOMAIN:
        yield (
            f"It is a copy for {profile.domain}. The shim is given SMSC_HOST = "
            f"{profile.domain!r}; with that the domain is no difference."
        )
    edited = comparison.edited_settings()
    if edited:
        shown = ", ".join(f"{name} = {value!r}" for name, value in edited.items())
        yield f"Its settings, which the shim is given too: {shown}."
    if loaded["stand_ins"]:
        yield (
            f"Not found here, so a stand-in took its place: {', '.join(loaded['stand_ins'])}. "
            "What the copy does with it was not compared."
        )
    unknown = [name for name in loaded["unknown"] if name not in SECRETS]
    if unknown:
        yield f"Unknown for that reason, so the vendor's value was used: {', '.join(unknown)}."
    unset = [name for name, value in loaded["constants"].items() if value is None]
    unset = [name for name in unset if name not in ONLY_IN_THE_SHIM]
    if unset:
        yield f"None, perhaps for want of an environment variable here: {', '.join(unset)}."
    if loaded["in_class"]:
        yield (
            "Its constants stand in the class SMSC, the shim's in the module: assigned to the "
            "class or to an object they have no effect there."
        )
    if profile.missing:
        yield f"It has no constants {', '.join(profile.missing)}."
    if comparison.sent_at_import:
        requests = ", ".join(dict.fromkeys(comparison.sent_at_import))
        yield f"It asks the gateway already while it is imported: {requests}."
    if comparison.pauses:
        seconds = ", ".join(f"{pause:g}" for pause in sorted(comparison.pauses))
        yield (
            f"It pauses between tries, for {seconds} s (cut short here); "
            "the shim asks the next host at once."
        )
    for what, count in comparison.refused.items():
        times = f", {count} times" if count > 1 else ""
        yield f"Refused, since nothing may leave this comparison: {what}{times}."

"""One case as the edits look at it: the copy's observation beside a recorded one."""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Tuple

from smsc_transports.compare.profile import Profile, parameters
from smsc_transports.compare.program import Fields
from smsc_transports.compare.recorded.case import Case

LIST = "a list of text"
_ARGUMENTS = {
    "send_sms": ("phones", "message", "translit", "time", "id", "format", "sender", "query"),
    "get_sms_cost": ("phones", "message", "translit", "format", "sender", "query"),
    "send_sms_mail": ("phones", "message", "translit", "time", "id", "format", "sender"),
}


class Seen(NamedTuple):
    """One case: what the copy did, and what the vendor's file is recorded to do."""

    case: Case
    own: Fields
    recorded: Fields
    profile: Profile

    def with_recorded(self, *fields: str) -> Fields:
        """Give the copy's observation with these fields of the recording in their place."""
        kept = {name: value for name, value in self.own.items() if name not in fields}
        return {**kept, **{name: self.recorded[name] for name in fields if name in self.recorded}}

    @property
    def same_wire(self) -> bool:
        """Whether both sent the same."""
        return bool(self.own["wire"] == self.recorded["wire"])

    @property
    def stopped_sooner(self) -> bool:
        """Whether the copy sent the same at first, and then nothing more."""
        own, recorded = self.own["wire"], self.recorded["wire"]
        return 0 < len(own) < len(recorded) and bool(own == recorded[: len(own)])

    @property
    def given(self) -> Tuple[str, ...]:
        """The parameters that the call or its settings name."""
        by_place = _ARGUMENTS.get(self.case.method, ())[: len(self.case.args)]
        charset = ("charset",) if "SMSC_CHARSET" in self.case.settings else ()
        return (*by_place, *self.case.keywords, *charset)


def kind(result: Any) -> str:
    """Tell the kinds of results apart that a caller has to know."""
    if isinstance(result, list) and all(isinstance(each, str) for each in result):
        return LIST
    if isinstance(result, str) or result is False:
        return "balance"
    return "nothing" if result is None else "else"


def resembling(
    seen: Seen, own_change: Callable[[str], str], recorded_change: Callable[[str], str]
) -> Fields:
    """Take over the recorded attempts whose parameters are the copy's but for a change.

    The vendor's limit of 2000 characters may make a POST of one and a GET of the other.
    """
    wire = list(seen.own["wire"])
    for place, (own, recorded) in enumerate(zip(wire, seen.recorded["wire"])):
        before, wanted = parameters(own), parameters(recorded)
        alike = before != wanted and own_change(before) == recorded_change(wanted)
        if alike and _target(own) == _target(recorded) and _same_type(own, recorded):
            wire[place] = recorded
    return {**seen.own, "wire": wire}


def host(attempt: Dict[str, Any]) -> str:
    """Give the host of an attempt."""
    return str(attempt["to"].partition("//")[2])


def _target(attempt: Dict[str, Any]) -> Tuple[str, str]:
    path = attempt.get("sent", "").partition("?")[0].partition(" ")[2]
    return attempt["to"], path


def _same_type(own: Dict[str, Any], recorded: Dict[str, Any]) -> bool:
    both_posts = "body" in own and "body" in recorded
    return not both_posts or own["type"] == recorded["type"]

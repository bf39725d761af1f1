"""What people and other editions changed in their copies, told by how a copy behaves.

An edit is undone in an observation: if what remains is what the recording of the vendor's file
says, the edit is the whole difference. An undo takes over only what its edit explains, and only
where the copy otherwise sent what the recording sent.
"""

from __future__ import annotations

import builtins
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from smsc_transports.compare.child.values import unpack
from smsc_transports.compare.profile import VENDOR_HOSTS
from smsc_transports.compare.program import Fields
from smsc_transports.compare.seen import LIST, Seen, host, kind, resembling

NO_ANSWER: Tuple[Any, ...] = (["", ""], False)


class Edit(NamedTuple):
    """An edit: what it is, what it means for the switch, and how to undo it.

    ``line`` may have ``{hosts}``, ``{vendors}``, ``{setting}``, ``{changed}`` in it, and
    ``{details}``, which is what ``detail`` gives of each case.
    """

    line: str
    undo: Callable[[Seen], Fields]
    detail: Callable[[Seen], str] = lambda _seen: ""


def undo_edits(seen: Seen) -> Tuple[Fields, Dict[str, str]]:
    """Undo every edit that shows in an observation: what remains, and the edits with details."""
    found = {}
    for name, edit in EDITS.items():
        undone = edit.undo(seen)
        if undone != seen.own:
            found[name] = edit.detail(seen)
            seen = seen._replace(own=undone)
    return seen.own, found


def _hosts(seen: Seen) -> Fields:
    """A copy that asks other hosts, or another number of them."""
    if seen.profile.hosts == VENDOR_HOSTS:
        return seen.own
    return _tries(seen._replace(own=_names(seen)))


def _names(seen: Seen) -> Fields:
    """Take the hosts for the vendor's where they are asked in the same places."""
    hosts = seen.profile.hosts
    stand_for = set(zip(hosts, VENDOR_HOSTS))
    wire = list(seen.own["wire"])
    for place, (own, recorded) in enumerate(zip(wire, seen.recorded["wire"])):
        if (host(own), host(recorded)) in stand_for:
            wire[place] = {**own, "to": recorded["to"]}
    printed = seen.own["printed"].replace(f"//{hosts[-1]}/", f"//{VENDOR_HOSTS[-1]}/")
    return {**seen.own, "wire": wire, "printed": printed}


def _tries(seen: Seen) -> Fields:
    """Take over how it ended where the copy goes on, or gave up before the vendor's file."""
    own, recorded = seen.own["wire"], seen.recorded["wire"]
    unanswered = seen.recorded.get("result") in NO_ANSWER
    goes_on = len(own) > len(recorded) or "stopped" in seen.own
    if goes_on and own[: len(recorded)] == recorded and unanswered:
        return seen.recorded
    count = len(seen.profile.hosts)
    gave_up = seen.own.get("result") in NO_ANSWER or "raises" in seen.recorded
    if seen.stopped_sooner and gave_up and count < len(VENDOR_HOSTS):
        return seen.recorded if host(recorded[len(own)]) == VENDOR_HOSTS[count] else seen.own
    return seen.own


def _api_key(seen: Seen) -> Fields:
    if seen.case.settings.get("SMSC_LOGIN", "login"):
        return seen.own
    if seen.own.get("raises") == "TypeError" and not seen.own["wire"]:
        return seen.recorded
    return resembling(seen, lambda own: own.replace("login=&psw=", "apikey=", 1), str)


def _account(seen: Seen) -> Fields:
    """A copy whose login and password come from elsewhere than its constants."""
    return _without(seen, [each.name for each in seen.profile.changed if each.is_credential])


def _parameters(seen: Seen) -> Fields:
    """A copy that sends a parameter with another value where the caller gives none."""
    changed = [each.name for each in seen.profile.changed if not each.is_credential]
    return _without(seen, [name for name in changed if name not in seen.given])


def _without(seen: Seen, names: List[str]) -> Fields:
    def without_them(query: str) -> str:
        return "&".join(part for part in query.split("&") if part.partition("=")[0] not in names)

    return resembling(seen, without_them, without_them) if names else seen.own


def _letters(seen: Seen) -> Fields:
    """The same in a letter, which has only this parameter by a default of its own."""
    for name, vendors, own in seen.profile.changed:
        if name == "translit" and name not in seen.given:
            wire = [
                {**attempt, "data": attempt["data"].replace(f":{own},", f":{vendors},", 1)}
                if "data" in attempt
                else attempt
                for attempt in seen.own["wire"]
            ]
            return {**seen.own, "wire": wire}
    return seen.own


def _bot(seen: Seen) -> Fields:
    if seen.case.keywords.get("format") != 12:
        return seen.own
    return resembling(seen, lambda own: own.replace("&bot=", "&sender="), str)


def _bytes(seen: Seen) -> Fields:
    """A copy that takes the bytes of an answer for text."""
    stumbled = "raises" in seen.own and not seen.case.settings.get("SMSC_DEBUG")
    if not seen.profile.gives_bytes or stumbled:
        return seen.own
    return seen.recorded if seen.same_wire or seen.stopped_sooner else seen.own


def _formats(seen: Seen) -> Fields:
    refused = seen.own.get("raises") == "IndexError" and not seen.own["wire"]
    return seen.recorded if refused and "format" in seen.case.keywords else seen.own


def _parts(seen: Seen) -> Fields:
    gone = seen.case.method not in seen.profile.methods
    if gone and seen.own.get("raises") == "AttributeError":
        return seen.recorded
    if seen.profile.missing and seen.own.get("raises") == "NameError":
        return seen.recorded
    return seen.own


def _results(seen: Seen) -> Fields:
    if "result" not in seen.own or not seen.same_wire:
        return seen.own
    result = seen.own["result"]
    if "raises" in seen.recorded:
        usual = kind(result) == LIST or isinstance(result, str)
    else:
        usual = kind(result) == kind(seen.recorded["result"])
    return seen.own if usual else seen.with_recorded("result", "raises")


def _exceptions(seen: Seen) -> Fields:
    """A copy that raises after it has asked, or an exception of its own."""
    if "raises" not in seen.own or "result" not in seen.recorded:
        return seen.own
    of_its_own = not hasattr(builtins, seen.own["raises"]) and not seen.own["wire"]
    if not (seen.same_wire or seen.stopped_sooner or of_its_own):
        return seen.own
    return seen.with_recorded("raises", "result", "wire", "printed")


def _accepts(seen: Seen) -> Fields:
    """A copy that sends what the vendor's file refuses before it sends anything."""
    refused = "raises" in seen.recorded and not seen.recorded["wire"]
    return seen.recorded if refused and seen.own["wire"] and "result" in seen.own else seen.own


def _prints(seen: Seen) -> Fields:
    return seen.with_recorded("printed")


def _format(seen: Seen) -> str:
    number = seen.case.keywords["format"]
    return str(number) if number > 0 else ""


# In this order: what changes every attempt first, so that the rest can be compared.
EDITS: Dict[str, Edit] = {
    "hosts": Edit(
        "While no host answers it asks {hosts}; the shim asks {vendors}. "
        "With SMSC_HOST = '{setting}' the shim asks the same.",
        _hosts,
    ),
    "api key": Edit(
        "It knows no API key: with an empty login it sends login=&psw=..., or raises TypeError; "
        "the shim sends apikey=..., as the later builds of 2.0 do.",
        _api_key,
    ),
    "account": Edit(
        "It takes the account from elsewhere than SMSC_LOGIN and SMSC_PASSWORD; the shim takes it "
        "from there, or from environment variables of these names.",
        _account,
    ),
    "parameters": Edit("Where the caller gives nothing it sends {changed}.", _parameters),
    "letters": Edit("The same in its letters: {changed}.", _letters),
    "bot": Edit(
        "With format 12 it sends bot=... in place of sender=..., as the third build of 2.0 does; "
        "the shim sends sender=....",
        _bot,
    ),
    "bytes": Edit(
        'On Python 3 its replies are no clean text: "b\'1234", "99.50\'", as those of editions '
        "1.7 and 1.8, and any answer counts as one; the shim gives '1234', '99.50'.",
        _bytes,
    ),
    "formats": Edit(
        "It does not know format {details}: IndexError, nothing is sent; the shim sends. "
        "(Edition 1.9 ends with 9, the first build of 2.0 with 11.)",
        _formats,
        _format,
    ),
    "parts": Edit(
        "Taken out, or without the constants that it needs: {details}. The shim has all of it.",
        _parts,
        lambda seen: seen.case.method,
    ),
    "results": Edit(
        "It returns something else than the vendor's file ({details}); the shim returns the "
        "vendor's list or text. A caller that relies on the edit needs a line changed.",
        _results,
        lambda seen: type(unpack(seen.own["result"])).__name__,
    ),
    "exceptions": Edit(
        "It raises {details} where the vendor's file and the shim return a list or False. "
        "A caller that relies on the edit needs a line changed.",
        _exceptions,
        lambda seen: str(seen.own["raises"]),
    ),
    "accepts": Edit(
        "It sends where the vendor's file and the shim raise {details}: both want text.",
        _accepts,
        lambda seen: str(seen.recorded["raises"]),
    ),
    "prints": Edit("It prints other lines than the vendor's file and the shim.", _prints),
}

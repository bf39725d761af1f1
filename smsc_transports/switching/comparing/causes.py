"""What one call did, as facts with a name each; where two sides differ in one, that is a cause."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple
from urllib.parse import unquote_to_bytes

NOTHING = "nothing"
PARAMETER = "the parameter {}"
_OF_A_REQUEST = {
    "certificate": "the certificate",
    "host": "the Host header",
    "type": "the type of the body",
    "headers": "other headers",
    "account": "the account for mail",
    "sender": "the sender of the e-mail",
    "recipients": "the recipients of the e-mail",
    "text": "the e-mail",
}


class Cause(NamedTuple):
    """One kind of difference, in words, and both sides of it in one scene."""

    what: str
    yours: str
    ours: str


def causes(yours: Mapping[str, Any], ours: Mapping[str, Any]) -> List[Cause]:
    """Give every cause that shows; what may only follow from an exception is left out."""
    common = min(len(yours["wire"]), len(ours["wire"]))  # that one asks more hosts shows there
    sides = facts(yours, common), facts(ours, common)
    names = list(dict.fromkeys([*sides[0], *sides[1]]))
    found = [Cause(name, *(side.get(name, NOTHING) for side in sides)) for name in names]
    found = [cause for cause in found if cause.yours != cause.ours]
    raised = any(cause.what == "the outcome" for cause in found)
    return [cause for cause in found if not raised or cause.what != "what it prints"]


def facts(seen: Mapping[str, Any], requests: int) -> Dict[str, str]:
    """Give all that a call did, and of its first requests all but how they are escaped."""
    outcome = seen.get("stopped") or (seen.get("raises") and f"raises {seen['raises']}")
    found = {
        "what it asks of the system": ", ".join(seen["refused"]),
        "pauses between tries": ", ".join(f"{each:g} s" for each in seen["pauses"]),
        "the outcome": outcome or "returns",
        "the result": f"returns {seen['result']!r}" if not outcome else "",
        "what it prints": seen["printed"],
        "the hosts": ", ".join(each["to"] for each in seen["wire"]),
    }
    values: Dict[str, Dict[int, str]] = {}
    for number, each in enumerate(seen["wire"][:requests], 1):
        line, _, query = each.get("sent", "").partition("?")
        body = each.get("body", "")
        parameters = [_bytes(part) for part in (body or query).split("&") if part]
        of_one = {"method and path": line} if line else {}
        of_one["the order of parameters"] = "&".join(part.split("=")[0] for part in parameters)
        for part in parameters:
            name = PARAMETER.format(part.split("=")[0])
            of_one[name] = f"{of_one[name]} & {part}" if name in of_one else part
        of_one.update({what: str(each[key]) for key, what in _OF_A_REQUEST.items() if key in each})
        for name, value in of_one.items():
            values.setdefault(name, {})[number] = value
    for name, by_number in values.items():
        if len(set(by_number.values())) == 1 and len(by_number) == requests:
            found[name] = by_number[1]
        else:
            shown = (f"request {number}: {value}" for number, value in by_number.items())
            found[name] = ", ".join(shown)
    return {name: value for name, value in found.items() if value}


def _bytes(text: str) -> str:
    """Decode as the gateway does, to latin-1: a plus sign is a space, %2B is a plus sign."""
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode("latin-1")

"""Where two observations of one scene differ, as causes: a difference of one kind is one cause."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Tuple
from urllib.parse import unquote_to_bytes

from smsc_transports.switching.comparing.program import Fields

NOTHING = "nothing"


class Cause(NamedTuple):
    """One kind of difference, in words, and both sides of it in one scene."""

    what: str
    yours: str
    ours: str


def same_but_for_escapes(one: Fields, other: Fields) -> bool:
    """Tell whether two observations are the same once queries are decoded: D16."""
    return _decoded(one) == _decoded(other)


def causes(yours: Mapping[str, Any], ours: Mapping[str, Any]) -> List[Cause]:
    """Give every cause that shows; empty if there is no difference."""
    found: Dict[str, Cause] = {}
    for cause in _causes(yours, ours):
        found.setdefault(cause.what, cause)
    return list(found.values())


def _decoded(seen: Fields) -> Fields:
    wire = [{**each, "sent": _request(each)} for each in seen["wire"]]
    return {**seen, "wire": wire}


def _request(attempt: Fields) -> Tuple[str, Any]:
    line, _, query = attempt.get("sent", "").partition("?")
    return line, _parameters(query)


def _parameters(query: str) -> List[List[str]]:
    """Give names and values as the gateway decodes them; bytes as latin-1."""
    return [[_bytes(part) for part in each.split("=", 1)] for each in query.split("&")]


def _bytes(text: str) -> str:
    # A plus sign is a space to the gateway, %2B is a plus sign.
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode("latin-1")


def _causes(yours: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[Cause]:
    """Compare what one depends on first: later differences may only follow from it."""
    yield from _unless_equal("what it asks of the system", yours["refused"], ours["refused"])
    pauses = [f"{each:g} s" for each in yours["pauses"]], [f"{each:g} s" for each in ours["pauses"]]
    yield from _unless_equal("pauses between tries", *pauses)
    raised = False
    for own, our in zip(yours["outcomes"], ours["outcomes"]):
        if own != our:
            raised = raised or "result" not in own or "result" not in our
            kind = "outcome" if "result" not in own or "result" not in our else "result"
            yield Cause(f"the {kind}", _outcome(own), _outcome(our))
    wires = yours["wire"], ours["wire"]
    shorter = min(map(len, wires))
    if len(wires[0]) != len(wires[1]):
        tails = [", ".join(each["to"] for each in wire[shorter:]) or NOTHING for wire in wires]
        yield Cause(
            "the number of requests", f"{len(wires[0])}: {tails[0]}", f"{len(wires[1])}: {tails[1]}"
        )
    if not raised or shorter:
        for own, our in zip(*wires):
            yield from _attempts(own, our)
    if not raised:
        yield from _unless_equal("what it prints", yours["printed"], ours["printed"])


def _attempts(own: Fields, our: Fields) -> Iterator[Cause]:
    yield from _unless_equal("the host", own["to"], our["to"])
    requests = _request(own), _request(our)
    if all("sent" in attempt for attempt in (own, our)):
        yield from _unless_equal("method and path", requests[0][0], requests[1][0])
        if "body" not in own and "body" not in our:
            yield from _by_name(requests[0][1], requests[1][1])
        elif own.get("body") != our.get("body"):
            sides = [_parameters(e.get("body", e["sent"].partition("?")[2])) for e in (own, our)]
            differing = list(_by_name(*sides))
            yield from differing
            if not differing and "body" in own and "body" in our:
                yield Cause("how the body is escaped", own["body"], our["body"])
    elif "sent" in own or "sent" in our:
        yield Cause("whether it sends", own.get("sent", NOTHING), our.get("sent", NOTHING))
    for field, what in (
        ("certificate", "the certificate"),
        ("host", "the Host header"),
        ("type", "the type of the body"),
        ("headers", "other headers"),
        ("commands", "SMTP commands"),
        ("data", "the letter"),
    ):
        yield from _unless_equal(what, own.get(field), our.get(field))


def _by_name(own: List[List[str]], our: List[List[str]]) -> Iterator[Cause]:
    if own == our:
        return
    names = list(dict.fromkeys(each[0] for each in [*own, *our]))
    differing = False
    for name in names:
        values = [["=".join(each) for each in side if each[0] == name] for side in (own, our)]
        if values[0] != values[1]:
            differing = True
            yield Cause(f"the parameter {name}", _listed(values[0]), _listed(values[1]))
    if not differing:
        orders = ["&".join(each[0] for each in side) for side in (own, our)]
        yield Cause("the order of parameters", *orders)


def _listed(values: List[str]) -> str:
    return " & ".join(values) or NOTHING


def _unless_equal(what: str, own: Any, our: Any) -> Iterator[Cause]:
    if own == our:
        return
    if isinstance(own, list) and isinstance(our, list):
        pairs = [(a, b) for a, b in zip_longest(own, our) if a != b]
        own, our = (", ".join(str(e) for e in side if e is not None) for side in zip(*pairs))
    yield Cause(what, _text(own), _text(our))


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return str(value) if value else NOTHING


def _outcome(outcome: Fields) -> str:
    if "stopped" in outcome:
        return str(outcome["stopped"])
    if "raises" in outcome:
        return f"raises {outcome['raises']}"
    return f"returns {outcome['result']!r}"

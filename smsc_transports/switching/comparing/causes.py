"""Where two observations of one scene differ, as causes: a difference of one kind is one cause."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Tuple
from urllib.parse import unquote_to_bytes

NOTHING = "nothing"
_OF_A_REQUEST = {
    "certificate": "the certificate",
    "host": "the Host header",
    "type": "the type of the body",
    "headers": "other headers",
    "account": "the account for mail",
    "sender": "the sender of the letter",
    "recipients": "the recipients of the letter",
    "letter": "the letter",
}

Fields = Dict[str, Any]


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
    return {**seen, "wire": [{**each, "sent": _request(each)} for each in seen["wire"]]}


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
    pauses = ([f"{each:g} s" for each in side["pauses"]] for side in (yours, ours))
    yield from _unless_equal("pauses between tries", *pauses)
    outcomes = _outcome(yours), _outcome(ours)
    raised = not all("result" in side for side in (yours, ours)) and outcomes[0] != outcomes[1]
    yield from _unless_equal("the outcome" if raised else "the result", *outcomes)
    wires = yours["wire"], ours["wire"]
    shorter = min(map(len, wires))
    if len(wires[0]) != len(wires[1]):
        tails = [", ".join(each["to"] for each in wire[shorter:]) or NOTHING for wire in wires]
        sides = [f"{len(wire)}: {tail}" for wire, tail in zip(wires, tails)]
        yield Cause("the number of requests", *sides)
    for own, our in zip(*wires):
        yield from _attempts(own, our)
    if not raised:
        yield from _unless_equal("what it prints", yours["printed"], ours["printed"])


def _attempts(own: Fields, our: Fields) -> Iterator[Cause]:
    yield from _unless_equal("the host", own["to"], our["to"])
    if "sent" in own and "sent" in our:
        (line, parameters), (our_line, our_parameters) = _request(own), _request(our)
        yield from _unless_equal("method and path", line, our_line)
        if "body" in own or "body" in our:
            parameters = _parameters(own.get("body") or own["sent"].partition("?")[2])
            our_parameters = _parameters(our.get("body") or our["sent"].partition("?")[2])
        yield from _by_name(parameters, our_parameters)
        if parameters == our_parameters and "body" in own and "body" in our:
            yield from _unless_equal("how the body is escaped", own["body"], our["body"])
    elif "sent" in own or "sent" in our:
        yield Cause("whether it sends", own.get("sent", NOTHING), our.get("sent", NOTHING))
    for field, what in _OF_A_REQUEST.items():
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
            yield Cause(f"the parameter {name}", *(" & ".join(v) or NOTHING for v in values))
    if not differing:
        orders = ("&".join(each[0] for each in side) for side in (own, our))
        yield Cause("the order of parameters", *orders)


def _unless_equal(what: str, own: Any, our: Any) -> Iterator[Cause]:
    if own == our:
        return
    if isinstance(own, list) and isinstance(our, list):
        pairs = [(a, b) for a, b in zip_longest(own, our) if a != b]
        own, our = (", ".join(str(e) for e in side if e is not None) for side in zip(*pairs))
    yield Cause(what, *(str(value) if value else NOTHING for value in (own, our)))


def _outcome(seen: Mapping[str, Any]) -> str:
    if "stopped" in seen:
        return str(seen["stopped"])
    return f"raises {seen['raises']}" if "raises" in seen else f"returns {seen['result']!r}"

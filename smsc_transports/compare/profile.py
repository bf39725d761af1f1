"""What is known of a copy before the comparison: its domain, its hosts, its edits in every call.

Two calls tell: one that no host answers and one that all goes well with.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from smsc_transports.compare.child.loading import ENVIRONMENT
from smsc_transports.compare.gateway import REFUSED, Certificates
from smsc_transports.compare.program import CannotCompare, Fields, Program
from smsc_transports.compare.recorded.case import ACCOUNT, PHONE, SENT, send
from smsc_transports.compare.replay import (
    DOMAIN,
    ONLY_IN_THE_SHIM,
    moved,
    observe,
    vendor_constants,
)
from smsc_transports.reporting.redaction import redact_values

VENDOR_HOSTS = tuple(f"{mirror}{DOMAIN}" for mirror in ("", "www2.", "www3.", "www4.", "www5."))

_PLAIN = (
    f"login=login&psw=password&fmt=1&charset=utf-8&cost=3&phones={PHONE}&mes=test&translit=0&id=0"
)
_GIVEN = ("phones", "mes")  # by the caller: with another value they are no default
_NO_ANSWER = send("no host answers", PHONE, "test", script=[REFUSED])
_ALL_WELL = send("all is well", PHONE, "test", script=[SENT])


class Changed(NamedTuple):
    """A parameter with another value than the vendor's; None: it is not there."""

    name: str
    vendors: Optional[str]
    own: Optional[str]

    @property
    def is_credential(self) -> bool:
        """Whether it is a part of the account."""
        return self.name in ("login", "psw", "apikey")


class Profile(NamedTuple):
    """What a copy is like. ``hosts`` are those asked when none answers, with DOMAIN as domain."""

    domain: str = DOMAIN
    hosts: Tuple[str, ...] = VENDOR_HOSTS
    changed: Tuple[Changed, ...] = ()
    gives_bytes: bool = False
    methods: Tuple[str, ...] = ()
    missing: Tuple[str, ...] = ()


def take_profile(program: Program, loaded: Fields, certificates: Certificates) -> Profile:
    """Find out what a copy is like. Raises CannotCompare if it does not send."""
    own_host = loaded["constants"].get("SMSC_HOST") or DOMAIN  # only a copy of the shim has it
    constants = {**vendor_constants(), "SMSC_HOST": own_host, **ACCOUNT}
    seen, told = observe(program, _NO_ANSWER, constants, certificates)
    hosts = [attempt["to"].partition("//")[2] for attempt in seen["wire"]]
    if not hosts:
        raise CannotCompare(_why_not_sent(told, loaded))
    domain = re.sub(r"^www\d*\.", "", hosts[0])
    seen, _ = observe(program, _ALL_WELL, constants, certificates)
    return Profile(
        domain,
        tuple(moved(hosts, domain)),
        tuple(_changes(_PLAIN, parameters(seen["wire"][0])) if seen["wire"] else ()),
        str(seen.get("result", "")).startswith(("[\"b'", "b'")),
        tuple(loaded["methods"]),
        tuple(name for name in loaded["missing"] if name not in ONLY_IN_THE_SHIM),
    )


def _why_not_sent(told: Fields, loaded: Fields) -> str:
    reason = told.get("error") or told.get("stopped") or "it returns without asking any host"
    text = f"Its send_sms does not send: {redact_values(reason, loaded['secrets'])}."
    if loaded["stand_ins"]:
        text += f" Not found here: {', '.join(loaded['stand_ins'])}. {ENVIRONMENT}."
    return text


def parameters(attempt: Dict[str, Any]) -> str:
    """Give the parameters of an attempt, whether it was a GET or a POST."""
    query = str(attempt.get("sent", "")).partition("?")[2]
    return str(attempt.get("body", query))


def _changes(vendors: str, own: str) -> List[Changed]:
    before, after = _by_name(vendors), _by_name(own)
    return [
        Changed(name, before.get(name), after.get(name))
        for name in {**before, **after}
        if before.get(name) != after.get(name) and name not in _GIVEN
    ]


def _by_name(query: str) -> Dict[str, str]:
    pairs = (part.partition("=") for part in query.split("&"))
    return {name: value for name, _, value in pairs}

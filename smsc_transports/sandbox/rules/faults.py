"""Faults on demand: which request goes wrong, and how. The wire part is in ``injection.py``.

A :class:`Fault` is one word, with ``+stored`` when the message is accepted first; a
:class:`Rule` says for which host and endpoint faults come, first by an exact script, then by
seeded chance; :class:`Faults` holds the rules in force, oldest first.

=============  ====================================================================
``ok``         no fault (a step of a script)
``refuse``     connections are refused until the rule is lifted; whole hosts only
``hang``       nothing is answered until the rule is lifted or the client leaves
``close``      the connection is closed without an answer
``reset``      the same with a TCP reset
``error``      HTTP 500 with a page; by SMTP a 451; by SMPP ESME_RTHROTTLED
``empty``      200 with an empty body
``truncated``  fewer bytes than Content-Length promised, then the connection is closed
``garbage``    200 with an HTML page that is no answer
``undecodable``  200 with bytes that are no text in utf-8
``huge``       200 with 100 MB
``redirect``   a redirect that leads to itself
``slow``       the true answer, one byte at a time (always stored)
=============  ====================================================================
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import asdict, dataclass, fields
from typing import Deque, Dict, Iterable, List, Mapping, Optional, Tuple

KINDS = (
    "refuse",
    "hang",
    "close",
    "reset",
    "error",
    "empty",
    "truncated",
    "garbage",
    "undecodable",
    "huge",
    "redirect",
    "slow",
)
OTHER_KINDS = {
    "smtp": ("refuse", "hang", "close", "error"),
    "smpp": ("refuse", "hang", "close", "reset", "error"),
}
"""What there is at endpoints that are no pages of a host."""
ENDPOINTS = ("send", "status", "balance", *OTHER_KINDS)
HOSTS = 5
DEFAULT_SEED = 7
MAX_SCRIPT = 100_000


@dataclass(frozen=True)
class Fault:
    """One way to go wrong. ``stored``: the request is processed first, only its answer is lost."""

    kind: str
    stored: bool = False

    def __str__(self) -> str:
        return self.kind + ("+stored" if self.stored else "")


def parse(text: str) -> Optional[Fault]:
    """``close`` or ``close+stored`` as a fault, ``ok`` as None; ValueError names the words."""
    kind, plus, stored = str(text).partition("+")
    if text == "ok":
        return None
    if kind not in KINDS or (plus and stored != "stored"):
        raise ValueError(f"no such fault: {text!r}; there are ok, {', '.join(KINDS)}, "
                         "each also with +stored")  # fmt: skip
    return Fault(kind, stored=bool(plus) or kind == "slow")


@dataclass
class Switches:
    """What goes wrong with the account as a whole rather than with a request.

    ``status_lag``: for so many seconds after its send a message is "not found" to status.php.
    ``error9_on_repeat``: an identical send, or the same id to the same numbers, within a minute
    is refused, whether limits are on or not. ``slow_interval``: seconds between two bytes of an
    answer held up by ``slow``.
    """

    status_lag: float = 0.0
    error9_on_repeat: bool = False
    slow_interval: float = 0.01

    def change(self, **values: object) -> None:
        """Set some by name; ValueError, and nothing set, for values that make no sense."""
        for name, value in values.items():
            if name == "error9_on_repeat":
                if not isinstance(value, bool):
                    raise ValueError("error 9 on repeat is true or false")
            elif (
                isinstance(value, bool)
                or not isinstance(value, (int, float))
                or not 0 <= value < float("inf")
            ):
                in_words = name.replace("_", " ")
                raise ValueError(f"{in_words} is a number of seconds from 0 on")
        for name, value in values.items():
            setattr(self, name, value)


SWITCHES = tuple(field.name for field in fields(Switches))


def make_rule(
    fault: Optional[str] = None,
    *,
    stored: bool = False,
    times: Optional[int] = None,
    chance: float = 1.0,
    script: Iterable[str] = (),
    chances: Optional[Mapping[str, float]] = None,
    host: Optional[int] = None,
    endpoint: Optional[str] = None,
    seed: int = DEFAULT_SEED,
) -> Rule:
    """A rule from the words that people use; ValueError or TypeError for what makes no sense.

    Either one ``fault``, for the next ``times`` requests or with a ``chance`` (always, when
    neither is given), or a ``script`` and ``chances`` (fault: probability) after its end.
    """
    if fault is not None:
        if script or chances:
            raise ValueError("either one fault, or a script and chances")
        word = str(fault) + ("+stored" if stored and not str(fault).endswith("+stored") else "")
        if times is not None:
            if type(times) is not int or not 1 <= times <= MAX_SCRIPT:
                raise ValueError(f"times is a whole number from 1 to {MAX_SCRIPT}")
            script = [word] * times
        else:
            chances = {word: chance}
    if isinstance(script, str):
        raise ValueError("a script is a list of faults")
    return Rule(script, chances, host, endpoint, seed)


class Rule:
    """Faults for one host (or all) and one endpoint (or all)."""

    def __init__(
        self,
        script: Iterable[str] = (),
        chances: Optional[Mapping[str, float]] = None,
        host: Optional[int] = None,
        endpoint: Optional[str] = None,
        seed: int = DEFAULT_SEED,
    ) -> None:
        self.host = host
        self.endpoint = endpoint
        self.script: Deque[Optional[Fault]] = deque(parse(step) for step in script)
        self.chances: List[Tuple[Optional[Fault], float]] = [
            (parse(word), _chance(chance)) for word, chance in (chances or {}).items()
        ]
        self.number = 0
        self._random = random.Random(seed)
        self._check()

    def _check(self) -> None:
        if self.host is not None and (isinstance(self.host, bool) or self.host not in range(HOSTS)):
            raise ValueError(f"no such host: {self.host!r}; there are 0 (base) to 4 (www5)")
        if self.endpoint is not None and self.endpoint not in ENDPOINTS:
            raise ValueError(f"no such endpoint: {self.endpoint!r}; there are {ENDPOINTS}")
        if not self.script and not self.chances:
            raise ValueError("a fault, a script or chances are needed")
        if sum(chance for _, chance in self.chances) > 1.0000001:
            raise ValueError("chances add up to 1 at most")
        faults = [*self.script, *(fault for fault, _ in self.chances)]
        refusing = any(fault and fault.kind == "refuse" for fault in faults)
        if refusing and (
            self.script or self.chances != [(Fault("refuse"), 1.0)]
            or self.endpoint not in (None, *OTHER_KINDS)
        ):  # fmt: skip
            raise ValueError(
                "refuse holds for a whole host until it is lifted: without script, times, "
                "chance, stored or HTTP endpoint"
            )
        kinds = OTHER_KINDS.get(self.endpoint or "")
        if kinds and any(fault and fault.kind not in kinds for fault in faults):
            raise ValueError(f"by {str(self.endpoint).upper()} there are {', '.join(kinds)}")

    @property
    def refuses(self) -> bool:
        """Whether the rule closes listeners rather than spoils requests."""
        return self.chances == [(Fault("refuse"), 1.0)]

    def covers(self, host: Optional[int], endpoint: str) -> bool:
        """Whether requests to this endpoint of this host (None: SMTP, SMPP) are concerned."""
        if self.endpoint is not None and self.endpoint != endpoint:
            return False
        if endpoint in OTHER_KINDS:
            return self.host is None
        return self.host in (None, host)

    def next(self) -> Tuple[bool, Optional[Fault]]:
        """Whether the rule decides about this request, and its fault."""
        if self.script:
            return True, self.script.popleft()
        roll = self._random.random() if self.chances else 1.0
        for fault, chance in self.chances:
            if roll < chance:
                return True, fault
            roll -= chance
        return False, None

    def to_json(self) -> Dict[str, object]:
        """The rule as the inbox shows it; a script without the steps that were taken."""
        return {
            "rule": self.number,
            "host": self.host,
            "endpoint": self.endpoint,
            "script": [str(fault or "ok") for fault in self.script],
            "chances": {str(fault or "ok"): chance for fault, chance in self.chances},
        }


def _chance(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise ValueError("a chance is a number from 0 to 1")


class Faults:
    """The rules in force. Not thread-safe: it belongs to the sandbox's event loop."""

    def __init__(self) -> None:
        self.rules: List[Rule] = []
        self.switches = Switches()
        self._numbers = 0
        self._lifted: Optional[asyncio.Event] = None

    @property
    def in_force(self) -> List[Rule]:
        """The rules that have something left to do."""
        return [rule for rule in self.rules if rule.script or rule.chances]

    def add(self, rule: Rule) -> int:
        """Put a rule behind those in force; the number to lift it by."""
        self._numbers += 1
        rule.number = self._numbers
        self.rules.append(rule)
        return rule.number

    def remove(self, number: Optional[int] = None) -> None:
        """Lift one rule, or all and the switches; hanging requests are let go.

        KeyError for an unknown number.
        """
        left = [rule for rule in self.rules if number is not None and rule.number != number]
        if number is not None and len(left) == len(self.rules):
            raise KeyError(number)
        self.rules = left
        if number is None:
            self.switches.change(**asdict(Switches()))
        if self._lifted is not None:
            self._lifted.set()
            self._lifted = None

    def next(self, host: Optional[int], endpoint: str) -> Optional[Fault]:
        """The fault of the request that has just come in, or None."""
        for rule in self.rules:
            if rule.refuses or not rule.covers(host, endpoint):
                continue
            decided, fault = rule.next()
            if decided and not (fault and fault.kind not in OTHER_KINDS.get(endpoint, KINDS)):
                return fault
        return None

    def refuses(self, host: Optional[int], endpoint: str = "send") -> bool:
        """Whether the listeners of this host (None with "smtp" or "smpp") are closed."""
        return any(rule.refuses and rule.covers(host, endpoint) for rule in self.rules)

    async def lifted(self) -> None:
        """Wait until some rule is lifted."""
        if self._lifted is None:
            self._lifted = asyncio.Event()
        await self._lifted.wait()

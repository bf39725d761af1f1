"""Puts every case to a copy and to the shim, both at once, and judges each as it comes."""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Sequence, Set

from smsc_transports.compare import own_settings
from smsc_transports.compare.gateway import Gateway
from smsc_transports.compare.profile import Profile, take_profile
from smsc_transports.compare.program import (
    SECONDS_A_CALL,
    CannotCompare,
    Fields,
    NoNetwork,
    Program,
)
from smsc_transports.compare.recorded.case import SENT, Case
from smsc_transports.compare.recorded.cases import CASES
from smsc_transports.compare.recorded.load import due, load_vectors, recorded_of
from smsc_transports.compare.replay import (
    SHIM,
    Observed,
    Surroundings,
    moved,
    observe,
    surroundings,
    vendor_constants,
)
from smsc_transports.compare.verdict import Expected, Verdict, judge

RECORDED = "recorded cases"
MOST_TIMED_OUT = 10
_AT_IMPORT = (SENT,) * 10  # what the copy's import finds at the gateway


class Part(NamedTuple):
    """Cases that are run with the same constants."""

    title: str
    cases: Sequence[Case]
    constants: Mapping[str, Any]


class Comparison:
    """A copy and the shim side by side; a context manager.

    ``sent_at_import`` is what the copy asked the gateway for while it was imported, ``refused``
    counts what else it wanted of the world, ``pauses`` are those that it makes between tries, in
    seconds. Entering and running raise CannotCompare.
    """

    def __init__(self, path: Path, python: str = sys.executable) -> None:
        self.path = path
        self.python = python
        self.sent_at_import: List[str] = []
        self.refused: Counter[str] = Counter()
        self.pauses: Set[float] = set()
        self.loaded: Fields = {}
        self.profile = Profile()
        self.constants: Dict[str, Any] = {}
        self._stack = ExitStack()
        self._vectors = load_vectors()
        self._timed_out = 0
        self._surroundings: Surroundings
        self._pool: ThreadPoolExecutor
        self._copy: Program
        self._shim: Program

    def __enter__(self) -> Comparison:
        try:
            self._surroundings = self._stack.enter_context(surroundings())
            self._pool = self._stack.enter_context(ThreadPoolExecutor(2))
            self._copy = self._stack.enter_context(self.copy())
            self._shim = self._stack.enter_context(self.shim())
            loading = self._pool.submit(self._shim.load, NoNetwork())
            self._look_at_the_copy()
            loading.result()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def copy(self) -> Program:
        """Give a process for the copy; it is not started yet."""
        environment = self._surroundings.environment
        return Program(self.path, vendor_constants(), environment, self.python)

    def shim(self) -> Program:
        """Give a process for the shim."""
        environment = self._surroundings.of_the_shim
        return Program(SHIM, vendor_constants(), environment, folder=SHIM.parent)

    def parts(self) -> List[Part]:
        """Give what there is to compare."""
        return [
            Part(own_settings.GROUP, list(own_settings.cases()), self.constants),
            Part(RECORDED, CASES, vendor_constants(self.profile.domain)),
        ]

    def edited_settings(self) -> Dict[str, Any]:
        """Give the settings of the copy that are not the vendor's, but for credentials."""
        return own_settings.edited(self.constants, self.profile.domain)

    def verdicts(self, part: Part) -> Iterator[Verdict]:
        """Run the cases of a part."""
        for case in part.cases:
            asked = self._pool.submit(self._observe, self._copy, case, part.constants)
            shim = self._observe(self._shim, case, part.constants).observation
            seen = asked.result()
            self._note(seen.told, case.method)
            expected = self._expected(case, part, shim)
            yield judge(case, seen.observation, shim, expected, self.profile)

    def _look_at_the_copy(self) -> None:
        with Gateway(_AT_IMPORT, self._surroundings.certificates) as gateway:
            self.loaded = self._copy.load(gateway)
        self.sent_at_import = [
            f"{attempt['to']} {attempt.get('sent', '')}".partition("?")[0].strip()
            for attempt in gateway.wire
        ]
        self._note(self.loaded, "")
        self.profile = take_profile(self._copy, self.loaded, self._surroundings.certificates)
        self.constants = own_settings.own_constants(self.loaded, self.profile.domain)

    def _observe(self, program: Program, case: Case, constants: Mapping[str, Any]) -> Observed:
        seen = observe(program, case, constants, self._surroundings.certificates)
        return seen._replace(observation=moved(seen.observation, self.profile.domain))

    def _expected(self, case: Case, part: Part, shim: Fields) -> Expected:
        if case.name in self._vectors:
            vector = self._vectors[case.name]
            return Expected(recorded_of(case, vector), *due(case, vector))
        return own_settings.expected(case, part.constants, shim)

    def _note(self, told: Fields, method: str) -> None:
        """Keep what the copy did beside its work; CannotCompare if it hangs again and again."""
        self.refused.update(told.get("refused", ()))
        self.pauses.update(told.get("pauses", ()))
        self._timed_out += bool(told.get("timed_out"))
        if self._timed_out == MOST_TIMED_OUT:
            raise CannotCompare(
                f"{MOST_TIMED_OUT} calls had to be stopped after {SECONDS_A_CALL:g} s each, the "
                f"last one of {method}: it goes on where the vendor's file gives up."
            )

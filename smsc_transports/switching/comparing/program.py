"""Runs both files under test in a process of their own."""

from __future__ import annotations

import json
import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Dict, List, Mapping, Optional

from smsc_transports.switching.comparing import sides
from smsc_transports.switching.comparing.calls import Scene

START = "spawn"  # a fork would have the modules and the threads of this process
SECONDS_A_CALL = 4.0
SECONDS_TO_LOAD = 10.0
_DISTURBS = "writes where this comparison speaks with it"
DOES_NOT_END = "does not end"

Fields = Dict[str, Any]
_NOTHING_SEEN: Mapping[str, Any] = {"printed": "", "wire": [], "refused": [], "pauses": []}


class CannotCompare(Exception):
    """Why a copy cannot be compared at all, for its owner to read."""


class _Stopped(Exception):
    """A call did not end, or ended the process."""


class Program:
    """Loads ``files`` with an environment, and makes calls with them.

    The process starts when it is needed, and again after a call that had to be stopped.
    """

    def __init__(self, files: List[sides.File], environment: Mapping[str, str]) -> None:
        self._files = files
        self._environment = dict(environment)
        self._process: Optional[BaseProcess] = None
        self._line: Optional[Connection] = None

    def load(self) -> List[Fields]:
        """Load the files; what each did. Raises CannotCompare."""
        context = multiprocessing.get_context(START)
        self._line, other = context.Pipe()
        process = context.Process(target=sides.serve, args=(other,))  # type: ignore[attr-defined]
        process.start()
        self._process = process
        other.close()
        try:
            loaded = self._ask((self._files, self._environment), SECONDS_TO_LOAD)
        except _Stopped as error:
            raise CannotCompare(f"While it is imported, it {error}.") from None
        if not isinstance(loaded, list) or len(loaded) != len(self._files):
            raise CannotCompare(f"While it is imported, it {_DISTURBS}.")
        return loaded

    def call(self, side: int, scene: Scene, constants: Mapping[str, Any]) -> Fields:
        """Make a call with one of the files; one that had to be stopped has ``stopped``."""
        if self._process is None:
            self.load()
        try:
            seen: Fields = self._ask((side, scene, dict(constants)), SECONDS_A_CALL)
        except _Stopped as error:
            return {**_NOTHING_SEEN, "stopped": str(error)}
        if not set(_NOTHING_SEEN) <= set(seen):
            self.stop()
            return {**_NOTHING_SEEN, "stopped": _DISTURBS}
        return seen

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None and self._line is not None:
            process.kill()
            process.join()
            self._line.close()

    def _ask(self, question: Any, seconds: float) -> Any:
        assert self._process is not None
        assert self._line is not None
        failure: Exception = _Stopped(DOES_NOT_END)
        try:
            self._line.send(question)
            if self._line.poll(seconds):
                answer = json.loads(self._line.recv_bytes())
                if "failed" not in answer:
                    return answer
                failure = CannotCompare(answer["failed"])
        except ValueError:  # no JSON: it wrote into our pipe
            failure = _Stopped(_DISTURBS)
        except (EOFError, OSError):
            self._process.join()
            status = self._process.exitcode
            failure = _Stopped(f"ends the process with exit status {status}")
        self.stop()
        raise failure

"""The work of the process: load both files, make one call after the other, tell what each did.

One JSON object a line each way, on what were stdin and stdout; the files get empty streams.
"""

from __future__ import annotations

import faulthandler
import io
import json
import os
import re
import signal
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, Dict, List

from .fence import Fence
from .gateway import ANSWER, Gateway
from .loading import CannotLoad, Copy

SHORTEST_PAUSE = 0.001  # seconds; none at all would make a busy loop of a waiting thread
MOST_PRINTED = 20_000  # characters
SECONDS_ALONE = 20.0  # until a process whose parent is gone ends
_PLACE_IN_MEMORY = re.compile("0x[0-9a-f]{6,}")

Fields = Dict[str, Any]


class Sides:
    """Both files under test, and what surrounds them."""

    def __init__(self) -> None:
        self._gateway = Gateway()
        self._fence = Fence(self._gateway)
        self._copies: List[Copy] = []
        self._pauses: List[float] = []
        self._sleep = time.sleep

    def load(self, order: Fields) -> List[Fields]:
        """Put up the fence and load both files; what each did, and its constants."""
        time.sleep = self._cut_short
        self._fence.put_up()
        told = []
        for side in order["sides"]:
            sys.path.extend(side["site"])

            def load(side: Fields = side) -> None:
                self._copies.append(Copy(side["path"], side["text"], side["class_name"]))

            seen = self._observed(load)
            constants = self._copies[-1].constants().items()
            told.append({**seen, "constants": {name: pack(value) for name, value in constants}})
        return told

    def call(self, order: Fields) -> Fields:
        """Make a call; what came of it."""
        args = [unpack(value) for value in order["args"]]
        keywords = {name: unpack(value) for name, value in order["keywords"].items()}
        copy = self._copies[order["side"]]

        def call() -> Any:
            return copy.call(order["constants"], order["method"], args, keywords)

        return self._observed(call, order["script"], order["rest"])

    def _observed(self, work: Any, script: Any = (), rest: str = ANSWER) -> Fields:
        seen: Fields = {}
        console = io.StringIO()
        self._gateway.begin(script, rest)
        with redirect_stdout(console), redirect_stderr(io.StringIO()):
            try:
                seen["result"] = pack(work())
            except CannotLoad:
                raise
            except BaseException as error:  # its exit is something to be told too
                seen["raises"] = type(error).__name__
                seen["error"] = f"{type(error).__name__}: {error}"
        pauses, self._pauses = self._pauses, []
        printed = console.getvalue()
        left = len(printed) - MOST_PRINTED
        seen["printed"] = printed[:MOST_PRINTED] + (f"... and {left} more" if left > 0 else "")
        return {
            **seen, "wire": self._gateway.end(), "refused": self._fence.taken(), "pauses": pauses,
        }  # fmt: skip

    def _cut_short(self, seconds: Any) -> None:
        """Stand in for ``time.sleep``."""
        self._sleep(min(seconds, SHORTEST_PAUSE))
        self._pauses.append(float(seconds))


def main() -> None:
    """Serve the parent until it goes."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    _leave_no_trace()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when this ends
    devnull = open(os.devnull, "w", encoding="ascii")  # noqa: SIM115  (for as long as we live)
    sides = Sides()
    for number, line in enumerate(incoming):
        faulthandler.dump_traceback_later(SECONDS_ALONE, exit=True, file=devnull)
        try:
            told: Any = sides.call(json.loads(line)) if number else sides.load(json.loads(line))
        except CannotLoad as error:
            told = {"failed": str(error)}
        # In ASCII: lone surrogates of a test text have no other way through.
        outgoing.write(json.dumps(told).encode("ascii") + b"\n")
        outgoing.flush()
        faulthandler.cancel_dump_traceback_later()
    os._exit(0)


def pack(value: Any) -> Any:
    """Give a value as JSON can hold it; of what is no plain value, a description."""
    if value is None or isinstance(value, (bool, str)) or type(value) in (int, float):
        return value
    if isinstance(value, list):
        return [pack(each) for each in value]
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    return {"object": _PLACE_IN_MEMORY.sub("0x...", repr(value))}


def unpack(packed: Any) -> Any:
    """Undo :func:`pack` for arguments."""
    return packed["bytes"].encode("latin-1") if isinstance(packed, dict) else packed


def _leave_no_trace() -> None:
    """Forget this package's names: the program may have modules that are called the same."""
    sys.path.pop(0)
    own = __name__.partition(".")[0]
    for name in [name for name in sys.modules if name.partition(".")[0] == own]:
        del sys.modules[name]

"""The process of the files under test: loads them and makes one call after the other."""

from __future__ import annotations

import faulthandler
import io
import json
import os
import platform
import re
import signal
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Callable, Dict, List, Mapping, NamedTuple

from smsc_transports.switching.comparing.calls import Scene
from smsc_transports.switching.comparing.fence import Fence
from smsc_transports.switching.comparing.gateway import Gateway
from smsc_transports.switching.comparing.loading import CannotLoad, Copy

SHORTEST_PAUSE = 0.001  # seconds; none at all would make a busy loop of a waiting thread
MOST_PRINTED = 20_000  # characters
SECONDS_ALONE = 20.0  # until a process whose parent is gone ends
_PLAIN = (bool, int, float, str, type(None))
_PLACE_IN_MEMORY = re.compile("0x[0-9a-f]{6,}")

Fields = Dict[str, Any]


class File(NamedTuple):
    """A text that runs in the place of the file at ``path``, and the class in it."""

    path: str
    text: str
    class_name: str


class Sides:
    """The files under test, and what surrounds them."""

    def __init__(self) -> None:
        self._gateway = Gateway()
        self._fence = Fence(self._gateway)
        self._copies: List[Copy] = []
        self._pauses: List[float] = []
        self._sleep = time.sleep

    def load(self, files: List[File], environment: Mapping[str, str]) -> List[Fields]:
        """Put up the fence and load the files; what each did, and its constants."""
        os.environ.clear()
        os.environ.update(environment)
        sys.dont_write_bytecode = True
        time.sleep = self._cut_short
        platform.uname()  # keeps its answer; Python 3.8 starts a program for it
        self._fence.put_up()
        loaded = []
        for number, file in enumerate(files):
            try:
                seen = self._observed(partial(self._load, file), Scene("", ""))
            except CannotLoad as error:
                if not number:
                    raise
                why = "Ours, without what migrate refuses, does not run beside it"
                raise CannotLoad(f"{why}: {error}") from error
            constants = self._copies[-1].constants().items()
            loaded.append({**seen, "constants": {name: plain(value) for name, value in constants}})
        return loaded

    def call(self, side: int, scene: Scene, constants: Mapping[str, Any]) -> Fields:
        """Make a call; what came of it."""
        copy = self._copies[side]
        return self._observed(lambda: copy.call(constants, scene), scene)

    def _load(self, file: File) -> None:
        self._copies.append(Copy(*file))

    def _observed(self, work: Callable[[], Any], scene: Scene) -> Fields:
        seen: Fields = {}
        console = io.StringIO()
        self._gateway.begin(scene.script, scene.rest)
        with redirect_stdout(console), redirect_stderr(io.StringIO()):
            try:
                seen["result"] = plain(work())
            except CannotLoad:
                raise
            except BaseException as error:  # SystemExit is a result too
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


def serve(line: Connection) -> None:
    """Serve the parent until it goes."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when this ends
    sides = Sides()
    answer: Any = None
    while True:
        try:
            question = line.recv()
            faulthandler.dump_traceback_later(SECONDS_ALONE, exit=True, file=nothing)
            answer = sides.load(*question) if answer is None else sides.call(*question)
        except CannotLoad as error:
            answer = {"failed": str(error)}
        except EOFError:
            os._exit(0)
        # As JSON: an object of a file under test could run its code in the parent.
        line.send_bytes(json.dumps(answer).encode("ascii"))
        faulthandler.cancel_dump_traceback_later()


def plain(value: Any) -> Any:
    """Give a value as JSON can hold it; of what is no plain value, a description."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        return [plain(each) for each in value]
    return {"object": _PLACE_IN_MEMORY.sub("0x...", repr(value))}

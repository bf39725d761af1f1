"""The work of the process: load the copy, make one call after the other, tell what came of each."""

from __future__ import annotations

import io
import signal
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, Dict, List

from smsc_transports.compare.child.channel import Channel
from smsc_transports.compare.child.fence import Fence
from smsc_transports.compare.child.loading import CannotLoad, Copy
from smsc_transports.compare.child.values import pack, unpack

SHORTEST_PAUSE = 0.001  # seconds; none at all would make a busy loop of a waiting thread


class Pauses:
    """Cuts ``time.sleep`` short, and keeps how long it was to be."""

    def __init__(self) -> None:
        self._seconds: List[float] = []
        self._sleep = time.sleep
        time.sleep = self._cut_short

    def taken(self) -> List[float]:
        """Give the pauses since the last time, in seconds."""
        taken, self._seconds = self._seconds, []
        return taken

    def _cut_short(self, seconds: Any) -> None:
        self._sleep(min(seconds, SHORTEST_PAUSE))
        self._seconds.append(float(seconds))


def main() -> None:
    """Serve the parent until it goes."""
    channel = Channel()
    _leave_no_trace()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when this ends
    pauses = Pauses()
    fence = Fence(channel)
    fence.put_up()
    order = channel.order()
    try:
        copy = Copy(order["path"], order["defaults"])
    except CannotLoad as error:
        channel.tell(failed=str(error))
        return
    channel.tell(loaded={**_description(copy), **_side_effects(fence, pauses)})
    while True:
        seen = call(copy, channel.order())
        channel.tell(done={**seen, **_side_effects(fence, pauses)})


def call(copy: Copy, order: Dict[str, Any]) -> Dict[str, Any]:
    """Make one call; what it returned or raised, and printed."""
    printed = io.BytesIO()
    console = io.TextIOWrapper(printed, order["console"], newline="", write_through=True)
    copy.set({name: unpack(value) for name, value in order["constants"].items()})
    args = [unpack(value) for value in order["args"]]
    keywords = {name: unpack(value) for name, value in order["keywords"].items()}
    seen: Dict[str, Any] = {}
    with redirect_stdout(console), redirect_stderr(io.StringIO()):
        try:
            result = getattr(copy.make(), order["method"])(*args, **keywords)
        except BaseException as error:  # its exit is something to be told too
            seen["raises"] = type(error).__name__
            seen["error"] = f"{type(error).__name__}: {error}"
        else:
            seen["result"] = pack(result)
            seen.update(_told_by_name(result))
    seen["printed"] = printed.getvalue().decode(order["console"])
    return seen


def _description(copy: Copy) -> Dict[str, Any]:
    return {
        "constants": {name: pack(value) for name, value in copy.constants.items()},
        "missing": copy.missing,
        "in_class": copy.in_class,
        "unknown": copy.unknown,
        "stand_ins": copy.stand_ins,
        "methods": copy.methods(),
        "secrets": copy.secrets(),
    }


def _side_effects(fence: Fence, pauses: Pauses) -> Dict[str, Any]:
    return {"refused": fence.taken(), "pauses": pauses.taken()}


def _told_by_name(result: Any) -> Dict[str, Any]:
    """Give what only a reply of the shim knows: its outcome and its attempts."""
    if not isinstance(getattr(result, "outcome", None), str):
        return {}
    attempts = [[attempt.command, attempt.address] for attempt in result.attempts]
    return {"outcome": result.outcome, "attempts": attempts}


def _leave_no_trace() -> None:
    """Forget this package's names: the program may have modules that are called the same."""
    sys.path.pop(0)
    own = __name__.partition(".")[0]
    for name in [name for name in sys.modules if name.partition(".")[0] == own]:
        del sys.modules[name]

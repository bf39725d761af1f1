"""The work of the process: load the file, make one call after the other, tell what came of each."""

from __future__ import annotations

import io
import re
import signal
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, Dict, List

from .channel import Channel
from .fence import Fence
from .loading import CannotLoad, Copy

SHORTEST_PAUSE = 0.001  # seconds; none at all would make a busy loop of a waiting thread
MOST_PRINTED = 20_000  # characters
_PLACE_IN_MEMORY = re.compile("0x[0-9a-f]{6,}")


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
    order = channel.order()
    sys.path.extend(order["site"])
    fence.put_up()
    printed = io.StringIO()
    try:
        with redirect_stdout(printed), redirect_stderr(io.StringIO()):
            copy = Copy(order["path"], order["text"], order["class_name"])
    except CannotLoad as error:
        channel.tell(failed=str(error))
        return
    told = {"printed": _short(printed.getvalue()), "refused": fence.taken()}
    constants = {name: pack(value) for name, value in copy.constants().items()}
    channel.tell(done={**told, "pauses": pauses.taken(), "constants": constants})
    smsc: Any = None
    while True:
        order = channel.order()
        if order["new"]:
            smsc = None
        seen: Dict[str, Any] = {}
        console = io.StringIO()
        with redirect_stdout(console), redirect_stderr(io.StringIO()):
            try:
                copy.set(order["constants"])
                smsc = copy.make() if smsc is None else smsc
                args = [unpack(value) for value in order["args"]]
                keywords = {name: unpack(value) for name, value in order["keywords"].items()}
                seen["result"] = pack(getattr(smsc, order["method"])(*args, **keywords))
            except BaseException as error:  # its exit is something to be told too
                seen["raises"] = type(error).__name__
                seen["error"] = f"{type(error).__name__}: {error}"
        seen["printed"] = _short(console.getvalue())
        channel.tell(done={**seen, "refused": fence.taken(), "pauses": pauses.taken()})


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


def _short(text: str) -> str:
    left = len(text) - MOST_PRINTED
    return text if left <= 0 else f"{text[:MOST_PRINTED]}... and {left} characters more"


def _leave_no_trace() -> None:
    """Forget this package's names: the program may have modules that are called the same."""
    sys.path.pop(0)
    own = __name__.partition(".")[0]
    for name in [name for name in sys.modules if name.partition(".")[0] == own]:
        del sys.modules[name]

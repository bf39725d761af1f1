"""Both files under test at work in a process of their own."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

from smsc_transports.switching.comparing.calls import Scene
from smsc_transports.switching.comparing.child.main import pack

SECONDS_A_CALL = 2.0
SECONDS_TO_LOAD = 10.0
TOO_OLD = 88
DOES_NOT_END = "does not end"
_START = (
    "import sys; sys.version_info >= (3, 8) or sys.exit({too_old}); "
    # Without the folder of the program, whose modules may be called as those of the library.
    "sys.path[:] = [{folder!r}, *filter(None, sys.path)]; from child.main import main; main()"
)

Fields = Dict[str, Any]
_NOTHING_SEEN: Mapping[str, Any] = {"printed": "", "wire": [], "refused": [], "pauses": []}


class CannotCompare(Exception):
    """Why a copy cannot be compared at all, for its owner to read."""


class _Stopped(Exception):
    """A call did not end, or ended the process."""


class Program:
    """Loads the files of ``sides`` and makes calls with them.

    The process starts when it is needed, and again after a call that had to be stopped.
    """

    def __init__(self, sides: List[Fields], python: str, environment: Mapping[str, str]) -> None:
        self._sides = sides
        self._environment = dict(environment)
        self._python = python
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._messages: queue.Queue[Optional[Fields]] = queue.Queue()

    def load(self) -> List[Fields]:
        """Load the files; what each did. Raises CannotCompare."""
        self._start()
        try:
            return list(self._ask({"sides": self._sides}, SECONDS_TO_LOAD))
        except _Stopped as error:
            raise CannotCompare(f"While it is imported, it {error}.") from None

    def call(self, side: int, scene: Scene, constants: Mapping[str, Any]) -> Fields:
        """Make a call with one of the files; one that had to be stopped has ``stopped``."""
        if self._process is None:
            self.load()
        order = {
            "side": side,
            "method": scene.method,
            "args": [pack(value) for value in scene.args],
            "keywords": {name: pack(value) for name, value in scene.keywords.items()},
            "constants": constants,
            "script": scene.script,
            "rest": scene.rest,
        }
        try:
            return dict(self._ask(order, SECONDS_A_CALL))
        except _Stopped as error:
            return {**_NOTHING_SEEN, "stopped": str(error)}

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            assert process.stdin is not None
            with suppress(OSError):
                process.stdin.close()

    def _start(self) -> None:
        folder = str(Path(__file__).parent)
        try:
            self._process = subprocess.Popen(
                [self._python, "-B", "-c", _START.format(too_old=TOO_OLD, folder=folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
                start_new_session=os.name != "nt",  # Ctrl-C at the terminal is ours
            )
        except OSError as error:
            raise CannotCompare(f"Cannot run {self._python}: {error.strerror}.") from None
        self._messages = queue.Queue()
        arguments = (self._process, self._messages)
        threading.Thread(target=_read, args=arguments, daemon=True).start()

    def _ask(self, message: Mapping[str, Any], seconds: float) -> Any:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        try:
            with suppress(OSError):  # that it ended is noticed when its answer is awaited
                process.stdin.write(json.dumps(message).encode("ascii") + b"\n")
                process.stdin.flush()
            answer = self._messages.get(timeout=seconds)
            if answer is None:
                status = process.wait()
                if status == TOO_OLD:
                    raise CannotCompare(f"{self._python} is older than Python 3.8.")
                raise _Stopped(f"ends the process with exit status {status}")
            if "failed" in answer:
                raise CannotCompare(answer["failed"])
            return answer
        except queue.Empty:
            self.stop()
            raise _Stopped(DOES_NOT_END) from None
        except BaseException:
            self.stop()
            raise


def _read(process: subprocess.Popen[bytes], messages: queue.Queue[Optional[Fields]]) -> None:
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            messages.put(json.loads(line))
    messages.put(None)

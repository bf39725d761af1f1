"""One side of the comparison at work in a process of its own."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence

from smsc_transports.switching.comparing.child.main import pack
from smsc_transports.switching.comparing.gateway import Gateway, Stopped

SECONDS_A_CALL = 2.0
SECONDS_OF_SILENCE = 1.0  # until a call with a silent host counts as one without end
SECONDS_TO_LOAD = 10.0
TOO_OLD = 88
DOES_NOT_END = "does not end"
_START = (
    "import sys; sys.version_info >= (3, 8) or sys.exit({too_old}); "
    # Without the folder of the program, whose modules may be called as those of the library.
    "sys.path[:] = [{folder!r}, *filter(None, sys.path)]; from child.main import main; main()"
)
# What ours needs and the program's environment may lack; modules of the program come first.
SITE = (str(Path(__file__).parents[3]), *(part for part in sys.path if "site-packages" in part))

Fields = Dict[str, Any]
NOTHING_SEEN: Mapping[str, Any] = {"printed": "", "refused": [], "pauses": []}


class CannotCompare(Exception):
    """Why a copy cannot be compared at all, for its owner to read."""


class Program:
    """Runs a text in the place of the file at ``path``, in the current folder.

    ``site`` are folders of modules, looked through after all others.
    The process starts when it is needed, and again after a call that had to be stopped.
    """

    def __init__(
        self,
        path: Path,
        text: str,
        class_name: str,
        python: str,
        environment: Mapping[str, str],
        site: Sequence[str] = (),
    ) -> None:
        self._order = {
            "path": os.path.abspath(path),
            "text": text,
            "class_name": class_name,
            "site": list(site),
        }
        self._environment = dict(environment)
        self._python = python
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._messages: queue.Queue[Optional[Fields]] = queue.Queue()

    def load(self, gateway: Gateway) -> Fields:
        """Start the process and load the file; what that did. Raises CannotCompare."""
        self._start()
        self._send(self._order)
        try:
            return self._await(gateway, SECONDS_TO_LOAD)
        except Stopped as error:
            raise CannotCompare(f"While it is imported, it {error}.") from None

    def call(
        self,
        method: str,
        args: Sequence[Any],
        keywords: Mapping[str, Any],
        constants: Mapping[str, Any],
        gateway: Gateway,
        new: bool = True,
        seconds: float = SECONDS_A_CALL,
    ) -> Fields:
        """Make a call; what came of it. One that takes more than ``seconds`` has ``stopped``."""
        if self._process is None:
            self.load(Gateway())
        self._send(
            {
                "method": method,
                "args": [pack(value) for value in args],
                "keywords": {name: pack(value) for name, value in keywords.items()},
                "constants": constants,
                "new": new,
            }
        )
        try:
            return self._await(gateway, seconds)
        except Stopped as error:
            return {**NOTHING_SEEN, "stopped": str(error)}

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is None:
            return
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
                start_new_session=True,  # Ctrl-C at the terminal is ours
            )
        except OSError as error:
            raise CannotCompare(f"Cannot run {self._python}: {error.strerror}.") from None
        self._messages = queue.Queue()
        arguments = (self._process, self._messages)
        threading.Thread(target=_read, args=arguments, daemon=True).start()

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(OSError):  # that it ended is noticed when its answer is awaited
            # In ASCII: lone surrogates of a test text have no other way through.
            self._process.stdin.write(json.dumps(message).encode("ascii") + b"\n")
            self._process.stdin.flush()

    def _await(self, gateway: Gateway, seconds: float) -> Fields:
        """Serve the process until it has done what it was told to."""
        try:
            while True:
                message = self._messages.get(timeout=seconds)
                if message is None:
                    raise self._end()
                if "resolve" in message:
                    self._send({"answer": gateway.resolve(*message["resolve"])})
                elif "tls" in message:
                    gateway.secured(message["port"], message["tls"])
                elif "failed" in message:
                    raise CannotCompare(message["failed"])
                else:
                    return dict(message["done"])
        except queue.Empty:
            self.stop()
            raise Stopped(DOES_NOT_END) from None
        except BaseException:
            self.stop()
            raise

    def _end(self) -> Exception:
        status = None if self._process is None else self._process.wait()
        if status == TOO_OLD:
            return CannotCompare(f"{self._python} is older than Python 3.8.")
        return Stopped(f"ends the process with exit status {status}")


def _read(process: subprocess.Popen[bytes], messages: queue.Queue[Optional[Fields]]) -> None:
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            messages.put(json.loads(line))
    messages.put(None)

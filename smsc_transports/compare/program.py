"""A copy of smsc_api.py at work in a process of its own, and the calls made to it."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, Mapping, NamedTuple, Optional, Protocol, Tuple, Union

from smsc_transports.compare.child.fence import NO_SUCH_NAME
from smsc_transports.compare.child.values import pack

SECONDS_A_CALL = 5.0
TOO_OLD = 88
_START = (
    "import sys; sys.version_info >= (3, 8) or sys.exit({too_old}); "
    # Without the folder of the program, whose modules may be called as those of the library.
    "sys.path[:] = [{folder!r}, *filter(None, sys.path)]; from child.main import main; main()"
)

Fields = Dict[str, Any]


class CannotCompare(Exception):
    """Why a copy cannot be compared at all, for its owner to read."""


class Stopped(Exception):
    """A call did not end, or ended the process."""

    def __init__(self, reason: str, timed_out: bool = False) -> None:
        super().__init__(reason)
        self.timed_out = timed_out


class Network(Protocol):
    """What a copy finds in the place of the network."""

    def resolve(self, host: str, port: int) -> Union[str, Tuple[str, int], None]:
        """Give the address to connect to, the name of a fault, or None to refuse."""

    def connected(self, timeout: Optional[float]) -> None:
        """Hear that a connection is made, by a socket with so many seconds of patience."""


class NoNetwork:
    """A network where nobody is known."""

    def resolve(self, host: str, port: int) -> str:  # noqa: ARG002
        """Know no name."""
        return NO_SUCH_NAME

    def connected(self, timeout: Optional[float]) -> None:
        """Never happens."""


class Call(NamedTuple):
    """One call of a method, with all constants that are to be set for it."""

    method: str
    args: Tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = {}
    constants: Mapping[str, Any] = {}
    console: str = "utf-8"


class Program:
    """Starts the process when it is needed, and again after a call that had to be stopped.

    It runs in ``folder``, whose modules the copy may import; by default it is the current one.
    """

    def __init__(
        self,
        path: Path,
        defaults: Mapping[str, Any],
        environment: Mapping[str, str],
        python: str = sys.executable,
        folder: Optional[Path] = None,
    ) -> None:
        self._folder = folder
        self._order = {"path": os.path.abspath(path), "defaults": dict(defaults)}
        self._environment = environment
        self._python = python
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._messages: queue.Queue[Optional[Fields]] = queue.Queue()

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def load(self, network: Network) -> Fields:
        """Start the process and load the copy; what there is to know of it.

        Raises CannotCompare.
        """
        self._start()
        self._send(self._order)
        try:
            loaded = self._await("loaded", network)
        except Stopped as error:
            raise CannotCompare(f"While it is imported: {error}.") from None
        return loaded

    def call(self, call: Call, network: Network) -> Fields:
        """Make a call; what came of it. Raises Stopped, and starts afresh with the next call."""
        if self._process is None:
            self.load(NoNetwork())
        self._send(
            {
                **call._asdict(),
                "args": [pack(value) for value in call.args],
                "keywords": {name: pack(value) for name, value in call.keywords.items()},
                "constants": {name: pack(value) for name, value in call.constants.items()},
            }
        )
        return self._await("done", network)

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
                env=dict(self._environment),
                cwd=self._folder,
                start_new_session=True,  # Ctrl-C at the terminal is ours
            )
        except OSError as error:
            raise CannotCompare(f"cannot run {self._python}: {error.strerror}") from None
        self._messages = queue.Queue()
        arguments = (self._process, self._messages)
        threading.Thread(target=_read, args=arguments, daemon=True).start()

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(OSError):  # that it ended is noticed when its answer is awaited
            self._process.stdin.write(json.dumps(message).encode("ascii") + b"\n")
            self._process.stdin.flush()

    def _await(self, kind: str, network: Network) -> Fields:
        """Serve the process until it has done what it was told to."""
        process, messages = self._process, self._messages
        try:
            while True:
                message = messages.get(timeout=SECONDS_A_CALL)
                if message is None:
                    raise self._end_of(process)
                if "resolve" in message:
                    self._send({"answer": network.resolve(*message["resolve"])})
                elif "timeout" in message:
                    network.connected(message["timeout"])
                elif "failed" in message:
                    raise CannotCompare(message["failed"])
                else:
                    return dict(message[kind])
        except queue.Empty:
            self.stop()
            reason = f"it did not end within {SECONDS_A_CALL:g} s"
            raise Stopped(reason, timed_out=True) from None
        except BaseException:
            self.stop()
            raise

    def _end_of(self, process: Optional[subprocess.Popen[bytes]]) -> Exception:
        """Say how the process ended by itself, or that it was ended here."""
        status = None if process is None else process.wait()
        if status == TOO_OLD:
            return CannotCompare(f"{self._python} is older than Python 3.8, which the shim needs.")
        return Stopped(f"the process ended with exit status {status}")


def _read(process: subprocess.Popen[bytes], messages: queue.Queue[Optional[Fields]]) -> None:
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            messages.put(json.loads(line))
    messages.put(None)

"""The line to the parent: one JSON object each way, on what were stdin and stdout.

A thread reads, so that the end of the parent ends this process whatever the copy is doing.
"""

from __future__ import annotations

import json
import os
import queue
import threading
from typing import Any, Dict

Message = Dict[str, Any]


class Channel:
    """Takes the standard streams for itself; the copy is left with empty ones."""

    def __init__(self) -> None:
        self._incoming = os.fdopen(os.dup(0), "rb")
        self._outgoing = os.fdopen(os.dup(1), "wb")
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        self._orders: queue.Queue[Message] = queue.Queue()
        self._answers: queue.Queue[Message] = queue.Queue()
        self._asking = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def order(self) -> Message:
        """Wait for what the parent wants next."""
        return self._orders.get()

    def tell(self, **message: Any) -> None:
        """Tell the parent something that it need not answer."""
        # In ASCII: lone surrogates of a test text have no other way through.
        self._outgoing.write(json.dumps(message).encode("ascii") + b"\n")
        self._outgoing.flush()

    def ask(self, **message: Any) -> Message:
        """Ask the parent something, from any thread, and wait for the answer."""
        with self._asking:
            self.tell(**message)
            return self._answers.get()

    def _read(self) -> None:
        for line in self._incoming:
            message = json.loads(line)
            (self._answers if "answer" in message else self._orders).put(message)
        os._exit(0)

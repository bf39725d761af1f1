"""Sockets with one deadline for a whole answer.

The timeout of a plain socket counts for each piece that arrives, so a server that sends one byte
a second holds its client for ever.
"""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any, Optional


class _Deadline:
    """Makes every read end at the deadline, given as a value of ``time.monotonic()``."""

    deadline: Optional[float] = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise socket.timeout("the answer was not complete in time")
            self.settimeout(left)  # type: ignore[attr-defined]
        return super().recv_into(*args, **kwargs)  # type: ignore[misc, no-any-return]


class DeadlineSocket(_Deadline, socket.socket):
    """A plain socket with a deadline."""

    @classmethod
    def taking_over(cls, sock: socket.socket) -> DeadlineSocket:
        """Take over a connected socket; the given object is of no more use."""
        timeout = sock.gettimeout()
        taken = cls(sock.family, sock.type, sock.proto, fileno=sock.detach())
        taken.settimeout(timeout)
        return taken

    def close(self) -> None:
        """Hang up at once; http.client of Python 3.8 leaves a file open, which would prevent it."""
        super().close()
        if self.fileno() >= 0:
            socket.close(self.detach())


class DeadlineTLSSocket(_Deadline, ssl.SSLSocket):
    """A TLS socket with a deadline."""


def set_deadline(sock: Any, seconds: float) -> None:
    """Give a socket so many seconds: to write, and to have read everything."""
    sock.settimeout(seconds)
    sock.deadline = time.monotonic() + seconds

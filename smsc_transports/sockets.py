"""A socket with one deadline for a whole answer.

The timeout of a plain socket counts for each piece that arrives, so a server that sends one byte
a second holds its client for ever.
"""

from __future__ import annotations

import socket
import time
from typing import Any, Optional


class DeadlineSocket(socket.socket):
    """Makes every read by a file end at the deadline, given as a value of ``time.monotonic()``."""

    deadline: Optional[float] = None

    @classmethod
    def taking_over(cls, sock: socket.socket) -> DeadlineSocket:
        """Take over a connected socket; the given object is of no more use."""
        timeout = sock.gettimeout()
        taken = cls(sock.family, sock.type, sock.proto, fileno=sock.detach())
        taken.settimeout(timeout)
        return taken

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Read, as files made of the socket do."""
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise socket.timeout("the answer was not complete in time")
            self.settimeout(left)
        return super().recv_into(*args, **kwargs)

    def close(self) -> None:
        """Hang up at once; http.client of Python 3.8 leaves a file open, which would prevent it."""
        super().close()
        if self.fileno() >= 0:
            socket.close(self.detach())

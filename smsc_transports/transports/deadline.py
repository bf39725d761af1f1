"""One moment by which everything on a socket has to be over.

The timeout of a plain socket counts for each piece that arrives, so a server that sends one byte
a second blocks its client without end; and no timeout covers the look-up of a name. All moments
here are values of ``time.monotonic()``.
"""

from __future__ import annotations

import io
import ipaddress
import queue
import socket
import sys
import threading
import time
from typing import Any, List, Tuple

MAX_ANSWER_BYTES = 1024 * 1024
"""The most that is read of one answer, headers included."""


def seconds_until(moment: float) -> float:
    """Give the seconds that are left; raises ``socket.timeout`` if there are none."""
    left = moment - time.monotonic()
    if left <= 0:
        raise socket.timeout("timed out")
    return left


class TimedReader(io.RawIOBase):
    """Reads from a socket until a moment, and at most ``MAX_ANSWER_BYTES``."""

    def __init__(self, raw: io.RawIOBase, sock: Any, ends_at: float) -> None:
        self.received = 0
        self._raw = raw
        self._sock = sock
        self._ends_at = ends_at

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> Any:
        """Read what comes next."""
        self._sock.settimeout(seconds_until(self._ends_at))
        count = self._raw.readinto(buffer)
        self.received += count or 0
        if self.received > MAX_ANSWER_BYTES:
            raise OSError(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
        return count

    def close(self) -> None:
        """Release the socket."""
        self._raw.close()
        super().close()


def connect(host: str, port: int, ends_at: float) -> socket.socket:
    """Look up a name and connect; what is left of the time is the socket's timeout.

    Raises OSError.
    """
    refused: OSError = OSError(f"{host} has no address")
    addresses = _look_up(host, port, ends_at)
    for number, (family, kind, protocol, _, address) in enumerate(addresses, 1):
        sock = None
        try:
            sock = socket.socket(family, kind, protocol)
            left = seconds_until(ends_at)
            # One that is silent, such as by IPv6 without a route, leaves time for the next.
            sock.settimeout(left if number == len(addresses) else left / 2)
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(seconds_until(ends_at))
        except OSError as error:
            if sock is not None:
                sock.close()
            refused = error
        except BaseException:
            if sock is not None:
                sock.close()
            raise
        else:
            return sock
    raise refused


def _look_up(host: str, port: int, ends_at: float) -> List[Tuple[Any, ...]]:
    if _is_address(host):
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    found: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except BaseException as error:
            found.put(error)

    try:
        if sys.is_finalizing():  # some Pythons start a thread even then, and it never runs
            raise RuntimeError
        # The system's look-up cannot be cancelled; a thread can be left behind.
        threading.Thread(target=ask, name="smsc-look-up", daemon=True).start()
    except RuntimeError:  # the program is ending, or may have no more threads
        ask()
    try:
        answer = found.get(timeout=seconds_until(ends_at))
    except queue.Empty:
        raise socket.timeout(f"the name {host} was not found in time") from None
    if isinstance(answer, BaseException):
        raise answer
    return list(answer)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True

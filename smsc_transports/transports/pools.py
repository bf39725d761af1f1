"""Pools of urllib3 that hold our connections."""

from __future__ import annotations

import ssl
from collections import deque
from queue import Empty, Full
from typing import Any, Optional

from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from smsc_transports.transports.connections import Connection, TLSConnection
from smsc_transports.transports.idle import IDLE


class _Stack:
    """The idle connections of one host, the one used last on top.

    Replaces queue.LifoQueue, whose lock a signal handler that sends could find taken by the very
    thread that it interrupts.
    """

    def __init__(self, maxsize: int) -> None:
        self._most = maxsize
        self._items: deque[Any] = deque()

    def put(self, item: Any, block: bool = False, timeout: Optional[float] = None) -> None:  # noqa: ARG002
        if len(self._items) >= self._most:
            raise Full
        self._items.append(item)

    def get(self, block: bool = False, timeout: Optional[float] = None) -> Any:  # noqa: ARG002
        try:
            connection = self._items.pop()
        except IndexError:
            raise Empty from None
        # From here on no other thread closes it. A closed one is replaced by a new one.
        return connection if connection is not None and IDLE.take(connection) else None

    def qsize(self) -> int:
        return len(self._items)


class Pool(HTTPConnectionPool):
    """The connections to one host by HTTP."""

    ConnectionCls = Connection
    QueueCls = _Stack  # type: ignore[assignment]

    def __init__(self, *args: Any, assert_hostname: Any = None, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)  # urllib3 1 gives all the option for TLS


class TLSPool(HTTPSConnectionPool):
    """The connections to one host by HTTPS."""

    ConnectionCls = TLSConnection
    QueueCls = _Stack  # type: ignore[assignment]


POOLS = {"http": Pool, "https": TLSPool}


def verify_arguments(context: Optional[ssl.SSLContext]) -> Any:
    """Give what makes urllib3 trust as a context does, and change nothing in it."""
    if context is None:
        return {}
    return {
        "ssl_context": context,
        "cert_reqs": context.verify_mode,
        "assert_hostname": None if context.check_hostname else False,
    }

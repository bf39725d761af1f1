"""One listening port on loopback, that can refuse connections for a while and come back."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Callable, Optional

LOOPBACK = "127.0.0.1"


class PortTaken(OSError):
    """A port is in use by another program; the text says which and what to do."""


class Listener:
    """Hands the connections of one port to ``protocol_factory``.

    ``port`` 0 is any free one, known after :meth:`open`. ``drop`` ends the connections that are
    open. ``option`` is the command-line option that chooses another port.
    """

    def __init__(
        self,
        name: str,
        port: int,
        protocol_factory: Callable[[], asyncio.Protocol],
        drop: Callable[[], None],
        option: str = "--port",
        tls: Optional[ssl.SSLContext] = None,
    ) -> None:
        self.name = name
        self.port = port
        self.connections = 0
        self._option = option
        self._protocol_factory = protocol_factory
        self._drop = drop
        self._tls = tls
        self._server: Optional[asyncio.AbstractServer] = None
        self._placeholder: Optional[socket.socket] = None

    @property
    def address(self) -> str:
        """``127.0.0.1:port``."""
        return f"{LOOPBACK}:{self.port}"

    async def open(self) -> None:
        """Listen; nothing to do when it listens already. Raises :class:`PortTaken`."""
        if self._server is not None:
            return
        bound, self._placeholder = self._placeholder or self._bind(), None
        try:
            self._server = await asyncio.get_running_loop().create_server(
                self._connected, sock=bound, ssl=self._tls, backlog=1024
            )
        except OSError:
            bound.close()
            raise self._taken() from None

    async def refuse(self) -> None:
        """Stop listening and end what is open, but keep the port from other programs."""
        if self._server is not None:
            await self.close()
            self._placeholder = self._bind()

    async def close(self) -> None:
        """Stop listening and end what is open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._placeholder is not None:
            self._placeholder.close()
            self._placeholder = None
        self._drop()

    def _connected(self) -> asyncio.Protocol:
        self.connections += 1
        return self._protocol_factory()

    def _bind(self) -> socket.socket:
        """A bound socket that does not listen: connections to it are refused."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((LOOPBACK, self.port))
        except (OSError, OverflowError):
            bound.close()
            raise self._taken() from None
        self.port = bound.getsockname()[1]
        return bound

    def _taken(self) -> PortTaken:
        return PortTaken(
            f"port {self.port} ({self.name}) is taken or not allowed; "
            f"choose another with {self._option}, 0 for any free one"
        )

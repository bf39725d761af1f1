"""All parts of one sandbox, in one event loop."""

from __future__ import annotations

import asyncio
import ssl
from typing import Dict, List, Optional

from aiohttp import web

from smsc_transports.sandbox.protocols.callbacks import Callbacks
from smsc_transports.sandbox.protocols.certificates import Authority
from smsc_transports.sandbox.protocols.http import Hosts
from smsc_transports.sandbox.protocols.listener import Listener
from smsc_transports.sandbox.protocols.quiet import LOGGER
from smsc_transports.sandbox.protocols.smpp import SmppServer
from smsc_transports.sandbox.protocols.smtp import SmtpServer
from smsc_transports.sandbox.rules.clock import Clock
from smsc_transports.sandbox.rules.faults import HOSTS, Faults, Rule
from smsc_transports.sandbox.rules.gateway import Gateway
from smsc_transports.sandbox.rules.limits import Limits
from smsc_transports.sandbox.rules.store import Message, Store, matches


class Engine:
    """Starts, stops, resets and connects clock, store, gateway, faults and listeners.

    Not thread-safe. ``port`` is the inbox's; the five HTTP hosts follow it, the HTTPS hosts ten
    further on, SMPP twenty, and twenty-one with TLS; 0 is any free port for each.
    """

    def __init__(
        self,
        port: int,
        smtp_port: int,
        limits: bool,
        balance: object,
        keep: int,
        login: Optional[str],
        password: Optional[str],
        callback_url: Optional[str],
        callback_secret: str,
    ) -> None:
        self.clock = Clock()
        self.store = Store(keep)
        self.faults = Faults()
        switches = self.faults.switches
        self.limits = Limits(self.clock, switches, limits)
        self.gateway = Gateway(
            self.clock, self.store, self.limits, switches, balance, login, password
        )
        self.callbacks = Callbacks(callback_url, callback_secret, self.clock)
        self.authority = Authority()
        self._port = port
        self._smtp_port = smtp_port
        self._web_servers: List[web.Server] = []
        self._inbox_runner: Optional[web.AppRunner] = None
        self._opening: asyncio.Lock
        self.inbox: Listener
        self.http: List[Listener] = []
        self.https: List[Listener] = []
        self.smtp: Listener
        self.smpp: List[Listener] = []
        self._messages_by_smpp = SmppServer(self.gateway, self.faults)

    async def start(self, page: web.Application) -> None:
        """Open all ports, with ``page`` as the inbox.

        Raises :class:`~.protocols.listener.PortTaken` and leaves none open.
        """
        # Made here and not before, because in Python 3.8 it belongs to the loop it is made in.
        self._opening = asyncio.Lock()
        await self._prepare(page)
        try:
            for listener in self._listeners():
                await listener.open()
            if self.callbacks.url:
                await self.callbacks.start()
                self.store.listeners.append(self.callbacks.add)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close all ports and connections."""
        self.faults.remove()
        self._messages_by_smpp.forget()
        await self.callbacks.stop()
        for listener in self._listeners():
            await listener.close()
        for server in self._web_servers:
            await server.shutdown(0.1)
        if self._inbox_runner is not None:
            await self._inbox_runner.cleanup()
            self._inbox_runner = None

    def addresses(self) -> Dict[str, object]:
        """Where everything listens, and the authority to trust, as the client library asks."""
        return {
            "inbox": self.inbox.address,
            "http": [listener.address for listener in self.http],
            "https": [listener.address for listener in self.https],
            "smtp": [self.smtp.address],
            "smpp": [self.smpp[0].address],
            "smpps": [self.smpp[1].address],
            "ca": self.authority.pem,
        }

    @property
    def connections(self) -> int:
        """How many connections the gateway's hosts have had."""
        return sum(listener.connections for listener in self._gateway_listeners())

    async def fail(self, rule: Rule) -> int:
        """Put a rule in force; its number. Refusing hosts are closed when this returns."""
        number = self.faults.add(rule)
        await self._open_or_refuse()
        return number

    async def lift(self, number: Optional[int] = None) -> None:
        """Lift one rule, or all; KeyError for an unknown number."""
        self.faults.remove(number)
        await self._open_or_refuse()

    async def advance(self, seconds: float) -> None:
        """Turn the clock; status callbacks that fall due are posted when this returns."""
        self.clock.advance(seconds)
        self._messages_by_smpp.deliver_due()
        await self.callbacks.post_due()

    async def reset(self) -> None:
        """As just started: no messages, no faults, the first balance, real time."""
        self.callbacks.forget()
        self._messages_by_smpp.forget()
        self.gateway.reset()
        self.clock.reset()
        await self.lift()

    async def wait_for(
        self, phone: Optional[str], text: Optional[str], timeout: float
    ) -> Optional[Message]:
        """The newest message that fits, or the first to arrive within ``timeout`` seconds."""
        for message in self.store.newest():
            if matches(message, phone, text):
                return message
        arrived: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

        def listener(message: Message) -> None:
            if matches(message, phone, text) and not arrived.done():
                arrived.set_result(message)

        self.store.listeners.append(listener)
        try:
            return await asyncio.wait_for(arrived, timeout)
        except asyncio.TimeoutError:
            return None
        finally:
            self.store.listeners.remove(listener)

    async def _prepare(self, page: web.Application) -> None:
        hosts = Hosts(self.gateway, self.faults)
        tls = self.authority.server_context()
        self._inbox_runner = web.AppRunner(
            page, handler_cancellation=True, access_log=None, logger=LOGGER
        )
        await self._inbox_runner.setup()
        inbox_server = self._inbox_runner.server
        assert inbox_server is not None
        self.inbox = self._listener("inbox", 0, inbox_server)
        for host in range(HOSTS):
            name = f"host {host}"
            self.http.append(self._listener(f"HTTP {name}", 1 + host, hosts.server("http", host)))
            self.https.append(
                self._listener(f"HTTPS {name}", 11 + host, hosts.server("https", host), tls)
            )
        mail_server = SmtpServer(self.gateway, self.faults)
        self.smtp = Listener(
            "SMTP", self._smtp_port, mail_server.protocol, mail_server.drop, "--smtp-port"
        )
        short = self._messages_by_smpp
        for offset, context in ((21, None), (22, tls)):
            port = self._port and self._port + offset
            self.smpp.append(Listener("SMPP", port, short.protocol, short.drop, "--port", context))

    def _listener(
        self, name: str, offset: int, server: web.Server, tls: Optional[ssl.SSLContext] = None
    ) -> Listener:
        def drop() -> None:
            for connection in server.connections:
                if connection.transport is not None:
                    connection.transport.abort()

        self._web_servers.append(server)
        return Listener(name, self._port and self._port + offset, server, drop, "--port", tls)

    def _listeners(self) -> List[Listener]:
        return [self.inbox, *self._gateway_listeners()]

    def _gateway_listeners(self) -> List[Listener]:
        return [*self.http, *self.https, self.smtp, *self.smpp]

    async def _open_or_refuse(self) -> None:
        # One at a time: opening takes a while in which another call could open the same.
        async with self._opening:
            refusing = [(self.smtp, self.faults.refuses(None, "smtp"))]
            refusing += [(one, self.faults.refuses(None, "smpp")) for one in self.smpp]
            for listeners in (self.http, self.https):
                refusing += [(one, self.faults.refuses(host)) for host, one in enumerate(listeners)]
            for listener, closed in refusing:
                await (listener.refuse() if closed else listener.open())

"""The base class of transports: what a plugin author has to write."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import FrozenSet, Optional, Sequence

from smsc_transports.values.request import Request
from smsc_transports.values.settings import Timeout


class Transport(ABC):
    """One way to the gateway: it makes one attempt against one address, and nothing more.

    Which address comes next, whether a repeat is allowed, deadlines, logging and what the caller
    sees belong to the failover loop. Objects are shared by all threads. A whole plugin::

        # carrier_pigeon.py
        from smsc_transports import NotSent, Transport, hookimpl

        class Pigeon(Transport):
            name = "pigeon"
            commands = frozenset({"send"})

            def addresses(self, request):
                return ["north-loft", "south-loft"]

            def exchange(self, request, address, timeout):
                if not release(address, request.phones, request.text, timeout.connect):
                    raise NotSent(f"no pigeon left at {address}")
                return f"{request.id or 0},1,0.00,0.00"

        @hookimpl
        def smsc_transports():
            return [Pigeon()]

    Switched on by ``SMSC_PLUGINS=carrier_pigeon`` and ``SMSC_TRANSPORT=pigeon``.
    """

    name: str = ""
    """Its name in ``SMSC_TRANSPORT``."""

    commands: Optional[FrozenSet[str]] = None
    """The commands that it can carry; None: all. "send" alone never asks a price: a send that asks
    one and must not be delivered, ``request.fields["cost"] == "1"``, is "cost" here."""

    is_gateway: bool = False
    """True if its addresses are SMSC's own hosts, the only ones that may get login and password.

    What such a transport cannot carry, as e-mail no status, goes to the gateway by HTTP; what
    another one cannot carry is not sent.
    """

    needs_slot: bool = True
    """False if it only hands the request to another process, so that the gateway's limit of
    simultaneous requests does not concern it."""
    carries_id: bool = True
    """False where the gateway cannot be told the id of a message.

    Then the safe mode cannot look for a message whose answer was lost, and says so.
    """

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def carries(self, request: Request) -> bool:
        """Tell whether it can carry this kind of request."""
        return self.commands is None or request.task in self.commands

    def addresses(self, request: Request) -> Sequence[str]:
        """List the addresses for this request in the order of trying; default: the hosts."""
        return request.settings.hosts

    @abstractmethod
    def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
        """Make one attempt against one address and return the reply text.

        The text is in the gateway's ``fmt=1`` form: ``1234,1,1.40,100.50`` or ``0,-7``.
        ``timeout`` holds seconds for connecting, for having the whole answer after that
        (``read``), and for everything together (``total``, infinite without SMSC_DEADLINE).

        Raises:
            NotSent: the request surely did not reach the gateway.
            OutcomeUnknown: it may have reached the gateway.
            Unsupported: this transport cannot carry this request; nothing was sent.
        """

    def close(self) -> None:  # noqa: B027  (not every transport keeps something)
        """Release what is kept between calls; called when the program ends.

        Closing twice must be harmless.
        """

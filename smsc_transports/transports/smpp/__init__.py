"""SMPP 3.4: sends over one connection that is kept bound. Needs the extra ``[smpp]``."""

from __future__ import annotations

from typing import List, Sequence

from smsc_transports.plugins.hookspecs import hookimpl
from smsc_transports.plugins.transport import Transport
from smsc_transports.values.errors import Unsupported
from smsc_transports.values.extras import install
from smsc_transports.values.forks import NO_FORK
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Timeout


class SmppTransport(Transport):
    """Sends; the reply is ``id,parts,,``, of several numbers their ids joined by semicolons."""

    name = "smpp"
    commands = frozenset({"send"})
    is_gateway = True
    carries_id = False

    def addresses(self, request: Request) -> Sequence[str]:
        """List the SMPP servers."""
        return request.settings.smpp_servers

    def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
        """Hand the message to one server."""
        try:
            with NO_FORK:  # only here: smpplib is an extra
                from smsc_transports.transports.smpp import sending
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "smpplib":
                raise
            raise Unsupported(f"smpp needs more packages: {install('smpp')}") from None
        return sending.exchange(request, address, timeout)

    def close(self) -> None:
        """Unbind."""
        import sys

        sending = sys.modules.get(f"{__name__}.sending")
        if sending is not None:
            sending.close()


@hookimpl
def smsc_transports() -> List[Transport]:
    """Give the SMPP transport."""
    return [SmppTransport()]

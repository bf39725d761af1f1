"""The transport ``queue``: a send is written down, and a worker makes it.

The reply is ``[id, parts, "", ""]``: price and balance are not known yet.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Deque, List, Sequence

from smsc_transports.plugins.hookspecs import hookimpl
from smsc_transports.plugins.transport import Transport
from smsc_transports.reporting.notices import warn_on_stderr
from smsc_transports.reporting.redaction import redact
from smsc_transports.values.encoding import Argument
from smsc_transports.values.errors import NotSent, OutcomeUnknown, Unsupported
from smsc_transports.values.forks import NO_FORK
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Timeout

if TYPE_CHECKING:
    from smsc_transports.queueing.entries import Entry
    from smsc_transports.queueing.store import Store

URGENT_A_MINUTE = 30
"""So many messages a minute of one process go before others: codes before newsletters."""

_NOT_YET = "-1,0,0"


class QueueTransport(Transport):
    """Puts messages into the queue; gives the status of those that wait there."""

    name = "queue"
    commands = frozenset({"send", "status"})
    is_gateway = True
    needs_slot = False

    def __init__(self) -> None:
        self._put_at: Deque[float] = deque(maxlen=URGENT_A_MINUTE)

    def addresses(self, request: Request) -> Sequence[str]:
        """Give the place of the queue."""
        with NO_FORK:
            from smsc_transports.queueing import store

        return [store.store_of(request.settings).shown]

    def exchange(self, request: Request, address: str, timeout: Timeout) -> str:  # noqa: ARG002
        """Put a message into the queue, or give the status of one that waits."""
        from smsc_transports.queueing import store
        from smsc_transports.queueing.entries import QueueFailed

        opened = store.store_of(request.settings)
        try:
            if request.command == "status":
                return _status(opened, request)
            if not request.billable:
                raise Unsupported("a price is asked of the gateway")
            return self._put(opened, request)
        except QueueFailed as error:
            reason = redact(f"the queue cannot be used: {error}", request.settings.secrets)
            told = f"{reason[0].upper()}{reason[1:]}".rstrip(".")
            warn_on_stderr(f"{told}. It is named by SMSC_QUEUE.", "SMSC_QUEUE")
            if request.command == "status":
                raise Unsupported(reason) from None
            raise (OutcomeUnknown if error.may_be_there else NotSent)(reason) from None

    def close(self) -> None:
        """Close the queues."""
        store = sys.modules.get("smsc_transports.queueing.store")
        if store is not None:
            store.close_all()

    def _put(self, opened: Store, request: Request) -> str:
        from smsc_transports.failover.safe import new_id
        from smsc_transports.transports.smtp import parts_of

        parts = parts_of(request)
        own, id = request.id, request.id or new_id()
        entry = _entry(request, id, ours=not own, urgent=self._is_urgent(request))
        while not opened.put(entry):
            id = own or new_id()
            # An own id need not be unique: only the first message under it is known by it.
            entry = _entry(request, id, not own, entry.urgent, name=f"{id}.{new_id()}")
        return f"{id},{parts},,"

    def _is_urgent(self, request: Request) -> int:
        from smsc_transports.queueing.entries import BULK, URGENT

        now = time.monotonic()
        many = len(self._put_at) == URGENT_A_MINUTE and now - self._put_at[0] < 60
        self._put_at.append(now)
        return BULK if many or len(request.phones) > 1 else URGENT


def _entry(request: Request, id: str, ours: bool, urgent: int, name: str = "") -> Entry:
    from smsc_transports.queueing.entries import Entry

    numbered = request.with_id(id)
    charset = getattr(numbered.argument, "charset", request.settings.charset)
    return Entry(name or id, id, ours, str(numbered.argument), charset, urgent, time.time())


def _status(opened: Store, request: Request) -> str:
    from smsc_transports.queueing.entries import FAILED, SENDING, WAITING

    entry = opened.get(request.id) if request.id else None
    if entry is not None and entry.state in (WAITING, SENDING):
        return _NOT_YET
    if entry is not None and entry.state == FAILED and entry.reply:
        return entry.reply
    raise Unsupported("it does not wait in the queue")


def argument_of(entry: Entry) -> Argument:
    """Give the parameters of a message as they were."""
    return Argument(entry.argument, entry.charset)


@hookimpl
def smsc_transports() -> List[Any]:
    """Give the transport."""
    return [QueueTransport()]

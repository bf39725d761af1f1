"""Transports for the SMS gateway SMSC, and the failover they share.

Programs use the module ``smsc_api``; this package is what it works with, and what the author of
a transport or another plugin imports.
"""

from __future__ import annotations

import os
from _thread import RLock

TYPE_CHECKING = False  # typing has it too, but takes long to import
if TYPE_CHECKING:
    from smsc_transports.plugins.hookspecs import hookimpl
    from smsc_transports.plugins.manager import plugin_manager
    from smsc_transports.plugins.transport import Transport
    from smsc_transports.values.attempt import Attempt
    from smsc_transports.values.errors import (
        ConfigurationError,
        GatewayError,
        NotSent,
        OutcomeUnknown,
        TransportError,
        Unsupported,
    )
    from smsc_transports.values.receipt import Receipt
    from smsc_transports.values.records import Record
    from smsc_transports.values.reply import Reply
    from smsc_transports.values.request import Request
    from smsc_transports.values.settings import Settings
    from smsc_transports.values.statuses import MessageStatus

__version__ = "0.1.0"

FIRST_IMPORT = RLock()
"""Held while a first call imports what it needs: a process forked at that time would wait without
end for the locks of modules that another thread was importing."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=FIRST_IMPORT.acquire,
        after_in_parent=FIRST_IMPORT.release,
        after_in_child=FIRST_IMPORT.release,
    )

__all__ = [
    "Attempt",
    "ConfigurationError",
    "GatewayError",
    "MessageStatus",
    "NotSent",
    "OutcomeUnknown",
    "Receipt",
    "Record",
    "Reply",
    "Request",
    "Settings",
    "Transport",
    "TransportError",
    "Unsupported",
    "hookimpl",
    "plugin_manager",
]

if not TYPE_CHECKING:  # else any misspelt name would pass for one of ours

    def __getattr__(name: str) -> object:
        """Import the public names when one of them is asked for; before, they are not needed."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from smsc_transports.plugins import hookspecs, manager, transport
        from smsc_transports.values import (
            attempt,
            errors,
            receipt,
            records,
            reply,
            request,
            settings,
            statuses,
        )

        values = (attempt, errors, receipt, records, reply, request, settings, statuses)
        homes = (hookspecs, manager, *values, transport)
        return next(vars(home)[name] for home in homes if name in vars(home))

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})

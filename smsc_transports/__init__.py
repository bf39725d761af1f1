"""Transports for the SMS gateway SMSC, and the failover they share.

Programs use the module ``smsc_api``; this package is what it works with, and what the author of
a transport or another plugin imports.
"""

import logging

from smsc_transports.attempt import Attempt
from smsc_transports.errors import NotSent, OutcomeUnknown, TransportError, Unsupported
from smsc_transports.hookspecs import hookimpl
from smsc_transports.manager import plugin_manager
from smsc_transports.reply import Reply
from smsc_transports.request import Request
from smsc_transports.settings import Settings
from smsc_transports.transport import Transport

__version__ = "0.1.0"

__all__ = [
    "Attempt",
    "NotSent",
    "OutcomeUnknown",
    "Reply",
    "Request",
    "Settings",
    "Transport",
    "TransportError",
    "Unsupported",
    "hookimpl",
    "plugin_manager",
]

# Silent until the program asks: an old program must not grow new lines on stderr.
logging.getLogger("smsc_transports").addHandler(logging.NullHandler())

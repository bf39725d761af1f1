"""The logs of the servers: bugs of the sandbox, but not what clients do wrong, and no secrets.

aiohttp logs a traceback for each request that is not HTTP. Such requests are common at a gateway
under test and are answered with 400. aiosmtpd logs whole e-mails, whose first line holds the
password.
"""

from __future__ import annotations

import logging

from aiohttp.http_exceptions import HttpProcessingError

from smsc_transports.reporting.logs import logger


def _is_our_fault(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


LOGGER: logging.Logger = logger("sandbox")
LOGGER.addFilter(_is_our_fault)

logging.getLogger("mail.log").setLevel(logging.WARNING)

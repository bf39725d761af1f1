"""The hooks that a plugin may implement. Specifications only: nothing happens here."""

from __future__ import annotations

from typing import Any, Iterable, List, Mapping, Optional

import pluggy

from smsc_transports.plugins.transport import Transport
from smsc_transports.values.attempt import Attempt
from smsc_transports.values.receipt import Receipt
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings

PROJECT = "smsc_transports"
"""The name of the pluggy project and of the entry-point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def smsc_transports() -> Iterable[Transport]:  # type: ignore[empty-body]
    """Give the transports of this plugin.

    Called once, when the first call needs a transport, and again after a plugin was registered
    or unregistered. The transports of all plugins are collected. ::

        # dry_run.py
        from smsc_transports import Transport, hookimpl

        class DryRun(Transport):
            name = "dry-run"

            def exchange(self, request, address, timeout):
                print(request.phones, request.text)
                return "1,1,0.00,0.00"

        @hookimpl
        def smsc_transports():
            return [DryRun()]

    Returns:
        Any iterable of :class:`Transport`, or None. Two transports of one name, from whatever
        plugins, are a ``ConfigurationError`` that names both.

    An exception leaves this plugin's transports out, with a warning.
    """


@hookspec(firstresult=True)
def smsc_choose_transport(request: Request, names: List[str]) -> Optional[str]:
    """Choose the transport for one request.

    Called once for each call, but not for those that the hook itself makes. The first answer
    that is not None wins; if no plugin answers, ``SMSC_TRANSPORT`` decides, and if that is empty,
    ``SMSC_POST`` and ``SMSC_HTTPS`` do. ::

        # bulk_by_post.py
        from smsc_transports import hookimpl

        @hookimpl
        def smsc_choose_transport(request, names):
            return "https-post" if len(request.phones) > 100 else None

    Args:
        request: what is to be sent.
        names: the names of all transports there are.

    Returns:
        A name, a comma list of names to be tried in order, or None.

    An exception ends the call before anything is sent, with a warning.
    """


@hookspec
def smsc_settings(settings: Settings) -> Optional[Mapping[str, Any]]:
    """Change the settings of one call.

    Called once for each call, but not for those that the hook itself makes. The changes of all
    plugins are merged; where two change the same field, the one that pluggy calls earlier wins
    (``tryfirst``, or registered later). ::

        # password_from_systemd.py
        import os
        from pathlib import Path
        from smsc_transports import hookimpl

        @hookimpl
        def smsc_settings(settings):
            file = Path(os.environ["CREDENTIALS_DIRECTORY"], "smsc")
            return {"password": file.read_text().strip()}

    Args:
        settings: what the constants and the environment say.

    Returns:
        The changed fields of :class:`Settings` by name, or None. They are read as the constants
        are: ``{"timeout": 5, "failover": "safe"}``.

    An exception ends the call before anything is sent, with a warning.
    """


@hookspec
def smsc_attempt(attempt: Attempt) -> None:
    """Observe one attempt.

    Called after each attempt, in the thread of the call. The attempts of a message that an
    observer itself sends are not reported. ::

        # outcomes_counted.py
        from collections import Counter
        from smsc_transports import hookimpl

        outcomes = Counter()

        @hookimpl
        def smsc_attempt(attempt):
            outcomes[attempt.outcome] += 1

    Args:
        attempt: what was tried and what came of it, without secrets.

    Returns:
        Nothing; whatever it gives is ignored.

    Whatever it raises is shown once, as a warning, and never passed on, except Ctrl-C and
    ``sys.exit()``.
    """


@hookspec
def smsc_receipt(receipt: Receipt) -> None:
    """Receive the delivery receipt of a message that was sent by SMPP.

    Called for each receipt, in a thread of its own, in the order in which they came. Only while
    some plugin has this hook, SMPP sends ask for receipts; else the gateway reports to the
    account's HTTP handler. ::

        # receipts_in_a_file.py
        from smsc_transports import hookimpl

        @hookimpl
        def smsc_receipt(receipt):
            with open("receipts.txt", "a") as file:
                print(receipt.id, receipt.phone, receipt.status, receipt.cost, file=file)

    Args:
        receipt: the message and its new status.

    Returns:
        Nothing; whatever it gives is ignored.

    Whatever it raises is shown once, as a warning, and never passed on.
    """

"""One call from top to bottom: settings, request, transports, policy, reply."""

from __future__ import annotations

import dataclasses
import os
import smtplib
import sys
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple
from urllib.parse import urlencode

# Named here for tools that freeze a program into one file; the plugin manager loads them.
import smsc_transports.queueing.transport
import smsc_transports.transports.http
import smsc_transports.transports.smpp
import smsc_transports.transports.smtp
import smsc_transports.transports.soap  # noqa: F401
from smsc_transports.failover.policies import Call, Verdict, run_legacy, run_once
from smsc_transports.plugins.manager import PluginManager, plugin_manager
from smsc_transports.plugins.transport import Transport
from smsc_transports.reporting.notices import warn_always
from smsc_transports.values.encoding import MailArgument, wrong_type
from smsc_transports.values.errors import (
    NOT_SENT,
    ConfigurationError,
    NotSent,
    TransportError,
    did_you_mean,
)
from smsc_transports.values.forks import NO_FORK
from smsc_transports.values.hidden import Hidden
from smsc_transports.values.reply import DECIDING_PARAMETERS, NO_ANSWER, Reply
from smsc_transports.values.request import FaceNames, Request
from smsc_transports.values.settings import Settings, read_settings


def call(command: str, argument: str, names: Mapping[str, Any]) -> Reply:
    """Ask the gateway for a copy of smsc_api.py, whose globals are ``names``."""
    names = Hidden(names)
    return ask(command, argument, read_settings(names), replaceable(names))


def ask(command: str, argument: str, settings: Settings, face: FaceNames) -> Reply:
    """Ask the gateway.

    A call that fails gives ``["", ""]``. Raises ConfigurationError for an unknown transport and
    for two of one name; TypeError where a credential or the charset is no text; UnicodeError where
    a credential cannot be encoded.
    """
    request = Request(command, argument, settings, face=face)
    try:
        under_way, transports = prepare(request)
    except TransportError as error:
        warn_always(f"Nothing is sent: {error}.", "sending")
        return _reply(request, Verdict(None, NOT_SENT, error), [])
    request = under_way.request
    if request.settings.failover == "safe":
        with NO_FORK:
            from smsc_transports.failover.safe import run_safe  # most programs never need it

        asking = askers(plugin_manager(), request, transports)
        verdict = run_safe(under_way, transports, asking)
    else:
        verdict = run_legacy(under_way, transports)
    return _reply(request, verdict, under_way.attempts)


def prepare(request: Request) -> Tuple[Call, List[Transport]]:
    """Prepare a call: the settings of plugins, and the transports in the order of trying.

    Raises NotSent, and what :func:`ask` raises.
    """
    manager = plugin_manager()
    manager.scan()
    settings = manager.settings(request.settings)
    if settings is not request.settings:
        request = dataclasses.replace(request, settings=settings)
    _require_fence(request.settings)
    transports = choose(manager, request)
    _require_types(request)
    return _under_way(manager, request), transports


def mail(fields: Mapping[str, str], names: Mapping[str, Any]) -> Optional[BaseException]:
    """Send by SMTP for a copy of smsc_api.py; give what went wrong, as smtplib raised it.

    Raises TypeError where login, password or charset is no text, ConfigurationError where there
    is no transport for e-mail.
    """
    names = Hidden(names)
    settings, face = read_settings(names), replaceable(names)
    for name in ("charset", "login", "password"):
        if not isinstance(getattr(settings, name), str):
            raise wrong_type(f"SMSC_{name.upper()}", getattr(settings, name))
    manager = plugin_manager()
    manager.scan()
    try:
        argument = MailArgument(urlencode(fields), "utf-8")
        request = Request("send", argument, manager.settings(settings), face=face)
        _require_fence(request.settings)
    except TransportError as error:
        return smtplib.SMTPException(f"Nothing is sent: {error}")
    verdict = run_once(_under_way(manager, request), [named(manager.transports(), "smtp")])
    if verdict.text is not None:
        return None
    if verdict.error is None:
        return smtplib.SMTPException("Nothing is sent: SMSC_DEADLINE left no time to try")
    failure = verdict.error.__cause__ or smtplib.SMTPException(str(verdict.error))
    failure.__context__ = failure.__cause__ = None
    return failure.with_traceback(None)  # the frames of its traceback hold the password


def choose(manager: PluginManager, request: Request) -> List[Transport]:
    """Choose the transports for a request, in the order of trying. Raises NotSent."""
    known = manager.transports()
    wanted = manager.choose_transport(request, list(known)) or request.settings.transport
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    chosen = [named(known, name) for name in names]
    carrying = [transport for transport in chosen if transport.carries(request)]
    if carrying and (request.billable or any(t.needs_slot for t in carrying)):
        return carrying
    if carrying:  # the queue knows the messages that wait in it, the gateway all others
        return [*carrying, named(known, usual_transport(request.settings))]
    if chosen and not any(transport.is_gateway for transport in chosen):
        raise NotSent(
            f"{wanted} carries no {request.task}; to have it go to the gateway, name one of "
            f"its transports too: SMSC_TRANSPORT={wanted},{usual_transport(request.settings)}"
        )
    return [named(known, usual_transport(request.settings))]


def askers(
    manager: PluginManager, request: Request, chosen: Sequence[Transport]
) -> List[Transport]:
    """Give the transports that can ask what became of a message."""
    carrying = [t for t in chosen if t.commands is None or "status" in t.commands]
    if carrying or not any(transport.is_gateway for transport in chosen):
        return carrying
    return [named(manager.transports(), usual_transport(request.settings))]


def usual_transport(settings: Settings) -> str:
    """Name the transport that ``SMSC_POST`` and ``SMSC_HTTPS`` ask for."""
    return ("https" if settings.https else "http") + ("-post" if settings.post else "-get")


def named(known: Dict[str, Transport], name: str) -> Transport:
    """Give the transport of this name; raises ConfigurationError where there is none."""
    if name in known:
        return known[name]
    raise ConfigurationError(
        f"There is no transport {name!r}.{did_you_mean(name, known)} "
        f"There are: {', '.join(sorted(known))}. "
        f"If it comes from a plugin, install that plugin or name its module in SMSC_PLUGINS; "
        f"SMSC_BLOCK_PLUGINS may be leaving it out."
    )


def _require_types(request: Request) -> None:
    """Raise TypeError for wrong types, before anything is tried; its frames hold no secret."""
    failure: Exception
    try:
        request.query  # noqa: B018
        return
    except UnicodeEncodeError as error:  # holds what it could not encode
        failure = UnicodeError(f"login or password cannot be encoded: {error.reason}")
    except TypeError as error:
        failure = error.with_traceback(None)
    failure.__context__ = None
    raise failure


def _require_fence(settings: Settings) -> None:
    """Raise NotSent where ``smsc sandbox run`` promised a sandbox and the fence is missing."""
    fence = sys.modules.get("smsc_fence")
    if fence is not None and fence.is_up():
        fence.cover(settings.hosts)
        fence.cover(settings.smtp_servers)
        if settings.smpp_server:
            fence.cover(settings.smpp_servers)
    elif os.environ.get("SMSC_SANDBOX"):
        raise NotSent(
            "SMSC_SANDBOX is set, but nothing leads this process to the sandbox; start it by "
            "'smsc sandbox run' and without python -I, -E, -S"
        )


def replaceable(names: Mapping[str, Any]) -> FaceNames:
    """Give what old test suites replace; a name that was deleted from the file is not replaced."""
    return FaceNames(names.get("urlopen"), getattr(names.get("smtplib"), "SMTP", None))


def _under_way(manager: PluginManager, request: Request) -> Call:
    return Call(request, lambda attempt: manager.report_attempt(attempt, request.settings))


def _reply(request: Request, verdict: Verdict, attempts: List[Any]) -> Reply:
    values: Tuple[str, ...] = NO_ANSWER
    if verdict.text is not None:
        values = tuple(verdict.text.split(","))
    deciding = {name: request.fields.get(name, "") for name in DECIDING_PARAMETERS}
    if verdict.id:
        deciding["id"] = verdict.id
    return Reply(values, request.command, deciding, verdict.outcome, attempts)


def last_url(reply: Reply) -> str:
    """Name the last address that was tried, without parameters."""
    last = reply.attempts[-1]
    if last.transport == "soap":
        return f"https://{last.address}/sys/soap.php"
    scheme = last.transport.split("-")[0]
    path = f"/sys/{last.command}.php" if scheme in ("http", "https") else ""
    return f"{scheme}://{last.address}{path}"

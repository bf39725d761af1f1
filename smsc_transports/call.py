"""The way of one call through the package: settings, request, transport, failover, reply."""

from __future__ import annotations

import os
import sys
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from smsc_transports.failover.policies import Call, Verdict, run_legacy, run_once
from smsc_transports.plugins.manager import PluginManager, plugin_manager
from smsc_transports.plugins.transport import Transport
from smsc_transports.reporting.notices import tell_once
from smsc_transports.values.attempt import Attempt
from smsc_transports.values.encoding import parameter
from smsc_transports.values.errors import (
    NOT_SENT,
    ConfigurationError,
    NotSent,
    TransportError,
    did_you_mean,
)
from smsc_transports.values.reply import DECIDING_PARAMETERS, NO_ANSWER, Reply
from smsc_transports.values.request import FaceNames, Request
from smsc_transports.values.settings import Settings, read_settings

SANDBOX_TRANSPORTS = ("http-get", "http-post", "https-get", "https-post", "smtp")
"""The transports that a sandbox can receive."""


def ask(command: str, argument: str, settings: Settings, face: FaceNames) -> Reply:
    """Ask the gateway.

    A call that fails gives ``["", ""]``. Raises ConfigurationError for an unknown transport and
    for two of one name; TypeError where a credential or the charset is no text.
    """
    manager = plugin_manager()
    manager.scan()
    request = Request(command, argument, settings, face=face)
    try:
        request = Request(command, argument, manager.settings(settings), face=face)
        _require_fence(request.settings)
        transports = choose(manager, request)
    except TransportError as error:  # a plugin's, or the sandbox is not there
        tell_once(f"Nothing is sent: {error}.")
        return _reply(request, Verdict(None, NOT_SENT, error), [])
    request.query  # noqa: B018  (wrong types are to raise here, before anything is tried)
    under_way = _call(manager, request)
    if request.settings.failover == "safe":
        from smsc_transports.failover.safe import run_safe  # only here: most programs never need it

        verdict = run_safe(under_way, transports, _askers(manager, request, transports))
    else:
        verdict = run_legacy(under_way, transports)
    return _reply(request, verdict, under_way.attempts)


def send_mail(argument: str, settings: Settings, face: FaceNames) -> None:
    """Send by SMTP; what goes wrong there reaches the caller as smtplib raised it."""
    manager = plugin_manager()
    manager.scan()
    request = Request("send", argument, manager.settings(settings), face=face)
    _require_fence(request.settings)
    under_way = _call(manager, request)
    verdict = run_once(under_way, [named(manager.transports(), "smtp")])
    if verdict.error is not None:
        raise verdict.error.__cause__ or verdict.error


def _require_fence(settings: Settings) -> None:
    """Send nothing where ``smsc sandbox run`` promised a sandbox and cannot lead us there."""
    fence = sys.modules.get("smsc_fence")
    if fence is not None and fence.is_up():
        fence.cover(settings.hosts)
        fence.cover(settings.smtp_servers)
    elif os.environ.get("SMSC_SANDBOX"):
        raise NotSent("SMSC_SANDBOX is set, but nothing leads this process to the sandbox; "
                      "start it by 'smsc sandbox run' and without python -I, -E, -S")  # fmt: skip


def choose(manager: PluginManager, request: Request) -> List[Transport]:
    """Choose the transports for a request, in the order of trying."""
    known = manager.transports()
    if request.settings.sandboxed:
        known = {name: known[name] for name in SANDBOX_TRANSPORTS if name in known}
    wanted = manager.choose_transport(request, list(known)) or request.settings.transport
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    if request.settings.sandboxed:
        names = [name for name in names if name in known]
    chosen = [named(known, name) for name in names]
    # What the chosen ones cannot carry, such as a status by mail, goes the usual way.
    return _carrying(request.command, chosen) or [_usual(known, request.settings)]


def _askers(
    manager: PluginManager, request: Request, chosen: Sequence[Transport]
) -> List[Transport]:
    """Give the transports that can ask what became of a message."""
    usual = _usual(manager.transports(), request.settings)
    return _carrying("status", chosen) or [usual]


def _carrying(command: str, transports: Sequence[Transport]) -> List[Transport]:
    return [t for t in transports if t.commands is None or command in t.commands]


def _usual(known: Dict[str, Transport], settings: Settings) -> Transport:
    return named(known, usual_transport(settings))


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


def _call(manager: PluginManager, request: Request) -> Call:
    return Call(request, lambda attempt: manager.tell_attempt(attempt, request.settings))


def _reply(request: Request, verdict: Verdict, attempts: List[Attempt]) -> Reply:
    values: Tuple[str, ...] = NO_ANSWER
    if verdict.text is not None:
        values = tuple(verdict.text.split(","))
    deciding = {name: parameter(request.argument, name) for name in DECIDING_PARAMETERS}
    if verdict.id:
        deciding["id"] = verdict.id
    return Reply(values, request.command, deciding, verdict.outcome, attempts)


def call(command: str, argument: str, names: Mapping[str, Any]) -> Reply:
    """Ask the gateway; ``names`` are the globals of a copy of smsc_api.py."""
    return ask(command, argument, read_settings(names), _replaceable(names))


def mail(argument: str, names: Mapping[str, Any]) -> None:
    """Send by SMTP. Raises TypeError where login, password or charset is no text."""
    settings = read_settings(names)
    "".join((settings.charset, settings.login, settings.password))
    send_mail(argument, settings, _replaceable(names))


def _replaceable(names: Mapping[str, Any]) -> FaceNames:
    return FaceNames(names["urlopen"], names["smtplib"].SMTP)


def last_url(reply: Reply) -> str:
    """Name the last address that was tried, without parameters."""
    last = reply.attempts[-1]
    scheme = last.transport.split("-")[0]
    path = f"/sys/{last.command}.php" if scheme in ("http", "https") else ""
    return f"{scheme}://{last.address}{path}"

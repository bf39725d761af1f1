"""By which transports calls go, and which plugins have a hand in it."""

from __future__ import annotations

import ipaddress
import os
from typing import Dict, Iterable, List
from urllib.parse import urlsplit

from smsc_transports import call as dispatch
from smsc_transports.cli.calls.preview import addresses_of
from smsc_transports.cli.doctor.mistakes import places
from smsc_transports.cli.doctor.program import Program
from smsc_transports.cli.doctor.report import Finding, Section, note, ok, problem
from smsc_transports.plugins.listing import READY, take_inventory
from smsc_transports.plugins.manager import BROKEN, SANDBOX, plugin_manager
from smsc_transports.plugins.transport import Transport
from smsc_transports.sandbox.defaults import VARIABLE
from smsc_transports.transports.http import HttpTransport
from smsc_transports.transports.smtp import SmtpTransport
from smsc_transports.values.errors import ConfigurationError, TransportError
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings

_SPECIMENS = {
    "send": "cost=3&phones=79990000000&mes=test&translit=0&id=0",
    "status": "phone=79990000000&id=1&all=0",
    "balance": "",
}
"""One request of each kind, for the question which way it would go."""

_BUILT_IN = (HttpTransport, SmtpTransport)
_BUILT_IN_PLUGINS = ("http", "smtp", SANDBOX)


def transports_section(program: Program, settings: Settings) -> Section:
    """Look at the transports and plugins; nothing is sent, and no plugin asked for settings."""
    findings: List[Finding] = []
    try:
        ways = chosen(settings)
    except (ConfigurationError, TransportError) as error:
        findings.append(problem(str(error), "'smsc transports' lists what there is."))
    else:
        findings += _ways(ways, settings)
        findings += _account(program, ways, settings)
        findings += _in_plain_text(ways, settings)
    return Section("Transports and plugins", [*findings, *_plugins()])


def chosen(settings: Settings) -> Dict[str, List[Transport]]:
    """Give the transports for each command; raises ConfigurationError or TransportError."""
    manager = plugin_manager()
    manager.scan()
    return {
        command: dispatch.choose(manager, specimen(command, settings)) for command in _SPECIMENS
    }


def specimen(command: str, settings: Settings) -> Request:
    """Give a request that is never sent."""
    return Request(command, _SPECIMENS[command], settings)


def has_account(settings: Settings) -> bool:
    """Tell whether there is anything to log in with."""
    return bool(settings.login or settings.password)


def is_loopback(address: str) -> bool:
    """Tell an address of this machine."""
    host = urlsplit(f"//{address}").hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _ways(ways: Dict[str, List[Transport]], settings: Settings) -> Iterable[Finding]:
    commands: Dict[str, List[str]] = {}
    for command, transports in ways.items():
        commands.setdefault(",".join(each.name for each in transports), []).append(command)
    for names in commands.values():
        for number, transport in enumerate(ways[names[0]]):
            way = "by" if number == 0 else "where that fails, by"
            try:
                addresses = ", ".join(addresses_of(transport, specimen(names[0], settings)))
            except ConfigurationError as error:
                yield problem(str(error))
            else:
                yield ok(f"{', '.join(names)}: {way} {transport.name} to {addresses}")


def _account(
    program: Program, ways: Dict[str, List[Transport]], settings: Settings
) -> Iterable[Finding]:
    if has_account(settings) or not any(isinstance(each, _BUILT_IN) for each in ways["send"]):
        return
    text = "There is no login, no password and no API key"
    remedy = f"Set SMSC_LOGIN and SMSC_PASSWORD {places(program)}; of an API key the latter alone."
    hooks = plugin_manager().hook.smsc_settings.get_hookimpls()
    if any(hook.plugin_name != SANDBOX for hook in hooks):
        yield note(f"{text}, unless a plugin gives one.", remedy)
    else:
        yield problem(f"{text}.", remedy)


def _in_plain_text(ways: Dict[str, List[Transport]], settings: Settings) -> Iterable[Finding]:
    if not has_account(settings) or os.environ.get(VARIABLE):
        return
    transports = {each.name: each for listed in ways.values() for each in listed}
    plain = [each.name for each in transports.values() if _shows_password(each, settings)]
    if plain:
        yield note(
            f"{', '.join(plain)}: login and password cross the network as plain text.",
            "SMSC_HTTPS = True, or SMSC_TRANSPORT = 'https-get'.",
        )


def _shows_password(transport: Transport, settings: Settings) -> bool:
    request = specimen("send", settings)
    if isinstance(transport, HttpTransport):
        plain = urlsplit(transport.url(request, "host")).scheme == "http"
    else:
        plain = isinstance(transport, SmtpTransport)
    return plain and not all(map(is_loopback, transport.addresses(request)))


def _plugins() -> Iterable[Finding]:
    settings_givers = []
    for entry in take_inventory(plugin_manager()).plugins:
        if entry.name in _BUILT_IN_PLUGINS and entry.status == READY:
            continue
        text = f"plugin {entry.name!r} from {entry.origin}"
        if entry.status == BROKEN:
            yield problem(f"{text} is broken: {entry.reason}")
        elif entry.status != READY:
            yield note(f"{text} is {entry.status}: {entry.reason}.")
        else:
            yield ok(f"{text}: {', '.join(entry.hooks)}")
            settings_givers += [entry.name] * ("smsc_settings" in entry.hooks)
    if settings_givers:
        yield note(
            f"Settings may be replaced at each call by {', '.join(settings_givers)}.",
            "smsc doctor --online asks for them.",
        )

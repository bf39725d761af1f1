"""What can be learned over the network only: plugins' settings, hosts, the clock, the account."""

from __future__ import annotations

import sys
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple
from urllib.parse import urlsplit

from smsc_transports.cli.calls.asking import ask_balance
from smsc_transports.cli.doctor.probes import ALL_SECONDS, Probe, Target, probe_all
from smsc_transports.cli.doctor.report import Finding, Section, note, ok, problem
from smsc_transports.cli.doctor.settings_in_force import CONSTANTS, shown
from smsc_transports.cli.doctor.transports import chosen, has_account, specimen
from smsc_transports.plugins.manager import plugin_manager
from smsc_transports.plugins.transport import Transport
from smsc_transports.transports.http import HttpTransport
from smsc_transports.transports.smtp import SmtpTransport
from smsc_transports.values.errors import ConfigurationError, TransportError
from smsc_transports.values.settings import Settings

CLOCK_SECONDS = 300.0
"""By how much a clock may be wrong before it is a problem."""

BALANCE_TIMEOUT = (5, 10)
BALANCE_DEADLINE = 15
"""Seconds for the question about the balance."""


class Group(NamedTuple):
    """Hosts that stand in for each other; ``needed`` if calls go there."""

    targets: List[Target]
    needed: bool


def online_sections(face: Any, settings: Settings) -> Iterator[Section]:
    """Ask plugins for settings, all hosts whether they answer, and one of them for the balance."""
    try:
        in_force = plugin_manager().settings(settings)
        ways = chosen(in_force)
    except (ConfigurationError, TransportError) as error:
        yield Section("Hosts", [problem(str(error))])
        return
    changed = _changed(settings, in_force)
    if changed:
        yield Section("Settings that plugins or the sandbox give", changed)
    transports = {each.name: each for listed in ways.values() for each in listed}
    groups = _groups(list(transports.values()), in_force)
    targets = [target for group in groups for target in group.targets]
    print(f"Asking {len(targets)} hosts, for {ALL_SECONDS:g} s at most ...", file=sys.stderr)
    probes = {probe.target: probe for probe in probe_all(targets, in_force)}
    strangers = [
        note(f"{name} belongs to a plugin; its addresses are not asked.")
        for name, transport in transports.items()
        if not isinstance(transport, (HttpTransport, SmtpTransport))
    ]
    hosts = [finding for group in groups for finding in _reached(group, probes)]
    yield Section("Hosts", [*hosts, *strangers])
    yield Section("Clock", list(_clock(probes.values())))
    anybody = bool(strangers) or any(probe.reached for probe in probes.values())
    yield Section("Account", [_account(face, in_force, anybody)])


def _changed(before: Settings, after: Settings) -> List[Finding]:
    return [
        ok(f"{constant} = {shown(name, after)}")
        for name, constant in CONSTANTS.items()
        if getattr(before, name) != getattr(after, name)
    ]


def _groups(transports: List[Transport], settings: Settings) -> List[Group]:
    request = specimen("send", settings)
    groups: List[Group] = []
    for transport in transports:
        if isinstance(transport, HttpTransport):
            scheme = urlsplit(transport.url(request, "host")).scheme
            targets = [Target(scheme, address) for address in transport.addresses(request)]
            if all(targets != group.targets for group in groups):
                groups.append(Group(targets, needed=True))
    by_mail = any(isinstance(transport, SmtpTransport) for transport in transports)
    servers = [Target("smtp", server) for server in settings.smtp_servers]
    return [*groups, Group(servers, needed=by_mail)]


def _reached(group: Group, probes: Dict[Target, Probe]) -> Iterable[Finding]:
    found = [probes[target] for target in group.targets]
    stood_in_for = any(probe.reached for probe in found)
    for probe in found:
        text = f"{probe.target}: {probe.text}"
        if probe.reached:
            yield ok(text)
        elif not group.needed:
            yield note(f"{text} (only send_sms_mail uses it)", probe.remedy)
        elif stood_in_for:
            yield note(text, probe.remedy)
        else:
            yield problem(text, probe.remedy)


def _clock(probes: Iterable[Probe]) -> Iterable[Finding]:
    told = [probe for probe in probes if probe.clock_ahead is not None]
    if not told:
        yield note("No host told the time.")
        return
    ahead = told[0].clock_ahead or 0.0
    host = told[0].target.address
    if abs(ahead) <= CLOCK_SECONDS:
        yield ok(f"this machine and {host} have the same time")
    else:
        yield problem(
            f"The clock of this machine is {abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead'} "
            f"of the one of {host}; certificates and times of delivery go wrong.",
            "Set the clock, or let it be set over the network (NTP).",
        )


def _account(face: Any, settings: Settings, anybody: bool) -> Finding:
    if not has_account(settings):
        return note("The balance is not asked for: there is no login.")
    if not anybody:
        return note("The balance is not asked for: no host answers.")
    face.SMSC_TIMEOUT, face.SMSC_DEADLINE = BALANCE_TIMEOUT, BALANCE_DEADLINE
    face.SMSC_DEBUG = False
    found = ask_balance(face)
    if found.error is None and found.facts["balance"] is not None:
        return ok(found.lines[0])
    remedy = "See what the hosts say above." if found.error is None else found.lines[-1]
    return problem("; ".join(found.lines[:-1]), remedy)

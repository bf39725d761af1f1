"""What ``smsc doctor`` looks at, in the order in which it is read."""

from __future__ import annotations

import ipaddress
import os
import platform
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, Iterable, Iterator, List, Optional
from urllib.parse import urlsplit
from urllib.request import getproxies

from smsc_transports import __version__
from smsc_transports.call import choose
from smsc_transports.cli import program
from smsc_transports.cli.ask import judged_balance
from smsc_transports.cli.preview import addresses_of
from smsc_transports.cli.report import NOTE, OK, Finding, Section, note, ok, problem
from smsc_transports.cli.settings_in_force import settings_section
from smsc_transports.failover.policies import Call, Route
from smsc_transports.plugins.listing import READY, take_inventory
from smsc_transports.plugins.manager import BROKEN, BUILT_IN, plugin_manager
from smsc_transports.plugins.transport import Transport
from smsc_transports.reporting.notices import silence
from smsc_transports.reporting.redaction import without_user
from smsc_transports.switching.reading import OURS, SHIPPED
from smsc_transports.transports.tls import tls_context
from smsc_transports.values.errors import ANSWERED, ConfigurationError, TransportError
from smsc_transports.values.reply import Reply
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings, Timeout, read_settings

ONLINE_TIMEOUT = Timeout(5.0, 10.0)
_SPECIMENS = {
    "send": "cost=3&phones=79990000000&mes=test&translit=0&id=0",
    "status": "phone=79990000000&id=1&all=0",
    "balance": "",
}
"""One request of each kind, for the question which way it would go; none is sent."""

_TRUST_REMEDY = (
    "Install the system's CA certificates (Debian and Alpine: the package ca-certificates; "
    "macOS with Python from python.org: its 'Install Certificates.command'), or name a file of "
    "certificates in SSL_CERT_FILE."
)


def examine(module: Optional[str], online: bool) -> Iterator[Section]:
    """Look at the program's settings and what is around them; runs nothing of the program."""
    findings: List[Finding] = []
    try:
        found = program.find(module)
    except ConfigurationError as error:
        findings.append(problem(str(error)))
        found = program.find(str(SHIPPED))
        file = ""
    else:
        file = str(found.path)
        usable = found.kind == OURS
        findings.append(ok(f"{file} is this project's file.") if usable else problem(found.problem))
        for name, what in found.unknown.items():
            findings.append(note(f"{name}: its value {what}.", "The default is looked at below."))
        file = file if usable else ""
    if not file:
        findings.append(note("What follows is about the environment and the defaults alone."))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    findings.append(ok(f"smsc-transports {__version__}, {python}, {sys.executable}"))
    yield Section("Program", findings)
    yield settings_section(found.face, file, found.unknown)
    with silence():  # warnings go into the report
        settings = read_settings(vars(found.face))
        known = not found.unknown
        yield Section("Transports and plugins", [*_ways(settings, file, known), *_plugins()])
        tls = bool(settings.https) or any(n in settings.transport for n in ("https", "soap"))
        yield _network(tls)
        if online:
            yield _hosts(settings)


def _chosen(settings: Settings) -> Dict[str, List[Transport]]:
    manager = plugin_manager()
    manager.scan()
    requests = {name: Request(name, text, settings) for name, text in _SPECIMENS.items()}
    return {name: choose(manager, request) for name, request in requests.items()}


def _ways(settings: Settings, file: str, known: bool) -> Iterable[Finding]:
    try:
        ways = _chosen(settings)
    except (ConfigurationError, TransportError) as error:
        yield problem(str(error), "'smsc transports' lists what there is.")
        return
    commands: Dict[str, List[str]] = {}
    for command, transports in ways.items():
        commands.setdefault(",".join(each.name for each in transports), []).append(command)
    for names in commands.values():
        for number, transport in enumerate(ways[names[0]]):
            way = "by" if number == 0 else "where that fails, by"
            request = Request(names[0], _SPECIMENS[names[0]], settings)
            try:
                addresses = ", ".join(addresses_of(transport, request))
            except ConfigurationError as error:
                yield problem(str(error))
            else:
                yield ok(f"{', '.join(names)}: {way} {transport.name} to {addresses}")
    if not known or not any(each.is_gateway for each in ways["send"]):
        return
    if not (settings.login or settings.password):
        where = f"in {file} or in the environment" if file else "in the environment"
        remedy = f"Set SMSC_LOGIN and SMSC_PASSWORD {where}; of an API key the latter alone."
        by_plugin = plugin_manager().hook.smsc_settings.get_hookimpls()
        text = "There is no login, no password and no API key"
        yield (
            note(f"{text}, unless a plugin gives one.", remedy)
            if by_plugin
            else problem(f"{text}.", remedy)
        )
        return
    if any(each.name == "smpp" for each in ways["send"]) and not settings.smpp_password:
        yield problem("SMPP has a password of its own, and there is none.", "Set SMPP_PASSWORD.")
    plain = [each for each in ways["send"] if _shows_password(each, settings)]
    if plain:
        listed = ", ".join(each.name for each in plain)
        yield note(
            f"{listed}: login and password cross the network as plain text.",
            "SMPP_TLS = 1."
            if all(each.name == "smpp" for each in plain)
            else "SMSC_HTTPS = True, or SMSC_TRANSPORT = 'https-get'.",
        )


def _shows_password(transport: Transport, settings: Settings) -> bool:
    if transport.name not in ("http-get", "http-post", "smtp", "smpp"):
        return False
    if transport.name == "smpp" and settings.smpp_tls:
        return False
    request = Request("send", _SPECIMENS["send"], settings)
    return not all(map(_is_loopback, addresses_of(transport, request)))


def _is_loopback(address: str) -> bool:
    host = urlsplit(f"//{address}").hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _plugins() -> Iterable[Finding]:
    for entry in take_inventory(plugin_manager()).plugins:
        if entry.name in BUILT_IN and entry.status == READY:
            continue
        text = f"plugin {entry.name!r} from {entry.origin}"
        if entry.status == BROKEN:
            yield problem(f"{text} is broken: {entry.reason}")
        elif entry.status != READY:
            yield note(f"{text} is {entry.status}: {entry.reason}.")
        else:
            yield ok(f"{text}: {', '.join(entry.hooks)}")
        if entry.status == READY and "smsc_settings" in entry.hooks:
            yield note(f"{entry.name} may change settings at each call; --online asks it.")


def _network(https: bool) -> Section:
    """Look at the environment; what is wrong with TLS is a problem where HTTPS is used."""
    findings: List[Finding] = []
    if os.environ.get("SMSC_SANDBOX"):
        findings.append(
            note("SMSC_SANDBOX is set: nothing is sent but by 'smsc sandbox run'.", "Unset it.")
        )
    proxies = getproxies()
    used = [scheme for scheme in ("http", "https") if scheme in proxies]
    for scheme in used:
        findings.append(ok(f"{scheme} goes through the proxy {without_user(proxies[scheme])}"))
    findings += [] if used else [ok("no proxy")]
    if used and proxies.get("no"):
        findings.append(ok(f"no proxy for {proxies['no']}"))
    trust = [f if https or f.level == OK else f._replace(level=NOTE) for f in _trust()]
    return Section("Network", [*findings, *trust])


def _trust() -> Iterable[Finding]:
    for name, is_there in (("SSL_CERT_FILE", os.path.isfile), ("SSL_CERT_DIR", os.path.isdir)):
        path = os.environ.get(name)
        if path and not (is_there(path) and os.access(path, os.R_OK)):
            yield problem(
                f"{name} is {path}, which is not there or cannot be read.",
                f"Correct or unset {name}.",
            )
    context = tls_context()
    paths = ssl.get_default_verify_paths()
    known = context.cert_store_stats()["x509_ca"]
    folder = paths.capath if paths.capath and os.listdir(paths.capath) else None
    if context.verify_mode != ssl.CERT_REQUIRED:
        yield problem(
            "HTTPS does not check certificates: something has switched it off, so anybody on "
            "the way can read the password.",
            "Look for ssl._create_unverified_context.",
        )
    elif known or folder:
        authorities = f"{known} {'authority' if known == 1 else 'authorities'}"
        from_file = f"{authorities} of {paths.cafile or 'the system'}" if known else ""
        from_folder = f"those in {folder}" if folder else ""
        yield ok(f"HTTPS trusts {' and '.join(filter(None, (from_file, from_folder)))}")
    else:
        yield problem("HTTPS trusts no authority: there are no certificates.", _TRUST_REMEDY)


def _hosts(settings: Settings) -> Section:
    """Ask every host for the balance, by the transports that a call would take."""
    try:
        settings = plugin_manager().settings(settings).replace(timeout=ONLINE_TIMEOUT)
        transports = _chosen(settings)["balance"]
    except (ConfigurationError, TransportError) as error:
        return Section("Hosts", [problem(str(error))])
    if not (settings.login or settings.password):
        return Section("Hosts", [note("No host is asked: there is no login.")])
    request = Request("balance", "", settings)
    routes = [Route(each, to) for each in transports for to in addresses_of(each, request)]
    hosts = f"{len(routes)} host{'' if len(routes) == 1 else 's'}"
    print(f"Asking {hosts}, for 15 s at most ...", file=sys.stderr)
    with ThreadPoolExecutor(max(len(routes), 1)) as pool:
        findings = list(pool.map(lambda route: _asked(request, route), routes))
    if any(finding.level == OK for finding in findings):  # the others are stood in for
        findings = [f._replace(level=NOTE) if f.level != OK else f for f in findings]
    return Section("Hosts", findings)


def _asked(request: Request, route: Route) -> Finding:
    where = f"{route.transport.name} {route.address}"
    asking = Call(request, lambda _: None)
    try:
        text = asking.attempt(request, route)
    except TransportError as error:
        remedy = "Check the network, the proxy and the firewall."
        return problem(f"{where}: {error.outcome}, {error}", remedy)
    reply: Any = Reply(text.split(","), "balance", {}, ANSWERED, asking.attempts)
    judged = judged_balance(reply)
    if judged.status == 0:
        return ok(f"{where}: {judged.lines[0]}")
    if reply.error is None:
        remedy = (
            "Another server answers in its place: the login page of a Wi-Fi network, a proxy, or "
            "what SMSC_HOST names."
        )
        return problem(f"{where}: the answer is not a reply of the gateway", remedy)
    return problem(f"{where}: {judged.lines[0]}", judged.lines[-1])

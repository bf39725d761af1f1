"""What stands between this machine and the gateway: a sandbox, proxies, TLS. Nothing is sent."""

from __future__ import annotations

import os
import ssl
from typing import Iterable
from urllib.request import getproxies

from smsc_transports.cli.doctor.report import NOTE, OK, Finding, Section, note, ok, problem
from smsc_transports.reporting.redaction import without_user
from smsc_transports.sandbox.defaults import VARIABLE
from smsc_transports.transports.tls import tls_context

_TRUST_REMEDY = (
    "Install the system's CA certificates (Debian and Alpine: the package ca-certificates; "
    "macOS with Python from python.org: its 'Install Certificates.command'), or name a file of "
    "certificates in SSL_CERT_FILE."
)


def network_section(https: bool) -> Section:
    """Look at the environment; what is wrong with TLS is a problem where HTTPS is used."""
    trust = [f if https or f.level == OK else f._replace(level=NOTE) for f in _trust()]
    return Section("Network", [*_sandbox(), *_proxies(), *trust])


def _sandbox() -> Iterable[Finding]:
    url = os.environ.get(VARIABLE, "").strip()
    if url:
        yield note(
            f"{VARIABLE} is {url}: every call goes to the sandbox there, whatever the settings "
            f"say.",
            f"Unset {VARIABLE} to use the real gateway.",
        )


def _proxies() -> Iterable[Finding]:
    proxies = getproxies()
    used = [scheme for scheme in ("http", "https") if scheme in proxies]
    for scheme in used:
        yield ok(f"{scheme} goes through the proxy {without_user(proxies[scheme])}")
    if not used:
        yield ok("no proxy")
    elif proxies.get("no"):
        yield ok(f"no proxy for {proxies['no']}")


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
            "HTTPS does not look at certificates: something in the program has switched it off, "
            "so anybody on the way can read the password.",
            "Look for ssl._create_unverified_context in the program.",
        )
    elif known or folder:
        authorities = f"{known} {'authority' if known == 1 else 'authorities'}"
        from_file = f"{authorities} of {paths.cafile or 'the system'}" if known else ""
        from_folder = f"those in {folder}" if folder else ""
        yield ok(f"HTTPS trusts {' and '.join(filter(None, (from_file, from_folder)))}")
    else:
        yield problem("HTTPS trusts nobody: there are no certificates.", _TRUST_REMEDY)

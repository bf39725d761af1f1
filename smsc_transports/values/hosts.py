"""Hosts: what SMSC_HOST says, and which addresses of the gateway it means."""

from __future__ import annotations

import functools
import ipaddress
import re
from typing import Any, List, Tuple

from smsc_transports.reporting.notices import warn_always, warn_once
from smsc_transports.reporting.redaction import MASK, redact

DEFAULT_HOST = "smsc.ua"
MIRRORS = ("www2", "www3", "www4", "www5")

_ADDRESS = re.compile(
    r"(?:(?:\w+:)?//)?"  # of a whole URL only the address counts
    r"(?P<host>\[[0-9a-fA-F:.]+(?:%[\w.-]+)?\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?)"
    r"(?P<port>:[0-9]{1,5})?(?:/.*)?"
)


def read_hosts(value: Any) -> str:
    """Read SMSC_HOST: give a domain or a comma list of addresses, "" if there is none to be read.

    Of a list those that can be read are kept; a misspelt test server is never replaced by
    the real gateway. A warning names what cannot be read, without what may be a password in it.
    """
    kept, problem = _read(value)
    del value  # may hold a password, and the warning may be an exception
    if problem:
        tell = warn_once if kept else warn_always
        tell(problem, "SMSC_HOST")
    return kept


def _read(value: Any) -> Tuple[str, str]:
    """Give the hosts that can be read, and what is wrong with the others, "" if nothing is."""
    if value is None or value == "":
        return DEFAULT_HOST, ""
    listed = value if isinstance(value, (list, tuple)) else str(value).split(",")
    items = [str(item).strip() for item in listed]
    hosts = [_address(item) for item in items]
    kept = ",".join(host for host in hosts if host)
    if len(items) == 2 and hosts[0] and not items[1]:
        return f"{hosts[0]},", ""  # a list of one, so that no mirrors are meant
    if kept and kept == ",".join(items):
        return kept, ""
    # A password may hold a comma, so that only a part of it stands before an @.
    secret = re.search("@|%40", str(value)) is not None
    shown = [MASK if secret and not host else item for item, host in zip(items, hosts)]
    given = redact(repr(",".join(shown) if secret else value))
    return kept, (
        f"SMSC_HOST is {given}: it must be a domain (smsc.ua, smsc.ru, smsc.kz, "
        f"smscentre.com), or a comma list of addresses with or without a port "
        f"(127.0.0.1:8080), without a user or a password. "
        + (f"Using {kept!r} instead." if kept else "Nothing is sent.")
    )


@functools.lru_cache(maxsize=64)
def _address(item: str) -> str:
    """Give the address in an item, "" if there is none or a user before it."""
    match = _ADDRESS.fullmatch(f"[{item}]" if _is_ipv6(item) else item)
    if match is None or match.group("host").isdigit():  # a number alone would be an IPv4 address
        return ""
    port = match.group("port") or ""
    if port and not 0 < int(port[1:]) < 65536:
        return ""
    return match.group("host") + port


def _is_ipv6(item: str) -> bool:
    try:
        ipaddress.IPv6Address(item.partition("%")[0])
    except ValueError:
        return False
    return True


@functools.lru_cache(maxsize=64)
def is_domain(host: str) -> bool:
    """Tell a bare domain, which has mirrors, from an address or a list, which means itself."""
    if "," in host or ":" in host or "." not in host or host.startswith("www"):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


def expand_hosts(host: str) -> List[str]:
    """List the addresses that a host setting means."""
    if is_domain(host):
        return [host, *(f"{mirror}.{host}" for mirror in MIRRORS)]
    return [each for each in host.split(",") if each]


def domain_of(host: str) -> str:
    """Give the gateway's domain, where the first host is one or its mirror; else the vendor's."""
    first = re.sub(r"^www[0-9]?\.", "", host.split(",")[0])
    return first if is_domain(first) else DEFAULT_HOST

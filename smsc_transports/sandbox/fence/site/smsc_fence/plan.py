"""Which names are the gateway's, and to which address of the sandbox each port of them leads."""

import json
import os
import re
import socket
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple

VARIABLE = "SMSC_SANDBOX_FENCE"
SITE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOMAINS = ("smsc.ua", "smsc.ru", "smsc.kz", "smsc.tj", "smscentre.com")
# Written into old copies in the place of a name.
FIXED_ADDRESSES = ("212.24.33.196",)
BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
HTTP_PORT = "80"

_MIRROR = re.compile(r"www([2-5])\.")
# A name is looked up as 127.83.77.1 and the mirrors www2 to www5 as .2 to .5: loopback all of
# them, so that a connection of which this fence does not know still ends on this machine.
_STAND_IN = "127.83.77.%d"
_STAND_INS = {_STAND_IN % (rank + 1): rank for rank in range(5)}
_MAPPED = b"\0" * 10 + b"\xff\xff"


class Target(NamedTuple):
    """What a gateway's host and port lead to; ``address`` is None where nothing listens."""

    stand_in: str
    address: Optional[Tuple[str, int]]


class Plan:
    """What a fence follows.

    ``targets`` gives, for each port of the gateway, the sandbox's addresses by rank of the host:
    the base name first, then www2 to www5. ``url`` is the inbox, ``bundle`` a file with the
    certificates to trust. ``hosts`` are further names, each perhaps with a port.
    """

    def __init__(
        self, url: str, bundle: str, targets: Mapping[str, List[str]], hosts: Iterable[str] = ()
    ) -> None:
        self.url = url
        self.bundle = bundle
        self.targets = dict(targets)
        self.hosts: Dict[str, int] = {}
        self._covered: List[str] = []
        self._ports: Dict[Tuple[str, str], str] = {}
        self.cover(hosts)
        self.cover(os.environ.get("SMSC_HOST", "").split(","))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """Read what :meth:`to_json` gave."""
        return cls(**json.loads(text))

    def to_json(self) -> str:
        """Give the plan as text, for the environment."""
        values: Dict[str, Any] = {"url": self.url, "bundle": self.bundle, "targets": self.targets}
        return json.dumps({**values, "hosts": self._covered})

    def cover(self, hosts: Iterable[str]) -> None:
        """Lead further hosts to the sandbox, in the order in which a program tries them."""
        for rank, item in enumerate(item.strip() for item in hosts):
            host, _, port = item.rpartition(":") if re.search(r":\d+\Z", item) else (item, "", "")
            name = plain(host)
            if not name or name == "localhost" or _is_loopback(name):
                continue
            if item not in self._covered:
                self._covered.append(item)
            self.hosts.setdefault(name, min(rank, 4))
            if port:
                self._ports[name, port] = HTTP_PORT
                self._ports[_STAND_IN % (self.hosts[name] + 1), port] = HTTP_PORT

    def rank(self, host: object) -> Optional[int]:
        """Whose place a host has: 0 the base name, 1 to 4 the mirrors; None: not the gateway's."""
        name = plain(host)
        if not name:
            return None
        known = {**_STAND_INS, **self.hosts}
        if name in known:
            return known[name]
        if name in FIXED_ADDRESSES:
            return 0
        for domain in (*DOMAINS, *(h for h in self.hosts if not h[-1:].isdigit())):
            if name == domain or name.endswith("." + domain):
                mirror = _MIRROR.match(name)
                return int(mirror.group(1)) - 1 if mirror else 0
        return None

    def target(self, host: object, port: object) -> Optional[Target]:
        """What stands in for ``host`` and ``port``; None for what is not the gateway's."""
        rank = self.rank(host)
        if rank is None:
            return None
        key = self._ports.get((plain(host), str(port)), str(port))
        addresses = self.targets.get(key)
        if not addresses:
            return Target(_STAND_IN % (rank + 1), None)
        name, _, number = addresses[min(rank, len(addresses) - 1)].rpartition(":")
        return Target(_STAND_IN % (rank + 1), (name, int(number)))

    def is_target(self, address: object) -> bool:
        """Whether an address is one of the sandbox's own."""
        if not isinstance(address, tuple) or len(address) < 2:
            return False
        listed = [each for addresses in self.targets.values() for each in addresses]
        return f"{plain(address[0])}:{address[1]}" in listed


def plain(host: object) -> str:
    """Write a host as the resolver reads it: its letters, its last dot, and an IPv4 address."""
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("latin-1")
    if not isinstance(host, str):
        return ""
    name = host.strip("[]")
    try:
        if not _is_ascii(name):
            name = name.encode("idna").decode("ascii")
        if ":" in name:
            packed = socket.inet_pton(socket.AF_INET6, name.partition("%")[0])
            return socket.inet_ntoa(packed[12:]) if packed.startswith(_MAPPED) else name
        if name[-1:].isalnum() and re.match(r"[0-9a-fA-FxX.]+\Z", name):
            return socket.inet_ntoa(socket.inet_aton(name))
    except (OSError, ValueError):
        pass
    return name.rstrip(".").lower()


def _is_ascii(text: str) -> bool:
    return all(ord(char) < 128 for char in text)


def _is_loopback(name: str) -> bool:
    return name.startswith("127.") or name == "::1"


_plan: Optional[Plan] = None


def current() -> Optional[Plan]:
    """The plan that this process follows; None without a fence."""
    return _plan


def swap(plan: Optional[Plan]) -> Optional[Plan]:
    """Follow another plan; gives the one before."""
    global _plan
    _plan, before = plan, _plan
    return before


def environment(given: Mapping[str, str], plan: Plan) -> Dict[str, str]:
    """Give the environment of a program that is to be fenced, made of the one it would have."""
    result = dict(given)
    result["SMSC_SANDBOX"] = plan.url
    result[VARIABLE] = plan.to_json()
    paths = [path for path in given.get("PYTHONPATH", "").split(os.pathsep) if path]
    result["PYTHONPATH"] = os.pathsep.join([SITE, *(path for path in paths if path != SITE)])
    for name in BUNDLES:
        result[name] = plan.bundle
    direct = f"{given.get('no_proxy', '')},{given.get('NO_PROXY', '')}".split(",")
    direct += [*DOMAINS, *FIXED_ADDRESSES, *plan.hosts, *_hosts_of(given), "127.0.0.1", "localhost"]
    kept = list(dict.fromkeys(name.strip() for name in direct if name.strip()))
    result["no_proxy"] = result["NO_PROXY"] = "*" if "*" in kept else ",".join(kept)
    return result


def _hosts_of(given: Mapping[str, str]) -> List[str]:
    listed = given.get("SMSC_HOST", "").split(",")
    return [re.sub(r":\d+\Z", "", item.strip()) for item in listed]

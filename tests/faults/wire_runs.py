"""Runs the faults of the wire against our file, and against the vendor's way, in one go."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import random
import ssl
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence
from unittest import mock
from urllib.request import urlopen

import trustme

from smsc_transports.failover.policies import Call
from tests.faces import load_face
from tests.hard.peers import PHONE, Gateway, VirtualTime, truly

from .count import Count
from .wire import WireFault

HOSTS = ("smsc.ua", "www2.smsc.ua", "www3.smsc.ua", "www4.smsc.ua", "www5.smsc.ua")
STAND_IN = Path(__file__).with_name("vendor.py")
SECONDS = 1.0  # for each read
THREADS = 4


@contextmanager
def gateways(fault: WireFault, tls: Optional[ssl.SSLContext]) -> Iterator[List[Gateway]]:
    """Run one gateway behind five hosts."""
    with ExitStack() as stack:
        hosts = [
            stack.enter_context(Gateway(send=fault.send, status=fault.status, tls=tls))
            for _ in HOSTS
        ]
        for host in hosts[1:]:
            host.messages = hosts[0].messages
        yield hosts


@contextmanager
def trusted(folder: Path) -> Iterator[ssl.SSLContext]:
    """Give the TLS of a server that this process trusts meanwhile."""
    authority = trustme.CA()
    bundle = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with mock.patch.dict(os.environ, SSL_CERT_FILE=str(bundle)):
        yield context


class PlainReply:
    """A plain list, such as the vendor's file gives, in the words of our reply."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values
        self.ok = len(values) > 1 and values[1] > "0"
        self.outcome = "answered"

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)


def our_way(mode: str, https: bool, hosts: List[Gateway]) -> Any:
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_PASSWORD = "login", "password"
    face.SMSC_FAILOVER, face.SMSC_HTTPS = mode, https
    face.SMSC_TIMEOUT = SECONDS
    face.SMSC_HOST = ",".join(host.address for host in hosts)
    return face.SMSC().send_sms


def vendor_way(path: Path, https: bool, hosts: List[Gateway]) -> Any:
    """Load the vendor's file, its hosts led to loopback where it opens a URL."""
    spec = importlib.util.spec_from_file_location("vendor_copy", path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    addresses = {name: host.address for name, host in zip(HOSTS, hosts)}

    def on_loopback(url: str, data: Optional[bytes] = None) -> Any:
        scheme, _, rest = url.partition("://")
        host, slash, target = rest.partition("/")
        return urlopen(f"{scheme}://{addresses[host]}{slash}{target}", data, timeout=SECONDS)

    module.urlopen = on_loopback
    module.SMSC_LOGIN, module.SMSC_PASSWORD, module.SMSC_HTTPS = "login", "password", https
    smsc = module.SMSC()
    return lambda phone, text: PlainReply(smsc.send_sms(phone, text))


def in_virtual_time(virtual: VirtualTime) -> Any:
    begin = Call.__init__

    @functools.wraps(begin)
    def with_virtual_time(call: Call, *args: Any, **kwargs: Any) -> None:
        begin(call, *args, **{"clock": virtual.clock, "sleep": virtual.sleep, **kwargs})

    return mock.patch.object(Call, "__init__", with_virtual_time)


def run_on_wire(
    fault: WireFault, way: str, sends: int, tls: Optional[ssl.SSLContext], vendor: Path = STAND_IN
) -> Count:
    """Send so many messages in one way (``legacy``, ``safe`` or ``vendor``) and count."""
    state = random.getstate()
    with gateways(fault, tls) as hosts, in_virtual_time(VirtualTime()):
        https = tls is not None
        send = vendor_way(vendor, https, hosts) if way == "vendor" else our_way(way, https, hosts)

        def one(number: int) -> Any:
            fault.before(number)
            phone = PHONE if fault.same_phone else f"7999{number:07}"
            return send(phone, f"message {number}")

        with ThreadPoolExecutor(1 if fault.same_phone else THREADS) as pool:
            replies = list(pool.map(one, range(sends)))
        random.setstate(state)
        return counted(hosts[0].messages, replies)


def counted(messages: List[Dict[str, str]], replies: Sequence[Any]) -> Count:
    """Compare what arrived with what was told; a message is known by its text."""
    copies = Counter(message["mes"] for message in messages)
    ids = {message["id"]: message["mes"] for message in messages if message["id"] != "0"}
    count = Count()
    for number, reply in enumerate(replies):
        text = f"message {number}"
        count.add(copies[text], reply)
        first = next(iter(reply), "")
        count.foreign += bool(reply.ok) and ids.get(first, text) != text
    return count


# Closed descriptors need a process of their own.

CLOSES_DESCRIPTORS = """
import json, os, socket, sys, tempfile
from pathlib import Path
from tests.faults.wire_runs import Address, our_way, vendor_way
way, https, vendor, sends = sys.argv[1], sys.argv[2] == "https", Path(sys.argv[3]), int(sys.argv[4])
hosts = [Address(text) for text in sys.argv[5:]]
send = vendor_way(vendor, https, hosts) if way == "vendor" else our_way(way, https, hosts)

def open_files():
    return [os.open(tempfile.mktemp(), os.O_RDWR | os.O_CREAT) for _ in range(16)]

def open_sockets():
    pairs = [socket.socketpair() for _ in range(8)]
    return [each.detach() for pair in pairs for each in pair]

def is_spoilt(descriptor, was):
    "Closed, another one by now, or written into."
    try:
        now = os.fstat(descriptor)
        if (now.st_dev, now.st_ino) != (was.st_dev, was.st_ino):
            return True
        os.set_blocking(descriptor, False)
        os.lseek(descriptor, 0, 0) if os.path.stat.S_ISREG(now.st_mode) else None
        try:
            return bool(os.read(descriptor, 1))
        except BlockingIOError:
            return False
    except OSError:
        return True

told, foreign = [], 0
for number in range(sends):
    opened = {}
    if number % 10 == 5:
        os.closerange(3, 64)  # as a program does that becomes a daemon
        descriptors = open_files() if number % 20 == 5 else open_sockets()
        opened = {descriptor: os.fstat(descriptor) for descriptor in descriptors}
    reply = send(f"7999{number:07}", f"message {number}")
    told.append([list(reply), reply.ok, reply.outcome])
    foreign += any([is_spoilt(*each) for each in opened.items()])
    for descriptor, was in opened.items():
        is_there = os.path.exists(f"/dev/fd/{descriptor}")
        if is_there and os.fstat(descriptor).st_ino == was.st_ino:
            os.close(descriptor)
print(json.dumps([told, foreign]), flush=True)
os._exit(0)
"""


class Address:
    """Where a gateway of another process is."""

    def __init__(self, address: str) -> None:
        self.address = address


def run_with_closed_descriptors(
    way: str, sends: int, tls: Optional[ssl.SSLContext], vendor: Path = STAND_IN
) -> Count:
    """Send from a program that closes all its descriptors now and then, and opens files."""
    with gateways(WireFault("", truly), tls) as hosts, tempfile.TemporaryDirectory() as folder:
        scheme = "http" if tls is None else "https"
        addresses = [host.address for host in hosts]
        arguments = [way, scheme, str(vendor), str(sends), *addresses]
        shown = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", CLOSES_DESCRIPTORS, *arguments],
            env={**os.environ, "TMPDIR": folder},
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        ).stdout
        answers, foreign = json.loads(shown)
        replies = []
        for values, ok, outcome in answers:
            reply = PlainReply(values)
            reply.ok, reply.outcome = ok, outcome
            replies.append(reply)
        count = counted(hosts[0].messages, replies)
    count.foreign += foreign
    return count

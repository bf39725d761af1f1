"""What runs in the process of one side: it loads a copy of smsc_api.py and makes its calls."""

from __future__ import annotations

import gc
import os
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple

from tests.faces import load_face

LOGIN, PASSWORD = "login", "password"
PHONE, TEXT, SENDER = "79990001122", "Ваш пароль: 123456", "Shop"

Hosts = Dict[str, int]
"""The port on this machine for a host; "" means every other one."""


class Held(NamedTuple):
    """What a process holds: blocks of memory as the interpreter counts them, and files."""

    blocks: int
    files: int


_send: Callable[[], Any]
"""One call of the copy."""


def load(path: Path, constants: Dict[str, bool], hosts: Hosts, bundle: Path) -> None:
    """Load a copy, with an account and with the gateway's names leading to this machine."""
    global _send
    for name in list(os.environ):
        if name.startswith(("SMSC_", "SMTP_")) or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(bundle)
    socket.getaddrinfo = lambda host, *_, **__: [
        (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", hosts.get(host, hosts[""])))
    ]
    module = load_face(path)
    vars(module).update(constants, SMSC_LOGIN=LOGIN, SMSC_PASSWORD=PASSWORD)
    smsc = module.SMSC()
    _send = lambda: smsc.send_sms(PHONE, TEXT, sender=SENDER)  # noqa: E731


def give_up_after(seconds: float) -> None:
    """Let a silent host hold a call for so long, whatever copy makes it."""
    socket.setdefaulttimeout(seconds)


def milliseconds(calls: int) -> List[float]:
    """Give how long each of some calls takes."""
    durations = []
    for _ in range(calls):
        started = time.perf_counter()
        answer = _send()
        durations.append((time.perf_counter() - started) * 1000)
        assert len(answer) == 4, answer
    return durations


def calls_per_second(threads: int, calls_of_each: int) -> float:
    """Give how many calls some threads make in a second, all together."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(milliseconds, [2] * threads))  # every thread has its connection now
        started = time.perf_counter()
        list(pool.map(milliseconds, [calls_of_each] * threads))
        return threads * calls_of_each / (time.perf_counter() - started)


def held_after(calls: int) -> Held:
    """Make some calls, and give what the process holds then."""
    milliseconds(calls)
    gc.collect()
    return Held(sys.getallocatedblocks(), len(os.listdir("/proc/self/fd")))

"""All tests, and the programs that they start, use the files of this checkout.

The package may also be installed, from an older state: then pytest would load the plugin from
there, before this folder is known. So setup.cfg keeps pytest from doing that, and it is done here.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import itertools
import os
import re
import socket
import sys
import urllib.request
from pathlib import Path
from typing import Any, Callable, Iterator, List

import pytest

from smsc_transports import notices, plugin_manager

pytest_plugins = ["smsc_transports.pytest_plugin"]

ROOT = str(Path(__file__).parents[1])
_given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
os.environ["PYTHONPATH"] = os.pathsep.join([ROOT, *(path for path in _given if path)])

SETTINGS_OR_PROXIES = re.compile(r"(SMSC|SMTP)_.*|.*_proxy", re.IGNORECASE)
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests, no proxy, and no notice told before."""
    for name in filter(SETTINGS_OR_PROXIES.fullmatch, list(os.environ)):
        monkeypatch.delenv(name)
    # urllib's opener keeps the proxies of its first use, which was in some other test.
    monkeypatch.setattr(urllib.request, "_opener", None)
    notices.forget()


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that looks up or connects to anything but this machine fails."""
    strangers: List[str] = []

    def guarded(genuine: Callable[..., Any], host_of: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            host = host_of(*args)
            if not _is_here(host):
                strangers.append(str(host))
                raise OSError(f"not on this machine: {host}")
            return genuine(*args, **kwargs)

        return call

    def of_address(_: Any, address: Any) -> Any:
        return address[0] if isinstance(address, tuple) else "localhost"  # or a Unix socket

    def of_name(host: Any, *_: Any) -> Any:
        return host

    for name in ("connect", "connect_ex"):
        genuine = getattr(socket.socket, name)
        monkeypatch.setattr(socket.socket, name, guarded(genuine, of_address))
    monkeypatch.setattr(socket, "getaddrinfo", guarded(socket.getaddrinfo, of_name))
    yield
    assert not strangers


def _is_here(host: Any) -> bool:
    host = host.decode() if isinstance(host, bytes) else host
    try:
        return host in (None, "", "localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture
def load_face() -> Iterator[Callable[[], Any]]:
    """Load a fresh copy of smsc_api.py; every copy has its own settings."""
    names: List[str] = []

    def load() -> Any:
        name = f"smsc_api_copy_{next(_numbers)}"
        spec = importlib.util.spec_from_file_location(name, f"{ROOT}/smsc_api.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        names.append(name)
        spec.loader.exec_module(module)
        return module

    yield load
    for name in names:
        del sys.modules[name]
    for transport in plugin_manager().transports().values():
        transport.close()


@pytest.fixture
def face(load_face: Callable[[], Any]) -> Any:
    """A fresh copy of smsc_api.py."""
    return load_face()

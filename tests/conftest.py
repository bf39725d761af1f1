"""All tests, and the programs that they start, use the files of this checkout.

The package may also be installed, from an older state: then pytest would load the plugin from
there, before this folder is known. So setup.cfg keeps pytest from doing that, and it is done here.
"""

from __future__ import annotations

import atexit
import importlib
import ipaddress
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import urllib.request
import warnings
from pathlib import Path
from typing import Any, Callable, Iterator, List, Optional

import hypothesis
import pytest
import responses

from smsc_transports import plugin_manager
from smsc_transports.failover.resting import RESTING
from smsc_transports.plugins import manager
from smsc_transports.reporting import notices
from smsc_transports.reporting.notices import SMSCWarning

from . import copies
from .faces import LOGIN, PASSWORD, load_face
from .surroundings import Gateway, Warned

pytest_plugins = ["smsc_transports.testing.pytest_plugin"]

ROOT = str(Path(__file__).parents[1])
_given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
os.environ["PYTHONPATH"] = os.pathsep.join([ROOT, *(path for path in _given if path)])


def _is_roomy(folder: str) -> bool:
    """Tell whether a folder in memory is there for files and programs of all tests."""
    if not os.path.isdir(folder):
        return False
    system = os.statvfs(folder)
    return system.f_bavail * system.f_frsize > 2**30 and not system.f_flag & os.ST_NOEXEC


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # not a child that was forked
        shutil.rmtree(folder, ignore_errors=True)


# Many tests flush to disk, which takes no time in memory. The first process of pytest-xdist
# makes the folder; the others find it in TMPDIR.
MEMORY = "/dev/shm"
if "TMPDIR" not in os.environ and _is_roomy(MEMORY):
    os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(dir=MEMORY)
    # First registered and so last called: multiprocessing takes its own files out before.
    atexit.register(_remove, tempfile.tempdir, os.getpid())

# What a shell runs in its background ignores Ctrl-C, and so would the programs that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# On a busy machine any example may take long.
hypothesis.settings.register_profile(
    "tests",
    max_examples=40,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("tests")

SETTINGS_OR_PROXIES = re.compile(r"(SMSC|SMTP)_.*|.*_proxy", re.IGNORECASE)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> Optional[int]:
    """Give one process more than there are cores: the tests wait for a third of their time."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return (os.cpu_count() or 1) + 1


def pytest_sessionfinish() -> None:
    """Leave no process behind."""
    copies.end_originals()


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests, no proxy, and no warning shown before."""
    for name in filter(SETTINGS_OR_PROXIES.fullmatch, list(os.environ)):
        monkeypatch.delenv(name)
    # urllib's opener keeps the proxies of its first use, which was in some other test.
    monkeypatch.setattr(urllib.request, "_opener", None)
    notices.forget()
    RESTING.forget()


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that looks up or connects to anything but this machine fails."""
    refused: List[str] = []

    def guarded(genuine: Callable[..., Any], host_of: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            host = host_of(*args)
            if not _is_here(host):
                refused.append(str(host))
                raise OSError(f"not on this machine: {host}")
            return genuine(*args, **kwargs)

        return call

    def of_address(_: Any, address: Any) -> Any:
        return address[0] if isinstance(address, tuple) else "localhost"  # or a Unix socket

    def of_name(host: Any, *_: Any) -> Any:
        if isinstance(host, str):
            host.encode("idna")  # what is no name is refused without being looked up
        return host

    for name in ("connect", "connect_ex"):
        genuine = getattr(socket.socket, name)
        monkeypatch.setattr(socket.socket, name, guarded(genuine, of_address))
    monkeypatch.setattr(socket, "getaddrinfo", guarded(socket.getaddrinfo, of_name))
    yield
    assert not refused


def _is_here(host: Any) -> bool:
    host = host.decode() if isinstance(host, bytes) else host
    try:
        return host in (None, "", "localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture
def face() -> Iterator[Any]:
    """A copy of smsc_api.py with an account."""
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_PASSWORD = LOGIN, PASSWORD
    yield face
    plugin_manager().close()


@pytest.fixture
def fresh_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plugin is loaded yet."""
    monkeypatch.setattr(manager, "_manager", None)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """The gateway in the place of the network."""
    gateway = Gateway()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in (responses.GET, responses.POST):
            mock.add_callback(method, re.compile(".*"), gateway.answer)
        yield gateway


@pytest.fixture
def warned() -> Iterator[Warned]:
    """Our warnings, as texts; with this fixture they are no errors."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", SMSCWarning)
        yield lambda: [str(warning.message) for warning in caught]


@pytest.fixture
def on_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Put folders first on the path; what was imported from there is forgotten afterwards."""
    added: List[str] = []

    def add(*folders: Path) -> None:
        added.extend(str(folder) for folder in folders)
        monkeypatch.setattr(sys, "path", [*(str(folder) for folder in folders), *sys.path])
        importlib.invalidate_caches()

    yield add
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(tuple(added) or ("-",)):
            del sys.modules[name]

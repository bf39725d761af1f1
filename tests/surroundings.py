"""Fixtures for tests in one process: a fresh face, a clean environment, and no way out.

HTTP is answered by :class:`Gateway`, which stands in the place of the network.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import socket
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from smsc_transports import NotSent, OutcomeUnknown, Request, Transport, manager, notices
from smsc_transports.errors import SMSCWarning
from smsc_transports.health import RESTING

FACE = Path(__file__).parents[1] / "smsc_api.py"
LOGIN, PASSWORD = "login-of-tests", "password-of-tests"
PHONE = "79990001122"

_OURS_OR_PROXIES = re.compile(r"(SMSC|SMTP)_.*|.*_proxy", re.IGNORECASE)
_REPLIES = {"send": "1234,1,0.50,99.50", "status": "1,1700000000,0", "balance": "99.50"}


def load_face(path: Path = FACE, name: str = "smsc_api") -> Any:
    """Load a copy of smsc_api.py as a module of its own, known to nobody by its name."""
    spec = importlib.util.spec_from_file_location(name, str(path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(name="clean", autouse=True)
def clean_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take away settings, plugins and proxies that are about, and every way to other machines."""
    for name in filter(_OURS_OR_PROXIES.fullmatch, list(os.environ)):
        monkeypatch.delenv(name)
    monkeypatch.setattr(manager, "_manager", None)
    asked: List[str] = []
    resolve = socket.getaddrinfo

    def local_only(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in ("127.0.0.1", "::1", "localhost"):
            asked.append(host)
            raise socket.gaierror(f"a test asked for {host}")
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", local_only)
    notices.forget()
    RESTING.forget()
    yield
    notices.forget()
    assert asked == []


@pytest.fixture(name="face")
def fresh_face() -> Any:
    """A face of its own for each test, with an account."""
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_PASSWORD = LOGIN, PASSWORD
    return face


class Gateway:
    """Answers all HTTP requests of the process, whatever host they go to."""

    def __init__(self) -> None:
        self.urls: List[str] = []
        self.bodies: List[bytes] = []
        self.reply: Optional[str] = None
        """The text of every reply; None: what the gateway says when all is well."""
        self.down = False
        self.sandbox: Optional[Dict[str, Any]] = None
        """What a sandbox says of itself at /api/addresses; None: no sandbox is there."""

    def answer(self, request: Any) -> Tuple[int, Dict[str, str], str]:
        """Answer one request, as a callback of ``responses``."""
        parts = urlsplit(request.url)
        if parts.path == "/api/addresses":
            if self.sandbox is None:
                raise requests.ConnectionError(ConnectionRefusedError("nobody is there"))
            return 200, {}, json.dumps(self.sandbox)
        self.urls.append(request.url)
        self.bodies.append(request.body or b"")
        if self.down:
            raise requests.ConnectionError(ConnectionRefusedError("nobody is there"))
        command = parts.path.rsplit("/", 1)[-1].partition(".")[0]
        return 200, {}, _REPLIES[command] if self.reply is None else self.reply

    @property
    def hosts(self) -> List[str]:
        """The hosts that were asked, in that order."""
        return [urlsplit(url).netloc for url in self.urls]

    @property
    def fields(self) -> List[Dict[str, str]]:
        """The parameters of each request."""
        given = zip(self.urls, self.bodies)
        return [
            dict(parse_qsl(body.decode() or urlsplit(url).query, keep_blank_values=True))
            for url, body in given
        ]


@pytest.fixture(name="gateway")
def answering_gateway() -> Iterator[Gateway]:
    """The gateway in the place of the network."""
    gateway = Gateway()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in (responses.GET, responses.POST):
            mock.add_callback(method, re.compile(".*"), gateway.answer)
        yield gateway


Told = Callable[[], List[str]]


@pytest.fixture(name="told")
def told_warnings() -> Iterator[Told]:
    """Our warnings, as texts; with this fixture they are no errors."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", SMSCWarning)
        yield lambda: [str(warning.message) for warning in caught]


@pytest.fixture(name="on_path")
def folders_on_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
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


class Pigeon(Transport):
    """A transport that keeps the requests that it was given."""

    def __init__(self, name: str = "pigeon", reply: str = "7,1,0.00,0.00") -> None:
        self.name = name
        self.reply = reply
        self.requests: List[Request] = []

    def addresses(self, request: Request) -> Sequence[str]:
        return ["north-loft", "south-loft"]

    def exchange(self, request: Request, address: str, timeout: Any) -> str:
        self.requests.append(request)
        return self.reply


class Lost(Pigeon):
    """A transport that fails at every address, each time in another way."""

    def exchange(self, request: Request, address: str, timeout: Any) -> str:
        self.requests.append(request)
        raise (NotSent if address == "north-loft" else OutcomeUnknown)(f"lost at {address}")


Hook = Callable[..., Any]


def module_with(name: str, **functions: Hook) -> ModuleType:
    """Make a plugin: a module with these hook functions."""
    module = ModuleType(name)
    for hook, function in functions.items():
        setattr(module, hook, function)
    return module

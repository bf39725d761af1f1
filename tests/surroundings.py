"""What tests in one process put around the library: a gateway, transports, plugins."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple
from urllib.parse import parse_qsl, urlsplit

import requests

from smsc_transports import (
    NotSent,
    OutcomeUnknown,
    Request,
    Transport,
    hookimpl,
    plugin_manager,
)

PHONE = "79990001122"
BUILT_IN_TRANSPORTS = [
    *("http-get", "http-post", "https-get", "https-post", "queue", "smtp", "soap", "smpp"),
]

_REPLIES = {"send": "1234,1,0.50,99.50", "status": "1,1700000000,0", "balance": "99.50"}


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


Warned = Callable[[], List[str]]


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


def plug_in(name: str = "plugin", **functions: Hook) -> None:
    """Register a plugin with these functions as its hooks."""
    hooks = {hook: hookimpl(function) for hook, function in functions.items()}
    plugin_manager().register(module_with(name, **hooks), name)


def transport_names() -> List[str]:
    """Name all transports there are."""
    plugin_manager().scan()
    return list(plugin_manager().transports())

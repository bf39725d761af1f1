"""A sandbox for all tests of this folder, fresh for each, and a plain HTTP client for it."""

from __future__ import annotations

import time
from typing import Any, Iterator

import pytest
import requests

from smsc_transports.sandbox.server import Sandbox

PHONE = "79991112233"
SECONDS = 10  # for a single answer; a test that waits longer has failed


class Client:
    """Asks the gateway as an old program would, with credentials and utf-8."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False

    def url(self, endpoint: str, host: int = 0) -> str:
        return f"http://{self._sandbox.http[host]}/sys/{endpoint}.php"

    def response(self, endpoint: str, host: int = 0, **fields: Any) -> requests.Response:
        fields = {"login": "me", "psw": "secret", "fmt": 1, "charset": "utf-8", **fields}
        given = {name: value for name, value in fields.items() if value is not None}
        return self.session.get(self.url(endpoint, host), params=given, timeout=SECONDS)

    def ask(self, endpoint: str, host: int = 0, **fields: Any) -> str:
        return self.response(endpoint, host, **fields).content.decode("utf-8")

    def send(self, phones: str = PHONE, mes: str = "hello", **fields: Any) -> str:
        return self.ask("send", phones=phones, mes=mes, **fields)

    def status(self, id: object, phone: str = PHONE, **fields: Any) -> str:
        return self.ask("status", id=id, phone=phone, **fields)

    def balance(self, **fields: Any) -> str:
        return self.ask("balance", **fields)


def stand_still(sandbox: Sandbox) -> None:
    """Let only ``advance`` turn the clock, so that a slow machine changes no status."""
    started = time.time()
    sandbox._engine.clock._real = lambda: started


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        stand_still(sandbox)
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    client = Client(sandbox)
    with client.session:
        yield client

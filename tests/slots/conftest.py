"""Slots that processes share, of a login that no other test has."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Iterator

import pytest

from smsc_transports.failover.shared_slots import leases

from ..redis_server import RedisServer, started_or_skipped


@pytest.fixture
def login() -> str:
    return f"tests-{uuid.uuid4().hex}"


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that has been running for long."""
    server = started_or_skipped(tmp_path)
    client = server.client()
    client.set(leases.SINCE, 1)
    client.close()
    yield server
    server.kill()


@pytest.fixture(params=["machine", "redis"])
def place(request: pytest.FixtureRequest) -> str:
    """What SMSC_SLOTS says."""
    if request.param == "machine":
        pytest.importorskip("portalocker", reason="portalocker is not installed")
        return "machine"
    server: RedisServer = request.getfixturevalue("redis_server")
    return server.url

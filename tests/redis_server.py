"""A Redis of the tests' own, on a free loopback port."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any, Optional, Tuple

import pytest

EXECUTABLE = shutil.which("redis-server")


class RedisServer:
    """A Redis that can be killed and started again on its port."""

    def __init__(self, folder: Path, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._options: Tuple[str, ...] = options
        self._process: Optional[subprocess.Popen[bytes]] = None

    def start(self) -> RedisServer:
        """Start it and wait until it answers."""
        assert EXECUTABLE is not None
        command = [EXECUTABLE, "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self._folder), "--save", "", *self._options]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if b"eady to accept connections" in line:
                return self
        raise AssertionError("redis-server ended at once")

    def kill(self) -> None:
        """End it as a power failure would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def client(self) -> Any:
        """Give a client of redis-py."""
        import redis

        return redis.Redis.from_url(self.url)


def started_or_skipped(folder: Path, *options: str) -> RedisServer:
    """Start a Redis; skips the test where there is none."""
    pytest.importorskip("redis", reason="redis-py is not installed")
    if EXECUTABLE is None:
        pytest.skip("there is no redis-server on this machine")
    server = RedisServer(folder, *options)
    for _ in range(3):
        try:
            return server.start()
        except AssertionError:  # somebody else has taken the port meanwhile
            server.kill()
            server = RedisServer(folder, *options)
    return server.start()

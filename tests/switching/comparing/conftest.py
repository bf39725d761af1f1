"""Comparisons fork from a process that has imported all: the users' way takes thrice as long."""

from __future__ import annotations

import multiprocessing

import pytest

from smsc_transports.switching.comparing import calls, program

IMPORTED = ("pytest", "smsc_transports.switching.comparing.sides", "smsc_transports.call")


@pytest.fixture(autouse=True)
def _forked(monkeypatch: pytest.MonkeyPatch) -> None:
    if "forkserver" in multiprocessing.get_all_start_methods():
        multiprocessing.set_forkserver_preload(list(IMPORTED))
        monkeypatch.setattr(program, "START", "forkserver")


@pytest.fixture
def spawned(_forked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the process as for a user."""
    monkeypatch.setattr(program, "START", "spawn")


@pytest.fixture
def few_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make some calls only, where a test is not about the calls."""
    chosen = [scene for scene in calls.scenes() if scene.name in (calls.PLAIN_SEND, "a balance")]
    monkeypatch.setattr(calls, "scenes", lambda: chosen)

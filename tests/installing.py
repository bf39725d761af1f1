"""Runs pip, and programs that see what is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest

PATIENCE = 300  # seconds; pip may have to download
NO_NETWORK = re.compile(
    r"connection broken|Could not fetch URL|Failed to establish a new connection"
    r"|Network is unreachable|name resolution"
)


def run(*command: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command that sees what is installed, and nothing of this checkout."""
    environment = {**os.environ, "PIP_RETRIES": "1", "PYTHONIOENCODING": "utf-8"}
    for name in ("PYTHONPATH", "MYPYPATH", "SMSC_SANDBOX"):
        environment.pop(name, None)
    environment.update(options.pop("env", {}))
    return subprocess.run(
        [str(word) for word in command],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        **options,
    )


def pip(*command: object) -> None:
    """Run pip, or skip the test where there is no pip or no package index."""
    finished = run(sys.executable, "-m", "pip", *command)
    said = finished.stdout + finished.stderr
    if finished.returncode and "No module named pip" in said:
        pytest.skip("this Python has no pip")
    if finished.returncode and NO_NETWORK.search(said):
        pytest.skip("pip reaches no package index")
    assert finished.returncode == 0, said

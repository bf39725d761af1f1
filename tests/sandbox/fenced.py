"""Starts programs that are fenced."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any, List

from smsc_transports.sandbox.server import Sandbox

from ..copies import SECONDS, run_code


def start(sandbox: Sandbox, *command: str, **more: str) -> Any:
    """Start a program of its own."""
    return subprocess.run(
        command,
        env={**sandbox.environment(), **more},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
    )


def start_code(sandbox: Sandbox, code: str, **more: str) -> Any:
    """Run code in a copy of a fenced Python, or with ``more`` in the environment from its start."""
    code = textwrap.dedent(code)
    if more:
        return start(sandbox, sys.executable, "-c", code, **more)
    return run_code(code, sandbox.environment())


def texts(sandbox: Sandbox) -> List[str]:
    return [message.text for message in sandbox.messages]

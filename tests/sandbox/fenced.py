"""Starts fenced programs; pieces of code in copies of one fenced Python, which start at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from typing import Any, Dict, List, Optional

from smsc_transports.sandbox.server import Sandbox

SECONDS = 60

# Reads pieces of code, a line of JSON each, and lets a fork of itself run each of them.
COPYING = """
import sys
def run_next(kept=()):
    import json, os, signal, socket, ssl, subprocess, tempfile, urllib.request
    for line in sys.stdin:
        files = [tempfile.TemporaryFile() for _ in range(2)]
        child = os.fork()
        if not child:
            signal.alarm(SECONDS)
            for number, file in enumerate([open(os.devnull, "rb"), *files]):
                os.dup2(file.fileno(), number)
            sys.stdin = open(0, closefd=False)
            sys.argv = ["-c"]
            return json.loads(line)
        status = os.waitpid(child, 0)[1]
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        said = []
        for file in files:
            with file:
                file.seek(0)
                said.append(file.read().decode("utf-8", "replace"))
        print(json.dumps([code, *said]), flush=True)
    sys.exit()
code = run_next()
del run_next
exec(compile(code, "<string>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})
"""


class Copies:
    """A Python fenced for one sandbox, of which each piece of code gets a copy of its own."""

    def __init__(self) -> None:
        self._process: Optional[subprocess.Popen[str]] = None

    def run(self, environment: Dict[str, str], code: str) -> subprocess.CompletedProcess[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", COPYING.replace("SECONDS", str(SECONDS))],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(code) + "\n")
        process.stdin.flush()
        status, out, err = json.loads(process.stdout.readline())
        return subprocess.CompletedProcess(["python", "-c", code], status, out, err)

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()


_copies: Dict[str, Copies] = {}


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
    """Run code in a fenced Python, with ``more`` in the environment from its start on."""
    code = textwrap.dedent(code)
    if more or not hasattr(os, "fork"):
        return start(sandbox, sys.executable, "-c", code, **more)
    return _copies.setdefault(sandbox.url, Copies()).run(sandbox.environment(), code)


def end_all() -> None:
    """End the Pythons that were started for copies."""
    while _copies:
        _copies.popitem()[1].close()


def texts(sandbox: Sandbox) -> List[str]:
    return [message.text for message in sandbox.messages]

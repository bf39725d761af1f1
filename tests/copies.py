"""Runs pieces of code in copies (forks) of a Python that has imported what a first send imports.

Such a copy is a process of its own, but starts in a fraction of the time. What a program does
at its start, as it imports or with a real command line is tested in a process that is started.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, Mapping, Optional, Sequence, Tuple

SECONDS = 60
"""After this time a program counts as hanging: SIGALRM ends it."""

# Reads what to run, a line of JSON each, and lets a fork of itself run it.
ORIGINAL = """
import gc, json, os, signal, sys, tempfile
import smsc_api, smsc_transports.call, smsc_transports.transports.http, requests, urllib.request
def next_code():
    for line in iter(sys.stdin.buffer.readline, b""):
        code, arguments, folder, environ, given = json.loads(line.decode())
        files = [tempfile.TemporaryFile() for _ in range(3)]
        files[0].write(given.encode())
        files[0].seek(0)
        child = os.fork()
        if not child:
            signal.alarm(int(sys.argv[1]))
            os.environ.clear()
            os.environ.update(environ)
            os.chdir(folder)
            for number, file in enumerate(files):
                os.dup2(file.fileno(), number)
                file.close()
            sys.stdin = open(0, encoding=sys.stdin.encoding, closefd=False)
            sys.argv = ["-c", *arguments]
            return code
        status = os.waitpid(child, 0)[1]
        said = [-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)]
        for file in files:
            file.seek(0)
            said.append(file.read().decode("utf-8", "replace"))
            file.close()
        sys.stdout.buffer.write(json.dumps(said).encode() + b"\\n")
        sys.stdout.flush()
    os._exit(0)
gc.freeze()  # or the end of each copy would touch, so copy, every object
exec(compile(next_code(), "<string>", "exec"))
"""

_originals: Dict[Tuple[object, ...], subprocess.Popen[bytes]] = {}


def run_code(
    code: str,
    environ: Optional[Mapping[str, str]] = None,
    arguments: Sequence[str] = (),
    folder: Optional[Path] = None,
    given: str = "",
    imported: str = "smsc_api",
) -> subprocess.CompletedProcess[str]:
    """Run code as ``python -c`` would, in this environment and with ``given`` as its stdin.

    ``imported`` names further modules that the copied Python has imported.
    """
    environ = dict(os.environ if environ is None else environ)
    at = str(folder or Path.cwd())
    if not hasattr(os, "fork"):
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=environ,
            cwd=at,
            input=given,
            timeout=SECONDS,
            capture_output=True,
            encoding="utf-8",
        )
    original = _original(environ, imported)
    assert original.stdin is not None
    assert original.stdout is not None
    asked = [code, list(arguments), at, environ, given]
    original.stdin.write(json.dumps(asked).encode() + b"\n")
    original.stdin.flush()
    status, _, out, err = json.loads(original.stdout.readline().decode())
    return subprocess.CompletedProcess(["python", "-c", code], status, out, err)


def _original(environ: Mapping[str, str], imported: str) -> subprocess.Popen[bytes]:
    """Start a Python, or give the one that was started with what Python and fence read then."""
    names = (name for name in environ if name.startswith(("PYTHON", "SMSC_SANDBOX")))
    key = (imported, *((name, environ[name]) for name in sorted(names)))
    if key not in _originals:
        _originals[key] = subprocess.Popen(
            [sys.executable, "-c", f"import {imported}\n{ORIGINAL}", str(SECONDS)],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
    return _originals[key]


def end_originals() -> None:
    """End every Python that was started here."""
    while _originals:
        _originals.popitem()[1].communicate()

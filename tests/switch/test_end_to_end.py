"""Programs run before and after the switch, and the same arrives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, List, Tuple

import pytest

pytest.importorskip("aiohttp", reason="the sandbox needs the extra [sandbox]")

from smsc_transports.sandbox.server import Sandbox

from .cases import CASES, Case
from .conftest import Smsc

PATIENCE = 60  # seconds; a program that takes longer hangs
ACCOUNT = {"SMS_LOGIN": "shop", "SMS_PASSWORD": "QzXenvironment"}
RUNNABLE = [case for case in CASES if case.run]

Seen = Tuple[List[Any], List[Any], List[str]]


def run(case: Case, folder: Path, sandbox: Sandbox, **environment: str) -> Seen:
    """Start a program; what arrived, what was refused, and the last line that it printed."""
    sandbox.reset()
    finished = subprocess.run(
        [sys.executable, case.run],
        cwd=folder,
        env={**os.environ, **ACCOUNT, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    arrived = [
        (message.id, message.phones, message.text, message.sender, message.options)
        for message in sandbox.messages
    ]
    refused = [(refusal.endpoint, refusal.code) for refusal in sandbox.refusals]
    return arrived, refused, finished.stdout.splitlines()[-1:]


@pytest.mark.parametrize("case", RUNNABLE, ids=lambda case: case.name)
def test_the_same_arrives_after_the_switch_with_the_lines_that_check_asked_for(
    case: Case, smsc: Smsc, smsc_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMSC_SANDBOX")
    copy = case.write(tmp_path)
    proxy = f"http://{smsc_sandbox.http[0]}"
    before = run(case, tmp_path, smsc_sandbox, http_proxy=proxy)
    assert before[0]

    case.write_lines(tmp_path)
    assert smsc("migrate", "--yes", *(["--force"] if case.migrate else []), case.copy)[0] == 0
    assert run(case, tmp_path, smsc_sandbox, SMSC_SANDBOX=smsc_sandbox.url) == before

    status, said, _ = smsc("check", ".")
    assert f"{case.copy}: our file, already in the vendor's place" in said
    assert status == (1 if case.name == "constructor" else 0)  # of the second account
    assert copy.exists()

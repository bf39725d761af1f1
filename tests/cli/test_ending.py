"""However a command ends, it ends in words and with an exit status, never with a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

SMSC = [sys.executable, "-m", "smsc_transports.cli.main"]


def test_a_reader_that_leaves_early_ends_the_command_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        ended = subprocess.run(
            [*SMSC, "transports"], stdout=gone, stderr=subprocess.PIPE, encoding="utf-8"
        )
    assert (ended.returncode, ended.stderr) == (141, "")


def test_a_misspelt_command_is_answered_with_those_there_are() -> None:
    ended = subprocess.run([*SMSC, "sned"], capture_output=True, encoding="utf-8")
    assert ended.returncode == 2
    assert "sned" in ended.stderr
    assert "send" in ended.stderr
    assert "Traceback" not in ended.stderr

"""The fixture ``smsc_sandbox`` in a test suite of somebody's own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

SUITE = '''
import json, os
from urllib.parse import urlencode
from urllib.request import urlopen

def notify(phone, text):
    """A legacy program, cut short."""
    addresses = json.load(urlopen(os.environ["SMSC_SANDBOX"] + "/api/addresses"))
    fields = {"login": "me", "psw": "p", "charset": "utf-8", "phones": phone, "mes": text, "fmt": 1}
    url = "http://%s/sys/send.php?%s" % (addresses["http"][0], urlencode(fields))
    return urlopen(url).read().decode().split(",")

def test_customer_is_told(smsc_sandbox):
    notify("79991112233", "Your order is ready")
    message = smsc_sandbox.wait_for(phone="+79991112233")
    assert message.text == "Your order is ready"
    smsc_sandbox.balance = "0.50"
    smsc_sandbox.clock.advance(60)
    assert notify("79991112233", "Another")[1] == "-3"

def test_next_test_starts_afresh(smsc_sandbox):
    assert smsc_sandbox.messages == []
    assert str(smsc_sandbox.balance) == "100.00"

def test_missed(smsc_sandbox):
    notify("79991112233", "Your order is ready")
    smsc_sandbox.wait_for(text="code", timeout=0)

def test_environment_is_restored():
    assert "SMSC_SANDBOX" not in os.environ
'''


def run_suite(tmp_path: Path, *before: Any) -> Any:
    (tmp_path / "test_suite.py").write_text(textwrap.dedent(SUITE), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if name != "SMSC_SANDBOX"}
    # Loaded by name, whether or not the package with its entry point is installed.
    env = {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    code = f"{'; '.join((*before, 'import pytest, sys'))}; sys.exit(pytest.main(sys.argv[1:]))"
    arguments = [
        "-q",
        "-p",
        "smsc_transports.testing.pytest_plugin",
        "--rootdir",
        str(tmp_path),
        ".",
    ]
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env=env,
    )


def test_fixture_serves_a_suite_and_a_missed_message_prints_what_arrived(tmp_path: Path) -> None:
    done = run_suite(tmp_path)
    assert "3 passed" in done.stdout, done.stdout + done.stderr
    assert "1 failed" in done.stdout
    assert "no message with 'code' within 0 s; arrived:" in done.stdout
    assert "79991112233: 'Your order is ready'" in done.stdout


def test_without_the_extra_the_fixture_tells_the_install_command(tmp_path: Path) -> None:
    done = run_suite(tmp_path, "import sys", "sys.modules['aiohttp'] = None")
    assert 'python -m pip install "smsc-transports[sandbox]"' in done.stdout
    assert "1 passed" in done.stdout  # the test that does not use the fixture

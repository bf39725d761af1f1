"""The fixture ``smsc_sandbox`` in a test suite of somebody's own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

SUITE = '''
import os, smtplib, socket, subprocess, sys
from urllib.parse import urlencode
from urllib.request import urlopen

def notify(phone, text):
    """A legacy program, cut short."""
    fields = {"login": "me", "psw": "p", "charset": "utf-8", "phones": phone, "mes": text, "fmt": 1}
    return urlopen("https://smsc.ua/sys/send.php?" + urlencode(fields)).read().decode().split(",")

def test_customer_is_notified(smsc_sandbox):
    notify("79991112233", "Your order is ready")
    message = smsc_sandbox.wait_for(phone="+79991112233")
    assert message.text == "Your order is ready"
    smsc_sandbox.balance = "0.50"
    smsc_sandbox.clock.advance(60)
    assert notify("79991112233", "Another")[1] == "-3"

def test_next_test_starts_afresh(smsc_sandbox):
    assert smsc_sandbox.messages == []
    assert str(smsc_sandbox.balance) == "100.00"

def test_programs_that_a_test_starts_are_fenced(smsc_sandbox):
    send = "from urllib.request import urlopen; urlopen('http://smsc.ru/sys/send.php?" + urlencode(
        {"login": "me", "psw": "p", "phones": "79991112233", "mes": "child", "fmt": 1}) + "')"
    subprocess.check_call([sys.executable, "-c", send])
    assert smsc_sandbox.wait_for(text="child", timeout=0)

def test_an_account_is_there_where_none_is_set(smsc_sandbox):
    import smsc_api
    assert smsc_api.SMSC().get_balance() == "100.00"

def test_missed(smsc_sandbox):
    notify("79991112233", "Your order is ready")
    smsc_sandbox.wait_for(text="code", timeout=0)

def test_failed_otherwise(smsc_sandbox):
    notify("12", "To nobody")
    notify("79991112233", "Your order is ready")
    assert False

def test_everything_is_undone():
    assert not [name for name in os.environ if name.startswith("SMSC_")]
    assert socket.getaddrinfo.__module__ == "socket"
    assert "smsc-sandbox" not in os.environ.get("SSL_CERT_FILE", "")
'''


def run_suite(tmp_path: Path, *before: Any, options: Any = ()) -> Any:
    (tmp_path / "test_suite.py").write_text(textwrap.dedent(SUITE), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SMSC_")}
    # Loaded by name, whether or not the package with its entry point is installed.
    env = {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    code = f"{'; '.join((*before, 'import pytest, sys'))}; sys.exit(pytest.main(sys.argv[1:]))"
    arguments = [
        "-q",
        "-p",
        "smsc_transports.testing.pytest_plugin",
        "--rootdir",
        str(tmp_path),
        *options,
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


def test_fixture_serves_a_suite_and_a_failure_shows_what_arrived(tmp_path: Path) -> None:
    done = run_suite(tmp_path)
    assert "2 failed, 5 passed" in done.stdout, done.stdout + done.stderr
    assert "no message with 'code' within 0 s; arrived:" in done.stdout
    _, _, section = done.stdout.partition("test_failed_otherwise")
    assert "- SMSC sandbox -" in section
    assert "  79991112233: 'Your order is ready'\n" in section
    assert "  refused send: error 7 (invalid phone format)\n" in section


@pytest.mark.slow
def test_each_worker_of_xdist_has_its_own_sandbox(tmp_path: Path) -> None:
    pytest.importorskip("xdist")
    options = ("-p", "xdist", "-n", "2", "-k", "customer or afresh or missed")
    done = run_suite(tmp_path, options=options)
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "no message with 'code' within 0 s; arrived:" in done.stdout


def test_an_account_of_the_suite_stays(tmp_path: Path) -> None:
    given = "import os; os.environ['SMSC_PASSWORD'] = 'key'"
    (tmp_path / "test_own.py").write_text(
        "import os\ndef test_own(smsc_sandbox):\n"
        "    assert os.environ['SMSC_PASSWORD'] == 'key' and 'SMSC_LOGIN' not in os.environ\n",
        encoding="utf-8",
    )
    done = run_suite(tmp_path, given, options=("-k", "test_own"))
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_without_the_extra_the_fixture_shows_the_install_command(tmp_path: Path) -> None:
    done = run_suite(tmp_path, "import sys", "sys.modules['aiohttp'] = None")
    assert 'python -m pip install ".[sandbox]"' in done.stdout
    assert "1 passed" in done.stdout  # the test that does not use the fixture

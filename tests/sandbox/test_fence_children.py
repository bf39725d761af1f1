"""A child that the fence cannot reach is refused, and one that it reaches is started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from smsc_transports.sandbox.fence import launch
from smsc_transports.sandbox.server import Sandbox

from .fenced import start, start_code, texts
from .test_fence import PYTHONS, QUERY

pytestmark = pytest.mark.skipif(os.name != "posix", reason="shells and #! lines")

REFUSED = {
    "env clears": "['env', '-i', PYTHON, '-c', '1']",
    "env takes away": "['/usr/bin/env', '-u', 'PYTHONPATH', PYTHON, '-c', '1']",
    "env sets": "['env', 'PYTHONPATH=/opt/mine', PYTHON, '-c', '1']",
    "shell sets": "['sh', '-c', 'PYTHONPATH=/opt/mine ' + PYTHON + ' -c 1']",
    "shell exports": "['sh', '-c', 'export PYTHONPATH=/opt/mine; ' + PYTHON + ' -c 1']",
    "shell takes away": "['sh', '-c', 'cd /; unset PYTHONPATH; ' + PYTHON + ' -c 1']",
    "script": "[SCRIPT]",
    "another name": "['p', '-I', '-c', '1'], executable=PYTHON",
    "curl": "['curl', '-m', '1', 'http://smsc.ua/sys/send.php?login=me&psw=secret']",
    "curl without a scheme": "['curl', '-m', '1', 'www2.smsc.ru/sys/send.php?login=me']",
    "curl in a shell": "['sh', '-c', 'curl -m 1 \"https://smsc.ua/sys/send.php?login=me\"']",
    "mail": "['/bin/echo', 'send@send.smsc.ua']",
}
STARTED = {
    "added to": "['sh', '-c', 'PYTHONPATH=/opt/mine:$PYTHONPATH ' + PYTHON + ' -c 1']",
    "an argument": "[PYTHON, '-c', '1', 'PYTHONPATH=x', 'http://smsc.ua/', 'env', '-i', 'x']",
    "another variable": "['env', 'LANG=C', PYTHON, '-c', '1']",
    "another page": "['/bin/echo', 'http://example.com/']",
    "a folder": "['/bin/echo', '/srv/smsc.ua/logs', './smsc.ua/x']",
}
TRY = """
    import subprocess
    PYTHON, SCRIPT = {python!r}, {script!r}
    try:
        print("ended with", subprocess.call({command}))
    except PermissionError as error:
        print(error)
"""


@pytest.mark.parametrize("way", REFUSED)
def test_a_child_out_of_reach_is_refused(sandbox: Sandbox, way: str, tmp_path: Path) -> None:
    script = tmp_path / "notify"
    script.write_text(f"#!{sys.executable} -I\n", encoding="utf-8")
    script.chmod(0o755)
    code = TRY.format(python=sys.executable, script=str(script), command=REFUSED[way])
    done = start_code(sandbox, code)
    assert "smsc sandbox: refused a program" in done.stdout, done.stderr
    assert "so that nothing reaches the real gateway" in done.stderr


@pytest.mark.parametrize("way", STARTED)
def test_a_child_within_reach_is_started(sandbox: Sandbox, way: str) -> None:
    code = TRY.format(python=sys.executable, script="", command=STARTED[way])
    done = start_code(sandbox, code)
    assert "ended with 0\n" in done.stdout, done.stderr


def test_a_python_script_may_be_given_an_address(sandbox: Sandbox, tmp_path: Path) -> None:
    script = tmp_path / "fetch"
    script.write_text(f"#!{sys.executable}\n", encoding="utf-8")
    script.chmod(0o755)
    command = "[SCRIPT, 'http://smsc.ua/sys/send.php']"
    done = start_code(sandbox, TRY.format(python="", script=str(script), command=command))
    assert done.stdout == "ended with 0\n", done.stderr


def test_run_does_not_start_what_clears_the_environment() -> None:
    assert "PYTHONPATH" in launch.why_unfenced(["env", "-i", sys.executable, "program.py"])
    assert not launch.why_unfenced(["env", "LANG=C", sys.executable, "program.py"])


def test_run_does_not_start_python_where_the_environment_does_not_follow() -> None:
    assert "PYTHONPATH" in launch.why_unfenced(["sudo", "-u", "www", sys.executable, "x.py"])
    assert "PYTHONPATH" in launch.why_unfenced(["docker", "compose", "exec", "web", "python", "x"])
    assert "PYTHONPATH" in launch.why_unfenced(["sh", "-c", "cd /srv; sudo -u www python x.py"])
    assert not launch.why_unfenced(["docker", "run", "postgres"])
    assert not launch.why_unfenced([sys.executable, "x.py", "sudo "])


@pytest.mark.parametrize(
    "python",
    [Path(sys.executable), *(pytest.param(each, marks=pytest.mark.slow) for each in PYTHONS)],
    ids=lambda one: one.parts[-3],
)
def test_a_child_is_started_after_the_program_changed_its_environment(
    sandbox: Sandbox, python: Path
) -> None:
    child = (
        "import socket; s = socket.create_connection(('smsc.ua', 80));"
        f"s.sendall(b'GET {QUERY}child HTTP/1.0\\r\\n\\r\\n'); s.recv(99)"
    )
    code = (
        "import os, subprocess, sys\nos.environ['PYTHONPATH'] = '/opt/mine'\n"
        f"subprocess.check_call([sys.executable, '-c', {child!r}])\n"
    )
    done = start(sandbox, str(python), "-c", code)
    assert texts(sandbox) == ["child"], done.stderr

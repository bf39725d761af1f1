"""``smsc sandbox`` at a terminal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import requests

from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.extras import install

from ..copies import run_code

SMSC = [sys.executable, "-m", "smsc_transports.cli.main", "sandbox"]
SECONDS = 30


def environment(**more: Any) -> Any:
    kept = {name: value for name, value in os.environ.items() if name != "SMSC_SANDBOX"}
    return {**kept, "PYTHONIOENCODING": "utf-8", **more}


def smsc(*arguments: str, given: str = "", **more: str) -> Any:
    """Run the command in a copy of a Python that has imported the sandbox."""
    code = "import sys; from smsc_transports.cli.main import main; sys.exit(main())"
    imported = "smsc_transports.sandbox.server"
    return run_code(code, environment(**more), ["sandbox", *arguments], None, given, imported)


PROGRAM = textwrap.dedent(
    """
    import sys
    from urllib.request import urlopen
    from urllib.parse import urlencode
    fields = {"login": "me", "psw": "secret", "charset": "utf-8", "fmt": 1, "sender": "Shop",
              "phones": "79991112233", "mes": sys.stdin.read()}
    print(urlopen("http://smsc.ua/sys/send.php?" + urlencode(fields)).read())
    sys.exit(3)
    """
)


def test_run_gives_a_program_its_own_sandbox_and_shows_what_arrived() -> None:
    done = subprocess.run(
        [*SMSC, "run", "--", sys.executable, "-c", PROGRAM],
        input="Привет\x1b[31m",
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        env=environment(),
    )
    assert done.returncode == 3
    assert done.stdout.strip() == "b'1001,1'"
    assert "--- the sandbox received 1 message ---" in done.stderr
    head = "id 1001  to 79991112233  from Shop  1 part ucs-2  1.40\n  Привет\\x1b[31m\n"
    assert head in done.stderr
    assert "--- balance 98.60 ---" in done.stderr
    assert "secret" not in done.stderr


def test_run_joins_a_sandbox_that_runs(sandbox: Sandbox) -> None:
    program = (sys.executable, "-c", PROGRAM)
    done = smsc("run", "--at", sandbox.url, "--", *program, given="joined")
    assert (done.returncode, done.stdout) == (3, "b'1001,1'\n"), done.stderr
    assert done.stderr == f"--- see {sandbox.url} ---\n"
    assert [message.text for message in sandbox.messages] == ["joined"]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://smsc.ua", "is no address of a sandbox on this machine"),
        ("http://localhost@smsc.ua/", "is no address of a sandbox on this machine"),
        ("2580", "is no address of a sandbox on this machine"),
        ("http://127.0.0.1:9", "no sandbox answers at http://127.0.0.1:9"),
    ],
)
def test_run_joins_nothing_else(url: str, told: str) -> None:
    done = smsc("run", "--at", url, "--", sys.executable, "-c", "print('started')")
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr


@pytest.mark.parametrize("option", ["-I", "-E", "-S", "-sBI"])
def test_run_starts_no_python_that_it_cannot_fence(option: str) -> None:
    done = smsc("run", "--", sys.executable, option, "-c", "print('started')")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{option}' ignores PYTHONPATH" in done.stderr


def test_run_starts_no_other_program_that_is_to_reach_the_gateway() -> None:
    done = smsc("run", "--", "echo", "http://smsc.ua/sys/send.php")
    assert (done.returncode, done.stdout) == (2, "")
    assert "echo is no Python, and is to reach smsc.ua" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="scripts begin with #! on POSIX")
def test_run_reads_the_first_line_of_a_script(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(f"#!{sys.executable} -I\nprint('started')\n", encoding="utf-8")
    script.chmod(0o755)
    done = smsc("run", "--", str(script))
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.skipif(os.name != "posix", reason="a shell")
def test_run_says_when_no_fence_reported(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(f'PYTHONPATH= "{sys.executable}" -c 1\n', encoding="utf-8")
    done = smsc("run", "--", "sh", str(script))
    assert done.returncode == 0
    assert done.stderr.strip().startswith("--- NOT FENCED: no Python of this program reported")


def test_run_says_why_nothing_may_have_come() -> None:
    done = smsc("run", "--", sys.executable, "-c", "1")
    assert "NOT FENCED" not in done.stderr
    assert "Nothing connected to the gateway's names." in done.stderr
    came = smsc("run", "--", sys.executable, "-c", "import socket; "
                "socket.create_connection(('smsc.ua', 80)).close()")  # fmt: skip
    assert "received 0 messages" in came.stderr
    assert "Nothing connected" not in came.stderr
    child = "import subprocess; subprocess.run(['echo', 'http://smsc.ua/'])"
    refused = smsc("run", "--", sys.executable, "-c", child)
    assert "refused a program (echo is no Python" in refused.stderr
    assert "Nothing connected" not in refused.stderr


def test_run_passes_options_of_the_program_on() -> None:
    done = smsc("run", "--", sys.executable, "-c", "import sys; print(sys.argv[1:])", "--", "-x")
    assert done.stdout.strip() == "['--', '-x']"
    assert "received 0 messages" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["run", "--", "no-such-command"], 127, "no such command: no-such-command"),
        (["run", "--", "/"], 126, "cannot run /"),
        (["run"], 2, "which program?"),
        (["--balance", "much"], 1, "not an amount of money: 'much'"),
        (["--callback-url", "http://example.com/"], 1, "callbacks go to loopback only"),
        (["--port", "70000"], 2, "a port is a number from 0 to 65513"),
    ],
)
def test_mistakes_are_one_clear_line(arguments: Any, status: Any, told: Any) -> None:
    done = smsc(*arguments)
    assert done.returncode == status
    assert told in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_run_stops_with_its_program(number: Any, status: Any) -> None:
    program = (
        "import time, signal; signal.signal(signal.SIGINT, signal.SIG_DFL);"
        "print(1, flush=True); time.sleep(60)"
    )
    started = subprocess.Popen(
        [*SMSC, "run", "--", sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        env=environment(),
    )
    with started:
        assert started.stdout is not None
        assert started.stdout.readline() == "1\n"
        if number == signal.SIGINT:
            os.killpg(started.pid, number)  # what a terminal does at Ctrl-C
        else:
            started.terminate()
        _, told = started.communicate(timeout=SECONDS)
    assert started.returncode == status
    assert "received 0 messages" in told
    assert "Traceback" not in told


@pytest.fixture
def foreground() -> Any:
    started = subprocess.Popen(
        [*SMSC, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
    )
    with started:
        yield started
        started.kill()


def test_foreground_prints_its_address_and_each_message(foreground: subprocess.Popen[str]) -> None:
    output, errors = foreground.stdout, foreground.stderr
    assert output is not None
    assert errors is not None
    line = ""
    while not line.startswith("smsc sandbox run --at "):
        line = output.readline()
        assert line
    url = line.split()[4]
    assert smsc("ready", SMSC_SANDBOX=url).returncode == 0
    with requests.Session() as session:
        session.trust_env = False
        host = session.get(f"{url}/api/addresses", timeout=SECONDS).json()["http"][2]
        data = {"login": "me", "psw": "secret", "charset": "utf-8", "phones": "79991112233"}
        session.post(f"http://{host}/sys/send.php", data={**data, "mes": "два\nстроки"})
        session.post(f"http://{host}/sys/send.php", data={**data, "phones": "12", "mes": "x"})
    printed = [output.readline() for _ in range(6)]
    assert printed[1].endswith("  id 1001  to 79991112233  1 part ucs-2  1.40\n")
    assert printed[2:4] == ["  два\n", "  строки\n"]
    assert printed[5].endswith("  send refused: error 7 (invalid phone format)\n")
    foreground.terminate()
    assert foreground.wait(SECONDS) == 0
    assert errors.read() == ""


def test_taken_port_is_one_clear_line(sandbox: Sandbox) -> None:
    port = sandbox.url.rsplit(":", 1)[1]
    done = smsc("--port", port)
    assert done.returncode == 1
    assert done.stderr == (
        f"smsc sandbox: port {port} (inbox) is taken or not allowed; "
        "choose another with --port, 0 for any free one\n"
    )


def test_ready_says_when_nothing_answers() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        done = smsc("ready", "--wait", "0.2", SMSC_SANDBOX=url)
    assert (done.returncode, done.stderr) == (1, f"smsc sandbox: nothing answers at {url}\n")


def test_assumptions_are_listed() -> None:
    done = smsc("assumptions")
    assert done.returncode == 0
    assert "status not found: -3,0,0" in done.stdout


def test_without_the_extra_the_install_command_is_shown() -> None:
    blocked = (
        "import sys; sys.modules['aiohttp'] = None; from smsc_transports.cli.main import main; "
    )
    done = subprocess.run(
        [sys.executable, "-c", blocked + "sys.exit(main(['sandbox']))"],
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        env=environment(),
    )
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("The sandbox needs a package that cannot be imported (")
    assert line.endswith(f"Install it: {install('sandbox')}")


def test_command_line_is_light_until_a_sandbox_starts() -> None:
    code = (
        "import sys; from smsc_transports.cli import main\n"
        "from smsc_transports.testing import pytest_plugin\n"
        "print({'aiohttp', 'aiosmtpd', 'trustme'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=SECONDS
    )
    assert done.stdout == "set()\n", done.stderr

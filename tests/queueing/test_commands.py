"""``smsc worker`` and ``smsc queue``, as a person and as a service manager use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Dict, Iterator, List

import pytest

from smsc_transports.sandbox.server import Sandbox

from ..copies import run_code

pytest.importorskip("huey", reason="huey is not installed")

# An old program: it knows nothing of this project.
PROGRAM = """\
from smsc_api import *
smsc = SMSC()
for n in range(8):
    print(smsc.send_sms("7999000000%d" % n, "Your order is ready", sender="Shop")[0])
"""


class Shop:
    """A folder with the old program, and the environment of its owner."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.environment: Dict[str, str] = {
            **os.environ,
            "SMSC_LOGIN": f"tests-{uuid.uuid4().hex}",
            "SMSC_PASSWORD": "gEheim",
            "SMSC_HOST": ",".join(sandbox.http),
            "SMSC_TRANSPORT": "queue",
            "SMSC_QUEUE": f"sqlite:///{folder}/queue.sqlite",
            "SMSC_TIMEOUT": "5",
        }

    def run(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        imported = "smsc_transports.cli.main, smsc_transports.queueing.worker, huey"
        return run_code(code, self.environment, arguments, self.folder, imported=imported)

    def smsc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        code = "import sys; from smsc_transports.cli.main import main; sys.exit(main())"
        return self.run(code, *arguments)

    def worker(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "smsc_transports.cli.main", "worker", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Sandbox(limits=False) as sandbox:
        yield Shop(tmp_path, sandbox)


def test_an_unchanged_program_and_a_worker_that_is_killed_and_started_again(shop: Shop) -> None:
    sent = shop.run(PROGRAM)
    ids = sent.stdout.split()
    assert len(set(ids)) == 8, sent.stderr
    shop.sandbox.fail("hang", stored=True, endpoint="send", host=0)
    with shop.worker("--threads", "2") as worker:
        shop.sandbox.wait_for("79990000001")
        worker.kill()
    shop.sandbox.heal()
    done = shop.smsc("worker", "--once")
    assert done.returncode == 0, done.stderr
    assert sorted(message.id for message in shop.sandbox.messages) == sorted(ids)
    assert "gEheim" not in done.stdout + done.stderr
    shown = shop.smsc("queue")
    assert shown.stdout.splitlines()[:4] == [
        shop.environment["SMSC_QUEUE"], "  waiting   0", "  sending   0", "  sent      8"
    ]  # fmt: skip


def test_sigterm_ends_a_worker_when_what_is_under_way_is_settled(shop: Shop) -> None:
    shop.run(PROGRAM)
    with shop.worker() as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline().startswith("id ")
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
        assert worker.returncode == 0
    counts = json.loads(shop.smsc("queue", "--json").stdout.splitlines()[0])
    assert counts["sending"] == counts["unknown"] == 0
    assert counts["sent"] + counts["waiting"] == 8


def test_what_waits_can_be_cancelled_and_what_failed_tried_again(shop: Shop) -> None:
    first, second, *_ = shop.run(PROGRAM).stdout.split()
    assert shop.smsc("queue", "cancel", first).stdout == f"id {first}: cancelled\n"
    again = shop.smsc("queue", "cancel", first)
    assert again.returncode == 1
    assert f"id {first}: it is cancelled\n" in again.stderr
    shop.smsc("worker", "--once")
    assert len(shop.sandbox.messages) == 7
    assert f"id {second}: it is sent\n" in shop.smsc("queue", "retry", second).stderr
    assert shop.smsc("queue", "retry", first).stdout == f"id {first}: it waits again\n"
    shop.smsc("worker", "--once")
    assert len(shop.sandbox.messages) == 8


def test_a_wrong_login_ends_the_worker_at_once(tmp_path: Path) -> None:
    with Sandbox(login="another", password="x") as strict:
        shop = Shop(tmp_path, strict)
        shop.run(PROGRAM)
        done = shop.smsc("worker", "--once")
        assert len(strict.refusals) == 1  # five of them block the address
    assert done.returncode == 1
    assert "error 2: wrong login or password" in done.stderr
    assert json.loads(shop.smsc("queue", "--json").stdout)["waiting"] == 8


def test_without_an_account_the_worker_asks_nothing(shop: Shop) -> None:
    shop.environment.update(SMSC_LOGIN="", SMSC_PASSWORD="")
    done = shop.smsc("worker", "--once")
    assert done.returncode == 2
    assert "There is no account, so nothing was asked" in done.stderr
    assert shop.sandbox.refusals == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["worker", "--threads", "15"], "--threads must be 1 to 14, not 15."),
        (["queue", "retry"], "'retry' and 'cancel' need ids."),
        (["queue", "cancel", "1"], "id 1: there is no such message in sqlite:///"),
    ],
)
def test_what_makes_no_sense_is_reported(shop: Shop, arguments: List[str], told: str) -> None:
    done = shop.smsc(*arguments)
    assert done.returncode in (1, 2)
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_corrupt_queue_is_reported_without_a_traceback(shop: Shop) -> None:
    (shop.folder / "queue.sqlite").write_bytes(b"no database at all, only text\n" * 400)
    done = shop.smsc("worker", "--once")
    assert done.returncode == 2
    assert "The queue cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


SETTINGS = """\
from smsc_transports import hookimpl

@hookimpl
def smsc_settings(settings):
    return {{"login": "vault", "password": "gEheim", "queue": "sqlite:///{folder}/other.sqlite"}}
"""


def test_a_worker_takes_account_and_queue_from_the_plugin_that_the_program_has(shop: Shop) -> None:
    (shop.folder / "vault.py").write_text(SETTINGS.format(folder=shop.folder))
    for name in ("SMSC_LOGIN", "SMSC_PASSWORD", "SMSC_QUEUE"):
        del shop.environment[name]
    shop.environment["SMSC_PLUGINS"] = "vault"
    shop.environment["PYTHONPATH"] += os.pathsep + str(shop.folder)
    sent = shop.run(PROGRAM)
    assert len(sent.stdout.split()) == 8, sent.stderr
    assert "waiting   8" in shop.smsc("queue").stdout
    assert shop.smsc("worker", "--once").returncode == 0
    assert len(shop.sandbox.messages) == 8

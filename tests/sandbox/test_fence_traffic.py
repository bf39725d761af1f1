"""Nothing for the gateway goes out by way of a proxy, a mail server or a name server."""

from __future__ import annotations

import importlib
import socket
from types import FunctionType
from typing import Iterator

import pytest

from smsc_transports.sandbox.fence import launch
from smsc_transports.sandbox.server import Sandbox

from .fenced import start_code

ABSOLUTE = b"GET http://smsc.ua/sys/send.php?login=me&psw=secret HTTP/1.1\r\nHost: smsc.ua\r\n\r\n"
TO_A_PROXY = {
    "a request": ABSOLUTE,
    "a tunnel": b"CONNECT www2.smsc.ru:443 HTTP/1.1\r\n\r\n",
    "a tunnel by SOCKS": b"\x05\x01\x00\x03\x07smsc.ua\x00\x50",
}
ASK = b"\0\0\1\0\0\1\0\0\0\0\0\0\4smsc\2ua\0\0\1\0\1"


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(5)
        yield made


def received(server: socket.socket) -> bytes:
    connection, _ = server.accept()
    with connection:
        connection.settimeout(5)
        return connection.recv(1000)


def privileged(port: int, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A server at a port that only root may take, at an address that nothing else has."""
    made = socket.socket(type=kind)
    try:
        made.bind(("127.53.25.1", port))
    except OSError:
        made.close()
        pytest.skip(f"port {port} cannot be taken here")
    if kind == socket.SOCK_STREAM:
        made.listen()
    made.settimeout(5)
    return made


@pytest.mark.parametrize("what", TO_A_PROXY)
@pytest.mark.parametrize("way", ["sock.sendall(data)", "sock.send(data)", "sock.sendmsg([data])"])
def test_a_proxy_of_any_library_gets_nothing_for_the_gateway(
    sandbox: Sandbox, server: socket.socket, what: str, way: str
) -> None:
    port = server.getsockname()[1]
    code = f"""
        import socket
        data = {TO_A_PROXY[what]!r}
        sock = socket.create_connection(("127.0.0.1", {port}))
        {way}
        """
    done = start_code(sandbox, code)
    assert received(server) == b""
    assert "refused a request by 127.0.0.1 for" in done.stderr


def test_a_proxy_under_asyncio_gets_nothing_for_the_gateway(
    sandbox: Sandbox, server: socket.socket
) -> None:
    port = server.getsockname()[1]
    code = f"""
        import asyncio
        async def main():
            _, writer = await asyncio.open_connection("127.0.0.1", {port})
            writer.write({ABSOLUTE!r})
            await writer.drain()
        asyncio.run(main())
        """
    done = start_code(sandbox, code)
    assert received(server) == b""
    assert "refused a request by 127.0.0.1 for smsc.ua" in done.stderr


def test_what_is_for_others_goes_by_the_proxy(sandbox: Sandbox, server: socket.socket) -> None:
    port = server.getsockname()[1]
    said = b"GET http://example.com/?about=http://smsc.ua/ HTTP/1.1\r\nHost: example.com\r\n\r\n"
    code = f"""
        import socket
        socket.create_connection(("127.0.0.1", {port})).sendall({said!r})
        """
    done = start_code(sandbox, code)
    assert received(server) == said, done.stderr


def test_the_mail_server_of_this_machine_is_given_no_mail_to_the_gateway(
    sandbox: Sandbox,
) -> None:
    with privileged(25) as server:
        code = """
            import socket
            sock = socket.create_connection(("127.53.25.1", 25))
            sock.sendall(b"RCPT TO:<send@send.smsc.ua>\\r\\n")
            """
        done = start_code(sandbox, code)
        assert received(server) == b""
    assert "refused an e-mail to the gateway by the mail server" in done.stderr


def test_a_mail_server_of_a_test_gets_its_mails(sandbox: Sandbox, server: socket.socket) -> None:
    said = b"RCPT TO:<send@send.smsc.ua>\r\n"
    code = f"""
        import socket
        socket.create_connection(("127.0.0.1", {server.getsockname()[1]})).sendall({said!r})
        """
    done = start_code(sandbox, code)
    assert received(server) == said, done.stderr


def test_a_name_server_is_asked_by_no_connection(sandbox: Sandbox) -> None:
    with privileged(53) as server:
        code = f"""
            import socket
            ask = {ASK!r}
            sock = socket.create_connection(("127.53.25.1", 53))
            sock.sendall(len(ask).to_bytes(2, "big") + ask)
            """
        done = start_code(sandbox, code)
        assert received(server) == b""
    assert "refused a question to a name server about smsc.ua" in done.stderr


@pytest.mark.parametrize("way", ["sendto(ask, at)", "connect(at); sock.send(ask)"])
def test_a_question_to_a_name_server_is_reported(sandbox: Sandbox, way: str) -> None:
    code = f"""
        import socket
        ask, at = {ASK!r}, ("127.53.25.1", 53)
        sock = socket.socket(type=socket.SOCK_DGRAM)
        sock.{way}
        """
    done = start_code(sandbox, code)
    assert "refused a question to a name server about smsc.ua" in done.stderr
    assert [report.text for report in sandbox.fences if "smsc.ua" in report.text]


def test_the_last_events_of_a_python_are_no_errors() -> None:
    """They come when the modules have lost their names."""
    launch.smsc_fence()
    guard = importlib.import_module("smsc_fence.guard")
    hook = guard._hear
    emptied = FunctionType(hook.__code__, dict.fromkeys(vars(guard)), "", hook.__defaults__)
    emptied("sys.unraisablehook", ())

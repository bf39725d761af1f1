"""What the server decodes is what the caller wrote."""

from __future__ import annotations

from typing import Any, List, Tuple
from urllib.parse import quote, unquote_to_bytes

import pytest

from .conftest import LOGIN, PASSWORD
from .gateway import SENT, Gateway, Proxy

WRITTEN_BY_CALLERS = [
    "a=~",
    "a=|",
    "a=%7e",
    "a=%7E",
    "a=%7e%7E%2f%2F",
    "a=[1]",
    'a="1"',
    "a=<b>{c}\\^`",
    "a=%",
    "a=%zz",
    "a=1;b=2",
    "a;",
    "a=/../b/./c//d",
    "a=http://x/y?z",
    "a=b?c",
    "a=@:!$'()*+,",
    "&&",
    "a=1&a=1",
]
ACCOUNT = f"login={LOGIN}&psw={quote(PASSWORD)}&fmt=1&charset=utf-8"


def decoded(target: str) -> Tuple[str, List[bytes]]:
    """Give the path, and the parameters as the server decodes them."""
    path, _, query = target.partition("?")
    return path, [unquote_to_bytes(each.replace("+", " ")) for each in query.split("&")]


@pytest.mark.parametrize("argument", WRITTEN_BY_CALLERS)
def test_parameters_arrive_as_they_were_written(face: Any, argument: str) -> None:
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC()._smsc_send_cmd("send", argument) == SENT
    assert decoded(gateway.targets[0]) == decoded(f"/sys/send.php?{ACCOUNT}&{argument}")


@pytest.mark.parametrize("argument", WRITTEN_BY_CALLERS)
def test_parameters_arrive_through_a_proxy_as_they_were_written(
    face: Any, monkeypatch: pytest.MonkeyPatch, argument: str
) -> None:
    face.SMSC_HOST = "smsc.example:8080"
    with Proxy() as proxy:
        monkeypatch.setenv("http_proxy", proxy.address)
        assert face.SMSC()._smsc_send_cmd("send", argument) == SENT
    wanted = decoded(f"http://smsc.example:8080/sys/send.php?{ACCOUNT}&{argument}")
    assert decoded(proxy.targets[0]) == wanted
    assert [seen.headers["host"] for seen in proxy.requests] == ["smsc.example:8080"]


def test_a_post_is_a_form(face: Any) -> None:
    face.SMSC_POST = True
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC()._smsc_send_cmd("send", "a=~|%7e") == SENT
    [seen] = gateway.requests
    assert (seen.method, seen.target) == ("POST", "/sys/send.php")
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert seen.body == f"{ACCOUNT}&a=~|%7e".encode()


@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
@pytest.mark.parametrize("command", ["a b", "a\r\nX: y", "a\n", "a\x00", "a\x7f", "балансы"])
def test_a_command_that_cannot_stand_in_a_request_line_is_not_sent(
    face: Any, command: str, post: bool
) -> None:
    face.SMSC_POST = post
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC()._smsc_send_cmd(command, "a=1")
    assert (reply, reply.outcome) == (["", ""], "not sent")
    assert gateway.connections == 0


def test_2000_characters_are_fetched_and_2001_are_posted(face: Any) -> None:
    room = 2000 - len(ACCOUNT) - len("&a=")
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC()._smsc_send_cmd("send", "a=" + "x" * room)
        face.SMSC()._smsc_send_cmd("send", "a=" + "x" * (room + 1))
    assert [seen.method for seen in gateway.requests] == ["GET", "POST"]
    assert len(gateway.requests[1].body) == 2001


def test_a_megabyte_is_posted_whole(face: Any) -> None:
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC()._smsc_send_cmd("send", "a=" + "x" * 1_000_000)
        face.SMSC()._smsc_send_cmd("send", "a=" + "y" * 1_000_000)
    assert [seen.body[-1_000_000:] for seen in gateway.requests] == [
        b"x" * 1_000_000,
        b"y" * 1_000_000,
    ]
    assert gateway.connections == 1


def test_no_compressed_answer_is_asked_for(face: Any) -> None:
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC().get_balance()
    assert gateway.requests[0].headers["accept-encoding"] == "identity"

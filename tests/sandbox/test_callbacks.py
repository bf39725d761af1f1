"""The gateway posts each change of a status to a URL on this machine."""

from __future__ import annotations

import http.server
import threading
from typing import Any, Dict, List, Tuple
from urllib.parse import parse_qsl

import pytest

from smsc_transports.callback import verify
from smsc_transports.sandbox.server import Sandbox

from .conftest import PHONE, Client, stand_still


class Receiver(http.server.ThreadingHTTPServer):
    def __init__(self) -> None:
        self.forms: List[Dict[str, str]] = []
        self.answer = 200
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> Any:
        return f"http://127.0.0.1:{self.server_address[1]}/status"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, Receiver)
        self.server.forms.append(dict(parse_qsl(body.decode(), keep_blank_values=True)))
        self.send_response(self.server.answer)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Any:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def calling(receiver: Receiver) -> Any:
    with Sandbox(callback_url=receiver.url, callback_secret="s3cret", limits=False) as sandbox:
        stand_still(sandbox)
        client = Client(sandbox)
        with client.session:
            yield sandbox, client


def test_each_change_is_posted_and_signed(
    receiver: Receiver, calling: Tuple[Sandbox, Client]
) -> None:
    sandbox, client = calling
    client.send(id=7, sender="Shop")
    assert receiver.forms == []
    sandbox.clock.advance(2)
    assert [form["status"] for form in receiver.forms] == ["0"]
    sandbox.clock.advance(24 * 3600)
    assert [form["status"] for form in receiver.forms] == ["0", "1"]
    last = receiver.forms[-1]
    assert (last["id"], last["phone"], last["err"], last["cost"]) == ("7", PHONE, "0", "1.40")
    assert int(last["ts"]) == int(sandbox.messages[0].due) + 6
    assert verify(last, "s3cret")
    assert not verify(last, "other")
    assert not verify({**last, "status": "20"}, "s3cret")


def test_changes_of_many_messages_come_in_the_order_of_time(
    receiver: Receiver, calling: Tuple[Sandbox, Client]
) -> None:
    sandbox, client = calling
    client.send("79990000001", id=1, time="+60")
    client.send("79990000002,70005550025", id=2)
    sandbox.clock.advance(24 * 3600)
    assert [(form["phone"], form["status"]) for form in receiver.forms] == [
        ("79990000002", "0"),
        ("70005550025", "25"),
        ("79990000002", "1"),
        ("79990000001", "0"),
        ("79990000001", "1"),
    ]


def test_absent_or_failing_receiver_stops_nothing(
    receiver: Receiver, calling: Tuple[Sandbox, Client]
) -> None:
    sandbox, client = calling
    receiver.answer = 302
    client.send(id=7)
    sandbox.clock.advance(2)
    receiver.answer = 500
    sandbox.clock.advance(24 * 3600)
    assert len(receiver.forms) == 2
    assert client.status(7).startswith("1,")


def test_reset_forgets_what_was_to_be_posted(
    receiver: Receiver, calling: Tuple[Sandbox, Client]
) -> None:
    sandbox, client = calling
    client.send(id=7)
    sandbox.reset()
    sandbox.clock.advance(24 * 3600)
    assert receiver.forms == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://127.0.0.1.example.com/",
        "http://10.0.0.1/",
        "http://user@10.0.0.1:80/",
        "ftp://127.0.0.1/",
        "127.0.0.1:80",
        "http://[::1",
        "http://",
    ],
)
def test_callbacks_never_leave_this_machine(url: Any) -> None:
    with pytest.raises(ValueError, match="callbacks go to loopback only"):
        Sandbox(callback_url=url)

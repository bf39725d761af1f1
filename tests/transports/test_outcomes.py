"""Whether a message may have arrived is told by how far it got, in every kind of failure."""

from __future__ import annotations

import socket
import ssl
from contextlib import ExitStack
from typing import Any, Callable, Dict, Iterator, List

import pytest
import requests
import responses
import urllib3

from .gateway import PATIENCE, REPLY, SENT, Client, Gateway, Mute, Proxy, Step, answer, raw

TOO_LATE = 0.2  # seconds, for what never comes

HEAD = b"HTTP/1.1 200 OK\r\n"


def head_only(length: int) -> bytes:
    return HEAD + b"Content-Length: %d\r\n\r\n" % length


MAY_HAVE_ARRIVED = {
    "closed before the answer": Client.close,
    "reset": Client.reset,
    "500": answer(REPLY, "500 Internal Server Error"),
    "404": answer(REPLY, "404 Not Found"),
    "a redirect without a place": answer(b"", "302 Found"),
    "empty body": answer(b""),
    "closed inside the headers": raw(HEAD + b"Content-Len"),
    "cut short of its length": raw(head_only(20) + REPLY),
    "chunks cut short": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n20\r\n" + REPLY),
    "last chunk missing": raw(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(REPLY), REPLY)
    ),
    "chunk without a size": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nwhat?\r\n"),
    "garbage instead of a status line": raw(b"1234,1,0.50,99.50\r\n\r\n"),
    "bytes that are no text": answer(b"\xff\xfe\xfd"),
    "no answer in time": Client.until_gone,
}


@pytest.mark.parametrize("step", MAY_HAVE_ARRIVED.values(), ids=MAY_HAVE_ARRIVED)
@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
def test_a_message_that_was_handed_over_may_have_arrived(face: Any, step: Step, post: bool) -> None:
    face.SMSC_TIMEOUT = (10, TOO_LATE if step is Client.until_gone else 10)
    face.SMSC_POST = post
    with Gateway(step) as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms("79990000001", "hello")
    assert reply == ["", ""]
    assert [attempt.outcome for attempt in reply.attempts] == ["unknown"], reply.attempts
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("step", [Client.close, Client.reset, Client.until_gone])
def test_a_message_that_was_handed_over_by_tls_may_have_arrived(
    face: Any, trusted_tls: ssl.SSLContext, step: Step
) -> None:
    face.SMSC_HTTPS = True
    face.SMSC_TIMEOUT = (10, TOO_LATE)
    with Gateway(step, tls=trusted_tls) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"
    assert len(gateway.requests) == 1


def test_a_message_that_was_never_read_may_have_arrived(face: Any) -> None:
    face.SMSC_TIMEOUT = (10, TOO_LATE)
    with Mute() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "unknown"


def until_the_end(client: Client) -> None:
    client.server.closing.wait(PATIENCE)


def test_a_long_post_that_nobody_reads_may_have_arrived(face: Any) -> None:
    face.SMSC_TIMEOUT = TOO_LATE
    with Mute(until_the_end) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "x" * 20_000_000).outcome == "unknown"


Situation = Callable[[Any, ExitStack], None]


def refused(face: Any, closing: ExitStack) -> None:
    face.SMSC_HOST = address_that_nobody_listens_to()


def no_room(face: Any, closing: ExitStack) -> None:
    """Fill the queue of a listener, so that it does not take the next connection."""
    listener = closing.enter_context(socket.socket())
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    for _ in range(4):
        waiting = closing.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(listener.getsockname())
    face.SMSC_HOST = f"127.0.0.1:{listener.getsockname()[1]}"
    face.SMSC_TIMEOUT = (TOO_LATE, 10)


def https_to(gateway: Any) -> Situation:
    def situation(face: Any, closing: ExitStack) -> None:
        face.SMSC_HTTPS = True
        face.SMSC_TIMEOUT = (TOO_LATE, 10)
        face.SMSC_HOST = closing.enter_context(gateway()).address

    return situation


def address_that_nobody_listens_to() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


SURELY_NOT_SENT = {
    "connection refused": refused,
    "no connection in time": no_room,
    "https to a server that speaks http": https_to(
        lambda: Mute(raw(b"HTTP/1.1 400 What?\r\n\r\n"))
    ),
    "https to a server that hangs up": https_to(lambda: Mute(Client.close)),
    "https to a server that says nothing": https_to(Mute),
}


@pytest.mark.parametrize("situation", SURELY_NOT_SENT.values(), ids=SURELY_NOT_SENT)
def test_a_message_that_found_no_connection_is_not_sent(face: Any, situation: Situation) -> None:
    with ExitStack() as closing:
        situation(face, closing)
        reply = face.SMSC().send_sms("79990000001", "hello")
    assert reply == ["", ""]
    assert [attempt.outcome for attempt in reply.attempts] == ["not sent"], reply.attempts


FAILS_QUICKLY: Dict[str, Situation] = {
    "connection refused": refused,
    "hangs up": lambda face, closing: set_host(face, closing, Gateway(Client.close)),
    "500": lambda face, closing: set_host(face, closing, Gateway(answer(b"", "500 Error"))),
}
MAKES_WAIT: Dict[str, Situation] = {
    "no connection in time": no_room,
    "no answer in time": lambda face, closing: set_host(face, closing, Mute()),
    "half an answer in time": lambda face, closing: set_host(face, closing, Gateway(half)),
}


def set_host(face: Any, closing: ExitStack, server: Any) -> None:
    face.SMSC_HOST = closing.enter_context(server).address


def half(client: Client) -> None:
    client.send(head_only(len(REPLY)) + REPLY[:4])
    client.until_gone()


def addresses_tried(face: Any) -> List[str]:
    return [attempt.address for attempt in face.SMSC().send_sms("79990000001", "hello").attempts]


@pytest.mark.parametrize("situation", FAILS_QUICKLY.values(), ids=FAILS_QUICKLY)
def test_a_host_that_fails_quickly_keeps_its_place(face: Any, situation: Situation) -> None:
    with ExitStack() as closing, Gateway() as good:
        situation(face, closing)
        bad = face.SMSC_HOST
        face.SMSC_HOST = f"{bad},{good.address}"
        assert addresses_tried(face) == [bad, good.address]
        assert addresses_tried(face) == [bad, good.address]


@pytest.mark.parametrize("situation", MAKES_WAIT.values(), ids=MAKES_WAIT)
def test_a_host_that_makes_wait_is_put_last(face: Any, situation: Situation) -> None:
    with ExitStack() as closing, Gateway() as good:
        situation(face, closing)
        bad = face.SMSC_HOST
        face.SMSC_HOST = f"{bad},{good.address}"
        face.SMSC_TIMEOUT = TOO_LATE
        assert addresses_tried(face) == [bad, good.address]
        assert addresses_tried(face) == [good.address]


def test_a_message_to_a_name_that_does_not_resolve_is_not_sent(
    face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_such_name(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    reply = face.SMSC().send_sms("79990000001", "hello")
    assert [attempt.outcome for attempt in reply.attempts] == ["not sent"] * 5
    assert "Name or service not known" in reply.attempts[0].error


@pytest.mark.parametrize("first", ["silent", "of a family that this machine does not have"])
def test_the_next_address_of_a_name_is_tried_within_the_timeout(
    face: Any, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    with ExitStack() as closing, Gateway() as good:
        no_room(face, closing)
        silent = face.SMSC_HOST.partition(":")
        wanted = good.address.partition(":")
        family = socket.AF_INET if first == "silent" else socket.AF_UNSPEC
        found = [
            (family, socket.SOCK_STREAM, 6, "", (silent[0], int(silent[2]))),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (wanted[0], int(wanted[2]))),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        face.SMSC_HOST, face.SMSC_TIMEOUT = "smsc.example:80", (TOO_LATE, 10)
        assert face.SMSC().send_sms("79990000001", "hello") == SENT


@pytest.mark.parametrize("host", ["x" * 64 + ".example:80", "no..name:80"])
def test_a_message_to_a_name_that_cannot_be_one_is_not_sent(face: Any, host: str) -> None:
    face.SMSC_HOST = host
    assert face.SMSC().send_sms("79990000001", "hello").outcome == "not sent"


@pytest.mark.parametrize("fixture", ["untrusted_tls", "misnamed_tls"])
def test_a_message_is_not_sent_to_a_host_that_cannot_prove_its_name(
    face: Any, request: pytest.FixtureRequest, fixture: str
) -> None:
    face.SMSC_HTTPS = True
    with Gateway(tls=request.getfixturevalue(fixture)) as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms("79990000001", "hello")
    assert reply.outcome == "not sent"
    assert "CERTIFICATE_VERIFY_FAILED" in reply.attempts[0].error
    assert gateway.requests == []


REFUSALS_OF_A_PROXY = {
    "no tunnel": answer(b"", "403 Forbidden"),
    "no tunnel without a password": answer(b"", "407 Proxy Authentication Required"),
    "hangs up": Client.close,
    "talks nonsense": raw(b"what?\r\n\r\n"),
    "keeps waiting": Client.until_gone,
}


@pytest.mark.parametrize("step", REFUSALS_OF_A_PROXY.values(), ids=REFUSALS_OF_A_PROXY)
def test_a_message_that_the_proxy_lets_not_through_is_not_sent(
    face: Any, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    face.SMSC_HTTPS = True
    face.SMSC_HOST = "smsc.example:443"
    face.SMSC_TIMEOUT = (TOO_LATE if step is Client.until_gone else 10, 10)
    with Proxy(step) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        reply = face.SMSC().send_sms("79990000001", "hello")
    assert [attempt.outcome for attempt in reply.attempts] == ["not sent"], reply.attempts


@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_a_message_by_a_proxy_that_is_not_there_is_not_sent(
    face: Any, monkeypatch: pytest.MonkeyPatch, https: bool
) -> None:
    monkeypatch.setenv("https_proxy" if https else "http_proxy", address_that_nobody_listens_to())
    face.SMSC_HTTPS = https
    face.SMSC_HOST = "smsc.example:8080"
    assert face.SMSC().send_sms("79990000001", "hello").outcome == "not sent"


def test_a_message_that_the_proxy_asks_a_password_for_is_not_sent(
    face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    face.SMSC_HOST = "smsc.example:8080"
    with Proxy(answer(b"", "407 Proxy Authentication Required")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.address)
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "not sent"


def nobody_there() -> requests.ConnectionError:
    return requests.ConnectionError(
        urllib3.exceptions.MaxRetryError(
            None,  # type: ignore[arg-type]
            "/sys/send.php",
            urllib3.exceptions.NewConnectionError(None, "refused"),  # type: ignore[arg-type]
        )
    )


RAISED_BY_A_MOCK = [
    (requests.ConnectTimeout("in the test"), "not sent"),
    (nobody_there(), "not sent"),
    (requests.exceptions.SSLError("in the test"), "not sent"),
    (requests.exceptions.ProxyError("in the test"), "not sent"),
    (requests.exceptions.InvalidURL("in the test"), "not sent"),
    (requests.ReadTimeout("in the test"), "unknown"),
    (requests.ConnectionError("in the test"), "unknown"),
    (requests.exceptions.ChunkedEncodingError("in the test"), "unknown"),
    (ConnectionRefusedError("in the test"), "not sent"),
    (socket.gaierror("in the test"), "not sent"),
    (OSError("in the test"), "unknown"),
    (RuntimeError("in the test"), "unknown"),
]


@pytest.mark.parametrize(
    ("error", "outcome"), RAISED_BY_A_MOCK, ids=[type(e).__name__ for e, _ in RAISED_BY_A_MOCK]
)
def test_what_a_mock_of_requests_raises_counts_as_if_it_had_happened(
    face: Any, error: Exception, outcome: str
) -> None:
    face.SMSC_HOST = "smsc.example:80"
    with responses.RequestsMock() as mocked:
        mocked.get("http://smsc.example:80/sys/send.php", body=error)
        reply = face.SMSC().send_sms("79990000001", "hello")
    assert reply == ["", ""]
    assert reply.outcome == outcome


@pytest.fixture
def answering_mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mocked:
        yield mocked


def test_what_a_mock_of_requests_answers_is_the_reply(
    face: Any, answering_mock: responses.RequestsMock
) -> None:
    answering_mock.get("http://smsc.ua/sys/send.php", body=b"", status=500)
    answering_mock.get("http://www2.smsc.ua/sys/send.php", body=REPLY)
    assert face.SMSC().send_sms("79990000001", "hello") == SENT

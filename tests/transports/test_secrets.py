"""No secret is ever logged, printed or put into an exception, whoever repeats it."""

from __future__ import annotations

import http.client
import logging
import ssl
from typing import Any, Callable, List
from urllib.parse import unquote

import pytest

from .gateway import Client, Gateway, Proxy, Step, answer, raw, redirect

ACCOUNTS = [
    ("alexandra", "correct-horse"),
    ("", "api-key-0123456789"),
    ("Алексей", "слово & дело"),
    ("me@example.org", "a b+c%41/~'\"\\|"),
]


def target_of(client: Client) -> bytes:
    """Everything that the client gave away."""
    return client.seen.target.encode() + client.seen.body


def repeating(pattern: bytes) -> Step:
    """Put what the client sent into an answer, and hang up."""
    return lambda client: raw(pattern.replace(b"HERE", target_of(client)))(client)


ANSWERS = {
    "a reply": answer(),
    "a status line of its own": repeating(b"HERE\r\n\r\n"),
    "a status that is no number": repeating(b"HTTP/1.1 HERE OK\r\n\r\n"),
    "a reason": repeating(b"HTTP/1.1 500 HERE\r\nContent-Length: 0\r\n\r\n"),
    "a body": repeating(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nHERE"),
    "a broken header": repeating(b"HTTP/1.1 200 OK\r\nHERE\r\nContent-Length: 1\r\n\r\n1"),
    "a wrong length": repeating(b"HTTP/1.1 200 OK\r\nContent-Length: 1, HERE\r\n\r\n1"),
    "a chunk": repeating(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHERE\r\n"),
    "no end": Client.close,
    "a redirect": lambda client: redirect(f"/again?{client.seen.target}")(client),
    "a redirect to nowhere": lambda client: redirect("http://[" + client.seen.target)(client),
    "a redirect to another scheme": lambda client: redirect("x:" + client.seen.target)(client),
}


@pytest.fixture
def shown(
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], str]:
    """Give all that was logged, at the level DEBUG, and printed, with http.client debugging."""
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, name)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)

    def text() -> str:
        printed = capfd.readouterr()
        return caplog.text + printed.out + printed.err

    return text


def traces(text: str, *secrets: str) -> List[str]:
    """List the secrets that stand in a text, openly or encoded."""
    forms = [text, *(unquote(text, charset) for charset in ("utf-8", "windows-1251", "koi8-r"))]
    forms += [form.replace("\\\\", "\\").replace("\\'", "'") for form in forms]
    return [secret for secret in secrets if secret and any(secret in form for form in forms)]


@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
@pytest.mark.parametrize("step", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_server_that_repeats_what_it_was_sent_leaks_nothing(
    face: Any, shown: Any, account: Any, step: Step, post: bool
) -> None:
    face.SMSC_LOGIN, face.SMSC_PASSWORD = account
    face.SMSC_POST = post
    with Gateway(step, step, Client.close) as gateway:
        face.SMSC_HOST = gateway.address
        reply = face.SMSC().send_sms("79990000001", "hello")
    attempts = repr(reply.attempts)
    raised = ""
    if not reply.ok:
        with pytest.raises(Exception) as caught:  # noqa: PT011  (whatever it is)
            reply.raise_for_error()
        raised = repr(caught.value)
    assert gateway.requests
    assert traces(shown() + attempts + raised, *account) == []


def test_failures_before_the_request_leak_nothing(
    face: Any, shown: Any, monkeypatch: pytest.MonkeyPatch, untrusted_tls: ssl.SSLContext
) -> None:
    login, password = face.SMSC_LOGIN, face.SMSC_PASSWORD = ACCOUNTS[0]
    with Gateway() as gone:
        pass
    face.SMSC_HOST = gone.address
    attempts = [face.SMSC().send_sms("79990000001", "hello").attempts]
    face.SMSC_HTTPS = True
    with Gateway(tls=untrusted_tls) as gateway:
        face.SMSC_HOST = gateway.address
        attempts.append(face.SMSC().send_sms("79990000001", "hello").attempts)
    face.SMSC_HTTPS = False
    monkeypatch.setenv("http_proxy", gone.address)
    attempts.append(face.SMSC().send_sms("79990000001", "hello").attempts)
    assert [len(each) for each in attempts] == [1, 1, 1]
    assert traces(shown() + repr(attempts), login, password) == []


@pytest.mark.parametrize(
    "step",
    [answer(), answer(b"", "407 No"), repeating(b"HERE\r\n\r\n"), Client.close],
    ids=["answers", "refuses", "repeats", "hangs up"],
)
@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_a_proxy_leaks_neither_our_secrets_nor_its_own(
    face: Any,
    shown: Any,
    monkeypatch: pytest.MonkeyPatch,
    untrusted_tls: ssl.SSLContext,
    step: Step,
    https: bool,
) -> None:
    login, password = face.SMSC_LOGIN, face.SMSC_PASSWORD = ACCOUNTS[0]
    face.SMSC_HTTPS = https
    face.SMSC_HOST = "smsc.example:8080"
    with Proxy(step, tls=untrusted_tls) as proxy:
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://proxy-user:proxy-word@{proxy.address}")
        attempts = repr(face.SMSC().send_sms("79990000001", "hello").attempts)
    assert proxy.requests
    assert traces(shown() + attempts, login, password, "proxy-word", "proxy-user") == []


def test_what_is_logged_still_says_what_happened(face: Any, shown: Any) -> None:
    with Gateway(Client.close, answer()) as gateway:
        face.SMSC_HOST = f"{gateway.address},{gateway.address}"
        assert face.SMSC().send_sms("79990000001", "hello").ok
    text = shown()
    assert f"send by http-get to {gateway.address}: unknown" in text
    assert f"send by http-get to {gateway.address}: answered" in text

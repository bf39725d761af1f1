"""``SMSC_DEADLINE`` is one clock for slots, names, connecting, TLS, redirects, mail and answers.

In most tests the last phase is answered only after the deadline: a call that keeps to it has gone
by then, and one that gave a phase the whole time anew takes the answer.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Iterator

import pytest

from .peers import PATIENCE, PHONE, Exchange, Gateway, MailServer, Step

DEADLINE = 0.5  # seconds
EARLY = 0.35  # within the deadline, and two of them are beyond it
TOO_LATE = 0.8  # beyond it, and within two of them


@pytest.fixture
def face(face: Any) -> Any:
    face.SMSC_TIMEOUT = (30, 30)
    face.SMSC_DEADLINE = DEADLINE
    return face


class Stopwatch:
    """Counts from the moment at which the call under test begins."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def until(self, seconds: float, gateway: Any) -> None:
        gateway.closing.wait(max(self.began + seconds - time.monotonic(), 0))


def answering(watch: Callable[[], Stopwatch], seconds: float) -> Step:
    def step(exchange: Exchange) -> None:
        watch().until(seconds, exchange.gateway)
        exchange.answer()

    return step


def test_a_slow_handshake_is_taken_off_the_time_for_the_answer(
    face: Any, trusted_tls: ssl.SSLContext
) -> None:
    watch = Stopwatch()
    with Gateway(send=answering(lambda: watch, TOO_LATE), tls=trusted_tls) as gateway:
        gateway.before_tls = lambda: watch.until(EARLY, gateway)
        face.SMSC_HTTPS, face.SMSC_HOST = True, gateway.address
        watch = Stopwatch()
        assert face.SMSC().send_sms(PHONE, "hello").outcome == "unknown"


def test_a_redirect_is_taken_off_the_time_for_the_answer(face: Any) -> None:
    watch = Stopwatch()

    def elsewhere(exchange: Exchange) -> None:
        watch.until(EARLY, exchange.gateway)
        exchange.answer("", "302 Found", "Location: /sys/send.php?cost=1")

    with Gateway(send=[elsewhere, answering(lambda: watch, TOO_LATE)]) as gateway:
        face.SMSC_HOST = gateway.address
        watch = Stopwatch()
        assert face.SMSC().send_sms(PHONE, "hello").outcome == "unknown"


def test_the_phases_of_a_mail_share_the_deadline(face: Any) -> None:
    watch = Stopwatch()

    def slowly(command: str) -> None:
        watch.until({"connect": EARLY, "text": TOO_LATE}.get(command, 0), mail)

    with MailServer(confirms=True) as mail:
        mail.before_each_reply = slowly
        face.SMSC_TRANSPORT, face.SMTP_SERVER = "smtp", mail.address
        watch = Stopwatch()
        assert face.SMSC().send_sms(PHONE, "hello").outcome == "unknown"


@pytest.fixture
def stalled(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """No name is found, and nobody is told, until the event is set."""
    event = threading.Event()
    genuine = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if str(host).endswith(".example"):
            event.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "nobody knows")
        return genuine(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield event
    event.set()


@pytest.mark.parametrize("failover", ["legacy", "safe"])
@pytest.mark.parametrize("transport", ["http-get", "https-get", "smtp"])
def test_a_name_that_stalls_holds_no_call_beyond_its_deadline(
    face: Any, stalled: threading.Event, failover: str, transport: str
) -> None:
    face.SMSC_FAILOVER, face.SMSC_TRANSPORT, face.SMSC_DEADLINE = failover, transport, 0.1
    face.SMSC_HOST = "one.example:80,two.example:80"
    face.SMTP_SERVER = "mail.example"
    with ThreadPoolExecutor(1) as pool:
        try:
            reply = pool.submit(face.SMSC().send_sms, PHONE, "hello").result(PATIENCE)
        finally:
            stalled.set()
    assert (reply, reply.outcome) == (["", ""], "not sent")


def test_a_name_found_late_is_taken_off_the_time_for_the_answer(
    face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Stopwatch()
    genuine = socket.getaddrinfo

    def slowly(host: Any, *args: Any, **kwargs: Any) -> Any:
        watch.until(EARLY, gateway)
        return genuine(host, *args, **kwargs)

    with Gateway(send=answering(lambda: watch, TOO_LATE)) as gateway:
        monkeypatch.setattr(socket, "getaddrinfo", slowly)
        face.SMSC_HOST = gateway.address
        watch = Stopwatch()
        assert face.SMSC().send_sms(PHONE, "hello").outcome == "unknown"


def test_waiting_for_a_slot_is_taken_off_the_time_for_the_answer(face: Any) -> None:
    watch = Stopwatch()
    held, full, let_go = threading.Semaphore(0), 14, threading.Event()

    def hold(exchange: Exchange) -> None:
        held.release()
        let_go.wait(PATIENCE)
        exchange.answer()

    with Gateway(send=[*[hold] * full, answering(lambda: watch, TOO_LATE)]) as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC_DEADLINE = None
        with ThreadPoolExecutor(full + 1) as pool:
            for _ in range(full):
                pool.submit(face.SMSC().send_sms, PHONE, "hello")
            for _ in range(full):
                assert held.acquire(timeout=PATIENCE)
            face.SMSC_DEADLINE = DEADLINE
            watch = Stopwatch()
            timer = threading.Timer(EARLY, let_go.set)
            timer.start()
            reply = face.SMSC().send_sms(PHONE, "hello")
            timer.join()
    assert reply == ["", ""]


def test_slot_name_handshake_and_answer_together_have_one_deadline(
    face: Any, trusted_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Stopwatch()
    genuine = socket.getaddrinfo

    def slowly(host: Any, *args: Any, **kwargs: Any) -> Any:
        watch.until(0.15, gateway)
        return genuine(host, *args, **kwargs)

    with Gateway(send=answering(lambda: watch, TOO_LATE), tls=trusted_tls) as gateway:
        gateway.before_tls = lambda: watch.until(0.3, gateway)
        monkeypatch.setattr(socket, "getaddrinfo", slowly)
        face.SMSC_HTTPS, face.SMSC_HOST = True, gateway.address
        watch = Stopwatch()
        assert face.SMSC().send_sms(PHONE, "hello").outcome == "unknown"


def test_a_call_within_its_deadline_is_answered(face: Any) -> None:
    face.SMSC_DEADLINE = 60
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms(PHONE, "hello").ok

"""What broke when the mended parts were attacked once more."""

from __future__ import annotations

import functools
import gc
import os
import smtplib
import socket
import sys
import traceback
from typing import Any, Dict, List

import pytest

from smsc_transports.failover import slots
from smsc_transports.failover.slots import slot
from smsc_transports.reporting.notices import SMSCWarning
from smsc_transports.transports.connections import Response
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings

from .peers import PHONE, Exchange, Gateway, MailServer, lost, response, says, truly
from .programs import run

pytestmark = pytest.mark.usefixtures("fresh_plugins")


@pytest.mark.parametrize(
    "words",
    [
        '{"status":"ok"}',
        '{"status":404,"error":"Not Found"}',
        '{"status":null}',
        '[{"status":true}]',
        "1001,1,0.50,99.50",
    ],
)
def test_in_safe_mode_another_server_s_words_are_no_status_of_a_lost_message(
    safe: Any, words: str
) -> None:
    """A load balancer's health page, a framework's error page, the reply to another send."""
    with Gateway(send=lost, status=says(words)) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert (reply, reply.outcome, reply.ok) == (["", ""], "unknown", False)


def test_in_safe_mode_the_status_of_another_message_is_none_of_this_one(safe: Any) -> None:
    with Gateway(send=lost, status=says('{"status":1,"cost":"0.50","id":7}')) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert (reply.outcome, reply.ok) == ("unknown", False)


@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
def test_a_server_that_gives_up_an_idle_connection_in_so_many_words_loses_no_send(
    face: Any, post: bool
) -> None:
    """Load balancers say 408 as they close, which may cross the next request."""

    def tired(exchange: Exchange) -> None:
        if exchange.asked.place == 1:
            exchange.answer()
        else:
            exchange.answer("", "408 Request Timeout", "Connection: close")
            exchange.hang_up()

    face.SMSC_POST = post
    with Gateway(send=tired, balance=tired) as gateway:
        face.SMSC_HOST = gateway.address
        replies = [face.SMSC().send_sms(PHONE, f"hello {number}") for number in range(6)]
        assert face.SMSC().get_balance() == "99.50"
    assert all(reply.ok for reply in replies)
    assert [message["mes"] for message in gateway.messages] == [f"hello {n}" for n in range(6)]


@pytest.mark.parametrize("query", ["", "cost=1"], ids=["get_sms_cost", "cost in the query"])
def test_a_price_is_asked_by_http_and_nothing_is_mailed(face: Any, query: str) -> None:
    with MailServer(confirms=True) as mail, Gateway() as gateway:
        face.SMSC_HOST, face.SMTP_SERVER = gateway.address, mail.address
        face.SMSC_TRANSPORT = "smtp"
        smsc = face.SMSC()
        ask = functools.partial(smsc.send_sms, query=query) if query else smsc.get_sms_cost
        assert ask(PHONE, "hello") == ["0.50", "1"]
    assert mail.mails == []
    assert gateway.messages == []


class OddMailServer(MailServer):
    """Takes a mail, and confirms it in words of its own."""

    def __init__(self, words: str) -> None:
        super().__init__(confirms=True)
        self._words = words

    def _reply(self, sock: Any, command: str, text: str) -> None:
        super()._reply(sock, command, self._words if command == "text" else text)


@pytest.mark.parametrize("words", ["251 taken", "200 ok", "OK, taken", "25", "x" * 9000])
def test_a_mail_that_may_have_been_taken_is_not_sent_again_in_safe_mode(
    safe: Any, words: str
) -> None:
    """Only 4xx and 5xx say that the server did not take it (RFC 5321, 4.2.1)."""
    with OddMailServer(words) as odd, MailServer(confirms=True) as other, Gateway() as gateway:
        safe.SMTP_SERVER, safe.SMSC_TRANSPORT = f"{odd.address},{other.address}", "smtp"
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert (reply.outcome, len(odd.mails), other.mails) == ("unknown", 1, [])


@pytest.mark.parametrize("words", ["251 taken", "OK, taken"])
def test_send_sms_mail_raises_what_it_always_raised_of_such_a_server(face: Any, words: str) -> None:
    with OddMailServer(words) as odd, MailServer(confirms=True) as other:
        face.SMTP_SERVER = f"{odd.address},{other.address}"
        with pytest.raises(smtplib.SMTPDataError):
            face.SMSC().send_sms_mail(PHONE, "hello")
    assert (len(odd.mails), other.mails) == (1, [])


@pytest.mark.parametrize("words", ["451 later", "554 no", "421 bye"])
def test_a_mail_that_was_refused_goes_to_the_next_server(safe: Any, words: str) -> None:
    with OddMailServer(words) as odd, MailServer(confirms=True) as other:
        safe.SMTP_SERVER, safe.SMSC_TRANSPORT = f"{odd.address},{other.address}", "smtp"
        assert safe.SMSC().send_sms(PHONE, "hello").ok
    assert len(other.mails) == 1


@pytest.mark.filterwarnings("error::smsc_transports.reporting.notices.SMSCWarning")
@pytest.mark.parametrize("where", ["host", "environment"])
def test_no_local_variable_of_a_refused_setting_holds_a_password(
    face: Any, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    face.SMSC_LOGIN = face.SMSC_PASSWORD = ""
    monkeypatch.setenv("SMSC_PASSWORD", "hunter2hunter2")
    if where == "host":
        monkeypatch.setattr(face, "SMSC_HOST", ["shop:hunter2hunter2@127.0.0.1"])
    else:
        face.SMSC_TIMEOUT = "soon"
    with pytest.raises(SMSCWarning) as caught:
        face.SMSC().send_sms(PHONE, "hello")
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)][1:]
    shown = [f"{frame.f_code.co_name}: {frame.f_locals}" for frame in frames]
    assert len(shown) > 3
    assert [each for each in shown if "hunter2" in each] == []


def test_who_takes_part_in_the_limit_is_remembered_without_password() -> None:
    request = Request("send", "phones=1", Settings(login="a", password="hunter2hunter2"))
    with slot(request, 1):
        assert "hunter2" not in repr(slots._taken)


def test_a_host_and_a_port_given_as_a_pair_lead_to_no_other_host(face: Any, warned: Any) -> None:
    """Of 8080 the system would make the address 0.0.31.144."""
    with Gateway() as gateway:
        face.SMSC_HOST = (gateway.address, 8080)
        gateway.refuse()
        reply = face.SMSC().send_sms(PHONE, "hello")
    assert [attempt.address for attempt in reply.attempts] == [gateway.address]
    assert "8080" in warned()[0]


@pytest.mark.parametrize("size", [4096, 8191, 8192, 8193, 16000, 16384])
def test_what_follows_an_answer_in_the_same_packet_is_never_the_next_one(
    face: Any, secured: Dict[str, Any], size: int
) -> None:
    def two_answers(exchange: Exchange) -> None:
        head = len(response("x" * size)) - size
        exchange.send(response("1" * (size - head)) + response("666"))

    with Gateway(balance=[two_answers, truly], **secured) as gateway:
        face.SMSC_HOST = gateway.address
        face.SMSC().get_balance()
        assert face.SMSC().get_balance() == "99.50"


@pytest.mark.filterwarnings("ignore::smsc_transports.reporting.notices.SMSCWarning")
@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "punycode", "idna"])
def test_a_charset_in_which_plain_letters_are_others_is_as_an_unknown_one(
    face: Any, charset: str
) -> None:
    """The login would be another one there."""
    face.SMSC_CHARSET = charset
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        for text in ("hello", "привет"):
            assert face.SMSC().send_sms(PHONE, text).ok
        assert face.SMSC().get_balance() == "99.50"
    assert [message["mes"] for message in gateway.messages] == ["hello", "привет"]
    assert {asked.fields["login"] for asked in gateway.asked} == {face.SMSC_LOGIN}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.parametrize(
    ("module", "settings"),
    [
        ("requests", {}),
        ("smsc_transports.failover.policies", {}),
        ("smsc_transports.failover.safe", {"SMSC_FAILOVER": "safe"}),
        ("portalocker", {"SMSC_SLOTS": "machine"}),
        ("sched", {"SMSC_PLUGINS": "sched"}),  # a module as good as any
    ],
)
def test_a_process_forked_while_another_thread_makes_the_first_call_can_send(
    module: str, settings: Dict[str, str]
) -> None:
    """logging, which requests imports, has a fork take its lock."""
    program = f"""
        import os, signal, sys, threading
        inside, forking = threading.Event(), threading.Event()

        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name == {module!r}:
                    os.register_at_fork(before=forking.set)
                    inside.set()
                    forking.wait(10)

        sys.meta_path.insert(0, Finder())
        first = threading.Thread(target=send)
        first.start()
        inside.wait(10)
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # ends it if it hangs
            os._exit(0 if send()[0] else 1)
        print(os.waitpid(child, 0)[1])
        first.join()
    """
    with Gateway() as gateway:
        out, _ = run(program, gateway.address, start=True, **settings)
    assert out == "0"
    assert len(gateway.messages) == 2


@pytest.mark.skipif(
    not hasattr(os, "fork") or sys.version_info >= (3, 12), reason="uWSGI forks otherwise there"
)
def test_a_worker_of_uwsgi_says_nothing_on_stderr() -> None:
    """uWSGI tells Python of a fork only when it is over."""
    program = """
        import ctypes
        if ctypes.PyDLL(None).fork() == 0:
            ctypes.pythonapi.PyOS_AfterFork_Child()
            os._exit(0)
        os.wait()
    """
    assert run(program, "127.0.0.1", start=True) == ("", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_process_forked_while_another_thread_makes_a_tls_context_can_make_one() -> None:
    """OpenSSL holds a lock of its own meanwhile, which nobody releases in the child."""
    program = """
        import os, signal, ssl, threading
        from smsc_transports.transports.tls import tls_context
        inside, forking, of_openssl = threading.Event(), threading.Event(), threading.Lock()
        genuine = ssl._create_default_https_context

        def factory():
            with of_openssl:
                inside.set()
                forking.wait(10)
                return genuine()

        ssl._create_default_https_context = factory
        os.register_at_fork(before=forking.set)
        first = threading.Thread(target=tls_context)
        first.start()
        inside.wait(10)
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # ends it if it hangs
            os.environ["SSL_CERT_DIR"] = "/another"
            os._exit(0 if tls_context() else 1)
        print(os.waitpid(child, 0)[1])
        first.join()
    """
    assert run(program, "127.0.0.1")[0] == "0"


def test_ctrl_c_while_an_answer_is_made_prints_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Interrupted:
        def makefile(self, mode: str) -> None:
            raise KeyboardInterrupt

    ignored: List[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    with pytest.raises(KeyboardInterrupt) as raised:
        Response(0, None, Interrupted())
    del raised
    gc.collect()
    assert ignored == []


def test_a_server_that_does_not_read_a_long_request_is_left_at_the_deadline(face: Any) -> None:
    face.SMSC_TIMEOUT, face.SMSC_DEADLINE, face.SMSC_POST = 20, 1, True
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        face.SMSC_HOST = f"127.0.0.1:{deaf.getsockname()[1]}"
        reply = face.SMSC().send_sms(PHONE, "x" * 20_000_000)
    assert reply.outcome == "unknown"
    assert reply.attempts[0].seconds < 15

"""What a program or its tests put in the place of the network is used, and nothing else."""

from __future__ import annotations

import functools
import http.client
import io
import smtplib
import ssl
import types
import urllib.request
import urllib.response
from typing import Any, Callable, ClassVar, Iterator, List, Tuple
from unittest import mock

import pytest

from tests.golden.gateway import Certificates

from ..faces import load_face
from .conftest import LOGIN, PASSWORD
from .gateway import REPLY, SENT, Gateway, MailServer, Mute, Proxy

URL = "http://smsc.ua/sys/send.php"

Calls = List[Tuple[Any, ...]]


@pytest.fixture
def calls() -> Calls:
    return []


@pytest.fixture
def fake_urlopen(calls: Calls) -> Callable[..., Any]:
    def urlopen(*args: Any) -> io.BytesIO:
        calls.append(args)
        return io.BytesIO(REPLY)

    return urlopen


def as_it_is(fake: Callable[..., Any]) -> Callable[..., Any]:
    return fake


def as_partial(fake: Callable[..., Any]) -> Callable[..., Any]:
    return functools.partial(fake)


def as_wrapper(fake: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(urllib.request.urlopen)
    def wrapper(*args: Any) -> Any:
        return fake(*args)

    return wrapper


def as_magic_mock(fake: Callable[..., Any]) -> Callable[..., Any]:
    return mock.MagicMock(side_effect=fake)


def as_specified_mock(fake: Callable[..., Any]) -> Callable[..., Any]:
    return mock.create_autospec(  # type: ignore[no-any-return]
        urllib.request.urlopen, side_effect=fake
    )


FAKES = [as_it_is, as_partial, as_wrapper, as_magic_mock, as_specified_mock]


@pytest.mark.parametrize("made", FAKES)
@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_a_replaced_urlopen_is_called_with_the_url(
    face: Any, calls: Calls, fake_urlopen: Any, made: Any, https: bool
) -> None:
    face.SMSC_HTTPS = https
    with mock.patch.object(face, "urlopen", made(fake_urlopen)):
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    [(url,)] = calls
    assert url.startswith(("https" if https else "http") + URL[4:] + "?login=")


def test_a_replaced_urlopen_is_called_with_url_and_bytes_for_a_post(
    face: Any, calls: Calls, fake_urlopen: Any
) -> None:
    face.urlopen = fake_urlopen
    face.SMSC_POST = True
    assert face.SMSC().send_sms("79990000001", "hello") == SENT
    [(url, body)] = calls
    assert url == URL
    assert body.startswith(b"login=")


def test_an_urlopen_that_was_replaced_before_the_import_is_called(
    calls: Calls, fake_urlopen: Any
) -> None:
    with mock.patch.object(urllib.request, "urlopen", fake_urlopen):
        face = load_face()
    assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert len(calls) == 1


@pytest.mark.parametrize("answer", [b"", OSError("in the test"), "text", b"\xff"])
def test_a_replaced_urlopen_is_called_for_every_host_while_it_fails(face: Any, answer: Any) -> None:
    def read() -> Any:
        if isinstance(answer, OSError):
            raise answer
        return answer

    urls = []

    def urlopen(url: str) -> Any:
        urls.append(url.split("?")[0])
        return mock.Mock(read=read)

    face.urlopen = urlopen
    assert face.SMSC().send_sms("79990000001", "hello") == ["", ""]
    hosts = ["smsc.ua", *(f"www{n}.smsc.ua" for n in range(2, 6))]
    assert urls == [f"http://{host}/sys/send.php" for host in hosts]


def test_ctrl_c_in_a_replaced_urlopen_passes_through(face: Any) -> None:
    face.urlopen = mock.Mock(side_effect=KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        face.SMSC().get_balance()


def test_a_replaced_connection_of_http_client_is_used(
    face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As packages do which record and replay what urllib does."""
    hosts = []

    class Replayed(http.client.HTTPConnection):
        def __init__(self, host: str, *_: Any, **__: Any) -> None:
            hosts.append(host)
            super().__init__("127.0.0.1", gateway.port)

    monkeypatch.setattr(http.client, "HTTPConnection", Replayed)
    with Gateway() as gateway:
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert hosts == ["smsc.ua"]


@pytest.fixture
def install_opener() -> Iterator[Callable[..., urllib.request.OpenerDirector]]:
    """Install an opener made of handlers, for this test."""

    def install(*handlers: Any) -> urllib.request.OpenerDirector:
        opener = urllib.request.build_opener(*handlers)
        urllib.request.install_opener(opener)
        return opener

    install_any: Any = urllib.request.install_opener
    install_any(None)
    yield install
    install_any(None)


def test_a_handler_of_the_program_s_own_is_used(face: Any, install_opener: Any) -> None:
    urls = []

    class Own(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> Any:
            urls.append(req.full_url.split("?")[0])
            response: Any = urllib.response.addinfourl(
                io.BytesIO(REPLY), http.client.HTTPMessage(), URL, 200
            )
            response.msg = "OK"
            return response

    install_opener(Own)
    assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert urls == [URL]


def test_a_proxy_that_the_program_installed_is_used(face: Any, install_opener: Any) -> None:
    with Proxy() as proxy:
        install_opener(urllib.request.ProxyHandler({"http": proxy.address}))
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert proxy.connections == 1


def test_a_silent_proxy_that_the_program_installed_is_given_up(
    face: Any, install_opener: Any
) -> None:
    with Mute() as proxy:
        install_opener(urllib.request.ProxyHandler({"http": f"http://{proxy.address}"}))
        face.SMSC_HOST, face.SMSC_TIMEOUT = "smsc.test:80", 0.2
        reply = face.SMSC().send_sms("79990000001", "hello")
    assert (reply, reply.outcome) == (["", ""], "unknown")


def test_a_program_that_installed_no_proxy_gets_none(
    face: Any, install_opener: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy() as proxy, Gateway() as gateway:
        monkeypatch.setenv("http_proxy", proxy.address)
        install_opener(urllib.request.ProxyHandler({}))
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert (proxy.connections, gateway.connections) == (0, 1)


def test_trust_that_the_program_installed_counts(
    face: Any, install_opener: Any, untrusted_tls: ssl.SSLContext, certificates: Certificates
) -> None:
    pem = certificates.unknown_authority.cert_pem.bytes().decode()
    context = ssl.create_default_context(cadata=pem)
    install_opener(urllib.request.HTTPSHandler(context=context))
    face.SMSC_HTTPS = True
    with Gateway(tls=untrusted_tls) as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT


def test_headers_that_the_program_installed_are_sent(face: Any, install_opener: Any) -> None:
    install_opener().addheaders = [("User-Agent", "mine")]
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert gateway.requests[0].headers["user-agent"] == "mine"


def test_a_program_that_uses_urllib_elsewhere_still_has_kept_connections(
    face: Any, install_opener: Any
) -> None:
    with Gateway() as elsewhere, Gateway() as gateway:
        urllib.request.urlopen(f"http://{elsewhere.address}/").close()
        face.SMSC_HOST = gateway.address
        for _ in range(2):
            assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert gateway.connections == 1


class FakeSMTP:
    """As in old test suites: it takes a host and remembers what it was given."""

    said: ClassVar[List[Tuple[Any, ...]]] = []

    def __init__(self, host: str) -> None:
        self.said.append(("connect", host))

    def login(self, user: str, password: str) -> None:
        self.said.append(("login", user, password))

    def sendmail(self, sender: str, recipient: str, message: str) -> None:
        self.said.append(("sendmail", sender, recipient, message))

    def quit(self) -> None:
        self.said.append(("quit",))


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> List[Tuple[Any, ...]]:
    said: List[Tuple[Any, ...]] = []
    monkeypatch.setattr(FakeSMTP, "said", said)
    return said


LETTER = f"Content-Type: text/plain; charset=utf-8\n\n{LOGIN}:{PASSWORD}:0::0,0,:79990000001:hello"
SAID = [
    ("connect", "send.smsc.ua"),
    ("sendmail", "api@smsc.ua", "send@send.smsc.ua", LETTER),
    ("quit",),
]


def test_a_replaced_smtp_class_is_used(face: Any, said: Any) -> None:
    with mock.patch.object(face.smtplib, "SMTP", FakeSMTP):
        face.SMSC().send_sms_mail("79990000001", "hello")
    assert said == SAID


def test_a_replaced_smtplib_is_used(face: Any, said: Any) -> None:
    face.smtplib = mock.Mock(SMTP=FakeSMTP)
    face.SMTP_LOGIN, face.SMTP_PASSWORD = "user", "word"
    face.SMSC().send_sms_mail("79990000001", "hello")
    assert said == [SAID[0], ("login", "user", "word"), *SAID[1:]]


def test_a_mock_of_the_smtp_class_is_used(face: Any) -> None:
    with mock.patch.object(face.smtplib, "SMTP") as smtp:
        face.SMSC().send_sms_mail("79990000001", "hello")
    assert smtp.mock_calls == [
        mock.call("send.smsc.ua"),
        mock.call().sendmail("api@smsc.ua", "send@send.smsc.ua", LETTER),
        mock.call().quit(),
    ]


def test_a_replaced_smtp_class_is_used_by_send_sms_too(face: Any, said: Any) -> None:
    face.SMSC_TRANSPORT = "smtp"
    with mock.patch.object(face.smtplib, "SMTP", FakeSMTP):
        assert face.SMSC().send_sms("79990000001", "hello") == ["0", "1", "", ""]
    assert [call[0] for call in said] == ["connect", "sendmail", "quit"]


def test_what_a_replaced_smtp_class_raises_reaches_the_caller(face: Any, said: Any) -> None:
    class Refusing(FakeSMTP):
        def sendmail(self, *_: Any) -> None:
            raise smtplib.SMTPRecipientsRefused({"you": (550, b"no")})

    with mock.patch.object(face.smtplib, "SMTP", Refusing), pytest.raises(
        smtplib.SMTPRecipientsRefused
    ):
        face.SMSC().send_sms_mail("79990000001", "hello")


def test_a_program_that_sends_mail_by_tls_is_obeyed(face: Any, trusted_tls: ssl.SSLContext) -> None:
    face.smtplib = types.SimpleNamespace(SMTP=smtplib.SMTP_SSL)
    with MailServer(tls=trusted_tls) as server:
        face.SMTP_SERVER = server.address
        face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.until_all_are_gone()
    assert server.mails[0]["data"].endswith(":hello\r\n")


def test_a_class_derived_from_smtp_is_used(face: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    class Derived(smtplib.SMTP):
        def __init__(self, host: str) -> None:
            made.append(host)
            super().__init__(host)

    monkeypatch.setattr(smtplib, "SMTP", Derived)
    with MailServer() as server:
        face.SMTP_SERVER = server.address
        face.SMSC().send_sms_mail("79990000001", "hello")
        assert server.until_all_are_gone()
    assert made == [server.address]

"""The built-in transports pass the tests that the authors of other transports inherit."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import ExitStack
from email import message_from_bytes
from typing import Dict, List, Optional, Sequence, Tuple
from urllib.parse import parse_qsl

import pytest

from smsc_transports import Settings, Transport
from smsc_transports.testing import HttpPeer, HttpRequest, Peer, Received, TransportContract
from smsc_transports.transports import http, smtp
from tests.golden.gateway import SMTP_REPLIES, Certificates, serve_mail

from .gateway import MailServer


class GatewayPeer(HttpPeer):
    """The gateway's send.php."""

    def read(self, request: HttpRequest) -> Optional[Tuple[Sequence[str], str]]:
        if "/send.php" not in request.target:
            return None
        query = request.body.decode("ascii") or request.target.partition("?")[2]
        charset = dict(parse_qsl(query))["charset"]
        fields = dict(parse_qsl(query, encoding=charset))
        return fields["phones"].split(","), fields["mes"]

    def accepted(self, number: int) -> str:
        return f"{number},1,1.40,98.60"

    def rejected(self) -> Tuple[int, str]:
        return 200, "0,-7"


class OverHttp(TransportContract):
    name = ""

    def make_transport(self) -> Transport:
        [transport] = [each for each in http.smsc_transports() if each.name == self.name]
        return transport

    def make_peer(self) -> Peer:
        return GatewayPeer()


class TestHttpGet(OverHttp):
    name = "http-get"


class TestHttpPost(OverHttp):
    name = "http-post"


class OverHttps(OverHttp):
    @pytest.fixture(autouse=True)
    def trust(self, trusted_tls: ssl.SSLContext, certificates: Certificates) -> None:
        self.tls = trusted_tls

    def make_peer(self) -> Peer:
        return GatewayPeer(self.tls)


class TestHttpsGet(OverHttps):
    name = "https-get"


class TestHttpsPost(OverHttps):
    name = "https-post"


class Replies(Dict[str, str]):
    """What the mail server says; of a mail it may say nothing until it is closed."""

    silent_until: Optional[threading.Event] = None

    def __getitem__(self, command: str) -> str:
        if command == "." and self.silent_until is not None:
            self.silent_until.wait()
            return ""
        return super().__getitem__(command)


class ChangingMailServer(MailServer):
    """A mail server that may change its mind."""

    def __init__(self) -> None:
        super().__init__()
        self.replies = Replies(SMTP_REPLIES)

    def talk(self, connection: socket.socket) -> None:
        self.mails.append({})
        serve_mail(connection, self.replies, self.mails[-1])


class MailPeer(Peer):
    """The gateway's mail server."""

    def __enter__(self) -> Peer:
        self._running = ExitStack()
        self._server = self._running.enter_context(ChangingMailServer())
        self.address = self._server.address
        return self

    def __exit__(self, *failure: object) -> None:
        self._running.close()

    @property
    def received(self) -> List[Received]:  # type: ignore[override]
        return [_read_mail(mail["data"]) for mail in self._server.mails if "data" in mail]

    def accept(self) -> None:
        self._server.replies.update(SMTP_REPLIES)

    def reject(self) -> None:
        self._server.replies["."] = "554 no"

    def refuse(self) -> None:
        self._running.close()

    def lose_answers(self) -> None:
        self._server.replies["."] = ""

    def hang(self) -> None:
        self._server.replies.silent_until = self._server.closing


def _read_mail(data: str) -> Received:
    mail = message_from_bytes(data.encode("latin-1"))
    line = mail.get_payload(decode=True)
    assert isinstance(line, bytes)
    text = line.decode(str(mail.get_content_charset())).replace("\r\n", "\n")
    fields = text[: -len("\n")].split(":", 6)
    return Received(fields[5].split(","), fields[6])


class TestSmtp(TransportContract):
    def make_transport(self) -> Transport:
        return smtp.SmtpTransport()

    def make_peer(self) -> Peer:
        return MailPeer()

    def make_settings(self, peer: Peer) -> Settings:
        return super().make_settings(peer).replace(smtp_server=peer.address)

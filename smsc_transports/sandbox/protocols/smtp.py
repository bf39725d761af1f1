"""The gateway's way in by e-mail: the body is a line of fields separated by colons."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any, Set, Tuple

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from smsc_transports.sandbox.protocols import incoming, injection
from smsc_transports.sandbox.rules.faults import Faults
from smsc_transports.sandbox.rules.gateway import Gateway
from smsc_transports.sandbox.rules.parameters import FORMATS, Fields
from smsc_transports.sandbox.rules.refused import Refused
from smsc_transports.sandbox.rules.store import Origin, Refusal

MAX_LETTER = 100 * 1024  # bytes, the vendor's SMTP page
DEFAULT_CHARSET = "koi8-r"
_MARKED = re.compile(r"\[text\](.*?)\[/text\]", re.DOTALL | re.IGNORECASE)


class SmtpServer:
    """Accepts e-mails and gives their content to the gateway."""

    def __init__(self, gateway: Gateway, faults: Faults) -> None:
        self._gateway = gateway
        self._faults = faults
        self._open: Set[asyncio.BaseTransport] = set()

    def protocol(self) -> asyncio.Protocol:
        """One connection."""
        return _Connection(self, self._open)

    def drop(self) -> None:
        """End all connections."""
        for transport in list(self._open):
            transport.abort()  # type: ignore[attr-defined]

    async def handle_DATA(  # noqa: N802  (the name is aiosmtpd's)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """An e-mail has arrived; the reply to its sender."""
        fault = self._faults.next(None, "smtp")
        if fault is None or fault.stored:
            content = envelope.content
            assert isinstance(content, bytes)
            self._accept(content)
        if fault is None:
            return "250 OK"
        if fault.kind == "hang":
            await self._faults.lifted()
        if fault.kind == "error":
            return "451 a fault of the sandbox"
        assert server.transport is not None
        injection.cut(server.transport, with_reset=False)
        return "421 closing"

    def _accept(self, content: bytes) -> None:
        text, encoding = body(message_from_bytes(content))
        origin = Origin("smtp", 0, incoming.masked_mail(text))
        given: Fields = {}
        try:
            given = fields(text)
            self._gateway.send({**given, "charset": encoding}, origin)
        except Refused as refused:
            now = self._gateway.clock.now()
            refusal = Refusal(
                now,
                "smtp",
                refused.code,
                refused.description,
                origin,
                given.get("phones", ""),
                given.get("mes") or given.get("list", ""),
            )
            self._gateway.store.refuse(refusal)


class _Connection(SMTP):
    # A text of 1000 characters is one line, longer than the 1000 bytes of the RFC.
    line_length_limit = MAX_LETTER

    def __init__(self, handler: SmtpServer, connections: Set[asyncio.BaseTransport]) -> None:
        super().__init__(
            handler,
            data_size_limit=MAX_LETTER,
            # Given so that no name server is asked for it.
            hostname="localhost",
            ident="SMSC sandbox",
            auth_require_tls=False,
            authenticator=_anyone,
            loop=asyncio.get_running_loop(),
        )
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Any) -> None:
        self._connections.discard(self.transport)
        super().connection_lost(error)


def _anyone(*_: object) -> AuthResult:
    return AuthResult(success=True)


def body(mail: Mail) -> Tuple[str, str]:
    """The text of an e-mail and its charset; of several parts the first that is text."""
    part = next(
        (p for p in mail.walk() if p.get_content_maintype() == "text"),
        mail,
    )
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    text, encoding = incoming.decoded(content, part.get_content_charset(), DEFAULT_CHARSET)
    text = text.replace("\r\n", "\n")
    marked = _MARKED.search(text)
    if marked:
        return marked[1].strip("\n"), encoding
    return text[:-1] if text.endswith("\n") else text, encoding


def fields(text: str) -> Fields:
    """The parameters in ``login:psw:id:time,tz:translit,format,sender,test:phones:mes``.

    With an empty login the second field is an API key; with empty phones the rest is a list.
    """
    values = text.split(":", 6)
    if len(values) < 7:
        raise Refused(1, "the e-mail must be login:psw:id:time:translit,format,sender:phones:mes")
    login, psw, message_id, when, style, phones, message = values
    time, _, tz = when.partition(",")
    translit, number, sender, test = (*style.split(","), "", "", "", "")[:4]
    result = {"login": login, "psw": psw} if login else {"apikey": psw}
    result.update(id=message_id, time=time, tz=tz, translit=translit, test=test)
    result.update({"phones": phones, "mes": message} if phones.strip() else {"list": message})
    if sender:
        result["sender"] = sender
    if number not in ("", "0"):
        if not number.isdigit() or (int(number) not in FORMATS and number != "12"):
            raise Refused(1, "format must be a number from 0 to 13")
        result.update(FORMATS.get(int(number), {}))
    return result

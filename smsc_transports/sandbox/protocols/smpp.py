"""The gateway's way in by SMPP 3.4: messages in, receipts out."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from typing import Any, Dict, List, Optional, Set, Tuple

from smsc_transports.sandbox.protocols import incoming, injection, smpp_messages, smpp_pdus
from smsc_transports.sandbox.protocols.smpp_pdus import Pdu
from smsc_transports.sandbox.rules import statuses
from smsc_transports.sandbox.rules.assumptions import SMPP_STATES, SMPP_STATUSES
from smsc_transports.sandbox.rules.faults import Fault, Faults
from smsc_transports.sandbox.rules.formats import KIND_NUMBERS, hlr
from smsc_transports.sandbox.rules.gateway import Gateway
from smsc_transports.sandbox.rules.parameters import Fields
from smsc_transports.sandbox.rules.refused import Refused
from smsc_transports.sandbox.rules.store import Message, Origin, Recipient, Refusal

_NOT_BOUND, _BOUND_ALREADY, _THROTTLED = 0x04, 0x05, 0x58
_BINDS = ("bind_transceiver", "bind_transmitter", "bind_receiver")

_Due = Tuple[float, int, str, Message, Recipient, statuses.Change]


class SmppServer:
    """Accepts messages, and reports each new status to a client that asked for receipts."""

    def __init__(self, gateway: Gateway, faults: Faults) -> None:
        self.gateway = gateway
        self.faults = faults
        self.connections: Set[Connection] = set()
        self._due: List[_Due] = []
        self._order = itertools.count()
        self._timer: Optional[asyncio.TimerHandle] = None

    def protocol(self) -> asyncio.Protocol:
        """One connection."""
        return Connection(self)

    def drop(self) -> None:
        """End all connections."""
        for connection in list(self.connections):
            connection.transport.abort()

    def forget(self) -> None:
        """Expect no status any more."""
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def expect(self, login: str, message: Message) -> None:
        """Send the receipts of a message as they fall due."""
        for recipient in message.recipients:
            for change in statuses.life(message, recipient)[1:]:
                order = next(self._order)
                heapq.heappush(self._due, (change.time, order, login, message, recipient, change))
        self.deliver_due()

    def deliver_due(self) -> None:
        """Send what has fallen due; receipts without a bound client wait for one."""
        now = self.gateway.clock.now()
        kept = []
        while self._due and self._due[0][0] <= now:
            entry = heapq.heappop(self._due)
            receiver = next((each for each in self.connections if each.receives(entry[2])), None)
            if receiver is None:
                kept.append(entry)
            else:
                receiver.deliver(*entry[3:])
        if self._timer is not None:
            self._timer.cancel()
        next_time = self._due[0][0] if self._due else None
        for entry in kept:
            heapq.heappush(self._due, entry)
        self._timer = None
        if next_time is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(next_time - now, 0), self.deliver_due)


class Connection(asyncio.Protocol):
    """One client, bound or not yet."""

    transport: Any

    def __init__(self, server: SmppServer) -> None:
        self._server = server
        self._buffer = bytearray()
        self._credentials: Fields = {}
        self._can_receive = False
        self._numbers = itertools.count(1)
        self._assembly = smpp_messages.Assembly()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self.transport = transport
        self._server.connections.add(self)

    def connection_lost(self, error: Optional[Exception]) -> None:  # noqa: ARG002
        """It has disconnected."""
        self._server.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived."""
        self._buffer += data
        try:
            for pdu in smpp_pdus.split(self._buffer):
                self._handle(pdu)
        except smpp_pdus.Broken:
            self.transport.abort()

    def receives(self, login: str) -> bool:
        """Whether receipts of this account go here."""
        return self._can_receive and self._credentials.get("login") == login

    def deliver(self, message: Message, recipient: Recipient, change: statuses.Change) -> None:
        """Send a receipt."""
        word, state = SMPP_STATES[change.status]
        text = f"id:{message.id} sub:001 dlvrd:001 stat:{word} err:{change.err:03}"
        if message.kind == "hlr":
            from urllib.parse import quote

            text += "".join(f" {k}:{quote(str(v))}" for k, v in hlr(recipient).items())
        kind = KIND_NUMBERS.get(message.kind, 0)
        tlvs = {
            smpp_pdus.MESSAGE_ID: message.id.encode() + b"\0",
            smpp_pdus.STATE: bytes([state]),
            smpp_pdus.NETWORK_ERROR: b"\x03" + change.err.to_bytes(2, "big"),
            smpp_pdus.COST: f"{recipient.cost:.4f}"[:6].encode() + b"\0",
            smpp_pdus.FLAG: kind.to_bytes(2, "big"),
            smpp_pdus.PARTS: len(message.parts).to_bytes(2, "big"),
        }
        sequence = next(self._numbers)
        sender = message.sender[:20]
        self._write(smpp_pdus.receipt(sequence, recipient.phone, sender, text, tlvs))

    def _write(self, data: bytes) -> None:
        self.transport.write(data)

    def _handle(self, pdu: Pdu) -> None:
        if pdu.command in _BINDS:
            self._bind(pdu)
        elif pdu.command == "submit_sm":
            self._submit(pdu)
        elif pdu.command == "unbind":
            self._write(smpp_pdus.answer(pdu))
            self.transport.close()
        elif pdu.command == "enquire_link":
            self._write(smpp_pdus.answer(pdu))
        elif not pdu.command.endswith("_resp") and pdu.command != "generic_nack":
            self._write(smpp_pdus.answer(pdu._replace(command="")))

    def _bind(self, pdu: Pdu) -> None:
        if self._credentials:
            self._write(smpp_pdus.answer(pdu, _BOUND_ALREADY))
            return
        login, psw = (
            (value or b"").decode("latin-1")
            for value in (pdu.fields.system_id, pdu.fields.password)
        )
        credentials = {"login": login, "psw": psw}
        try:
            self._server.gateway.admit(credentials)
        except Refused as refused:
            self._note(refused, Origin("smpp", 0, f"{pdu.command} ***"), {})
            self._write(smpp_pdus.answer(pdu, SMPP_STATUSES[refused.code]))
            return
        self._credentials = credentials
        self._can_receive = pdu.command != "bind_transmitter"
        self._write(smpp_pdus.answer(pdu, 0, "sandbox"))
        self._server.deliver_due()

    def _submit(self, pdu: Pdu) -> None:
        if not self._credentials:
            self._write(smpp_pdus.answer(pdu, _NOT_BOUND))
            return
        fault = self._server.faults.next(None, "smpp")
        status, id = (0, "") if fault is not None and not fault.stored else self._accept(pdu)
        if fault is None:
            self._write(smpp_pdus.answer(pdu, status, id))
        else:
            self._spoil(pdu, fault)

    def _spoil(self, pdu: Pdu, fault: Fault) -> None:
        if fault.kind == "error":
            self._write(smpp_pdus.answer(pdu, _THROTTLED))
        elif fault.kind in ("close", "reset"):
            injection.cut(self.transport, with_reset=fault.kind == "reset")
        # hang: this one gets no answer, the connection lives

    def _accept(self, pdu: Pdu) -> Tuple[int, str]:
        """Give the message to the gateway; the status and the id to answer."""
        gateway = self._server.gateway
        octets, part = smpp_messages.octets_of(pdu)
        fields: Fields = {}
        origin = Origin("smpp", 0, "")
        try:
            if part is not None:
                key = (pdu.fields.source_addr, pdu.fields.destination_addr)
                whole = self._assembly.add(key, part, octets)
                if whole is None:
                    return 0, gateway.store.new_id()
                octets = whole
            fields = smpp_messages.read(pdu, octets)
            origin = Origin("smpp", 0, _shown(fields))
            sent = gateway.send({**self._credentials, **fields}, origin)
        except Refused as refused:
            self._note(refused, origin, fields)
            return SMPP_STATUSES[refused.code], ""
        if (pdu.fields.registered_delivery or 0) & 1:
            newest = next(reversed(gateway.store.messages.values()))
            self._server.expect(self._credentials["login"], newest)
        return 0, sent.message_id or ""

    def _note(self, refused: Refused, origin: Origin, fields: Dict[str, str]) -> None:
        self._server.gateway.store.refuse(
            Refusal(
                self._server.gateway.clock.now(),
                "smpp",
                refused.code,
                refused.description,
                origin,
                fields.get("phones", ""),
                fields.get("mes", ""),
            )
        )


def _shown(fields: Fields) -> str:
    shown = {name: value for name, value in fields.items() if name not in incoming.SECRETS}
    return "submit_sm\n\n" + "\n".join(f"{name}: {value}" for name, value in shown.items())

"""Connects and binds, before a message can be sent."""

from __future__ import annotations

import socket
from typing import Callable, NamedTuple, Tuple

from smsc_transports.transports.deadline import connect, seconds_until
from smsc_transports.transports.smpp import pdus
from smsc_transports.transports.smpp.session import Session
from smsc_transports.transports.tls import tls_context

_ANSWERS = ("bind_transceiver_resp", "generic_nack")


class Account(NamedTuple):
    """Whose connection it is."""

    login: str
    password: str
    tls: bool

    def __repr__(self) -> str:
        return "Account(***)"


class Refused(Exception):
    """The server refused to bind the account; ``status`` is its command_status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def bound(
    account: Account, address: str, ends_at: float, on_receipt: Callable[[pdus.Received], None]
) -> Session:
    """Connect and bind as a transceiver; address is ``host:port``.

    Raises Refused, OSError (``socket.timeout`` too), :class:`.pdus.Broken`.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    numbers = pdus.Numbers()
    sock = connect(host, int(port), ends_at)
    try:
        if account.tls:
            sock.settimeout(seconds_until(ends_at))
            sock = tls_context().wrap_socket(sock, server_hostname=host)
        status, buffer = _bind(sock, numbers, account, ends_at)
        if status:
            raise Refused(status)
        return Session(sock, buffer, numbers, on_receipt)
    except BaseException:
        sock.close()
        raise


def _bind(
    sock: socket.socket, numbers: pdus.Numbers, account: Account, ends_at: float
) -> Tuple[int, bytearray]:
    """Bind; give the answer's status, and what came behind it."""
    sequence, raw = pdus.write(
        "bind_transceiver",
        numbers,
        system_id=account.login,
        password=account.password,
        system_type="",
    )
    sock.settimeout(seconds_until(ends_at))
    sock.sendall(raw)
    buffer = bytearray()
    while True:
        for pdu in pdus.split(buffer):
            if pdu.sequence == sequence and pdu.command in _ANSWERS:
                return pdu.status, buffer
            if pdu.command in ("enquire_link", ""):
                sock.sendall(pdus.answer(pdu))
        sock.settimeout(seconds_until(ends_at))
        data = sock.recv(65536)
        if not data:
            raise pdus.Broken("the server hung up before it was bound")
        buffer += data

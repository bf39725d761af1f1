"""One attempt by SMPP: the bound connection of the account, its messages, and their outcome."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from typing import Dict, List, Optional, Tuple

from smsc_transports.transports.smpp import pdus, receipts
from smsc_transports.transports.smpp.binding import Account, Refused, bound
from smsc_transports.transports.smpp.messages import Message, messages_of
from smsc_transports.transports.smpp.session import Batch, Session, Submission
from smsc_transports.values.errors import NotSent, OutcomeUnknown, Unsupported
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings, Timeout

CLOSING_SECONDS = 3.0

ERRORS = {
    0x01: 1,  # ESME_RINVMSGLEN
    0x0B: 7,  # ESME_RINVDSTADR
    0x0E: 2,  # ESME_RINVPASWD
    0x0F: 2,  # ESME_RINVSYSID
    0x58: 9,  # ESME_RTHROTTLED
    0x61: 5,  # ESME_RINVSCHED
    0x62: 5,  # ESME_RINVEXPIRY
}
"""The gateway's error codes by command_status, where the meaning is the same; others refuse too."""

_USABLE_ID = re.compile(r"[\w.-]+")


class _Connection:
    """What an account has: at most one connection that takes messages."""

    def __init__(self) -> None:
        self.binding = threading.RLock()
        self.address = ""
        self.session: Optional[Session] = None


_lock = threading.RLock()
_connections: Dict[Account, _Connection] = {}
_left: List[Session] = []
"""Connections that take no more messages and are not closed yet."""


def exchange(request: Request, address: str, timeout: Timeout) -> str:
    """Make one attempt. Raises NotSent, OutcomeUnknown, Unsupported."""
    account = _account(request.settings)
    messages = messages_of(request)
    if receipts.are_wanted():
        for message in messages:
            for fields in message.submits:
                fields["registered_delivery"] = 1
    ends_at = time.monotonic() + min(timeout.connect + timeout.read, timeout.total)
    try:
        session, batch = _hand_over(account, address, messages, timeout)
    except Refused as error:
        status = error.status
    else:
        _wait(session, batch, min(ends_at, time.monotonic() + timeout.read))
        return _reply(request, messages, batch)
    if status in ERRORS:
        return f"0,-{ERRORS[status]}"
    raise NotSent(f"the server refused to bind the account: command_status 0x{status:08X}")


def close() -> None:
    """Unbind everything."""
    with _lock:
        sessions = [each.session for each in _connections.values() if each.session is not None]
        sessions += _left
        _connections.clear()
        _left.clear()
    for session in sessions:
        session.leave()
    ends_at = time.monotonic() + CLOSING_SECONDS
    for session in sessions:
        session.join(max(ends_at - time.monotonic(), 0))
    receipts.DISPATCHER.close()


def _account(settings: Settings) -> Account:
    login, password = settings.login, settings.smpp_password
    if not login:
        raise Unsupported("SMPP has no API key: set SMSC_LOGIN, and SMPP_PASSWORD")
    if not password:
        raise Unsupported("SMPP has a password of its own: set SMPP_PASSWORD")
    for name, value, most in (("SMSC_LOGIN", login, 15), ("SMPP_PASSWORD", password, 8)):
        if not isinstance(value, str) or not value.isascii() or len(value) > most:
            raise Unsupported(f"{name} must be {most} Latin characters at the most: SMPP's rule")
    return Account(login, password, settings.smpp_tls)


def _hand_over(
    account: Account, address: str, messages: List[Message], timeout: Timeout
) -> Tuple[Session, Batch]:
    ends_at = time.monotonic() + min(timeout.connect, timeout.total)
    pieces = [fields for message in messages for fields in message.submits]
    with _lock:
        connection = _connections.setdefault(account, _Connection())
    if not connection.binding.acquire(timeout=max(ends_at - time.monotonic(), 0)):
        raise NotSent("the account was not bound in time", timed_out=True)
    try:
        while True:
            session = _bound(connection, account, address, ends_at)
            batch = session.submit(pieces)
            if batch is not None:
                return session, batch
    finally:
        connection.binding.release()


def _bound(connection: _Connection, account: Account, address: str, ends_at: float) -> Session:
    """Give the account's connection to an address, and leave one to another.

    Raises NotSent, Refused.
    """
    session = connection.session
    if session is not None and session.usable and connection.address == address:
        return session
    if session is not None:
        connection.session = None
        _leave(session)
    reason, timed_out = "", False
    try:
        session = bound(account, address, ends_at, receipts.DISPATCHER.take)
    except (OSError, pdus.Broken, ValueError, OverflowError, RuntimeError) as error:
        # Also a port that is none, a name that is none, and no thread at the end of a program.
        reason = f"{type(error).__name__}: {error}"
        timed_out = isinstance(error, socket.timeout)
    if session is None or reason:
        raise NotSent(f"not bound: {reason}", timed_out=timed_out)
    if connection.session is not None:  # of a signal handler that sent meanwhile
        _leave(connection.session)
    with _lock:
        connection.session, connection.address = session, address
        _connections[account] = connection  # it may have been closed meanwhile
    return session


def _leave(session: Session) -> None:
    session.leave()
    with _lock:
        _left[:] = [each for each in _left if not each.closed]
        _left.append(session)


def _wait(session: Session, batch: Batch, ends_at: float) -> None:
    try:
        if batch.over.wait(max(ends_at - time.monotonic(), 0)):
            return
    except BaseException:  # Ctrl-C: what is not written is not to go out later
        session.give_up(batch)
        raise
    session.give_up(batch)
    batch.timed_out = True
    _leave(session)  # a server that does not answer is not asked again


def _reply(request: Request, messages: List[Message], batch: Batch) -> str:
    """Put the answers together. Raises NotSent, OutcomeUnknown."""
    every = batch.submissions
    accepted = [each for each in every if each.status == 0]
    if any(each.unknown for each in every):
        raise OutcomeUnknown(batch.reason, timed_out=batch.timed_out)
    if any(each.unsent for each in every):
        if accepted:
            raise OutcomeUnknown(
                f"{len(accepted)} of {len(every)} messages were accepted: {batch.reason}",
                timed_out=batch.timed_out,
            )
        raise NotSent(batch.reason, timed_out=batch.timed_out)
    if not accepted:
        status = every[0].status or 0
        if status in ERRORS:
            return f"0,-{ERRORS[status]}"
        raise NotSent(f"the server refused it: command_status 0x{status:08X}")
    ids, parts, rest = [], 0, list(every)
    for message in messages:
        own, rest = rest[: len(message.submits)], rest[len(message.submits) :]
        ids.append(_id(own))
        taken = sum(each.status == 0 for each in own)
        parts += message.parts if taken == len(own) else taken
    fields = [";".join(ids), str(parts), "", ""]
    return ",".join(fields[: {"2": 3, "3": 4}.get(request.fields.get("cost", ""), 2)])


def _id(submissions: List[Submission]) -> str:
    """Give the id of a number's message: that of its first part; 0 if it was refused."""
    id = next((each.id for each in submissions if each.status == 0), "")
    return id if _USABLE_ID.fullmatch(id) else "0"


def _after_fork() -> None:
    # The connections are the parent's: its threads are not here.
    global _lock
    _lock = threading.RLock()
    for connection in _connections.values():
        if connection.session is not None:
            connection.session.abandon()
    for session in _left:
        session.abandon()
    _connections.clear()
    _left.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

"""Refuses what is for the gateway but goes to some other machine, by the bytes that are sent.

A proxy, a mail server that forwards e-mails, a name server: none of them has a gateway's name, so
only the bytes that are sent to them show the destination.
"""

import errno
import re
import socket
from typing import Any, Callable, Optional, Sequence, Tuple

from .plan import current
from .reports import tell

_REQUEST = re.compile(rb"[A-Z]+ \S+ HTTP/1\.")
_PAGE = re.compile(rb"[A-Z]+ \S*/(?:sys/(?:send|status|balance)\.php|rest/send)")
_NAMED = re.compile(rb"(?:[A-Z]+ https?://|CONNECT |[\s\S]*?\r\n[Hh]ost: )([^\s/:]+)")
_SOCKS = re.compile(rb"\x05\x01\x00\x03[\s\S]([\x21-\x7e]+?)[\s\S]{2}\Z")
_RECIPIENT = re.compile(rb"rcpt to:\s*(?:<?[^>@]*@)([^>\s]+)", re.IGNORECASE)
_MAIL_PORTS = (25, 465, 587)
_NAME_SERVER = 53
_LONGEST_HEAD = 8192


def refuse(what: str) -> None:
    """Report it and raise."""
    tell(f"refused {what}, so that nothing reaches the real gateway")
    raise PermissionError(errno.EACCES, f"smsc sandbox: refused {what}")


def sending(genuine: Callable[..., Any]) -> Callable[..., Any]:
    """Make ``send`` or ``sendall`` look at what is sent."""

    def send(self: Any, data: Any, *flags: Any) -> Any:
        _look_at(self, data)
        return genuine(self, data, *flags)

    return send


def sending_parts(genuine: Callable[..., Any]) -> Callable[..., Any]:
    """Make ``sendmsg`` look at what is sent."""

    def sendmsg(self: Any, buffers: Any, *more: Any) -> Any:
        parts: Sequence[Any] = list(buffers)
        for part in parts[:1]:
            _look_at(self, part)
        return genuine(self, parts, *more)

    return sendmsg


def request(sock: Any, data: bytes, host: object = "") -> None:
    """Refuse a request for the gateway that goes to a proxy, or to a host of unknown name."""
    peer = _peer(sock)
    if _is_sandbox(peer):
        return
    named = _NAMED.match(data) or _SOCKS.match(data)
    if named and _is_gateway(named.group(1)):
        refuse(f"a request by {host or peer[0]} for {named.group(1).decode('latin-1')}")
    if _PAGE.match(data) and not _is_local(peer):
        refuse(
            f"a request for a page of the gateway at {host or peer[0]} (if that is the gateway, "
            "name it in SMSC_HOST)"
        )


def mail(sock: Any, data: bytes) -> None:
    """Refuse an e-mail to the gateway that some other mail server was to pass on."""
    found = _RECIPIENT.match(data)
    peer = _peer(sock)
    if not found or _is_sandbox(peer) or not _is_gateway(found.group(1)):
        return
    # A mail server of this machine passes on too; a test's own has a port of its own.
    if not _is_local(peer) or peer[1] in _MAIL_PORTS:
        refuse(f"an e-mail to the gateway by the mail server {peer[0]}")


def question(packet: bytes) -> None:
    """Refuse a question about a gateway's name that is put to a name server directly."""
    labels, position = [], 12  # each label stands after its length
    while position < len(packet) and packet[position]:
        end = position + 1 + packet[position]
        labels.append(packet[position + 1 : end].decode("latin-1"))
        position = end
    name = ".".join(labels)
    if _is_gateway(name):
        refuse(f"a question to a name server about {name}")


def _look_at(sock: Any, given: Any) -> None:
    if current() is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    data = bytes(memoryview(given).cast("B")[:_LONGEST_HEAD])
    if _REQUEST.match(data) or _SOCKS.match(data):
        request(sock, data)
    elif data[:5].lower() == b"rcpt ":
        mail(sock, data)
    elif len(data) > 12 and _peer(sock)[1:2] == (_NAME_SERVER,):
        question(data[2:] if sock.type & socket.SOCK_STREAM else data)


def _is_gateway(host: object) -> bool:
    plan = current()
    return plan is not None and plan.rank(host) is not None


def _peer(sock: Any) -> Tuple[Any, ...]:
    try:
        return tuple(sock.getpeername())
    except (AttributeError, OSError, TypeError):
        return ("an unknown host",)


def _is_sandbox(peer: Tuple[Any, ...]) -> Optional[bool]:
    plan = current()
    return plan is not None and plan.is_target(peer)


def _is_local(peer: Tuple[Any, ...]) -> bool:
    return str(peer[0]).startswith(("127.", "::1", "::ffff:127."))

"""PDUs by smpplib, without what it does silently: it cuts long fields and drops unknown TLVs.

Its client is not used: it writes passwords to the log, checks no host name in TLS, and takes any
PDU for the answer to a bind.
"""

from __future__ import annotations

import itertools
import struct
from typing import Any, Dict, Iterator, NamedTuple, Tuple

from smpplib import command_codes, smpp

LONGEST = 256 * 1024  # bytes
_HEADER = struct.Struct(">LLLL")
_NACK = 0x80000000


class Broken(Exception):
    """The bytes are not SMPP; the connection cannot be used any more."""


class TooLong(ValueError):
    """A field has no room for a value: ``field`` takes ``most`` characters."""

    def __init__(self, field: str, most: int) -> None:
        super().__init__(field, most)
        self.field = field
        self.most = most


class Received(NamedTuple):
    """A PDU that came; ``fields`` is smpplib's, ``tlvs`` holds the optional parameters by tag."""

    command: str
    status: int
    sequence: int
    fields: Any
    tlvs: Dict[int, bytes]


class Numbers:
    """Gives sequence numbers; smpplib takes it for a client."""

    sequence = 0

    def __init__(self) -> None:
        self._count = itertools.count()  # in one step, since a signal handler may send

    def next_sequence(self) -> int:
        """Give the next number, of those that SMPP allows."""
        return next(self._count) % 0x7FFFFFFF + 1


def write(command: str, numbers: Numbers, **fields: Any) -> Tuple[int, bytes]:
    """Write a request; give its sequence number too. Raises TooLong, UnicodeEncodeError."""
    pdu = smpp.make_pdu(command, client=numbers, **fields)
    for name, value in fields.items():
        most = getattr(pdu.params[name], "max", 0) - 1  # the last one is a zero
        if isinstance(value, str):
            value.encode("ascii")
            if len(value) > most:
                raise TooLong(name, most)
    return pdu.sequence, pdu.generate()


def answer(to: Received) -> bytes:
    """Write the answer that says a request was understood, or is not known (generic_nack)."""
    if to.command in ("enquire_link", "unbind"):
        return _HEADER.pack(
            16, command_codes.get_command_code(f"{to.command}_resp"), 0, to.sequence
        )
    if to.command == "deliver_sm":
        code = command_codes.get_command_code("deliver_sm_resp")
        return _HEADER.pack(17, code, 0, to.sequence) + b"\0"
    return _HEADER.pack(16, _NACK, 0x03, to.sequence)  # ESME_RINVCMDID


def split(buffer: bytearray) -> Iterator[Received]:
    """Take the whole PDUs from the front of a buffer. Raises Broken."""
    while len(buffer) >= 16:
        length = _HEADER.unpack_from(buffer)[0]
        if not 16 <= length <= LONGEST:
            raise Broken(f"a PDU of {length} bytes")
        if len(buffer) < length:
            return
        raw = bytes(buffer[:length])
        del buffer[:length]
        yield _read(raw)


def _read(raw: bytes) -> Received:
    _, code, status, sequence = _HEADER.unpack_from(raw)
    tlvs: Dict[int, bytes] = {}
    try:
        name = command_codes.get_command_name(code)
        pdu = smpp.make_pdu(name, sequence=sequence)
    except Exception:  # not among smpplib's
        return Received("", status, sequence, None, tlvs)
    pdu.parse_optional_params = lambda data: tlvs.update(_tlvs(data))
    try:
        pdu.parse(raw)
    except Exception as error:
        raise Broken(f"a {name} that cannot be read: {type(error).__name__}") from None
    return Received(name, status, sequence, pdu, tlvs)


def _tlvs(data: bytes) -> Iterator[Tuple[int, bytes]]:
    while len(data) >= 4:
        tag, length = struct.unpack_from(">HH", data)
        yield tag, data[4 : 4 + length]
        data = data[4 + length :]

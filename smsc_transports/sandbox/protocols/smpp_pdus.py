"""PDUs of SMPP 3.4 as a server reads and writes them, by smpplib."""

from __future__ import annotations

import struct
from typing import Any, Dict, Iterator, NamedTuple, Tuple

from smpplib import command_codes, smpp

MESSAGE_ID, STATE, NETWORK_ERROR, PAYLOAD = 0x001E, 0x0427, 0x0423, 0x0424
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER = 0x020C, 0x020E, 0x020F
COST, FLAG, PARTS = 0x2000, 0x2001, 0x2002
"""The gateway's own optional parameters."""

_HEADER = struct.Struct(">LLLL")
_LONGEST = 128 * 1024
_NACK = 0x80000000


class Broken(Exception):
    """The bytes are not SMPP."""


class Pdu(NamedTuple):
    """A request that came; ``fields`` are smpplib's, ``tlvs`` the optional parameters by tag."""

    command: str
    sequence: int
    fields: Any
    tlvs: Dict[int, bytes]


def split(buffer: bytearray) -> Iterator[Pdu]:
    """Take the whole PDUs from the front of a buffer. Raises :class:`Broken`."""
    while len(buffer) >= 16:
        length, code, _, sequence = _HEADER.unpack_from(buffer)
        if not 16 <= length <= _LONGEST:
            raise Broken
        if len(buffer) < length:
            return
        raw = bytes(buffer[:length])
        del buffer[:length]
        yield _read(raw, code, sequence)


def _read(raw: bytes, code: int, sequence: int) -> Pdu:
    tlvs: Dict[int, bytes] = {}
    try:
        name = command_codes.get_command_name(code)
        pdu = smpp.make_pdu(name, sequence=sequence)
    except Exception:  # not among smpplib's
        return Pdu("", sequence, None, tlvs)
    pdu.parse_optional_params = lambda data: tlvs.update(_tlvs(data))
    try:
        pdu.parse(raw)
    except Exception:
        raise Broken from None
    return Pdu(name, sequence, pdu, tlvs)


def _tlvs(data: bytes) -> Iterator[Tuple[int, bytes]]:
    while len(data) >= 4:
        tag, length = struct.unpack_from(">HH", data)
        yield tag, data[4 : 4 + length]
        data = data[4 + length :]


def answer(to: Pdu, status: int = 0, text: str = "") -> bytes:
    """The answer to a request; ``text`` is the id of a message, or of the server."""
    if not to.command:
        return _HEADER.pack(16, _NACK, 0x03, to.sequence)
    code = command_codes.get_command_code(f"{to.command}_resp")
    has_text = to.command not in ("enquire_link", "unbind")
    body = text.encode("ascii") + b"\0" if has_text and not status else b""
    return _HEADER.pack(16 + len(body), code, status, to.sequence) + body


def receipt(sequence: int, source: str, to: str, text: str, tlvs: Dict[int, bytes]) -> bytes:
    """A deliver_sm with the status of a message."""
    pdu = smpp.make_pdu(
        "deliver_sm",
        sequence=sequence,
        source_addr_ton=1,
        source_addr_npi=1,
        source_addr=source,
        destination_addr=to,
        esm_class=0x04,
        data_coding=0,
    )
    octets = text.encode("ascii", "replace")
    if len(octets) > 254:
        tlvs = {**tlvs, PAYLOAD: octets}
    else:
        pdu.short_message = octets
    pdu.sequence = sequence
    body: bytes = pdu.generate()[16:]
    for tag, value in tlvs.items():
        body += struct.pack(">HH", tag, len(value)) + value
    return _HEADER.pack(16 + len(body), 0x05, 0, sequence) + body

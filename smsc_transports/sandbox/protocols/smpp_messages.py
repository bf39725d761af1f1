"""What a submit_sm says, as the parameters that the same message by HTTP would have."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Dict, List, NamedTuple, Optional, Tuple

from smsc_transports.sandbox.protocols.smpp_pdus import (
    PAYLOAD,
    SAR_NUMBER,
    SAR_REFERENCE,
    SAR_TOTAL,
    Pdu,
)
from smsc_transports.sandbox.rules.parameters import Fields
from smsc_transports.sandbox.rules.refused import Refused
from smsc_transports.values import gsm

_UDHI = 0x40
_RELATIVE = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d00R")
_ABSOLUTE = re.compile(r"(\d{12})\d(\d\d)([+-])")


class Part(NamedTuple):
    """Where a part belongs: reference, how many there are, and its number."""

    reference: int
    total: int
    number: int


def read(pdu: Pdu, octets: bytes) -> Fields:
    """The parameters; ``octets`` is the text of all parts, without their headers."""
    submit = pdu.fields
    number = _text(submit.destination_addr)
    coding = submit.data_coding or 0
    fields = {
        "phones": f"+{number}" if submit.dest_addr_ton == 1 else number,
        "charset": "utf-8",
        "cost": "3",
        **_body(octets, coding, bool((submit.esm_class or 0) & _UDHI)),
    }
    sender = _text(submit.source_addr)
    if sender:
        fields["sender"] = sender
    fields.update(_times(_text(submit.schedule_delivery_time), _text(submit.validity_period)))
    return fields


def octets_of(pdu: Pdu) -> Tuple[bytes, Optional[Part]]:
    """The text as it came, without the header of a part; and which part it is, if it is one."""
    octets: bytes = pdu.tlvs.get(PAYLOAD) or pdu.fields.short_message or b""
    if SAR_TOTAL in pdu.tlvs:
        reference, total, number = (
            int.from_bytes(pdu.tlvs.get(tag, b""), "big")
            for tag in (SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER)
        )
        return octets, Part(reference, total, number)
    if (pdu.fields.esm_class or 0) & _UDHI and octets[:3] == b"\x05\x00\x03":
        return octets[6:], Part(*octets[3:6])
    return octets, None


def _body(octets: bytes, coding: int, has_header: bool) -> Dict[str, str]:
    flash = {"flash": "1"} if coding & 0xF0 == 0x10 else {}
    alphabet = coding & 0x0C
    if alphabet == 8:
        return {"mes": octets.decode("utf-16-be", "replace"), **flash}
    if coding == 4:
        data = octets if has_header else b"\0" + octets
        return {"mes": data.hex().upper(), "bin": "2"}
    if alphabet == 0 and coding != 3:
        return {"mes": gsm.decode(octets), **flash}
    if coding == 3:
        return {"mes": octets.decode("latin-1")}
    raise Refused(1, f"data_coding {coding} is not known")


def _times(schedule: str, validity: str) -> Dict[str, str]:
    times = {}
    if schedule:
        relative, absolute = _RELATIVE.fullmatch(schedule), _ABSOLUTE.fullmatch(schedule)
        if relative:
            times["time"] = f"+{int(_span(relative).total_seconds()) // 60}"
        elif absolute:
            quarters = int(absolute[2]) * (1 if absolute[3] == "+" else -1)
            zone = timezone(timedelta(minutes=15 * quarters))
            moment = _moment(absolute[1]).replace(tzinfo=zone)
            times["time"] = f"0{int(moment.timestamp())}"
        else:
            raise Refused(5)
    if validity:
        relative = _RELATIVE.fullmatch(validity)
        if not relative:
            raise Refused(5, "validity_period must be relative")
        minutes = min(int(_span(relative).total_seconds()) // 60, 24 * 60)
        times["valid"] = f"{minutes // 60:02}:{minutes % 60:02}"
    return times


def _span(match: re.Match[str]) -> timedelta:
    years, months, days, hours, minutes, seconds = map(int, match.groups())
    return timedelta(
        days=years * 365 + months * 30 + days, hours=hours, minutes=minutes, seconds=seconds
    )


def _moment(digits: str) -> datetime:
    try:
        return datetime.strptime(digits, "%y%m%d%H%M%S")
    except ValueError:
        raise Refused(5) from None


def _text(octets: Optional[bytes]) -> str:
    return (octets or b"").decode("latin-1")


class Assembly:
    """Puts the parts of long texts together."""

    def __init__(self) -> None:
        self._parts: Dict[Tuple[object, ...], Dict[int, bytes]] = {}

    def add(self, key: Tuple[object, ...], part: Part, octets: bytes) -> Optional[bytes]:
        """Take a part; the whole once it is complete. Raises Refused for a part that is none."""
        if not 1 <= part.number <= part.total:
            raise Refused(1, "a part whose number is higher than their total")
        key = (*key, part.reference, part.total)
        parts = self._parts.setdefault(key, {})
        parts[part.number] = octets
        if len(parts) < part.total:
            return None
        del self._parts[key]
        ordered: List[bytes] = [parts[number] for number in sorted(parts)]
        return b"".join(ordered)

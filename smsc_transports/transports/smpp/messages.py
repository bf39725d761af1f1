"""What a request becomes by SMPP: one submit_sm for each number, or for each part of a long text.

Source: the vendor's SMPP page and its PHP library 1.3; what both leave open is in the guide's
table of assumptions. A parameter that has no place here is refused, never dropped.
"""

from __future__ import annotations

import itertools
import random
import re
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterator, List, NamedTuple, Tuple

from smsc_transports.values import gsm
from smsc_transports.values.errors import Unsupported
from smsc_transports.values.parts import segment
from smsc_transports.values.request import Request

GSM, BINARY, UCS2 = 0, 4, 8
FLASH = 0x10
"""Added to the coding: message class 0."""
UDHI = 0x40
MOST_BINARY = 140  # octets
MOST_PARTS = 255
MOSCOW_HOURS = 3

_CARRIED = {
    "phones", "mes", "list", "id", "sender", "time", "tz", "valid", "maxsms", "translit", "cost",
    "flash", "bin", "hlr", "ping",
}  # fmt: skip
_KINDS = ("flash", "bin", "hlr", "ping")
_references = itertools.count(random.SystemRandom().randrange(0x10000))

Submit = Dict[str, Any]


class Message(NamedTuple):
    """A text for one number: the fields of each submit_sm, and how many SMS they are."""

    submits: List[Submit]
    parts: int


def messages_of(request: Request) -> List[Message]:
    """Write a request as messages, one for each number. Raises Unsupported."""
    fields = request.fields
    lost = sorted(set(fields) - _CARRIED)
    if lost:
        raise Unsupported(f"SMPP cannot carry {', '.join(lost)}")
    if request.id:
        raise Unsupported("SMPP cannot carry an id of your own; the gateway gives each message one")
    if fields.get("translit", "0") not in ("", "0"):
        raise Unsupported("SMPP cannot carry translit, which the gateway does itself by HTTP")
    common = {
        "registered_delivery": 0,
        **_source(fields),
        **_times(fields),
    }
    messages = []
    for phones, text in _lines(request):
        body = _body(request, text)
        messages += [_addressed(phone, body, common) for phone in phones]
    if not messages:
        raise Unsupported("SMPP needs phones or list")
    return messages


def _lines(request: Request) -> Iterator[Tuple[List[str], str]]:
    if "list" not in request.fields:
        yield request.phones, request.text
        return
    for line in request.fields["list"].split("\n"):
        phones, colon, text = line.partition(":")
        if "|" in phones or (line.strip() and not colon):
            raise Unsupported("SMPP carries a list of lines 'phones:text' only")
        numbers = [each.strip() for each in re.split("[,;]", phones) if each.strip()]
        yield numbers, text.rstrip("\r").replace("\\n", "\n")


def _addressed(phone: str, body: Message, common: Submit) -> Message:
    number = re.sub(r"[\s()+-]", "", phone)
    if not (number.isascii() and number.isdigit() and len(number) <= 20):
        raise Unsupported("SMPP sends to phone numbers only, and one of phones is none")
    to = {**common, "dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": number}
    return Message([{**to, **each} for each in body.submits], body.parts)


def _source(fields: Dict[str, str]) -> Submit:
    sender = fields.get("sender")
    if sender is None:
        return {"source_addr_ton": 5, "source_addr_npi": 1, "source_addr": ""}
    if not sender or sender == ".":
        raise Unsupported("SMPP has no way to switch the account's sender off (sender='')")
    if not sender.isascii() or not sender.isprintable() or len(sender) > 20:
        raise Unsupported("SMPP carries a sender of up to 20 Latin letters and digits")
    ton = 1 if sender.lstrip("+").isdigit() else 5
    return {"source_addr_ton": ton, "source_addr_npi": 1, "source_addr": sender.lstrip("+")}


def _body(request: Request, text: str) -> Message:
    fields = request.fields
    kinds = [name for name in _KINDS if fields.get(name, "0") not in ("", "0")]
    if len(kinds) > 1:
        raise Unsupported(f"SMPP cannot carry {' and '.join(kinds)} in one message")
    if kinds == ["bin"]:
        return _binary(request)
    if kinds in (["hlr"], ["ping"]):
        # In UCS-2, since an underscore of ASCII would be a paragraph sign of GSM 03.38.
        command = f"__{kinds[0].upper()}__".encode("utf-16-be")
        return Message([{"data_coding": UCS2, "short_message": command}], 1)
    if not text:
        raise Unsupported("SMPP carries no message without a text")
    if re.search("\n~~~\r?\n", text):
        raise Unsupported("SMPP cannot carry a comment (~~~), which would be sent as text")
    cut = segment(text)
    most = fields.get("maxsms", "")
    if most and not (most.isascii() and most.isdigit() and int(most) > 0):
        raise Unsupported("maxsms must be a number from 1 on")
    parts = cut.parts[: int(most)] if most else cut.parts
    coding = GSM if cut.encoding == "gsm-7" else UCS2
    octets = [gsm.encode(part) if coding == GSM else part.encode("utf-16-be") for part in parts]
    shown = {"data_coding": coding + FLASH if kinds else coding}
    submits = _SPLITS[request.settings.smpp_split](octets) if len(octets) > 1 else [
        {"short_message": octets[0]}
    ]  # fmt: skip
    return Message([{**shown, **each} for each in submits], len(parts))


def _binary(request: Request) -> Message:
    """Write binary data: first the length of its header, 00 for none."""
    if "list" in request.fields:
        raise Unsupported("SMPP cannot carry bin in a list")
    octets = request.bytes_of("mes")
    if request.fields["bin"] == "2":
        try:
            octets = bytes.fromhex(octets.decode("ascii"))
        except ValueError:
            raise Unsupported(
                "the text of a binary message (format 5) is not hexadecimal"
            ) from None
    has_header = octets[:1] != b"\0"
    data = octets if has_header else octets[1:]
    if not 0 < len(data) <= MOST_BINARY:
        raise Unsupported(f"SMPP carries a binary message of 1 to {MOST_BINARY} bytes")
    return Message(
        [{"data_coding": BINARY, "esm_class": UDHI if has_header else 0, "short_message": data}], 1
    )


def _payload(octets: List[bytes]) -> List[Submit]:
    """Let the gateway cut the text, as the vendor's own library does."""
    whole = b"".join(octets)
    if len(whole) > 0xFFFF:
        raise Unsupported("SMPP carries a text of up to 65535 bytes")
    return [{"message_payload": whole}]


def _sar(octets: List[bytes]) -> List[Submit]:
    numbering = {"sar_msg_ref_num": _reference(octets, 0x10000), "sar_total_segments": len(octets)}
    return [
        {**numbering, "sar_segment_seqnum": number, "short_message": part}
        for number, part in enumerate(octets, 1)
    ]


def _udh(octets: List[bytes]) -> List[Submit]:
    head = bytes([5, 0, 3, _reference(octets, 0x100), len(octets)])
    return [
        {"esm_class": UDHI, "short_message": head + bytes([number]) + part}
        for number, part in enumerate(octets, 1)
    ]


def _reference(octets: List[bytes], numbers: int) -> int:
    if len(octets) > MOST_PARTS:
        raise Unsupported(f"SMPP carries a text of up to {MOST_PARTS} parts")
    return next(_references) % numbers


_SPLITS = {"payload": _payload, "sar": _sar, "udh": _udh}


def _times(fields: Dict[str, str]) -> Submit:
    times = {}
    valid = re.fullmatch(r"(\d{1,2})(?::(\d\d))?", fields.get("valid", "") or "0")
    minutes = int(valid[1]) * 60 + int(valid[2] or 0) if valid else -1
    if minutes < 0 or minutes > 24 * 60:
        raise Unsupported("valid must be hours from 1 to 24, or hh:mm up to 24:00")
    if minutes:
        times["validity_period"] = _relative(timedelta(minutes=minutes))
    when = fields.get("time", "").strip()
    if when not in ("", "0"):
        times["schedule_delivery_time"] = _schedule(when, fields.get("tz", ""))
    return times


def _schedule(when: str, tz: str) -> str:
    try:
        if re.fullmatch(r"\+\d{1,6}", when):
            return _relative(timedelta(minutes=int(when)))
        if re.fullmatch(r"0\d{10,11}", when):
            return _absolute(datetime.fromtimestamp(int(when), timezone.utc))
        form = "%d%m%y%H%M" if when.isdigit() else "%d.%m.%y %H:%M"
        moment = datetime.strptime(when, form)
        if tz:
            zone = timezone(timedelta(hours=MOSCOW_HOURS + float(tz)))
            return _absolute(moment.replace(tzinfo=zone).astimezone(timezone.utc))
    except (ValueError, OverflowError, OSError):
        raise Unsupported(
            "SMPP carries a time as 0ts (Unix seconds), +m (minutes from now), or a date with tz"
        ) from None
    raise Unsupported(
        "SMPP cannot carry a date without tz: it does not know the time zone of the account; "
        "name it (tz=0 is Moscow), or give the time as 0ts or +m"
    )


def _absolute(moment: datetime) -> str:
    return moment.strftime("%y%m%d%H%M%S") + "000+"


def _relative(time: timedelta) -> str:
    hours, rest = divmod(time.seconds, 3600)
    if time.days > 99:
        raise ValueError("SMPP counts up to 99 days")
    return f"0000{time.days:02}{hours:02}{rest // 60:02}00000R"

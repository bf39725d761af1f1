"""The gateway's answers as text: ``fmt`` 0 words, 1 numbers, 2 XML, 3 JSON."""

from __future__ import annotations

import json
import re
from typing import Any, Callable, Dict, List, Optional, Tuple, Union
from xml.sax.saxutils import escape

from smsc_transports.sandbox.rules import statuses
from smsc_transports.sandbox.rules.assumptions import COUNTRIES
from smsc_transports.sandbox.rules.clock import date
from smsc_transports.sandbox.rules.gateway import Balance, Sent, Status, Statuses
from smsc_transports.sandbox.rules.refused import Refused
from smsc_transports.sandbox.rules.store import Message, Recipient

Answer = Union[Sent, Statuses, Balance, Refused]
Row = Dict[str, object]

CONTENT_TYPES = {0: "text/plain", 1: "text/plain", 2: "text/xml", 3: "application/json"}

_HLR_FIELDS = ("imsi", "msc", "mcc", "mnc", "cn", "net", "rcn", "rnet")
KIND_NUMBERS = {
    "sms": 0, "flash": 1, "bin": 2, "push": 3, "hlr": 4, "ping": 5, "mms": 6, "call": 7,
    "mail": 8, "viber": 10, "soc": 12,
}  # fmt: skip


def render(answer: Answer, fmt: int) -> str:
    """``answer`` in the format asked for."""
    return _RENDERERS[type(answer)](answer, fmt)


def _refused(error: Refused, fmt: int) -> str:
    code, description, message_id = error.code, error.description, error.message_id
    if fmt == 0:
        tail = f", ID - {message_id}" if message_id else ""
        return f"ERROR = {code} ({description}){tail}"
    if fmt == 1:
        return f"{message_id or 0},-{code}"
    row: Row = {"error": description, "error_code": code}
    if message_id:
        row["id"] = _id(message_id)
    return _json(row) if fmt == 3 else _xml("result", row)


def _sent(sent: Sent, fmt: int) -> str:
    priced = sent.mode > 0
    with_balance = sent.mode == 3
    if fmt == 0:
        return _sent_words(sent)
    if fmt == 1:
        values: List[object] = [sent.cost] if sent.message_id is None else [sent.message_id]
        values.append(sent.count)
        if sent.message_id is not None and priced:
            values.append(sent.cost)
        if with_balance:
            values.append(sent.balance)
        return ",".join(map(str, values))
    row: Row = {"cost": str(sent.cost), "cnt": sent.count}
    if sent.message_id is not None:
        row = {"id": _id(sent.message_id), "cnt": sent.count}
        if priced:
            row["cost"] = str(sent.cost)
    if with_balance:
        row["balance"] = str(sent.balance)
    if sent.code:
        row["code"] = sent.code
    phones = [_listed(recipient) for recipient in sent.listed]
    if fmt == 3:
        return _json({**row, "phones": phones} if phones else row)
    listed = "".join(_xml("phone", phone) for phone in phones)
    return _xml("result", row, f"<phones>{listed}</phones>" if phones else "")


def _sent_words(sent: Sent) -> str:
    if sent.message_id is None:
        return f"COST - {sent.cost}, {sent.count} SMS"
    text = f"OK - {sent.count} SMS, ID - {sent.message_id}"
    if sent.mode >= 2:
        text += f", COST - {sent.cost}"
    if sent.mode == 3:
        text += f", BALANCE - {sent.balance}"
    return text


def _listed(recipient: Recipient) -> Row:
    country = country_of(recipient.phone)
    row: Row = {"phone": recipient.phone, "mccmnc": country[3] + country[4]}
    row["cost"] = str(recipient.cost)
    if recipient.wrong:
        row["status"], row["error"] = str(recipient.fate), str(recipient.err)
    return row


def _balance(balance: Balance, fmt: int) -> str:
    if fmt <= 1:
        return f"{balance.amount},{balance.currency}" if balance.currency else str(balance.amount)
    row: Row = {"balance": str(balance.amount)}
    if balance.currency:
        row["currency"] = balance.currency
    if fmt == 3:
        return _json(row)
    return _xml("result", row) if balance.currency else _xml("balance", {}, str(balance.amount))


def _statuses(answer: Statuses, fmt: int) -> str:
    if not answer.records:
        return {2: "<result>OK</result>", 3: '{"result": "OK"}'}.get(fmt, "OK")
    if fmt == 3:
        rows = [status_row(record, answer, answer.several) for record in answer.records]
        return _json(rows if answer.several else rows[0])
    if fmt == 2:
        items = [_xml("sms", status_row(r, answer, answer.several)) for r in answer.records]
        return f"<result>{''.join(items)}</result>" if answer.several else items[0]
    line = _words if fmt == 0 else _numbers
    return "\n".join(line(record, answer) for record in answer.records)


def _words(record: Status, answer: Statuses) -> str:
    row = status_row(record, answer, answer.several)
    names = {"status": "Status", "last_date": "check_time"}
    hidden = ("last_timestamp", "send_timestamp", "flag", "sms_cnt")
    return ", ".join(f"{names.get(k, k)} = {v}" for k, v in row.items() if k not in hidden)


def _numbers(record: Status, answer: Statuses) -> str:
    """Positions are fixed by the vendor's libraries: 3, 9 or 12 fields, HLR 8 more after err."""
    row = status_row(record, answer, answer.several)
    values = [row["status"], row["last_timestamp"], row["err"]]
    if record.found:
        message, _ = record.found
        if message.kind == "hlr":
            values += [row[name] for name in _HLR_FIELDS]
        if answer.detail:
            values += [row["send_timestamp"], row["phone"]]
            if answer.detail == 2:
                values += [row["country"], row["operator"], row["region"]]
            sender = "HLR" if message.kind == "hlr" else row["sender_id"]
            values += [row["cost"], sender, row["status_name"], row["message"]]
    if answer.several:
        values.append(record.message_id)
        if not answer.detail:
            values.append(record.phone)
    return ",".join(map(str, values))


def status_row(record: Status, answer: Statuses, several: bool) -> Row:
    """All fields of one record by their documented names, in the order of the words form."""
    tail: Row = {"id": _id(record.message_id), "phone": record.phone} if several else {}
    if record.found is None:
        return {
            "status": -3, "last_date": "", "last_timestamp": 0, "flag": 0, "err": 0, **tail
        }  # fmt: skip
    message, recipient = record.found
    change = statuses.current(message, recipient, answer.now)
    row: Row = {
        "status": change.status,
        "last_date": date(change.time) if change.time else "",
        "last_timestamp": int(change.time),
        "flag": KIND_NUMBERS.get(message.kind, 0),
        "err": change.err,
    }
    if message.kind == "hlr":
        row.update(hlr(recipient))
    if answer.detail:
        row.update(_details(message, recipient, change.status))
    if answer.detail == 2:
        country, operator, region, mcc, mnc = country_of(recipient.phone)
        row.update(country=country, operator=operator, operator_orig=operator)
        row.update(region=region, mccmnc=mcc + mnc)
    return {**row, **tail}


def _details(message: Message, recipient: Recipient, status: int) -> Row:
    return {
        "send_date": date(message.received),
        "send_timestamp": int(message.received),
        "phone": recipient.phone,
        "cost": str(recipient.cost),
        "sender_id": message.sender,
        "status_name": statuses.NAMES[status],
        "message": message.text,
        "comment": message.comment,
        "type": KIND_NUMBERS.get(message.kind, 0),
        "sms_cnt": len(message.parts),
    }


def hlr(recipient: Recipient) -> Row:
    """What an HLR query tells about a number, by the documented names."""
    country, operator, _, mcc, mnc = country_of(recipient.phone)
    return {
        "imsi": mcc + mnc + recipient.phone[-10:],
        "msc": recipient.phone[:4] + "0000000",
        "mcc": mcc,
        "mnc": mnc,
        "cn": country,
        "net": operator,
        "rcn": "",
        "rnet": "",
    }


def country_of(phone: str) -> Tuple[str, str, str, str, str]:
    """Country, operator, region, mcc and mnc by the beginning of the number."""
    return next(place for prefix, place in COUNTRIES.items() if phone.startswith(prefix))


def _id(message_id: str) -> Union[int, str]:
    return int(message_id) if re.match(r"[0-9]{1,10}\Z", message_id) else message_id


def _json(value: object) -> str:
    # Escaped to ASCII, and so independent of the charset of the reply.
    return json.dumps(value)


def _xml(name: str, row: Row, inside: str = "") -> str:
    body = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in row.items())
    return f"<{name}>{body}{inside}</{name}>"


_RENDERERS: Dict[Any, Callable[[Any, int], str]] = {
    Refused: _refused,
    Sent: _sent,
    Statuses: _statuses,
    Balance: _balance,
}


def format_number(value: Optional[str], default: int = 0) -> int:
    """``fmt`` as a number; what is not one of 0 to 3 counts as not given."""
    return int(value) if value in ("0", "1", "2", "3") else default

"""Messages and refusals as JSON objects, the form in which the inbox gives them out."""

from __future__ import annotations

import heapq
from itertools import islice
from typing import Dict, Iterator, List, Tuple, Union

from smsc_transports.sandbox.rules import formats, parameters, statuses
from smsc_transports.sandbox.rules.store import Message, Recipient, Refusal, Store

View = Dict[str, object]

FILTERS = ("all", "delivered", "failed", "refused")
ROW_TEXT = 200  # characters; a row shows one line
_DELIVERED = (1, 2, 4)
_ON_THE_WAY = (-1, 0)


def rows(store: Store, now: float, search: str, shown: str, limit: int) -> Tuple[List[View], int]:
    """Messages and refusals in one list, newest first, and how many there are without ``limit``.

    ``shown`` is one of :data:`FILTERS`: a message is delivered when all its numbers have it, and
    failed when one of them never will.
    """
    messages = [] if shown == "refused" else store.newest(search)
    if shown in ("delivered", "failed"):
        messages = [message for message in messages if _outcome(message, now) == shown]
    refusals = [] if shown in ("delivered", "failed") else _refusals(store, search)
    newest: Iterator[Union[Message, Refusal]] = heapq.merge(
        messages, refusals, key=lambda entry: entry.key, reverse=True
    )
    found = [
        _refused_row(entry) if isinstance(entry, Refusal) else _row(entry, now)
        for entry in islice(newest, limit)
    ]
    return found, len(messages) + len(refusals)


def _refusals(store: Store, search: str) -> List[Refusal]:
    wanted = search.casefold()
    return [
        refused
        for refused in reversed(store.refusals)
        if wanted in f"{refused.text}\n{refused.phones}\n{refused.description}".casefold()
    ]


def _statuses(message: Message, now: float) -> List[int]:
    return [statuses.current(message, r, now).status for r in message.recipients]


def _outcome(message: Message, now: float) -> str:
    reached = set(_statuses(message, now))
    if reached.issubset(_DELIVERED):
        return "delivered"
    return "waiting" if reached.issubset((*_DELIVERED, *_ON_THE_WAY)) else "failed"


def _row(message: Message, now: float) -> View:
    first, reached = message.recipients[0], _statuses(message, now)
    return {
        "key": message.key,
        "refused": False,
        "time": message.received,
        "phone": first.phone,
        "numbers": len(reached),
        "status": reached[0],
        "delivered": sum(status in _DELIVERED for status in reached),
        "waiting": sum(status in _ON_THE_WAY for status in reached),
        "sender": message.sender,
        "kind": message.kind,
        "text": message.text[:ROW_TEXT],
        "sms": len(message.parts) * sum(not r.wrong for r in message.recipients),
        "parts": len(message.parts),
        "price": str(message.price),
        "hlr": formats.hlr(first) if message.kind == "hlr" else None,
    }


def _refused_row(refused: Refusal) -> View:
    phones = parameters.split_phones(refused.phones)
    return {
        "key": refused.key,
        "refused": True,
        "time": refused.time,
        "phone": phones[0] if phones else "",
        "numbers": len(phones),
        "endpoint": refused.endpoint,
        "error": refused.code,
        "description": refused.description,
        "text": refused.text[:ROW_TEXT],
    }


def summary(message: Message, now: float) -> View:
    """One message for a list."""
    return {
        "key": message.key,
        "request": message.request,
        "id": message.id,
        "time": message.received,
        "phones": list(message.phones),
        "statuses": _statuses(message, now),
        "sender": message.sender,
        "kind": message.kind,
        "text": message.text,
        "encoding": message.encoding,
        "parts": len(message.parts),
        "price": str(message.price),
        "channel": message.origin.channel,
        "host": message.host,
    }


def detail(message: Message, now: float) -> View:
    """One message with everything that is known of it."""
    return {
        **summary(message, now),
        "due": message.due,
        "comment": message.comment,
        "texts": list(message.parts),
        "options": dict(message.options),
        "recipients": [_recipient(message, r, now) for r in message.recipients],
        "raw": message.raw,
    }


def _recipient(message: Message, recipient: Recipient, now: float) -> View:
    return {
        "phone": recipient.phone,
        "price": str(recipient.cost),
        "history": [
            {
                "time": change.time,
                "status": change.status,
                "name": statuses.NAMES[change.status],
                "err": change.err,
            }
            for change in statuses.history(message, recipient, now)
        ],
        **({"hlr": formats.hlr(recipient)} if message.kind == "hlr" else {}),
    }


def refusal(refused: Refusal) -> View:
    """One refused request."""
    return {
        "key": refused.key,
        "time": refused.time,
        "endpoint": refused.endpoint,
        "error": refused.code,
        "description": refused.description,
        "phones": parameters.split_phones(refused.phones),
        "text": refused.text,
        "channel": refused.origin.channel,
        "host": refused.origin.host,
        "raw": refused.origin.raw,
    }

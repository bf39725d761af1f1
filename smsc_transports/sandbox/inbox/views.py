"""Messages and refusals as JSON objects, the form in which the inbox gives them out."""

from __future__ import annotations

from typing import Dict

from smsc_transports.sandbox.rules import statuses
from smsc_transports.sandbox.rules.store import Message, Recipient, Refusal

View = Dict[str, object]


def summary(message: Message, now: float) -> View:
    """One message for a list."""
    return {
        "key": message.key,
        "request": message.request,
        "id": message.id,
        "time": message.received,
        "phones": list(message.phones),
        "statuses": [statuses.current(message, r, now).status for r in message.recipients],
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
    }


def refusal(refused: Refusal) -> View:
    """One refused request."""
    return {
        "time": refused.time,
        "endpoint": refused.endpoint,
        "error": refused.code,
        "description": refused.description,
        "host": refused.origin.host,
        "raw": refused.origin.raw,
    }

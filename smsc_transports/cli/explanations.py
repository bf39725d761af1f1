"""What the gateway's numbers mean and what to do about them, for people.

The errors of a call have their names in ``values.errors``; here is what to do about them, and the
codes of a status. Source: the vendor's HTTP pages and public clients that restate them.
"""

from __future__ import annotations

_ADVICE = {
    1: "Look at the id (1 to 2147483647, or up to 40 Latin letters, digits and . - _), at the "
    "text (1000 characters at the most) and at what --query adds.",
    2: "Check SMSC_LOGIN and SMSC_PASSWORD; 'smsc doctor' tells where they come from. If the "
    "account allows certain IP addresses only, this machine's must be one of them. Do not guess "
    "on: after 5 wrong logins in 30 minutes this address is blocked for 30 minutes.",
    3: "Top up the account, then send again. 'smsc balance' tells what there is.",
    4: "Wait: 5 wrong logins in 30 minutes block an address for 30 minutes, 100 failing sends in "
    "a row within 10 minutes for 10 minutes. An address on the account's list of allowed ones is "
    "not blocked for wrong logins.",
    5: "Write the time as DDMMYYhhmm, h1-h2, 0ts (Unix seconds after a zero) or +m (minutes).",
    6: "Send under a name that is registered for the account, or change the text. Mass and "
    "advertising messages need a contract with the gateway.",
    7: "Write the number in the international form, country code first: 79991112233.",
    8: "Check the number; the gateway has no way to it.",
    9: "Wait a minute. The gateway takes an equal message once a minute, an equal question for a "
    "price five times, for a status five times and for the balance ten times; and at most 14 "
    "requests of one login at once.",
}
_ADVICE_FOR_REPEATED_SEND = (
    " If you have just sent this message, it was taken the first time: do not send it again."
)

STATUS_TEXTS = {
    -3: "not found: no message has this id and number",
    -2: "stopped before it was sent",
    -1: "waiting to be sent",
    0: "handed to the operator",
    1: "delivered",
    2: "read",
    3: "expired before it could be delivered",
    4: "delivered, and its link was opened",
    20: "could not be delivered",
    22: "wrong number",
    23: "forbidden: a duplicate, too many, on a black list, or stopped by a filter",
    24: "not enough money",
    25: "the number takes no SMS, or there is no route to it",
}
"""The status of a message, by the gateway's code."""

DELIVERY_ERROR_TEXTS = {
    1: "the number does not exist",
    2: "the mailbox is full",
    3: "the recipient's mail server was not found",
    4: "the mailbox is blocked",
    6: "the phone is switched off or out of reach",
    11: "the phone has no SMS service",
    12: "a fault of the phone or its SIM card",
    13: "the subscriber is blocked",
    21: "the device lacks this service",
    200: "virtual sending: the account is in test mode",
    219: "the SIM card was replaced: no named senders for 24 hours",
    220: "the operator's queue is full",
    237: "nobody took the call",
    238: "the text fits none of the templates that are required",
    239: "the sender's IP address is not allowed",
    240: "the line is busy",
    241: "the sound could not be converted, or not all parts arrived",
    242: "an answering machine took the call",
    243: "no contract for mass or advertising messages",
    244: "mailings are forbidden, or a link in the text is",
    245: "no status came within a day",
    246: "outside the hours that the account allows",
    247: "over the daily limit of messages",
    248: "there is no route",
    249: "the number is written wrongly",
    250: "the account's settings bar the number",
    251: "over the limit of messages to one number",
    252: "the number is barred",
    253: "stopped by the spam filter",
    254: "the sender's name is not registered",
    255: "refused by the operator",
}
"""Why a message was not delivered, by the gateway's code ``err``."""


def advice(code: int, sending: bool = False) -> str:
    """Say what to do about an error of the gateway, "" where nothing is known."""
    text = _ADVICE.get(code, "")
    return text + _ADVICE_FOR_REPEATED_SEND if code == 9 and sending else text


def status_text(code: int) -> str:
    """Name the status of a message."""
    return STATUS_TEXTS.get(code, "a status that is not documented")


def delivery_error_text(code: int) -> str:
    """Say why a message was not delivered."""
    return DELIVERY_ERROR_TEXTS.get(code, "a reason that is not documented")

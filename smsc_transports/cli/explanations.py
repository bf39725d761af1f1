"""What to do about an error of the gateway, for people; what it means stands in ``values.words``.

Source: the vendor's HTTP pages and public clients that restate them.
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


def advice(code: int, sending: bool = False) -> str:
    """Say what to do about an error of the gateway, "" where nothing is known."""
    text = _ADVICE.get(code, "")
    return text + _ADVICE_FOR_REPEATED_SEND if code == 9 and sending else text

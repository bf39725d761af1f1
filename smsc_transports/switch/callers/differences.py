"""The numbered differences from the vendor's file, in a sentence each.

The README's table has them in full; a place in a program is told by these.
"""

from __future__ import annotations

from typing import Dict, Iterable, Tuple

DIFFERENCES: Dict[str, str] = {
    "D1": "text goes in the charset that is declared",
    "D2": "Cyrillic, spaces and line breaks in query, id or translit arrive",
    "D3": "a # in query, id or translit no longer cuts the request off",
    "D4": "Cyrillic by send_sms_mail is sent instead of raising UnicodeEncodeError",
    "D5": "get_status(all=1) bears a text with five commas",
    "D6": "SMSC_DEBUG no longer raises on a malformed reply or on a console without Cyrillic",
    "D7": "Ctrl-C and sys.exit end a call instead of being swallowed",
    "D8": "a silent server is given up: 5 s to connect, 60 s for the answer",
    "D9": "send_sms_mail checks its arguments first and always closes the connection",
    "D10": "at most 14 requests at once, so that threads get no error 9",
    "D11": "a letter that was taken counts as sent, though the server hangs up",
    "D12": "a host that timed out is tried last for a while",
    "D13": "an answer of over 1 MiB counts as a failure",
    "D14": "connections are kept for 5 idle seconds; the User-Agent is smsc-transports",
    "D15": "debug output of send_sms_mail shows no password",
    "D16": "a reply is a list that also answers by name",
}

EVERYWHERE: Tuple[str, ...] = ("D7", "D8", "D10", "D12", "D13", "D14", "D16")
"""Those that concern every program that uses the file."""

WITH_MAIL: Tuple[str, ...] = ("D9", "D11")


def in_order(numbers: Iterable[str]) -> Tuple[str, ...]:
    """Sort numbers of differences, each once."""
    return tuple(sorted(set(numbers), key=lambda number: int(number[1:])))

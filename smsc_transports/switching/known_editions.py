"""What is known of the vendor's editions: hashes of their statements, and where they differ.

The hashes are those of :mod:`smsc_transports.switching.fingerprints`, with the settings that the
statement reads behind the pluses. ``EDITION`` is the second build of 2.0. Edition 1.9 and the
first build of 2.0 differ from it in one statement, and in the list of formats; the third build in
the parameter of format 12; 1.7 and 1.8 in the loop of tries.
"""

from __future__ import annotations

from typing import Mapping

DEFAULTS: Mapping[str, object] = {
    "SMSC_LOGIN": "",
    "SMSC_PASSWORD": "",
    "SMSC_POST": False,
    "SMSC_HTTPS": False,
    "SMSC_CHARSET": "utf-8",
    "SMSC_DEBUG": False,
    "SMTP_FROM": "api@smsc.ua",
    "SMTP_SERVER": "send.smsc.ua",
    "SMTP_LOGIN": "",
    "SMTP_PASSWORD": "",
}
SETTINGS = tuple(DEFAULTS)
"""The vendor's ten constants, in the order of the file."""

SECRETS = ("SMSC_LOGIN", "SMSC_PASSWORD", "SMTP_LOGIN", "SMTP_PASSWORD")

FORMATS_OF_FIRST_2_0 = 10
"""The first build of 2.0 lists at least so many formats; 1.9, otherwise the same, fewer."""

EDITION: Mapping[str, str] = {
    "ifs": "071521d29f20 561c72986eeb 451e313ae593",
    "send_sms": (
        "623334a95465 febe9cfed7fd 1b5576fd2a30+SMSC_DEBUG 604f3bcae21c c73f7aecaaf5 "
        "675c802617f6 cc9fdd8b4373"
    ),
    "send_sms_mail": (
        "e154f4c6fe96+SMTP_SERVER 1b5576fd2a30+SMSC_DEBUG 390bfe5d940f "
        "1b5576fd2a30+SMTP_LOGIN a02abaabe117+SMTP_LOGIN+SMTP_PASSWORD "
        "9d5d716fda72+SMTP_FROM+SMSC_CHARSET+SMSC_LOGIN+SMSC_PASSWORD 9fa25894f06e"
    ),
    "get_sms_cost": (
        "623334a95465 31ef322acfd0 1b5576fd2a30+SMSC_DEBUG 604f3bcae21c b8879863f7fc "
        "088acc41dc65 cc9fdd8b4373"
    ),
    "get_status": (
        "7d1fe3daf3b0 1b5576fd2a30+SMSC_DEBUG 0c5321cdde25 20ac605221c7 258c120ca81a "
        "d7cf358c053f 5e6c967cd118 088acc41dc65 63da8ebbba87 e920ef059df2 cc9fdd8b4373"
    ),
    "get_balance": (
        "b07a05736241 1b5576fd2a30+SMSC_DEBUG bb76e04ae824 c0f558353837 088acc41dc65 4834d27f393f"
    ),
    "_smsc_send_cmd": (
        "b9fb19e9a66a+SMSC_HTTPS 2730dc25cf1e "
        "258b91a7881f+SMSC_LOGIN+SMSC_LOGIN+SMSC_PASSWORD+SMSC_CHARSET 24cf6d8eeeff "
        "272dd185b59a 6cdd8378c5c4 6cfe0019f1e4 bd05c5fc1a44 46088c8262c0 a9e1c45460bb "
        "26324ba15fad+SMSC_POST 2bb63307bc71+SMSC_CHARSET e85d4cec66c0 "
        "e49c83e367ca+SMSC_CHARSET a3dc4f1de99f eaceeab541d1 0f9d5af2879f 2b9dce8f971e "
        "172395d3180c+SMSC_DEBUG 3a409488fa38 38c12aba2894 25eb50f57a38"
    ),
}

WITHOUT_KEY: Mapping[str, str] = {
    "digest": "38fc65b2eb0b",
    "instead of": "258b91a7881f",
    "settings": "SMSC_LOGIN+SMSC_PASSWORD+SMSC_CHARSET",
}
"""The one other way that ours does too: the account of editions that know no API keys."""

NO_API_KEY = (
    "this edition knows no API keys: with an empty SMSC_LOGIN it sends login=&psw=..., "
    "ours apikey=..."
)
EDITION_1_8 = "1.8"
THIRD_BUILD = "2.0, third build"
REFUSED_STATEMENTS: Mapping[str, str] = {
    "69c29908771a": THIRD_BUILD,
    "537bb7634af5": THIRD_BUILD,
    "9b2f9b256956": EDITION_1_8,
    "4bf171a47e5f": EDITION_1_8,
    "4b8e6d36566f": EDITION_1_8,
    "6cbaa8fad3f7": EDITION_1_8,
}
"""Statements that only these editions have."""

REFUSED_EDITIONS: Mapping[str, str] = {
    EDITION_1_8: (
        "editions 1.7 and 1.8 wait between tries, ask other hosts, and on Python 3 return replies "
        "that begin with b'; ours does as 2.0"
    ),
    THIRD_BUILD: (
        "the third build of 2.0 sends the sender of a message of format 12 as bot=; ours sends "
        'sender=, and query="bot=..." does the same'
    ),
}

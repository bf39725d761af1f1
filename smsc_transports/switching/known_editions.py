"""What is known of the vendor's editions: hashes of their methods, and in what they differ.

The hashes are those of :mod:`smsc_transports.switching.fingerprints`, one for each statement, with
the local variables by number behind the slash, and the settings that it reads behind the pluses.
Editions 1.7 and 1.8 differ from later ones in the sending method, 1.9 and the first build of 2.0
in their formats only; the second build takes an API key; the third has a parameter for bots.
"""

from __future__ import annotations

from typing import Dict, Mapping

SETTINGS = (
    "SMSC_LOGIN",
    "SMSC_PASSWORD",
    "SMSC_POST",
    "SMSC_HTTPS",
    "SMSC_CHARSET",
    "SMSC_DEBUG",
    "SMTP_FROM",
    "SMTP_SERVER",
    "SMTP_LOGIN",
    "SMTP_PASSWORD",
)
"""The vendor's ten constants, in the order of the file."""

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

SECRETS = ("SMSC_LOGIN", "SMSC_PASSWORD", "SMTP_LOGIN", "SMTP_PASSWORD")

FORMATS_OF_FIRST_2_0 = 10
"""The first build of 2.0 lists at least so many formats; 1.9, otherwise the same, fewer."""

OLD_WAY = (
    "editions 1.7 and 1.8 wait between their tries, ask other hosts, and on Python 3 give replies "
    "that begin with b'; ours does as 2.0"
)
BOT = (
    "the third build of 2.0 sends the sender of a message of format 12 as bot=; in ours it stays "
    'sender=, and query="bot=..." does the same'
)
NO_API_KEY = (
    "this edition knows no API keys: with an empty SMSC_LOGIN it sends login=&psw=..., "
    "ours apikey=..."
)
REFUSED_EDITIONS: Mapping[str, str] = {"1.8": OLD_WAY, "2.0, third build": BOT}

EDITIONS: Dict[str, Mapping[str, str]] = {
    "ifs": {
        "2.0": "3420dc48faaf/ bb327690a529/ eee3450ac326/",
    },
    "send_sms": {
        "2.0": (
            "4d96af787372/0 304d85684841/1,0 1b5576fd2a30/+SMSC_DEBUG 218caa5133f7/1 "
            "22d59fe017d5/1 e98497561184/1 c694057529dc/1"
        ),
        "2.0, third build": (
            "4d96af787372/0 9d3ea58e904e/1,0 1b5576fd2a30/+SMSC_DEBUG 218caa5133f7/1 "
            "22d59fe017d5/1 e98497561184/1 c694057529dc/1"
        ),
    },
    "send_sms_mail": {
        "2.0": (
            "51bd0bc764b9/0+SMTP_SERVER 1b5576fd2a30/+SMSC_DEBUG ea73d02f63bd/0 "
            "1b5576fd2a30/+SMTP_LOGIN 97ddac7d91b5/0+SMTP_LOGIN+SMTP_PASSWORD "
            "6bf4d3ae7214/0+SMTP_FROM+SMSC_CHARSET+SMSC_LOGIN+SMSC_PASSWORD 170c7dca1755/0"
        ),
    },
    "get_sms_cost": {
        "2.0": (
            "4d96af787372/0 a7a912787606/1,0 1b5576fd2a30/+SMSC_DEBUG 218caa5133f7/1 "
            "267bce5658f9/1 bef9c3173027/1 c694057529dc/1"
        ),
        "2.0, third build": (
            "4d96af787372/0 9cd5400ee657/1,0 1b5576fd2a30/+SMSC_DEBUG 218caa5133f7/1 "
            "267bce5658f9/1 bef9c3173027/1 c694057529dc/1"
        ),
    },
    "get_status": {
        "2.0": (
            "b8cd9c1c368d/0 1b5576fd2a30/+SMSC_DEBUG b432f13ed00f/0 b66168f65d74/1 "
            "826df13bc7d8/0 0624cde2f142/1,0 3d6974b6820b/0,1 bef9c3173027/0 a37a1b136925/0 "
            "b7b3cf295f43/0 c694057529dc/0"
        ),
    },
    "get_balance": {
        "2.0": (
            "ef6e7c67e556/0 1b5576fd2a30/+SMSC_DEBUG 90a2c9a07ff9/0 bbe8f2ee721f/0 "
            "bef9c3173027/0 76a3bf5acea2/0"
        ),
    },
    "_smsc_send_cmd": {
        "2.0": (
            "977c3c97144d/0+SMSC_HTTPS 73d8c948eb4e/1,0 "
            "cbcba3584367/+SMSC_LOGIN+SMSC_LOGIN+SMSC_PASSWORD+SMSC_CHARSET 7ce7c84fc738/2 "
            "272d21732ead/3 ea6b10fe5862/3,2 d39cbf2461f8/2 bc976232c890/0,1,2 "
            "600ad96a0cf8/2 a9e1c45460bb/ ca39a27bce7d/+SMSC_POST "
            "645169b9b903/4,0+SMSC_CHARSET e54726da8bf3/4,0 0be51a57b945/3,4+SMSC_CHARSET "
            "a3dc4f1de99f/ b49a60ac2cd4/3 9068a97b73c4/2 0244f795865a/3 "
            "172395d3180c/+SMSC_DEBUG 207986938e64/0 99d31cec9025/3 ce92d9956b59/3"
        ),
        "1.9": (
            "977c3c97144d/0+SMSC_HTTPS 73d8c948eb4e/1,0 "
            "c7625cbe171b/+SMSC_LOGIN+SMSC_PASSWORD+SMSC_CHARSET 7ce7c84fc738/2 "
            "272d21732ead/3 ea6b10fe5862/3,2 d39cbf2461f8/2 bc976232c890/0,1,2 "
            "600ad96a0cf8/2 a9e1c45460bb/ ca39a27bce7d/+SMSC_POST "
            "645169b9b903/4,0+SMSC_CHARSET e54726da8bf3/4,0 0be51a57b945/3,4+SMSC_CHARSET "
            "a3dc4f1de99f/ b49a60ac2cd4/3 9068a97b73c4/2 0244f795865a/3 "
            "172395d3180c/+SMSC_DEBUG 207986938e64/0 99d31cec9025/3 ce92d9956b59/3"
        ),
        "1.8": (
            "977c3c97144d/0+SMSC_HTTPS c7625cbe171b/+SMSC_LOGIN+SMSC_PASSWORD+SMSC_CHARSET "
            "7ce7c84fc738/1 272d21732ead/2 ea6b10fe5862/2,1 d39cbf2461f8/1 cfc9005b6106/1 "
            "16071317cac5/1 3c4679c1a765/0 a9e1c45460bb/ ca39a27bce7d/+SMSC_POST "
            "645169b9b903/3,0+SMSC_CHARSET e54726da8bf3/3,0 4b65003cd86e/2,3 a3dc4f1de99f/ "
            "b49a60ac2cd4/2 9068a97b73c4/1 0244f795865a/2 172395d3180c/+SMSC_DEBUG "
            "207986938e64/0 99d31cec9025/2 ce92d9956b59/2"
        ),
    },
}

"""What the vendor's file does to the network: a new connection and, by HTTPS, new trust each time.

Stands in for a copy of the vendor's file where the benchmarks are given none.
"""

from __future__ import annotations

import smtplib  # noqa: F401  (the vendor's file imports it too)
from datetime import datetime  # noqa: F401
from time import sleep  # noqa: F401
from urllib.parse import quote
from urllib.request import urlopen

SMSC_LOGIN = ""
SMSC_PASSWORD = ""
SMSC_HTTPS = False

HOSTS = ("smsc.ua", "www2.smsc.ua", "www3.smsc.ua", "www4.smsc.ua", "www5.smsc.ua")


class SMSC:
    def send_sms(self, phones: str, message: str, sender: str) -> list[str]:
        query = f"login={quote(SMSC_LOGIN)}&psw={quote(SMSC_PASSWORD)}&fmt=1&charset=utf-8&cost=3"
        query += f"&phones={quote(phones)}&mes={quote(message)}&translit=0&id=0"
        query += f"&sender={quote(sender)}"
        for host in HOSTS:
            try:
                scheme = "https" if SMSC_HTTPS else "http"
                answer = urlopen(f"{scheme}://{host}/sys/send.php?{query}")
                return answer.read().decode().split(",")  # type: ignore[no-any-return]
            except OSError:
                continue
        return ["", ""]

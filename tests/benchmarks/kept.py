"""The physical limit: one request on a kept connection of http.client, and nothing else."""

from __future__ import annotations

import http.client
import urllib.parse

SMSC_LOGIN = ""
SMSC_PASSWORD = ""
SMSC_HTTPS = False


class SMSC:
    def __init__(self) -> None:
        kind = http.client.HTTPSConnection if SMSC_HTTPS else http.client.HTTPConnection
        self._connection = kind("smsc.ua")

    def send_sms(self, phones: str, message: str, sender: str) -> list[str]:
        query = urllib.parse.urlencode({"phones": phones, "mes": message, "sender": sender})
        self._connection.request("GET", f"/sys/send.php?{query}")
        return self._connection.getresponse().read().decode().split(",")

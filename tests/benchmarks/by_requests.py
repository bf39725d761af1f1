"""What a program would write with requests alone: ``requests.get``, or a session that it keeps."""

from __future__ import annotations

import requests

SMSC_LOGIN = ""
SMSC_PASSWORD = ""
SMSC_HTTPS = False
KEPT = False


class SMSC:
    def __init__(self) -> None:
        self._get = requests.Session().get if KEPT else requests.get

    def send_sms(self, phones: str, message: str, sender: str) -> list[str]:
        parameters = {"login": SMSC_LOGIN, "psw": SMSC_PASSWORD, "fmt": "1", "charset": "utf-8"}
        parameters.update(cost="3", phones=phones, mes=message, translit="0", id="0", sender=sender)
        scheme = "https" if SMSC_HTTPS else "http"
        return self._get(f"{scheme}://smsc.ua/sys/send.php", params=parameters).text.split(",")

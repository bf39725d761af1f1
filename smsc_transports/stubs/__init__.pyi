"""Types of the module smsc_api, which is one file and so cannot say itself that it is typed."""

import smtplib as smtplib
from datetime import datetime as datetime
from time import sleep as sleep
from typing import Literal, Optional, SupportsInt, Tuple, TypeVar, Union
from urllib.parse import quote as quote
from urllib.request import urlopen as urlopen

from smsc_transports import Reply

__all__ = [
    "SMSC",
    "SMSC_CHARSET",
    "SMSC_DEBUG",
    "SMSC_HTTPS",
    "SMSC_LOGIN",
    "SMSC_PASSWORD",
    "SMSC_POST",
    "SMTP_FROM",
    "SMTP_LOGIN",
    "SMTP_PASSWORD",
    "SMTP_SERVER",
    "datetime",
    "ifs",
    "quote",
    "sleep",
    "smtplib",
    "urlopen",
]

_First = TypeVar("_First")
_Second = TypeVar("_Second")
_Text = Union[str, bytes]
_Seconds = Union[float, str]

SMSC_LOGIN: str
SMSC_PASSWORD: str
SMSC_POST: bool
SMSC_HTTPS: bool
SMSC_CHARSET: str
SMSC_DEBUG: bool

SMTP_FROM: str
SMTP_SERVER: str
SMTP_LOGIN: str
SMTP_PASSWORD: str

SMSC_HOST: str
SMSC_TRANSPORT: str
SMSC_FAILOVER: str
SMSC_TIMEOUT: Union[_Seconds, Tuple[_Seconds, _Seconds], None]
SMSC_DEADLINE: Optional[_Seconds]
SMSC_SLOTS: str
SMSC_QUEUE: str

def ifs(cond: object, val1: _First, val2: _Second) -> Union[_First, _Second]: ...

class SMSC:
    def send_sms(
        self,
        phones: _Text,
        message: _Text,
        translit: Union[int, str] = 0,
        time: _Text = "",
        id: Union[int, str] = 0,
        format: int = 0,
        sender: Union[str, Literal[False], None] = False,
        query: str = "",
    ) -> Reply: ...
    def send_sms_mail(
        self,
        phones: str,
        message: str,
        translit: Union[int, str] = 0,
        time: str = "",
        id: Union[int, str] = 0,
        format: Union[int, str] = 0,
        sender: str = "",
    ) -> None: ...
    def get_sms_cost(
        self,
        phones: _Text,
        message: _Text,
        translit: Union[int, str] = 0,
        format: int = 0,
        sender: Union[str, Literal[False], None] = False,
        query: str = "",
    ) -> Reply: ...
    def get_status(
        self, id: Union[int, str], phone: _Text, all: Union[SupportsInt, str] = 0
    ) -> Reply: ...
    def get_balance(self) -> Union[str, Literal[False]]: ...
    def _smsc_send_cmd(self, cmd: str, arg: str = "") -> Reply: ...

"""The SMS gateway SMSC (smsc.ua, smsc.ru, smsc.kz, smscentre.com) for Python programs.

Replaces the vendor's file of the same name::

    from smsc_api import *

    smsc = SMSC()
    r = smsc.send_sms("79999999999", "test", sender="sms")

The file may be edited, copied, renamed and put into a package. Every copy has its own settings,
which are read at each call; the work is done by the package ``smsc_transports``, most of which
is imported at the first call.
"""

from __future__ import annotations

import smtplib
import sys
from datetime import datetime
from time import sleep
from urllib.parse import quote
from urllib.request import urlopen

TYPE_CHECKING = False  # typing has it too, but takes long to import
if TYPE_CHECKING:
    from typing import Any


def _not_installed(missing: ImportError) -> ImportError:
    return ImportError(
        f"smsc_api works with the package smsc_transports, which cannot be imported "
        f"({missing}). Install it, in a checkout of smsc-transports: "
        f"{sys.executable} -m pip install ."
    )


try:
    from smsc_transports.values.encoding import FORMAT_FLAGS as _FORMAT_FLAGS
    from smsc_transports.values.encoding import Argument as _Argument
    from smsc_transports.values.encoding import fitting_charset as _fitting_charset
    from smsc_transports.values.encoding import format_parameter as _format_parameter
    from smsc_transports.values.encoding import percent_encode as _percent_encode
    from smsc_transports.values.encoding import query_parameter as _query_parameter
    from smsc_transports.values.encoding import wrong_type as _wrong_type
    from smsc_transports.values.forks import NO_FORK as _NO_FORK
    from smsc_transports.values.forks import forks_wait_first as _forks_wait_first
except ImportError as _missing:
    raise _not_installed(_missing) from _missing

# The names that a star import has always given. One more could replace a name of the caller.
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

# Settings. They may be edited here or assigned from outside at any time.
SMSC_LOGIN = ""  # the account; with an empty login the password is an API key
SMSC_PASSWORD = ""
SMSC_POST = False  # send by POST
SMSC_HTTPS = False  # send by HTTPS
SMSC_CHARSET = "utf-8"  # or windows-1251, koi8-r
SMSC_DEBUG = False  # print what happens

# Settings for sending by e-mail.
SMTP_FROM = "api@smsc.ua"
SMTP_SERVER = "send.smsc.ua"  # or a comma list: the next is tried where one refuses
SMTP_LOGIN = ""
SMTP_PASSWORD = ""

# Settings which the vendor's file does not have. One that is "" or None here is taken from the
# environment variable of the same name; where that is missing too, the default counts.
SMSC_HOST = ""  # smsc.ua (default), smsc.ru, smsc.kz, smscentre.com, or a list of addresses
SMSC_TRANSPORT = ""  # default: what SMSC_POST and SMSC_HTTPS say
SMSC_FAILOVER = ""  # legacy (default) or safe
SMSC_TIMEOUT = None  # seconds, or (connect, read); default: (5, 60)
SMSC_DEADLINE = None  # seconds for a whole call; default: none
SMSC_SLOTS = ""  # who shares the gateway's limits: "machine" or "redis://..."; default: threads
SMSC_QUEUE = ""  # where SMSC_TRANSPORT = "queue" puts messages: "sqlite:///FILE" or "redis://..."


def ifs(cond: Any, val1: Any, val2: Any) -> Any:
    """Give ``val1`` if the condition holds, else ``val2``."""
    return val1 if cond else val2


class SMSC:
    """The gateway. It keeps nothing between calls, so one object serves all threads.

    Every method gives text as it came: ``["", ""]`` (or False for the balance) means that no
    host answered. Network failures never raise. The lists are :class:`smsc_transports.Reply`
    objects, which also answer by name.
    """

    def send_sms(
        self,
        phones: str | bytes,
        message: str | bytes,
        translit: object = 0,
        time: str | bytes = "",
        id: object = 0,
        format: int = 0,
        sender: object = False,
        query: str = "",
    ) -> list[str]:
        """Send a message.

        Args:
            phones: numbers, separated by comma or semicolon.
            message: the text.
            translit: 1 or 2 to write it in Latin letters, 0 not to.
            time: when to deliver: DDMMYYhhmm, h1-h2, 0ts or +m; "" for now.
            id: an own id for the message: 1 to 2147483647; 0 to have one given.
            format: 0 SMS, 1 flash, 2 WAP push, 3 HLR, 4 binary, 5 binary as hex, 6 ping, 7 MMS,
                8 e-mail, 9 call, 10 Viber, 11 social network, 13 Telegram.
            sender: the sender's name; False for the account's default.
            query: further parameters, as in ``"valid=01:00&maxsms=3"``.

        Returns:
            ``[id, parts, cost, balance]``, or ``[id, -error code]``.

        Raises:
            TypeError: phones, message, time or query is neither text nor (but for query) bytes.
            IndexError: there is no such format.
        """
        charset = _fitting_charset(_charset(), phones, message, str(sender), time, query)
        m = self._smsc_send_cmd(
            "send",
            _Argument(
                "cost=3&phones="
                + _percent_encode(phones, charset, "phones")
                + "&mes="
                + _percent_encode(message, charset, "message")
                + f"&translit={translit}&id={id}"
                + _format_parameter(format, _FORMAT_FLAGS)
                + _sender_parameter(sender, charset)
                + ifs(time, "&time=" + _percent_encode(time, charset, "time"), "")
                + _query_parameter(query),
                charset,
            ),
        )
        if _debug():
            id_, count, cost, balance = _padded(m)
            if count > "0":
                _say(
                    f"Сообщение отправлено успешно. ID: {id_}, всего SMS: {count}, "
                    f"стоимость: {cost}, баланс: {balance}"
                )
            else:
                _say(f"Ошибка №{count[1:]}" + ifs(id_ > "0", f", ID: {id_}", ""))
        return m

    def send_sms_mail(
        self,
        phones: str,
        message: str,
        translit: object = 0,
        time: str = "",
        id: object = 0,
        format: object = 0,
        sender: str = "",
    ) -> None:
        """Send a message by e-mail, through ``SMTP_SERVER``. The arguments are those of send_sms.

        Raises:
            OSError, smtplib.SMTPException: the e-mail was not accepted.
            TypeError: phones, message, time or sender is no text.
        """
        _require_text(time=time, sender=sender, phones=phones, message=message)
        fields = {
            "phones": phones,
            "mes": message,
            "id": str(id),
            "time": time,
            "translit": str(translit),
            "format": str(format),
            "sender": sender,
        }
        failure = _package().mail(fields, globals())
        if failure is not None:
            raise failure

    def get_sms_cost(
        self,
        phones: str | bytes,
        message: str | bytes,
        translit: object = 0,
        format: int = 0,
        sender: object = False,
        query: str = "",
    ) -> list[str]:
        """Ask what a message would cost, without sending it. The arguments are those of send_sms.

        Returns:
            ``[cost, parts]``, or ``["0", -error code]``.
        """
        charset = _fitting_charset(_charset(), phones, message, str(sender), query)
        m = self._smsc_send_cmd(
            "send",
            _Argument(
                "cost=1&phones="
                + _percent_encode(phones, charset, "phones")
                + "&mes="
                + _percent_encode(message, charset, "message")
                + _sender_parameter(sender, charset)
                + f"&translit={translit}"
                + _format_parameter(format, _FORMAT_FLAGS)
                + _query_parameter(query),
                charset,
            ),
        )
        if _debug():
            cost, count = _padded(m)[:2]
            if count > "0":
                _say(f"Стоимость рассылки: {cost}. Всего SMS: {count}")
            else:
                _say(f"Ошибка №{count[1:]}")
        return m

    def get_status(self, id: object, phone: str | bytes, all: object = 0) -> list[str]:
        """Ask what became of a message, or of an HLR query.

        Args:
            id: the id of the message.
            phone: the number it was sent to.
            all: 1 for all details.

        Returns:
            ``[status, time of change, error code]``; of an HLR query also IMSI, service center,
            country code, operator code, country, operator, roaming country, roaming operator.
            With ``all=1`` there follow: time of sending, phone, cost, sender, name of the status,
            text. On error ``["0", -error code]``.
        """
        charset = _fitting_charset(_charset(), phone)
        phone_parameter = "phone=" + _percent_encode(phone, charset, "phone")
        argument = _Argument(f"{phone_parameter}&id={id}&all={all}", charset)
        m = self._smsc_send_cmd("status", argument)
        if _debug():
            status, changed = _padded(m)[:2]
            if changed >= "0":
                when = ifs(changed > "0", f", время изменения статуса - {_moment(changed)}", "")
                _say(f"Статус SMS = {status}{when}")
            else:
                _say(f"Ошибка №{changed[1:]}")
        # The text of a message comes last and may hold commas; an HLR answer has no text.
        if all and len(m) > 9 and (len(m) < 15 or m[14] != "HLR"):
            values = ",".join(m).split(",", 8)
            m = m.with_values(values) if hasattr(m, "with_values") else values
        return m

    def get_balance(self) -> str | bool:
        """Ask for the balance of the account.

        Returns:
            The amount as text, or False on error.
        """
        m = self._smsc_send_cmd("balance")
        if _debug():
            if len(m) < 2:
                _say("Сумма на счете: " + m[0])
            else:
                _say(f"Ошибка №{m[1][1:]}")
        return ifs(len(m) > 1, False, m[0])  # type: ignore[no-any-return]

    def _smsc_send_cmd(self, cmd: str, arg: str = "") -> list[str]:
        """Send a command with its encoded parameters; every method over HTTP comes through here.

        Returns:
            The fields of the reply, ``["", ""]`` if there was none.
        """
        _require_text(cmd=cmd, arg=arg)
        try:
            package = _package()
            if package is None:
                return ["", ""]
            reply = package.call(cmd, arg, globals())
        except Exception:
            if not sys.is_finalizing():  # at the very end of a program anything may be missing
                raise
            return ["", ""]
        if _debug() and reply.attempts and reply.outcome != "answered":
            _say("Ошибка чтения адреса: " + package.last_url(reply))
        return reply  # type: ignore[no-any-return]


_imported: Any = None


def _package() -> Any:
    """Give the module that makes the calls, imported by the first call.

    Gives None to a signal handler that interrupts the import.
    """
    global _imported
    if _imported is None:
        try:
            with _NO_FORK:
                import logging

                if not hasattr(logging, "captureWarnings"):
                    return None
                _forks_wait_first()  # before they take the lock of logging
                from smsc_transports import call
        except ImportError as missing:
            raise _not_installed(missing) from missing
        if hasattr(call, "last_url"):
            _imported = call
    return _imported


def _charset() -> Any:
    return globals().get("SMSC_CHARSET", "utf-8")  # the constant may have been deleted


def _debug() -> Any:
    return globals().get("SMSC_DEBUG", False)


def _require_text(**values: Any) -> None:
    """Raise TypeError for anything but text, which would become text on its way unnoticed."""
    for name, value in values.items():
        if not isinstance(value, str):
            raise _wrong_type(name, value)


def _sender_parameter(sender: object, charset: str) -> str:
    # Whatever equals False means the account's own sender; "" is a sender of its own.
    return "" if sender == False else "&sender=" + _percent_encode(str(sender), charset, "sender")  # noqa: E712


def _padded(reply: list[str]) -> list[str]:
    """Give four fields: debug output must not fail for a reply that has fewer."""
    return [*reply, "", "", "", ""][:4]


def _moment(timestamp: str) -> str:
    try:
        return str(datetime.fromtimestamp(int(timestamp)))
    except (ValueError, OverflowError, OSError):
        return timestamp


def _say(text: str) -> None:
    """Print, also on a console without Cyrillic."""
    try:
        print(text)
    except UnicodeEncodeError:
        encoding = getattr(sys.stdout, "encoding", None) or "ascii"
        print(text.encode(encoding, "backslashreplace").decode(encoding))

"""Copies as programs have them: one file, which every test edits as people do.

It behaves as the vendor's file does, and is written here from scratch.
"""

from __future__ import annotations

from pathlib import Path

COPY = """\
import smtplib
from datetime import datetime
from time import sleep
from urllib.parse import quote
from urllib.request import urlopen

SMSC_LOGIN = "owner-login"
SMSC_PASSWORD = "owner-password"
SMSC_POST = False
SMSC_HTTPS = False
SMSC_CHARSET = "utf-8"
SMSC_DEBUG = False
SMTP_FROM = "api@smsc.ua"
SMTP_SERVER = "send.smsc.ua"
SMTP_LOGIN = ""
SMTP_PASSWORD = ""

HOSTS = ["smsc.ua", "www2.smsc.ua", "www3.smsc.ua", "www4.smsc.ua", "www5.smsc.ua"]
FLAGS = "flash=1 push=1 hlr=1 bin=1 bin=2 ping=1 mms=1 mail=1 call=1 viber=1 soc=1  tg=1"
FLAGS = FLAGS.split(" ")


class SMSC:
    def send_sms(
        self, phones, message, translit=0, time="", id=0, format=0, sender=False, query=""
    ):
        text = "cost=3&phones=%s&mes=%s" % (quote(phones), quote(message))
        text += "&translit=%s&id=%s" % (translit, id) + flag(format)
        text += name(sender) + optional("&time=", quote(time), time) + optional("&", query, query)
        answer = self._smsc_send_cmd("send", text)
        if SMSC_DEBUG:
            if answer[1] > "0":
                say("Сообщение отправлено успешно. ID: ", answer[0], ", всего SMS: ", answer[1],
                    ", стоимость: ", answer[2], ", баланс: ", answer[3])
            else:
                say("Ошибка №", answer[1][1:], ", ID: " + answer[0] if answer[0] > "0" else "")
        return answer

    def get_sms_cost(self, phones, message, translit=0, format=0, sender=False, query=""):
        text = "cost=1&phones=%s&mes=%s" % (quote(phones), quote(message)) + name(sender)
        text += "&translit=%s" % (translit,) + flag(format) + optional("&", query, query)
        answer = self._smsc_send_cmd("send", text)
        if SMSC_DEBUG:
            if answer[1] > "0":
                say("Стоимость рассылки: ", answer[0], ". Всего SMS: ", answer[1])
            else:
                say("Ошибка №", answer[1][1:])
        return answer

    def get_status(self, id, phone, all=0):
        answer = self._smsc_send_cmd("status", "phone=%s&id=%s&all=%s" % (quote(phone), id, all))
        if SMSC_DEBUG:
            if answer[1] >= "0":
                when = ""
                if answer[1] > "0":
                    when = str(datetime.fromtimestamp(int(answer[1])))
                    when = ", время изменения статуса - " + when
                say("Статус SMS = ", answer[0], when)
            else:
                say("Ошибка №", answer[1][1:])
        if all and len(answer) > 9 and (len(answer) < 14 or answer[14] != "HLR"):
            answer = ",".join(answer).split(",", 8)
        return answer

    def get_balance(self):
        answer = self._smsc_send_cmd("balance")
        if SMSC_DEBUG:
            if len(answer) < 2:
                say("Сумма на счете: ", answer[0])
            else:
                say("Ошибка №", answer[1][1:])
        return False if len(answer) > 1 else answer[0]

    def send_sms_mail(self, phones, message, translit=0, time="", id=0, format=0, sender=""):
        server = smtplib.SMTP(SMTP_SERVER)
        if SMSC_DEBUG:
            server.set_debuglevel(1)
        if SMTP_LOGIN:
            server.login(SMTP_LOGIN, SMTP_PASSWORD)
        head = "Content-Type: text/plain; charset=" + SMSC_CHARSET + "\\n\\n"
        line = ":".join([SMSC_LOGIN, SMSC_PASSWORD, str(id), time, str(translit)])
        line += "," + str(format) + "," + sender + ":" + phones + ":" + message
        server.sendmail(SMTP_FROM, "send@send.smsc.ua", head + line)
        server.quit()

    def _smsc_send_cmd(self, cmd, arg=""):
        scheme = "https" if SMSC_HTTPS else "http"
        account = "login=" + quote(SMSC_LOGIN) + "&psw="
        if not SMSC_LOGIN:
            account = "apikey="
        arg = account + quote(SMSC_PASSWORD) + "&fmt=1&charset=" + SMSC_CHARSET + "&" + arg
        answer = ""
        for host in HOSTS:
            url = scheme + "://" + host + "/sys/" + cmd + ".php"
            try:
                if SMSC_POST or len(arg) > 2000:
                    response = urlopen(url, arg.encode(SMSC_CHARSET))
                else:
                    response = urlopen(url + "?" + arg)
                answer = response.read().decode(SMSC_CHARSET)
            except:
                answer = ""
            if answer:
                return answer.split(",")
        if SMSC_DEBUG:
            say("Ошибка чтения адреса: ", url)
        return ["", ""]


def flag(format):
    given = "&" + FLAGS[format - 1]
    return given if format > 0 else ""


def name(sender):
    given = "&sender=" + quote(str(sender))
    return "" if sender == False else given


def optional(head, value, wanted):
    whole = head + value
    return whole if wanted else ""


def say(*parts):
    print("".join(parts))
"""

CLASS_LINE = COPY[: COPY.index("class SMSC")].count("\n") + 1


def edited(folder: Path, *changes: str, file: str = "smsc_api.py", also: str = "") -> Path:
    """Write the copy with texts replaced, given in pairs, and something added at its end."""
    text = COPY
    for before, after in zip(changes[::2], changes[1::2]):
        assert before in text, before
        text = text.replace(before, after)
    path = folder / file
    path.write_text(text + also, encoding="utf-8")
    return path

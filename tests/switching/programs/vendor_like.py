# -*- coding: utf-8 -*-
# SMSC.UA API (smsc.ua) версия 2.0 (03.07.2019)
#
# A stand-in for the vendor's file, written for these tests: the same interface, the same requests
# and the same replies. The tests make the copies of real owners from it.

from datetime import datetime
from time import sleep
import smtplib

try:
    from urllib import urlopen, quote
except ImportError:
    from urllib.request import urlopen
    from urllib.parse import quote

SMSC_LOGIN = ""  # login
SMSC_PASSWORD = ""  # password
SMSC_POST = False
SMSC_HTTPS = False
SMSC_CHARSET = "utf-8"
SMSC_DEBUG = False

SMTP_FROM = "api@smsc.ua"
SMTP_SERVER = "send.smsc.ua"
SMTP_LOGIN = ""
SMTP_PASSWORD = ""


def ifs(cond, val1, val2):
    return val1 if cond else val2


class SMSC(object):

    def send_sms(self, phones, message, translit=0, time="", id=0, format=0, sender=False, query=""):
        flags = ["flash=1", "push=1", "hlr=1", "bin=1", "bin=2", "ping=1", "mms=1", "mail=1", "call=1", "viber=1", "soc=1", "", "tg=1"]
        words = ["cost=3", "phones=" + quote(phones), "mes=" + quote(message)]
        words += ["translit=" + str(translit), "id=" + str(id)]
        if format > 0:
            words.append(flags[format - 1])
        if sender != False:
            words.append("sender=" + quote(str(sender)))
        if time:
            words.append("time=" + quote(time))
        if query:
            words.append(query)
        answer = self._smsc_send_cmd("send", "&".join(words))
        if SMSC_DEBUG:
            print("sent: " + ",".join(answer))
        return answer

    def send_sms_mail(self, phones, message, translit=0, time="", id=0, format=0, sender=""):
        fields = [SMSC_LOGIN, SMSC_PASSWORD, str(id), time]
        fields += [",".join([str(translit), str(format), sender]), phones, message]
        server = smtplib.SMTP(SMTP_SERVER)
        if SMSC_DEBUG:
            server.set_debuglevel(1)
        if SMTP_LOGIN:
            server.login(SMTP_LOGIN, SMTP_PASSWORD)
        head = "Content-Type: text/plain; charset=" + SMSC_CHARSET
        server.sendmail(SMTP_FROM, "send@send.smsc.ua", head + "\n\n" + ":".join(fields))
        server.quit()

    def get_sms_cost(self, phones, message, translit=0, format=0, sender=False, query=""):
        flags = ["flash=1", "push=1", "hlr=1", "bin=1", "bin=2", "ping=1", "mms=1", "mail=1", "call=1", "viber=1", "soc=1", "", "tg=1"]
        words = ["cost=1", "phones=" + quote(phones), "mes=" + quote(message)]
        if sender != False:
            words.append("sender=" + quote(str(sender)))
        words.append("translit=" + str(translit))
        if format > 0:
            words.append(flags[format - 1])
        if query:
            words.append(query)
        answer = self._smsc_send_cmd("send", "&".join(words))
        if SMSC_DEBUG:
            print("cost: " + ",".join(answer))
        return answer

    def get_status(self, id, phone, all=0):
        words = ["phone=" + quote(phone), "id=" + str(id), "all=" + str(all)]
        answer = self._smsc_send_cmd("status", "&".join(words))
        if SMSC_DEBUG:
            print("status: " + ",".join(answer) + " at " + str(datetime.now()))
        if all and len(answer) > 9 and answer[14:15] != ["HLR"]:
            answer = ",".join(answer).split(",", 8)
        return answer

    def get_balance(self):
        answer = self._smsc_send_cmd("balance")
        if SMSC_DEBUG:
            print("balance: " + ",".join(answer))
        return False if len(answer) > 1 else answer[0]

    def _smsc_send_cmd(self, cmd, arg=""):
        first = ifs(SMSC_HTTPS, "https", "http") + "://smsc.ua/sys/" + cmd + ".php"
        account = ifs(SMSC_LOGIN, "login=" + quote(SMSC_LOGIN) + "&psw=", "apikey=")
        account += quote(SMSC_PASSWORD) + "&fmt=1&charset=" + SMSC_CHARSET + "&"
        url = first
        text = ""
        attempt = 1
        while not text and attempt <= 5:
            if attempt > 1:
                url = first.replace("smsc.ua/", "www" + str(attempt) + ".smsc.ua/")
            try:
                if SMSC_POST or len(account + arg) > 2000:
                    reply = urlopen(url, (account + arg).encode(SMSC_CHARSET))
                else:
                    reply = urlopen(url + "?" + account + arg)
                text = reply.read().decode(SMSC_CHARSET)
            except:
                text = ""
            attempt += 1
        if not text:
            if SMSC_DEBUG:
                print("no answer from " + url)
            text = ","
        return text.split(",")

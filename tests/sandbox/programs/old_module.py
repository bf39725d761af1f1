"""A program as old ones are: asks the gateway by name, by urllib and smtplib, and prints."""

import smtplib
import sys
from urllib.parse import quote
from urllib.request import urlopen

LOGIN, PASSWORD = "me", "secret"


def ask(scheme, command, argument="", post=False):
    argument = "login=" + LOGIN + "&psw=" + PASSWORD + "&fmt=1&charset=utf-8&" + argument
    for host in ("smsc.ua", "www2.smsc.ua", "www3.smsc.ua", "www4.smsc.ua", "www5.smsc.ua"):
        url = scheme + "://" + host + "/sys/" + command + ".php"
        try:
            if post:
                return urlopen(url, argument.encode("utf-8")).read().decode("utf-8").split(",")
            return urlopen(url + "?" + argument).read().decode("utf-8").split(",")
        except OSError:
            pass
    return ["", ""]


def send(scheme, text, post=False):
    return ask(scheme, "send", "phones=79991112233&mes=" + quote(text), post)


def mail(text):
    server = smtplib.SMTP("send.smsc.ua")
    line = LOGIN + ":" + PASSWORD + ":0::0,0,:79991112233:" + text
    letter = "Content-Type: text/plain; charset=utf-8\n\n" + line
    server.sendmail("api@smsc.ua", "send@send.smsc.ua", letter.encode("utf-8"))
    server.quit()


if __name__ == "__main__":
    way, text = sys.argv[1:]
    if way == "smtp":
        mail(text)
    else:
        print(send(way.replace("-post", ""), text, way.endswith("-post")))

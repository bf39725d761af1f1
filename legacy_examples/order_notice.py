"""The notification module of a web shop: the class imported, the reply told apart by length."""

import smsc_api
from smsc_api import SMSC

SMS = {"login": "shop", "password": "s3cret"}

smsc_api.SMSC_LOGIN = SMS["login"]
smsc_api.SMSC_PASSWORD = SMS["password"]


def notify(phone, text):
    r = SMSC().send_sms(phones=phone, message=text, translit=0, sender="Shop")
    if len(r) == 4:
        sms_id, count, cost, balance = r
        return "sms %s: %s part(s), %s paid, %s left" % (sms_id, count, cost, balance)
    if len(r) == 2:
        sms_id, error = r
        return "not sent, error " + error
    return "no idea: " + repr(r)


if __name__ == "__main__":
    print(notify("+7 (916) 123-45-67", "Заказ 15 собран, ждём вас до 20:00"))
    print(notify("380501234567,380501234568", "Order 16 is ready"))
    print(notify("", "Nobody will read this"))

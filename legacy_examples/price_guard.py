"""A billing script that asks for price and balance first, since long texts cost too much."""

import smsc_api
from smsc_api import *

smsc_api.SMSC_LOGIN = "billing"
smsc_api.SMSC_PASSWORD = "billing"

smsc = SMSC()


def send_if_cheap(phone, text):
    r = smsc.get_sms_cost(phone, text)
    if float(r[0]) > 3:
        print("too expensive (%s for %s parts): %s..." % (r[0], r[1], text[:20]))
        return 0.0
    balance = smsc.get_balance()
    if not balance or float(balance) < float(r[0]):
        print("top up the account first")
        return 0.0
    _, _, cost, _ = smsc.send_sms(phone, text)
    print("sent for " + cost)
    return float(cost)


spent = send_if_cheap("79165550001", "Ваш баланс: 150 руб.")
spent += send_if_cheap("79165550001", "Уважаемый абонент! " * 10)
print("spent %.2f, left " % spent + smsc.get_balance())

"""A cron script of one page: everything comes from the star import, the class datetime too."""

import smsc_api
from smsc_api import *

smsc_api.SMSC_LOGIN = "office"
smsc_api.SMSC_PASSWORD = "qwerty"

SHIFTS = {
    "79161234501": ("Анна", datetime(2019, 7, 3, 8, 0)),
    "79161234502": ("Пётр", datetime(2019, 7, 3, 20, 30)),
}


def remind(smsc, phone, name, start):
    text = name + ", ваша смена " + start.strftime("%d.%m в %H:%M")
    smsc.send_sms(phone, text, sender="sms")
    print(phone, text)


smsc = SMSC()
for phone in SHIFTS:
    name, start = SHIFTS[phone]
    remind(smsc, phone, name, start)
print("done before %s" % max(start for name, start in SHIFTS.values()))
assert isinstance(datetime.now(), datetime)

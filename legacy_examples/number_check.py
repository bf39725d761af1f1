"""A number checker that reads the details of a status by their places in the list."""

import smsc_api
from smsc_api import *

smsc_api.SMSC_LOGIN = "checker"
smsc_api.SMSC_PASSWORD = "checker"

smsc = SMSC()


def operator_of(phone):
    r = smsc.send_sms(phone, "", format=3)
    info = smsc.get_status(id=int(r[0]), phone=phone + ",", all=1)
    return "%s: %s, %s, %s" % (info[12], info[7], info[8], info[14])


def story_of(phone, text):
    r = smsc.send_sms(phone, text, id="news", sender="sms")
    info = smsc.get_status(r[0], phone, 1)
    return "%s fields, to %s for %s: %s" % (len(info), info[4], info[5], info[8])


print(operator_of("79161230001"))
print(operator_of("77011230002"))
print(story_of("79161230001", "Раз, два, три, четыре, пять, вышел зайчик"))

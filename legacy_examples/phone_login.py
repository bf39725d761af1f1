"""The phone login of a small site: the reply is compared as strings, errors cut out of it."""

import smsc_api
from smsc_api import SMSC

smsc_api.SMSC_LOGIN = "site"
smsc_api.SMSC_PASSWORD = "site"

smsc = SMSC()


def send_code(phone, code):
    result = smsc.send_sms(phone, "Код: %s" % code, id="login-%s" % code)
    if result[1] > "0":
        return "sent to " + phone
    if result[1] <= "0" and result[1][1:] == "7":
        return "please check the number " + phone
    if result[1].startswith("-"):
        return "error %d, try later" % int(result[1][1:])
    return "no connection"


print(send_code("79161112233", "4821"))
print(send_code("12345", "7733"))
print(send_code("79161112233", "4821"))

"""Every call of the vendor's page, one after another, as people paste them into a first script."""

import smsc_api
from smsc_api import *

smsc_api.SMSC_LOGIN = "login"
smsc_api.SMSC_PASSWORD = "password"

smsc = SMSC()

r = smsc.send_sms("79999999999", "Ваш пароль: 123", sender="sms")
print("password:", r)

r = smsc.send_sms("79999999999", "test", sender="sms")
print("test:", r)

r = smsc.send_sms("79999999999", "http://smsc.ua\nSMSC.UA", query="maxsms=3")
print("link:", r)

r = smsc.send_sms("79999999999", "Ваш пароль: 456", query="valid=01:00&maxsms=3")
print("short-lived:", r)

r = smsc.send_sms(
    "79999999999",
    "0605040B8423F0DC0601AE02056A0045C60C036D79736974652E72750001036D7973697465000101",
    format=5,
)
print("binary:", r)

r = smsc.send_sms("79999999999", "", format=3)
print("hlr:", r)

r = smsc.get_sms_cost("79999999999", "Вы успешно зарегистрированы!")
print("cost:", r)

passwords = "list=79999999999:Ваш пароль: 123\n78888888888:Ваш пароль: 456"

r = smsc.get_sms_cost("", "", query=passwords)
print("cost of list:", r)

r = smsc.send_sms("", "", query=passwords)
print("list:", r)

r = smsc.get_status(12345, "79999999999")
print("status:", r)

balance = smsc.get_balance()
print("balance:", balance)

# отправка SMS через e-mail
smsc.send_sms_mail("79999999999", "Ваш пароль: 123")
smsc.send_sms_mail("79999999999", "test2", format=1)
print("mailed: 2")

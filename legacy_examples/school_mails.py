"""A program behind a firewall that lets only mail through: messages go as e-mails."""

import smsc_api
from smsc_api import *

smsc_api.SMSC_LOGIN = "school"
smsc_api.SMSC_PASSWORD = "school"
smsc_api.SMSC_CHARSET = "windows-1251"

smsc = SMSC()

PARENTS = [
    ("79051112233", "Собрание 5 «Б» в 18:30"),
    ("79051112244,79051112255", "Завтра экскурсия:\nсбор у школы,\nне опаздывайте"),
]

for number, (phones, text) in enumerate(PARENTS):
    smsc.send_sms_mail(phones, text, id=100 + number, sender="School")
    print("mailed to", phones)
smsc.send_sms_mail("79051112266", "Урок отменён", translit=1)
print("mailed to 79051112266")

"""An alarm daemon: one instance made at import, used by all threads at once."""

import threading

import smsc_api
from smsc_api import *

smsc_api.SMSC_LOGIN = "clinic"
smsc_api.SMSC_PASSWORD = "112"

smsc = SMSC()
answers = {}


def alarm(ward):
    for measure in ("temperature", "pressure"):
        phone = "7916000000%d" % ward
        answers[ward, measure] = smsc.send_sms(phone, "Ward %d: check %s" % (ward, measure))


threads = [threading.Thread(target=alarm, args=(ward,)) for ward in range(8)]
for t in threads:
    t.start()
for t in threads:
    t.join()

for ward, measure in sorted(answers):
    print("ward", ward, measure, "sms", answers[ward, measure][0])
print(len([r for r in answers.values() if len(r) == 4]), "of", len(answers), "alarms sent")

"""A monitor that sets up the module from outside: POST, HTTPS and debug output switched on."""

import smsc_api

CONFIG = {"login": "monitor", "password": "пароль", "debug": True}

smsc = smsc_api.SMSC()
smsc_api.SMSC_LOGIN = CONFIG["login"]
smsc_api.SMSC_PASSWORD = CONFIG["password"]
smsc_api.SMSC_POST = True
smsc_api.SMSC_HTTPS = True
smsc_api.SMSC_DEBUG = CONFIG["debug"]


def report(host, state):
    r = smsc.send_sms("79031234567", "%s: %s" % (host, state), sender="monitor")
    if len(r) > 2:
        smsc.get_status(r[0], "79031234567")


report("db1", "диск заполнен на 95%")
report("db1", "диск заполнен на 95%")
print("watched by", smsc_api.SMSC_LOGIN)
smsc.get_balance()

from .config import PASSWORD, USER
from .smsc_api import SMSC

smsc = SMSC(login=USER, password=PASSWORD)


def register(phone):
    smsc.send_sms("+" + phone, "Welcome")


def test_account():
    return SMSC("tester", "QzXtester").get_balance()

from app.smsc_api import SMSC


def enough_money():
    balance = SMSC().get_balance()
    return float(balance) > 100

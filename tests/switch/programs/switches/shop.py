from smsc_api import *

smsc = SMSC()


def send(phone, text):
    cost = smsc.get_sms_cost(phone, text)
    if float(cost[0]) > 3:
        return None
    return smsc.send_sms(phone, text, sender="shop", query="list=79161234567:Привет, мир")


def by_mail(phone):
    smsc.send_sms_mail(phone, "Привет")


def story(message):
    return smsc.get_status(message, "79161234567", all=1), datetime.now()

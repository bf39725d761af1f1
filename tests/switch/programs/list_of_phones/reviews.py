from smsc_api import SMSC

smsc = SMSC()


def ask(customers):
    smsc.send_sms([customer["phone"] for customer in customers], "How was it?")
    smsc.send_sms("79161234567", "Asked")


def tell(phones, text):
    return smsc.send_sms(phones, text)


if __name__ == "__main__":
    ask([{"phone": "79160000001"}, {"phone": "79160000002"}])
    print(tell(("79160000003", "79160000004"), "Told"))

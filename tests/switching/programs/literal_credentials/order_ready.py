from smsc_api import *


def order_ready(phone, number):
    r = SMSC().send_sms(phone, "Заказ %s собран" % number, sender="Shop")
    if len(r) == 4:
        return r[0]
    return "error " + r[1]


if __name__ == "__main__":
    print(order_ready("79161234567", 15))

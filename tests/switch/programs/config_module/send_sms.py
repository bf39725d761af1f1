from config import SHOP
from smsc_api import *

smsc = SMSC()


def invite(phone):
    r = smsc.send_sms(phone, SHOP, id="id" + phone, sender="sms")
    return smsc.get_status(r[0], phone)


if __name__ == "__main__":
    print(invite("79161234567"))

from smsc_api import SMSC

sms = SMSC("shop", "QzXshop")


def confirm(phone, code):
    sms.send_sms(f"7{phone}", f"Code: {code}", sender="shop")


if __name__ == "__main__":
    confirm(9161234567, 17)
    print(sms.login)

import lib.smsc_api
from lib.smsc_api import send_code


def confirm(phone, code):
    from lib.smsc_api import smsc

    smsc.send_sms(phone, "Code: " + code)
    return send_code(phone, code), lib.smsc_api.smsc.get_balance()


if __name__ == "__main__":
    print(confirm("79161234567", "17"))

from smsc_api import SMSC, SmscApiException

smsc = SMSC()


def notify(phone, text):
    try:
        smsc.send_sms(phone, text)
    except SmscApiException:
        return "not sent"
    return smsc.get_balance()


if __name__ == "__main__":
    print(notify("79161234567", "text"), notify("nobody", "text"))

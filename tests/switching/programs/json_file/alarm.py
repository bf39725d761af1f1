from smsc import SMSC


def alarm(phone, text):
    res = SMSC().send_sms(phone, text)
    return int(float(res[-1])) > 0


if __name__ == "__main__":
    print(alarm("79161234567", "Дверь открыта"))

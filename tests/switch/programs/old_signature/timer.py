from smsc_api import SMSC

smsc = SMSC()


def alarm(phone):
    smsc.send_sms(phone, "Wake up", 0, "0101300700", 0, 1)
    smsc.send_sms(phone, "Get up", flash=1, timezone=3)
    smsc.send_sms(phone, "Breakfast")


if __name__ == "__main__":
    alarm("79161234567")

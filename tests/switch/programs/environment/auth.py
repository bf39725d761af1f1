from smsc_api import SMSC


class Strategy:
    smsc = SMSC()

    def confirm(self, phone, code):
        self.smsc.send_sms(phones=phone, message=f"Code: {code}", sender="sms")


if __name__ == "__main__":
    Strategy().confirm("+79161234567", 4711)
    print("balance", Strategy.smsc.get_balance())

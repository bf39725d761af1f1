from smsc_api import *


class Window:
    def __init__(self, login, password):
        self.smsc = SMSC()
        self.smsc.SMSC_LOGIN = login
        self.smsc.SMSC_PASSWORD = password

    def balance(self):
        ret = self.smsc.get_balance()
        if ret:
            return ret + " р"


if __name__ == "__main__":
    window = Window("shop", "secret")
    window.smsc.send_sms("79161234567", "Привет")
    print(window.balance())

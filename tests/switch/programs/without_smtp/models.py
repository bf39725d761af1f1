import os

from smsc_api import SMSC


class NotificationService(object):
    def send(self, phone, text):
        r = SMSC().send_sms(phone, text, translit=os.environ.get("TRANSLIT") or 0, sender=False)
        if not r:
            raise RuntimeError("not sent")


if __name__ == "__main__":
    NotificationService().send("79161234567", "Привет")

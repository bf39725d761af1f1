import os

from smsc_api import SMSC

os.environ.setdefault("SMS_LOGIN", "nobody")


class NotificationService:
    @staticmethod
    def send_sms(to, text, sender=None):
        result = SMSC().send_sms(to, text, sender=sender or False)
        return result[1] == "1"


if __name__ == "__main__":
    print(NotificationService.send_sms("79161234567", "Привет"))

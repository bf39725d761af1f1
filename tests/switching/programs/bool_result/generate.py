from smsc_api import SMSC


def send(number, text):
    r = SMSC().send_sms(f"{number}", text)
    if r:
        return "sent"
    return "not sent"


def remind(number):
    SMSC().send_sms(number, "Reminder")


if __name__ == "__main__":
    remind("79161234567")
    print(send(79161234567, "text"), send("nobody", "text"))

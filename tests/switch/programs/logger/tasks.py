from smsc_api import SMSC


def deliver(phones, text):
    smsc = SMSC()
    for phone in phones:
        r = smsc.send_sms("7" + str(phone), text, sender="tasks")
        if len(r) == 4:
            print("sent", r[0])
        else:
            print("refused", r[2])


if __name__ == "__main__":
    deliver([9161234567], "Задача 1")

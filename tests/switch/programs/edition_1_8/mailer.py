import smsc_api

smsc = smsc_api.SMSC()


def send(phone, text):
    rc = smsc.send_sms(phone, text)
    if len(rc) == 4:
        return rc[0][2:]
    return repr(rc)


if __name__ == "__main__":
    print(send("79161234567", "post"))

import smsc_api


def price(phone, text):
    r = smsc_api.SMSC().get_sms_cost(phone, text)
    return float(r[0])


if __name__ == "__main__":
    print(price("79161234567", "text"))

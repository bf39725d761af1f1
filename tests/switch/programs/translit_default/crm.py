import smsc_api

crm = smsc_api.SMSC()


def thank(phone):
    crm.send_sms(phone, "Спасибо за покупку")
    crm.send_sms(phone, "Спасибо", 0)


if __name__ == "__main__":
    thank("79161234567")

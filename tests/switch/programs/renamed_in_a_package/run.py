import shop
from shop.sms import gateway as sms_module


class Quiet(sms_module.Gateway):
    def send_sms(self, *args, **kwargs):
        return super().send_sms(*args, **kwargs)


def main():
    shop.gateway.send_sms("79161234567", "one")
    Quiet().send_sms("79161234567", "two")
    print(sms_module.SMSC_CHARSET)


if __name__ == "__main__":
    main()

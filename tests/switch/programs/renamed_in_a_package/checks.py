from unittest import mock

from shop import gateway
from shop.sms.gateway import Gateway


@mock.patch("shop.sms.gateway.urlopen")
def check_one(urlopen):
    gateway.get_balance()


def check_two():
    with mock.patch.object(Gateway, "send_sms", return_value=("1", "1")):
        gateway.send_sms("7", "text")

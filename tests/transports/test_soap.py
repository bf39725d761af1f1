"""SOAP: the contract, and what each reply becomes in the order of the vendor's fields."""

from __future__ import annotations

import json
import ssl
from typing import Any, Dict, Optional, Sequence, Tuple
from urllib.parse import parse_qs
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

from smsc_transports import NotSent, OutcomeUnknown, Request, Settings, Transport
from smsc_transports.testing import HttpPeer, HttpRequest, Peer, TransportContract
from smsc_transports.transports.soap import SoapTransport, read_reply, write_envelope
from smsc_transports.values.encoding import Argument
from smsc_transports.values.errors import Unsupported
from tests.golden.gateway import Certificates

NAMESPACE = "https://smsc.ua/sys/soap.php"
SETTINGS = Settings(login="alex", password="pass&<word>")


def envelope(name: str, inside: str, namespace: str = NAMESPACE) -> str:
    """An answer as PHP's server writes it; ``name`` is that of the response."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope '
        'xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" '
        f'xmlns:ns1="{namespace}"><SOAP-ENV:Body><ns1:{name}>{inside}</ns1:{name}>'
        "</SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
    )


def result(name: str, **fields: object) -> str:
    inside = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in fields.items())
    return f"<{name}>{inside}</{name}>"


def asked(body: bytes) -> Tuple[str, Dict[str, str]]:
    """The element of a request without its namespace, and its children, which have none."""
    [request] = ElementTree.fromstring(body)[0]
    return request.tag.partition("}")[2], {child.tag: child.text or "" for child in request}


class SoapPeer(HttpPeer):
    """The gateway's soap.php."""

    def read(self, request: HttpRequest) -> Optional[Tuple[Sequence[str], str]]:
        assert request.headers["content-type"] == "text/xml; charset=utf-8"
        assert request.headers["soapaction"] == f'"https://{self.address}/sys/soap.php"'
        name, fields = asked(request.body)
        return (fields["phones"].split(","), fields["mes"]) if name == "send2" else None

    def accepted(self, number: int) -> str:
        sent = result("sendresult", id=number, balance="98.60", cost="1.40", cnt=1)
        return envelope("Send2Response", sent)

    def rejected(self) -> Tuple[int, str]:
        return 200, envelope("Send2Response", result("sendresult", id=5, error=7))


class TestSoap(TransportContract):
    @pytest.fixture(autouse=True)
    def trust(self, trusted_tls: ssl.SSLContext, certificates: Certificates) -> None:
        self.tls = trusted_tls

    def make_transport(self) -> Transport:
        return SoapTransport()

    def make_peer(self) -> Peer:
        return SoapPeer(self.tls)


def request(command: str, argument: str, settings: Settings = SETTINGS, fmt: int = 1) -> Request:
    return Request(command, Argument(argument, settings.charset), settings, fmt)


SEND = "cost=3&phones=79990001122&mes=test&translit=0&id=0"
PRICE = "cost=1&phones=79990001122&mes=test&translit=0"
STATUS = "phone=79990001122&id=12&all=0"
DETAILS = {
    "status": 1,
    "last_date": "14.03.2020 12:30:00",
    "last_timestamp": 1584178200,
    "err": 0,
    "send_date": "14.03.2020 12:29:00",
    "send_timestamp": 1584178140,
    "phone": "79990001122",
    "cost": "1.40",
    "sender_id": "Shop",
    "status_name": "Доставлено",
    "message": "one, two",
    "operator": "MTS",
    "region": "Kyiv",
}
NINE = "1,1584178200,0,1584178140,79990001122,1.40,Shop,Доставлено,one, two"
TWELVE = "1,1584178200,0,1584178140,79990001122,,MTS,Kyiv,1.40,Shop,Доставлено,one, two"
SENT: Dict[str, Any] = {"id": 12, "balance": "98.60", "cost": "1.40", "cnt": 2}

REPLIES = {
    "a send": ("send", SEND, "sendresult", SENT, "12,2,1.40,98.60"),
    "a send with error 0": ("send", SEND, "sendresult", {**SENT, "error": 0}, "12,2,1.40,98.60"),
    "a send, cost=2": ("send", SEND.replace("cost=3", "cost=2"), "sendresult", SENT, "12,2,1.40"),
    "a send, no cost": ("send", SEND.replace("cost=3&", ""), "sendresult", SENT, "12,2"),
    "a send without cost and balance": ("send", SEND, "sendresult", {"id": 12, "cnt": 1}, "12,1,,"),
    "a field that the WSDL lacks": (
        "send", SEND, "sendresult", {**SENT, "sms_cnt": 2}, "12,2,1.40,98.60"),
    "a refusal with an id": ("send", SEND, "sendresult", {"id": 12, "error": 6}, "12,-6"),
    "a refusal": ("send", SEND, "sendresult", {"error": 2}, "0,-2"),
    "a price": ("send", PRICE, "costresult", {"cost": "2.80", "cnt": 2}, "2.80,2"),
    "a price refused": ("send", PRICE, "costresult", {"error": 9}, "0,-9"),
    "a status": ("status", STATUS, "statusresult", DETAILS, "1,1584178200,0"),
    "a status, all=1": ("status", STATUS.replace("all=0", "all=1"), "statusresult", DETAILS, NINE),
    "a status, all=2": (
        "status", STATUS.replace("all=0", "all=2"), "statusresult", DETAILS, TWELVE),
    "a status not changed yet": ("status", STATUS, "statusresult", {"status": -1}, "-1,0,0"),
    "a status not found": (
        "status", STATUS.replace("all=0", "all=1"), "statusresult", {"status": -3}, "-3,0,0"),
    "an HLR query": (
        "status", STATUS, "statusresult",
        {"status": 1, "last_timestamp": 5, "err": 0, "imsi": "255", "msc": "38", "mcc": "255",
         "mnc": "03", "cn": "Україна", "net": "KS", "rcn": "", "rnet": ""},
        "1,5,0,255,38,255,03,Україна,KS,,"),
    "a status refused": ("status", STATUS, "statusresult", {"error": 9}, "0,-9"),
    "a balance": ("balance", "", "balanceresult", {"balance": "98.60"}, "98.60"),
    "a balance refused": ("balance", "", "balanceresult", {"error": 2}, "0,-2"),
}  # fmt: skip


@pytest.mark.parametrize("what", REPLIES)
@pytest.mark.parametrize("namespace", [NAMESPACE, "http://smsc.ru/sys/soap.php"])
def test_a_reply_has_the_vendor_s_fields_in_the_vendor_s_order(what: str, namespace: str) -> None:
    command, argument, name, fields, expected = REPLIES[what]
    answer = envelope("AnyResponse", result(name, **fields), namespace)
    assert read_reply(request(command, argument), answer.encode()) == expected


def test_a_status_for_the_safe_mode_is_json_by_the_gateway_s_own_names() -> None:
    answer = envelope("Status2Response", result("statusresult", **DETAILS, sms_cnt=3)).encode()
    found = json.loads(read_reply(request("status", STATUS, fmt=3), answer))
    assert (found["status"], found["cost"], found["sms_cnt"]) == ("1", "1.40", "3")
    refused = envelope("Status2Response", result("statusresult", error=9)).encode()
    found = json.loads(read_reply(request("status", STATUS, fmt=3), refused))
    assert found["error_code"] == 9


NO_REPLIES = {
    "a page": "<html><body>It works!</body></html>",
    "no XML": "1234,1,1.40,98.60",
    "half of it": envelope("Send2Response", result("sendresult", **SENT))[:-40],
    "a fault": envelope("Fault", "<faultcode>Server</faultcode>"),
    "no id": envelope("Send2Response", result("sendresult", cnt=1)),
    "no parts": envelope("Send2Response", result("sendresult", id=1)),
    "an error in words": envelope("Send2Response", result("sendresult", error="busy")),
    "a document type": '<!DOCTYPE a [<!ENTITY b "b">]>'
    + envelope("Send2Response", result("sendresult", **SENT)).partition("?>\n")[2],
}


@pytest.mark.parametrize("what", NO_REPLIES)
def test_what_is_no_reply_leaves_the_outcome_unknown(what: str) -> None:
    with pytest.raises(OutcomeUnknown):
        read_reply(request("send", SEND), NO_REPLIES[what].encode())


def test_bytes_that_are_no_utf_8_are_no_reply() -> None:
    answer = envelope("Send2Response", result("sendresult", **SENT, note="Привет"))
    with pytest.raises(OutcomeUnknown, match="utf-8"):
        read_reply(request("send", SEND), answer.encode("cp1251"))


def written(of: Request) -> Tuple[str, Dict[str, str]]:
    return asked(write_envelope(of, NAMESPACE))


def test_a_send_carries_its_parameters_in_the_order_of_the_wsdl() -> None:
    argument = SEND.replace("id=0", "id=7") + "&sender=Shop&time=%2B5&valid=01:00&flash=1"
    name, fields = written(request("send", argument))
    assert name == "send2"
    query = fields.pop("query")
    assert list(fields.items()) == [
        ("login", "alex"),
        ("psw", "pass&<word>"),
        ("phones", "79990001122"),
        ("mes", "test"),
        ("id", "7"),
        ("sender", "Shop"),
        ("time", "+5"),
    ]
    assert parse_qs(query) == {"translit": ["0"], "valid": ["01:00"], "flash": ["1"]}


def test_an_id_of_0_and_a_sender_that_is_not_given_are_left_to_the_gateway() -> None:
    assert list(written(request("send", SEND))[1]) == ["login", "psw", "phones", "mes", "query"]


def test_what_a_question_has_no_field_for_goes_into_query() -> None:
    name, fields = written(request("send", PRICE + "&sender=%D0%9C%26&maxsms=2"))
    assert name == "cost2"
    assert parse_qs(fields["query"]) == {"translit": ["0"], "sender": ["М&"], "maxsms": ["2"]}
    assert written(request("status", STATUS)) == (
        "status2",
        {"login": "alex", "psw": "pass&<word>", "phone": "79990001122", "id": "12", "all": "0",
         "query": ""},
    )  # fmt: skip
    assert written(request("balance", "")) == ("balance", {"login": "alex", "psw": "pass&<word>"})


def test_a_carriage_return_arrives() -> None:
    assert written(request("send", SEND.replace("test", "a%0D%0Ab%0Dc")))[1]["mes"] == "a\r\nb\rc"


def test_an_api_key_asks_for_status_and_balance() -> None:
    key = Settings(password="key")
    assert written(request("balance", "", key)) == ("balance", {"apikey": "key"})
    assert written(request("status", STATUS, key))[1]["apikey"] == "key"


UNSUPPORTED = {
    "an API key to send": ("send", SEND, Settings(password="key"), "not for sending"),
    "an API key for a price": ("send", PRICE, Settings(password="key"), "not for sending"),
    "bytes": ("send", SEND.replace("test", "%FF%FE"), SETTINGS, r"format 5 \(bin=2\)"),
    "a control character": ("send", SEND.replace("test", "a%00b"), SETTINGS, "character in mes"),
    "one in the password": (
        "send", SEND, SETTINGS.replace(password="a\x01b"), "character in the password"),
    "several statuses": ("status", "phone=1,2&id=3,4&all=0", SETTINGS, "one message at a time"),
    "a deletion": ("status", STATUS + "&del=1", SETTINGS, "deletion"),
    "a currency": ("balance", "cur=1", SETTINGS, "cannot carry cur"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNSUPPORTED)
def test_what_soap_cannot_carry_is_said_before_anything_is_sent(what: str) -> None:
    command, argument, settings, reason = UNSUPPORTED[what]
    with pytest.raises(Unsupported, match=reason):
        write_envelope(request(command, argument, settings), NAMESPACE)


def test_a_host_that_can_stand_in_no_url_is_not_asked() -> None:
    with pytest.raises(NotSent):
        SoapTransport().ask(request("send", SEND), "smsc.ua/ x")


def test_an_urlopen_that_a_test_put_in_place_is_used(face: Any) -> None:
    asked_for = []

    def urlopen(url: str, data: bytes) -> Any:
        asked_for.append((url, parse_qs(data.decode())["mes"]))

        class Response:
            def read(self) -> bytes:
                return b"7,1,1.40,98.60"

        return Response()

    face.urlopen, face.SMSC_TRANSPORT = urlopen, "soap"
    assert face.SMSC().send_sms("79990001122", "test") == ["7", "1", "1.40", "98.60"]
    assert asked_for == [("https://smsc.ua/sys/send.php", ["test"])]

"""SOAP from end to end: our transport and a foreign client (zeep) at the sandbox's service."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Tuple
from urllib.parse import quote

import pytest
import requests

from smsc_transports.sandbox.server import Sandbox
from smsc_transports.transports.soap import read_reply, write_envelope
from smsc_transports.values.encoding import Argument
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings

zeep: Any = pytest.importorskip("zeep")
plugins: Any = pytest.importorskip("zeep.plugins")
etree: Any = pytest.importorskip("lxml.etree")

PHONE = "79991112233"
URL = "https://smsc.ua/sys/soap.php"
ACCOUNT = {"login": "me", "psw": "secret"}
SETTINGS = Settings(login="me", password="secret")
STRANGE = 'Привет, "<b>&amp;</b>" \N{SLIGHTLY SMILING FACE}\r\nsecond line'


@pytest.fixture
def history() -> Any:
    return plugins.HistoryPlugin()


@pytest.fixture
def client(smsc_sandbox: Sandbox, history: Any) -> Iterator[Any]:
    """A foreign client that reads our WSDL strictly."""
    client = zeep.Client(f"{URL}?wsdl", plugins=[history])
    yield client
    client.transport.session.close()


@pytest.fixture
def soap(face: Any, smsc_sandbox: Sandbox) -> Any:
    face.SMSC_TRANSPORT = "soap"
    return face.SMSC()


def test_a_foreign_client_sends_and_asks(client: Any, smsc_sandbox: Sandbox) -> None:
    sent = client.service.send_sms2(**ACCOUNT, phones=PHONE, mes=STRANGE, sender="Shop",
                                    query="valid=01%3A00&err=1")  # fmt: skip
    assert (sent.id, sent.cnt, sent.cost, sent.balance, sent.error) == (
        "1001", "1", "1.40", "98.60", None)  # fmt: skip
    [message] = smsc_sandbox.messages
    assert (message.text, message.sender, message.validity) == (STRANGE, "Shop", 3600)
    assert (message.origin.channel, message.host) == ("soap", 0)
    assert "psw: ***" in message.raw
    assert "secret" not in message.raw

    status = client.service.get_status2(**ACCOUNT, phone=PHONE, id="1001", all="1", query="")
    assert (status.status, status.message, status.cost) == ("-1", STRANGE, "1.40")
    assert (status.sender_id, status.sms_cnt) == ("Shop", "1")
    price = client.service.get_sms_cost2(**ACCOUNT, phones=PHONE, mes="test", query="")
    assert (price.cost, price.cnt) == ("1.40", "1")
    assert client.service.get_balance(**ACCOUNT).balance == "98.60"
    assert client.service.get_balance(apikey="key").balance == "98.60"


def test_the_older_operations_are_there(client: Any, smsc_sandbox: Sandbox) -> None:
    sent = client.service.send_sms(**ACCOUNT, phones=f"{PHONE},79990000001", mes="test", id="77")
    assert (sent.id, sent.cnt) == ("77", "2")
    assert client.service.get_sms_cost(**ACCOUNT, phones=PHONE, mes="test").cost == "1.40"
    assert client.service.get_status(**ACCOUNT, phone=PHONE, id="77").status == "-1"
    assert smsc_sandbox.messages[0].phones == (PHONE, "79990000001")


def test_wrong_numbers_are_listed(client: Any) -> None:
    sent = client.service.send_sms2(**ACCOUNT, phones=f"{PHONE},12", mes="test", query="err=1")
    assert [(each.phone, each.status) for each in sent.errors] == [("12", "22")]


REFUSED: Dict[str, Tuple[Dict[str, str], str]] = {
    "no money": ({"phones": PHONE, "mes": "a" * 1000}, "3"),
    "a forbidden text": ({"phones": PHONE, "mes": "[forbidden]"}, "6"),
    "a wrong number": ({"phones": "12", "mes": "test"}, "7"),
    "a wrong time": ({"phones": PHONE, "mes": "test", "time": "soon"}, "5"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_is_an_error_number(client: Any, smsc_sandbox: Sandbox, what: str) -> None:
    smsc_sandbox.balance = "2.00"
    fields, error = REFUSED[what]
    assert client.service.send_sms2(**ACCOUNT, **fields).error == error
    assert [str(refusal.code) for refusal in smsc_sandbox.refusals] == [error]


def test_a_key_sends_nothing(client: Any) -> None:
    with client.settings(strict=False):
        assert client.service.send_sms2(login="", psw="", phones=PHONE, mes="test").error == "2"


FAULTS = {
    "no XML": b"login=me&psw=secret",
    "another operation": b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">'
    b"<e:Body><drop/></e:Body></e:Envelope>",
    "an empty envelope": b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>',
    "a document type": b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>',
    "an unknown charset": b'<?xml version="1.0" encoding="none"?><a/>',
}


@pytest.mark.parametrize("what", FAULTS)
@pytest.mark.usefixtures("smsc_sandbox")
def test_what_is_no_call_gets_a_fault(what: str) -> None:
    answer = requests.post(URL, data=FAULTS[what], timeout=10)
    assert answer.status_code == 500
    assert "<faultcode>SOAP-ENV:Client</faultcode>" in answer.text


def test_a_field_in_a_namespace_is_read_as_missing(
    client: Any, history: Any, smsc_sandbox: Sandbox
) -> None:
    envelope = write_envelope(request("send", f"cost=3&phones={PHONE}&mes=test"), URL)
    name = f'mes xmlns="{URL}"'.encode()
    wrong = envelope.replace(b"<mes>", b"<" + name + b">")
    answer = requests.post(URL, data=wrong, timeout=10)
    assert "<error>1</error>" in answer.text
    assert smsc_sandbox.messages == []


def request(command: str, argument: str) -> Request:
    return Request(command, Argument(argument, "utf-8"), SETTINGS)


def parsed(client: Any, envelope: bytes, name: str) -> Any:
    """What the foreign client reads in a request, strictly by the WSDL."""
    root = etree.fromstring(envelope)
    [asked] = root.find("{*}Body")
    assert asked.tag == f"{{{URL}}}{name}"
    return client.get_element(asked.tag).parse(asked, client.wsdl.types)


OURS = {
    "a send": (
        "send",
        "send2",
        f"cost=3&phones={PHONE}&mes=%D0%9F&translit=0&id=7&sender=S&time=%2B1",
    ),
    "a price": ("send", "cost2", f"cost=1&phones={PHONE}&mes=test&sender=Shop&translit=0"),
    "a status": ("status", "status2", f"phone={PHONE}&id=7&all=1"),
    "a balance": ("balance", "balance", ""),
}


@pytest.mark.parametrize("what", OURS)
def test_a_foreign_client_reads_our_requests(client: Any, what: str) -> None:
    command, name, argument = OURS[what]
    read = parsed(client, write_envelope(request(command, argument), URL), name)
    assert (read.login, read.psw) == ("me", "secret")
    if what == "a send":
        assert (read.phones, read.mes, read.id, read.sender, read.time) == (
            PHONE, "П", "7", "S", "+1")  # fmt: skip
        assert read.query == "translit=0"


def test_our_envelope_says_what_the_foreign_client_s_does(client: Any, history: Any) -> None:
    client.service.send_sms2(
        **ACCOUNT, phones=PHONE, mes=STRANGE, id="7", sender="Shop", time="+5", query="translit=0"
    )
    ours = write_envelope(
        request(
            "send",
            f"cost=3&phones={PHONE}&mes={quote(STRANGE)}&translit=0&id=7&sender=Shop&time=%2B5",
        ),
        URL,
    )
    assert flat(ours) == flat(etree.tostring(history.last_sent["envelope"]))


def flat(envelope: bytes) -> List[Any]:
    """All elements and their texts, without the blanks between elements and without prefixes."""
    return [
        (each.tag, dict(each.attrib), None if len(each) else each.text)
        for each in etree.fromstring(envelope).iter()
    ]


def test_we_read_what_a_foreign_client_of_the_service_reads(client: Any, history: Any) -> None:
    client.service.send_sms2(**ACCOUNT, phones=PHONE, mes="test")
    answer = etree.tostring(history.last_received["envelope"])
    send = request("send", f"cost=3&phones={PHONE}&mes=test")
    assert read_reply(send, answer) == "1001,1,1.40,98.60"


# Our transport


def test_all_methods_of_the_face_work(soap: Any, smsc_sandbox: Sandbox) -> None:
    reply = soap.send_sms(f"{PHONE},79990000001", STRANGE, sender="Shop", query="valid=01:00")
    assert reply == ["1001", "2", "2.80", "97.20"]
    assert soap.get_sms_cost(PHONE, "test") == ["1.40", "1"]
    status = soap.get_status(1001, PHONE, 1)
    assert (status[0], status[8], len(status)) == ("-1", STRANGE, 9)
    assert soap.get_status(1002, PHONE) == ["-3", "0", "0"]
    assert soap.get_balance() == "97.20"
    assert soap.send_sms("12", "test").error == 7
    [message] = smsc_sandbox.messages
    assert message.origin.channel == "soap"
    assert (message.text, message.validity) == (STRANGE, 3600)


def test_a_status_has_the_fields_that_http_gives(
    soap: Any, face: Any, smsc_sandbox: Sandbox
) -> None:
    soap.send_sms(PHONE, STRANGE, sender="Shop", id=7)
    smsc_sandbox.clock.advance(60)
    for detail in (0, 1):
        by_soap = soap.get_status(7, PHONE, detail)
        face.SMSC_TRANSPORT = "https-get"
        assert by_soap == soap.get_status(7, PHONE, detail)
        face.SMSC_TRANSPORT = "soap"


def test_an_api_key_asks_and_does_not_send(soap: Any, face: Any, smsc_sandbox: Sandbox) -> None:
    face.SMSC_LOGIN = ""
    assert soap.get_balance() == "100.00"
    reply = soap.send_sms(PHONE, "test")
    assert reply == ["", ""]
    assert reply.outcome == "not sent"
    assert "an API key is documented for status and balance" in reply.attempts[-1].error
    face.SMSC_TRANSPORT = "soap,https-get"
    assert soap.send_sms(PHONE, "test").ok
    assert len(smsc_sandbox.messages) == 1


def test_what_soap_cannot_carry_goes_by_http(soap: Any, smsc_sandbox: Sandbox) -> None:
    assert soap._smsc_send_cmd("info", "get_operator=1&phone=1") == ["0", "-1"]


@pytest.mark.parametrize("fault", ["close", "reset", "error", "empty", "garbage", "truncated"])
def test_the_safe_mode_finds_a_message_whose_answer_was_lost(
    soap: Any, face: Any, smsc_sandbox: Sandbox, fault: str
) -> None:
    face.SMSC_FAILOVER = "safe"
    smsc_sandbox.fail(fault, stored=True, endpoint="send", times=1)
    reply = soap.send_sms(PHONE, "Привет", sender="Shop")
    [message] = smsc_sandbox.messages
    assert reply == [message.id, "1", "1.40", "98.60"]
    assert {attempt.transport for attempt in reply.attempts} == {"soap"}


def test_the_safe_mode_finds_a_message_to_several_phones(
    soap: Any, face: Any, smsc_sandbox: Sandbox
) -> None:
    face.SMSC_FAILOVER = "safe"
    smsc_sandbox.fail("close", stored=True, endpoint="send", times=1)
    reply = soap.send_sms(f"{PHONE},79990000001", "Привет")
    [message] = smsc_sandbox.messages
    assert reply == [message.id, "2", "2.80", "97.20"]


@pytest.mark.parametrize("fault", ["refuse"])
def test_the_next_host_is_asked_where_one_is_down(
    soap: Any, smsc_sandbox: Sandbox, fault: str
) -> None:
    smsc_sandbox.fail(fault, host=0)
    assert soap.send_sms(PHONE, "test").ok
    assert smsc_sandbox.messages[0].host == 1


def test_the_debug_lines_name_the_page(
    soap: Any, face: Any, smsc_sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    face.SMSC_DEBUG = True
    smsc_sandbox.fail("empty")
    soap.get_balance()
    assert "https://www5.smsc.ua/sys/soap.php" in capsys.readouterr().out

"""Every documented example, in the order of the vendor's page: what it asks, and what it gives.

The page prints the vendor's file and then shows how to use it. ``PAGE`` goes through both from top
to bottom, so page and table can be read side by side. What runs is the text of each example: by
HTTP and HTTPS, by GET and POST; a letter goes to an SMTP server on this machine.
"""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, NamedTuple, Sequence, Tuple, Union
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses

import smsc_api

from .transports.gateway import MailServer

ACCOUNT = {"SMSC_LOGIN": "alex", "SMSC_PASSWORD": "pass&word/1"}
API_KEY = {"SMSC_LOGIN": "", "SMSC_PASSWORD": "key&1"}
KOI8_R = {"SMSC_CHARSET": "koi8-r"}
WINDOWS_1251 = {"SMSC_CHARSET": "windows-1251"}
SMTP_ACCOUNT = {"SMTP_LOGIN": "mailer", "SMTP_PASSWORD": "s3cret"}

TRANSPORTS = {  # the constants, and what they make of a call
    "HTTP, GET": ({"SMSC_HTTPS": False, "SMSC_POST": False}, "http", "GET"),
    "HTTP, POST": ({"SMSC_HTTPS": False, "SMSC_POST": True}, "http", "POST"),
    "HTTPS, GET": ({"SMSC_HTTPS": True, "SMSC_POST": False}, "https", "GET"),
    "HTTPS, POST": ({"SMSC_HTTPS": True, "SMSC_POST": True}, "https", "POST"),
}


class Asks(NamedTuple):
    """The command, and the parameters that follow the account, in order."""

    command: str
    parameters: Mapping[str, object]


class Gives(NamedTuple):
    """The fields of the gateway's reply, which are given as a list or as the value here.

    ``names`` tells, as text, what the list also answers by name.
    """

    fields: Sequence[str]
    names: Mapping[str, str] = {}
    value: Union[str, bool, None] = None


class Call(NamedTuple):
    """An example that goes by HTTP."""

    text: str
    asks: Asks
    gives: Gives
    constants: Mapping[str, str] = {}


class Mail(NamedTuple):
    """An example that goes by SMTP."""

    text: str
    body: str
    constants: Mapping[str, str] = {}


def send(phones: str = "79999999999", mes: str = "test", **more: object) -> Asks:
    """Tell what ``send_sms`` asks."""
    plain = {"cost": 3, "phones": phones, "mes": mes, "translit": 0, "id": 0}
    return Asks("send", {**plain, **more})


def price(phones: str = "79999999999", mes: str = "test", **more: object) -> Asks:
    """Tell what ``get_sms_cost`` asks."""
    return Asks("send", {"cost": 1, "phones": phones, "mes": mes, "translit": 0, **more})


def status(all: int = 0) -> Asks:
    """Tell what ``get_status`` asks."""
    return Asks("status", {"phone": "79999999999", "id": 12345, "all": all})


balance = Asks("balance", {})

# fmt: off
SENT = Gives(
    ["1234", "1", "0.50", "99.50"],
    {"ok": "True", "error": "None", "id": "1234", "cost": "0.50", "balance": "99.50"},
)
SEND_REFUSED = Gives(["1234", "-3"], {"ok": "False", "error": "3", "id": "1234", "cost": "None"})
PRICE = Gives(["0.50", "1"], {"ok": "True", "error": "None", "cost": "0.50", "id": "None"})
PRICE_REFUSED = Gives(["0", "-7"], {"ok": "False", "error": "7", "cost": "None"})
DELIVERED = Gives(["1", "1700000000", "0"], {"ok": "True", "error": "None", "country": "None"})
DELIVERED_IN_FULL = Gives(
    [*DELIVERED.fields, "1699999990", "79999999999", "0.50", "sms", "Доставлено", "Так, це він"],
    {"phone": "79999999999", "cost": "0.50", "sender": "sms", "text": "Так, це він"},
)
HLR = Gives(
    [*DELIVERED.fields,
     "255010000000001", "380500", "255", "01", "Україна", "MTS", "Польща", "Orange"],
    {"imsi": "255010000000001", "service_center": "380500", "mcc": "255", "mnc": "01",
     "country": "Україна", "operator": "MTS",
     "roaming_country": "Польща", "roaming_operator": "Orange"},
)
HLR_IN_FULL = Gives(
    [*HLR.fields, "1699999990", "79999999999", "0.50", "HLR", "Доставлено", ""],
    {**HLR.names, "phone": "79999999999", "cost": "0.50", "sender": "HLR", "text": ""},
)
STATUS_REFUSED = Gives(["0", "-4"], {"ok": "False", "error": "4"})
BALANCE = Gives(["99.50"], value="99.50")
BALANCE_REFUSED = Gives(["0", "-2"], value=False)

TWO_TEXTS = "79999999999:Ваш пароль: 123\n78888888888:Ваш пароль: 456"
BINARY = "0605040B8423F0DC0601AE02056A0045C60C036D79736974652E72750001036D7973697465000101"

PAGE: List[Union[Call, Mail]] = [
    # The constants: an empty login makes the password an API key; three charsets.
    Call('smsc.get_balance()', balance, BALANCE, API_KEY),
    Call('smsc.send_sms("79999999999", "Привет")', send(mes="Привет"), SENT, KOI8_R),
    Call('smsc.send_sms("79999999999", "Привет")', send(mes="Привет"), SENT, WINDOWS_1251),
    Call('smsc.send_sms("79999999999", "Привет")', send(mes="Привет"), SENT),

    # send_sms, phones: separated by comma or semicolon.
    Call('smsc.send_sms("79999999999,78888888888", "test")',
         send(phones="79999999999,78888888888"), SENT),
    Call('smsc.send_sms("79999999999;78888888888", "test")',
         send(phones="79999999999;78888888888"), SENT),

    # translit: 1, 2 or 0.
    Call('smsc.send_sms("79999999999", "test", translit=1)', send(translit=1), SENT),
    Call('smsc.send_sms("79999999999", "test", translit=2)', send(translit=2), SENT),
    Call('smsc.send_sms("79999999999", "test", translit=0)', send(translit=0), SENT),

    # time: DDMMYYhhmm, h1-h2, 0ts, +m.
    Call('smsc.send_sms("79999999999", "test", time="3112301530")', send(time="3112301530"), SENT),
    Call('smsc.send_sms("79999999999", "test", time="9-21")', send(time="9-21"), SENT),
    Call('smsc.send_sms("79999999999", "test", time="01924961400")',
         send(time="01924961400"), SENT),
    Call('smsc.send_sms("79999999999", "test", time="+30")', send(time="+30"), SENT),

    # id: from 1 to 2147483647.
    Call('smsc.send_sms("79999999999", "test", id=1)', send(id=1), SENT),
    Call('smsc.send_sms("79999999999", "test", id=2147483647)', send(id=2147483647), SENT),

    # format: 0 to 11 and 13.
    Call('smsc.send_sms("79999999999", "test", format=0)', send(), SENT),
    Call('smsc.send_sms("79999999999", "test", format=1)', send(flash=1), SENT),
    Call('smsc.send_sms("79999999999", "test", format=2)', send(push=1), SENT),
    Call('smsc.send_sms("79999999999", "test", format=3)', send(hlr=1), SENT),
    Call('smsc.send_sms("79999999999", "test", format=4)', send(bin=1), SENT),
    Call('smsc.send_sms("79999999999", "test", format=5)', send(bin=2), SENT),
    Call('smsc.send_sms("79999999999", "test", format=6)', send(ping=1), SENT),
    Call('smsc.send_sms("79999999999", "test", format=7)', send(mms=1), SENT),
    Call('smsc.send_sms("79999999999", "test", format=8)', send(mail=1), SENT),
    Call('smsc.send_sms("79999999999", "test", format=9)', send(call=1), SENT),
    Call('smsc.send_sms("79999999999", "test", format=10)', send(viber=1), SENT),
    Call('smsc.send_sms("79999999999", "test", format=11)', send(soc=1), SENT),
    Call('smsc.send_sms("79999999999", "test", format=13)', send(tg=1), SENT),

    # sender and query.
    Call('smsc.send_sms("79999999999", "test", sender="sms")', send(sender="sms"), SENT),
    Call('smsc.send_sms("79999999999", "test", query="valid=01:00&maxsms=3")',
         send(valid="01:00", maxsms=3), SENT),

    # What send_sms gives: id, number of SMS, cost, balance; or id and error.
    Call('smsc.send_sms("79999999999", "test")', send(), SENT),
    Call('smsc.send_sms("79999999999", "test")', send(), SEND_REFUSED),

    # send_sms_mail, without and with a login to the SMTP server.
    Mail('smsc.send_sms_mail("79999999999", "test")', "0::0,0,:79999999999:test"),
    Mail('smsc.send_sms_mail("79999999999", "test")', "0::0,0,:79999999999:test", SMTP_ACCOUNT),

    # get_sms_cost, query: a text for each number.
    Call(r'smsc.get_sms_cost("", "",'
         r' query="list=79999999999:Ваш пароль: 123\n78888888888:Ваш пароль: 456")',
         price(phones="", mes="", list=TWO_TEXTS), PRICE),

    # What get_sms_cost gives: cost, number of SMS; or 0 and error.
    Call('smsc.get_sms_cost("79999999999", "test")', price(), PRICE),
    Call('smsc.get_sms_cost("79999999999", "test")', price(), PRICE_REFUSED),

    # What get_status gives: of an SMS, of an HLR query, both with all=1; or 0 and error.
    Call('smsc.get_status(12345, "79999999999")', status(), DELIVERED),
    Call('smsc.get_status(12345, "79999999999")', status(), HLR),
    Call('smsc.get_status(12345, "79999999999", all=1)', status(all=1), DELIVERED_IN_FULL),
    Call('smsc.get_status(12345, "79999999999", all=1)', status(all=1), HLR_IN_FULL),
    Call('smsc.get_status(12345, "79999999999")', status(), STATUS_REFUSED),

    # What get_balance gives: a text; or False.
    Call('smsc.get_balance()', balance, BALANCE),
    Call('smsc.get_balance()', balance, BALANCE_REFUSED),

    # The examples at the end of the file.
    Call('smsc.send_sms("79999999999", "test", sender="sms")', send(sender="sms"), SENT),
    Call(r'smsc.send_sms("79999999999", "http://smsc.ua\nSMSC.UA", query="maxsms=3")',
         send(mes="http://smsc.ua\nSMSC.UA", maxsms=3), SENT),
    Call(f'smsc.send_sms("79999999999", "{BINARY}", format=5)', send(mes=BINARY, bin=2), SENT),
    Call('smsc.send_sms("79999999999", "", format=3)', send(mes="", hlr=1), SENT),
    Call('smsc.get_sms_cost("79999999999", "Вы успешно зарегистрированы!")',
         price(mes="Вы успешно зарегистрированы!"), PRICE),
    Mail('smsc.send_sms_mail("79999999999", "test2", format=1)', "0::0,1,:79999999999:test2"),
    Call('smsc.get_status(12345, "79999999999")', status(), DELIVERED),
    Call('smsc.get_balance()', balance, BALANCE),

    # The examples below the file.
    Call('smsc.send_sms("79999999999", "Ваш пароль: 123", sender="sms")',
         send(mes="Ваш пароль: 123", sender="sms"), SENT),
    Call(r'smsc.send_sms("79999999999", "http://smsc.ua\nSMSC.UA", query="maxsms=3")',
         send(mes="http://smsc.ua\nSMSC.UA", maxsms=3), SENT),
    Call(f'smsc.send_sms("79999999999", "{BINARY}", format=5)', send(mes=BINARY, bin=2), SENT),
    Call('smsc.send_sms("79999999999", "", format=3)', send(mes="", hlr=1), SENT),
    Call('smsc.get_sms_cost("79999999999", "Вы успешно зарегистрированы!")',
         price(mes="Вы успешно зарегистрированы!"), PRICE),
    Call('smsc.get_status(12345, "79999999999")', status(), DELIVERED),
    Call('smsc.get_balance()', balance, BALANCE),
    Mail('smsc.send_sms_mail("79999999999", "Ваш пароль: 123")',
           "0::0,0,:79999999999:Ваш пароль: 123"),
]
# fmt: on


def of_kind(kind: type) -> List[Any]:
    """Give the examples of a kind as parameters of a test, each under its text."""
    return [pytest.param(example, id=example.text) for example in PAGE if type(example) is kind]


def run(example: Union[Call, Mail]) -> Any:
    """Run the text of an example."""
    return eval(example.text, {"smsc": smsc_api.SMSC()})


def parameters_of(request: Any) -> List[Tuple[str, str]]:
    """Give what a server decodes from a request, in order."""
    charset = smsc_api.SMSC_CHARSET
    query = request.body if request.method == "POST" else urlsplit(request.url).query
    text = query.decode(charset) if isinstance(query, bytes) else query
    return parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict")


def account_parameters() -> List[Tuple[str, str]]:
    """Give what comes first in every request."""
    login, password = smsc_api.SMSC_LOGIN, smsc_api.SMSC_PASSWORD
    account = [("login", login), ("psw", password)] if login else [("apikey", password)]
    return [*account, ("fmt", "1"), ("charset", smsc_api.SMSC_CHARSET)]


@pytest.fixture
def constants(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, object]], None]:
    """Assigns constants of smsc_api, as a program does."""

    def assign(values: Mapping[str, object]) -> None:
        for name, value in {**ACCOUNT, **values}.items():
            monkeypatch.setattr(smsc_api, name, value)

    return assign


@pytest.mark.parametrize(("switches", "scheme", "method"), TRANSPORTS.values(), ids=TRANSPORTS)
@pytest.mark.parametrize("example", of_kind(Call))
def test_example_asks_the_gateway_and_gives_its_reply(
    example: Call, switches: Mapping[str, bool], scheme: str, method: str, constants: Any
) -> None:
    constants({**switches, **example.constants})
    url = f"{scheme}://smsc.ua/sys/{example.asks.command}.php"
    reply = ",".join(example.gives.fields).encode(smsc_api.SMSC_CHARSET)
    with responses.RequestsMock() as gateway:
        gateway.add(method, url, reply)
        given = run(example)
        [request] = [call.request for call in gateway.calls]
    assert str(request.url).partition("?")[0] == url
    asked = [(name, str(value)) for name, value in example.asks.parameters.items()]
    assert parameters_of(request) == account_parameters() + asked

    fields, names, value = example.gives
    if value is None:
        assert isinstance(given, list)
        assert {type(field) for field in given} == {str}
        assert given == fields
    else:
        assert (type(given), given) == (type(value), value)
    assert {name: str(getattr(given, name)) for name in names} == names


@pytest.mark.parametrize("example", of_kind(Mail))
def test_example_sends_a_mail_to_the_gateway(example: Mail, constants: Any) -> None:
    with MailServer() as server:
        constants({"SMTP_SERVER": server.address, **example.constants})
        assert run(example) is None
    [letter] = server.mails
    commands = [command.split(" ")[0] for command in letter["commands"]]
    login = ["AUTH"] if example.constants else []
    assert commands == ["EHLO", *login, "MAIL", "RCPT", "DATA", "QUIT"]
    mail_from, rcpt_to = letter["commands"][-4:-2]
    assert mail_from.startswith("MAIL FROM:<api@smsc.ua>")
    assert rcpt_to.startswith("RCPT TO:<send@send.smsc.ua>")
    head, _, body = letter["data"].encode("latin-1").decode("utf-8").partition("\r\n\r\n")
    assert head == "Content-Type: text/plain; charset=utf-8"
    assert body == f"alex:pass&word/1:{example.body}\r\n"

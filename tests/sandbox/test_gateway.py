"""Whatever is asked, the gateway answers by its rules and in the format asked for."""

from __future__ import annotations

import json
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_transports.sandbox.rules.clock import Clock
from smsc_transports.sandbox.rules.faults import Switches
from smsc_transports.sandbox.rules.formats import Answer, render
from smsc_transports.sandbox.rules.gateway import Gateway
from smsc_transports.sandbox.rules.limits import Limits
from smsc_transports.sandbox.rules.parameters import Fields
from smsc_transports.sandbox.rules.refused import Refused
from smsc_transports.sandbox.rules.store import Origin, Store

ORIGIN = Origin("http", 0, "")


def account() -> Gateway:
    clock, switches = Clock(), Switches()
    limits = Limits(clock, switches, enabled=False)
    return Gateway(clock, Store(100), limits, switches, "1000.00")


NAMES = [
    "phones",
    "mes",
    "id",
    "sender",
    "translit",
    "tinyurl",
    "time",
    "tz",
    "period",
    "freq",
    "flash",
    "bin",
    "push",
    "hlr",
    "ping",
    "mms",
    "mail",
    "call",
    "viber",
    "soc",
    "tg",
    "subj",
    "cost",
    "list",
    "nl",
    "valid",
    "maxsms",
    "err",
    "op",
    "bot",
    "phone",
    "all",
    "del",
    "smsreq",
]
TRICKY = (
    *("", "0", "1", "2", "3", "-1", "code", "79991112233", "79991112233,12", "0104", "01:00"),
    *("79990000001:a\n79990000002:b", "h1-h2", "9-18", "+5", "__HLR__", "[forbidden]", "G1"),
    *("70005550008", "٣", "²", "1" * 5000, "0" + "9" * 11, "a@b.cz", "10", "7,8", "0101301200"),
)
VALUES = st.one_of(st.sampled_from(TRICKY), st.text(max_size=200))


# How long a machine takes is no part of the promise.
@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.integers(0, 3))
def test_any_parameters_get_a_well_formed_answer(fields: Fields, fmt: int) -> None:
    gateway = account()
    asked = {**fields, "login": "me", "psw": "secret"}
    for ask in (lambda: gateway.send(asked, ORIGIN), lambda: gateway.status(asked)):
        answer: Answer
        try:
            answer = ask()
        except Refused as refused:
            answer = refused
        text = render(answer, fmt)
        assert text
        if fmt == 3:
            json.loads(text)
    paid = sum((message.price for message in gateway.store.messages.values()), Decimal("0.00"))
    assert gateway.balance == Decimal("1000.00") - paid
    for message in gateway.store.messages.values():
        assert "".join(message.parts) == message.text


@pytest.mark.parametrize("text", ["<b>&amp;</b>", "]]>", '"quoted"'])
def test_xml_is_well_formed_whatever_the_text(text: str) -> None:
    gateway = account()
    asked = {"login": "me", "psw": "secret", "phones": "79991112233", "mes": text, "id": "7"}
    gateway.send(asked, ORIGIN)
    asked = {"login": "me", "psw": "secret", "phone": "79991112233", "id": "7", "all": "1"}
    message = ElementTree.fromstring(render(gateway.status(asked), 2)).find("message")
    assert message is not None
    assert message.text == text


@pytest.mark.parametrize(
    ("login", "password", "given", "accepted"),
    [
        (None, None, {"login": "any", "psw": "any"}, True),
        (None, None, {"apikey": "any"}, True),
        (None, None, {"login": "any"}, False),
        (None, None, {}, False),
        ("me", None, {"login": "me", "psw": "any"}, True),
        ("me", None, {"login": "you", "psw": "any"}, False),
        (None, "secret", {"login": "any", "psw": "secret"}, True),
        (None, "secret", {"login": "any", "psw": "other"}, False),
        ("me", "secret", {"apikey": "secret"}, True),
        ("me", "secret", {"apikey": "other"}, False),
    ],
)
def test_credentials(login: str, password: str, given: Fields, accepted: bool) -> None:
    clock, switches = Clock(), Switches()
    limits = Limits(clock, switches)
    gateway = Gateway(clock, Store(1), limits, switches, "1.00", login, password)
    if accepted:
        assert gateway.balance_of(given).amount == Decimal("1.00")
    else:
        with pytest.raises(Refused) as refused:
            gateway.balance_of(given)
        assert refused.value.code == 2

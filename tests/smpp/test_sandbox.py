"""From end to end: the face by SMPP at the sandbox, and a foreign client there."""

from __future__ import annotations

import asyncio
import queue
from typing import Any, Callable, List

import pytest

from smsc_transports import plugin_manager
from smsc_transports.sandbox.server import Sandbox
from tests.surroundings import plug_in

from .conftest import PHONE

pytestmark = pytest.mark.usefixtures("fresh_plugins")

SECONDS = 10.0
STRANGE = 'Привет, "<b>&amp;</b>" \N{SLIGHTLY SMILING FACE}\r\nsecond line [€]'


@pytest.fixture
def face(face: Any, smsc_sandbox: Sandbox) -> Any:
    face.SMSC_TRANSPORT, face.SMPP_PASSWORD, face.SMSC_TIMEOUT = "smpp", "QzX-word", 5
    face.SMSC_LOGIN = "alex"
    yield face
    plugin_manager().close()


@pytest.mark.parametrize("tls", [False, True])
def test_the_face_sends_and_asks(face: Any, smsc_sandbox: Sandbox, tls: bool) -> None:
    face.SMPP_TLS = tls
    smsc = face.SMSC()
    reply = smsc.send_sms(f"{PHONE},79990000001", STRANGE, sender="Shop", query="valid=01:00")
    assert reply == ["1001;1002", "2", "", ""]
    assert reply.ok
    assert [message.text for message in smsc_sandbox.messages] == [STRANGE, STRANGE]
    message = smsc_sandbox.messages[0]
    assert (message.sender, message.validity, message.origin.channel) == ("Shop", 3600, "smpp")
    assert "QzX" not in message.raw
    # Price, status and balance go by HTTP.
    assert smsc.get_status(1001, PHONE)[0] == "-1"
    assert smsc.get_sms_cost(PHONE, "test") == ["1.40", "1"]
    assert smsc.get_balance() == "97.20"
    assert len(smsc_sandbox.messages) == 2


@pytest.mark.parametrize("split", ["payload", "sar", "udh"])
@pytest.mark.parametrize("text", ["{a}" * 120, "Я\N{SLIGHTLY SMILING FACE}" * 70])
def test_a_long_text_arrives_whole(face: Any, smsc_sandbox: Sandbox, split: str, text: str) -> None:
    face.SMPP_SPLIT = split
    reply = face.SMSC().send_sms(PHONE, text)
    [message] = smsc_sandbox.messages
    assert message.text == text
    assert reply.parts == len(message.parts)


KINDS = {
    "flash": ({"message": "test", "format": 1}, "flash", "test"),
    "HLR": ({"message": "", "format": 3}, "hlr", ""),
    "ping": ({"message": "", "format": 6}, "ping", ""),
    "binary": ({"message": "0605040B8423F0FFAB", "format": 5}, "bin", "0605040B8423F0FFAB"),
}


@pytest.mark.parametrize("what", KINDS)
def test_a_kind_of_message_arrives_as_that_kind(
    face: Any, smsc_sandbox: Sandbox, what: str
) -> None:
    arguments, kind, text = KINDS[what]
    assert face.SMSC().send_sms(PHONE, **arguments).ok
    [message] = smsc_sandbox.messages
    assert (message.kind, message.text) == (kind, text)


@pytest.mark.parametrize(("time", "seconds"), [("+90", 5400), ("0{}", 7200)])
def test_a_message_leaves_at_its_time(
    face: Any, smsc_sandbox: Sandbox, time: str, seconds: int
) -> None:
    now = smsc_sandbox.clock.now()
    assert face.SMSC().send_sms(PHONE, "test", time=time.format(int(now) + seconds)).ok
    assert abs(smsc_sandbox.messages[0].due - now - seconds) < 60


REFUSED = {
    "a wrong number": ("12", "test", 7),
    "a repeat": (PHONE, "twice", 9),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_is_the_gateway_s_error(face: Any, smsc_sandbox: Sandbox, what: str) -> None:
    phone, text, error = REFUSED[what]
    face.SMSC().send_sms(phone, text)
    assert face.SMSC().send_sms(phone, text).error == error


def test_a_wrong_password_is_error_2(face: Any) -> None:
    with Sandbox(login="alex", password="right") as sandbox, sandbox.fence():
        assert face.SMSC().send_sms(PHONE, "test").error == 2
        face.SMPP_PASSWORD = "right"
        assert face.SMSC().send_sms(PHONE, "test").ok


@pytest.mark.parametrize(
    ("fault", "stored", "outcome", "messages"),
    [
        ("close", False, "unknown", 0),
        ("close", True, "unknown", 1),
        ("reset", True, "unknown", 1),
        ("hang", True, "unknown", 1),
        ("refuse", False, "not sent", 0),
    ],
)
def test_the_safe_mode_never_sends_twice_and_says_what_it_knows(
    face: Any, smsc_sandbox: Sandbox, fault: str, stored: bool, outcome: str, messages: int
) -> None:
    face.SMSC_FAILOVER, face.SMSC_TIMEOUT = "safe", 0.3
    if fault == "refuse":
        smsc_sandbox.fail("refuse", endpoint="smpp")
    else:
        smsc_sandbox.fail(fault, stored=stored, endpoint="smpp", times=1)
    reply = face.SMSC().send_sms(PHONE, "test")
    assert (reply, reply.outcome, reply.sent_id) == (["", ""], outcome, None)
    assert len(smsc_sandbox.messages) == messages
    smsc_sandbox.heal()
    face.SMSC_TIMEOUT = 5
    assert face.SMSC().send_sms(PHONE, "another").ok


def test_the_safe_mode_sends(face: Any, smsc_sandbox: Sandbox) -> None:
    face.SMSC_FAILOVER = "safe"
    reply = face.SMSC().send_sms(f"{PHONE};79990000001", "test")
    assert (reply, reply.sent_id) == (["1001;1002", "2", "", ""], "1001;1002")


def test_the_safe_mode_goes_on_by_http_only_where_smpp_surely_did_not_send(
    face: Any, smsc_sandbox: Sandbox
) -> None:
    face.SMSC_FAILOVER, face.SMSC_TRANSPORT = "safe", "smpp,https-get"
    smsc_sandbox.fail("close", stored=True, endpoint="smpp", times=1)
    assert face.SMSC().send_sms(PHONE, "lost").outcome == "unknown"
    smsc_sandbox.fail("refuse", endpoint="smpp")
    assert face.SMSC().send_sms(PHONE, "by another way").ok
    assert face.SMSC().send_sms(PHONE, "with an id", id=77).id == "77"
    channels = [message.origin.channel for message in smsc_sandbox.messages]
    assert channels == ["smpp", "https", "https"]


def test_throttling_is_error_9(face: Any, smsc_sandbox: Sandbox) -> None:
    smsc_sandbox.fail("error", endpoint="smpp", times=1)
    assert face.SMSC().send_sms(PHONE, "test").error == 9
    assert smsc_sandbox.messages == []


def test_receipts_come_when_the_clock_says_so(face: Any, smsc_sandbox: Sandbox) -> None:
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    plug_in("listener", smsc_receipt=lambda receipt: heard.put(receipt))
    reply = face.SMSC().send_sms("70005550003", "test")
    smsc_sandbox.clock.advance(3 * 24 * 3600)
    receipts = [heard.get(timeout=SECONDS) for _ in range(2)]
    assert [(each.id, each.status, each.error_code) for each in receipts] == [
        (reply.id, "ENROUTE", "0"),
        (reply.id, "EXPIRED", "6"),
    ]
    assert (receipts[1].cost, receipts[1].parts) == ("1.4000", "1")


def test_receipts_wait_until_somebody_is_bound(face: Any, smsc_sandbox: Sandbox) -> None:
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    plug_in("listener", smsc_receipt=lambda receipt: heard.put(receipt))
    face.SMSC().send_sms(PHONE, "test")
    plugin_manager().close()
    smsc_sandbox.clock.advance(60)
    face.SMSC().send_sms(PHONE, "another")
    assert heard.get(timeout=SECONDS).id == "1001"


# A foreign client


def as_client(sandbox: Sandbox, run: Callable[[Any], Any], password: str = "secret") -> Any:
    smpp34: Any = pytest.importorskip("smpp34")

    async def session() -> Any:
        host, port = sandbox.smpp[0].split(":")
        smsc = await smpp34.Client(host, int(port), "foreign", password).connect()
        result = await run(smsc)
        await smsc.unbind()
        return result

    return asyncio.run(asyncio.wait_for(session(), SECONDS))


def test_a_foreign_client_sends_and_gets_its_receipts(smsc_sandbox: Sandbox) -> None:
    async def run(smsc: Any) -> List[Any]:
        answer = await smsc.submit_sm(
            PHONE,
            "Привет".encode("utf-16-be"),
            data_coding=8,
            source_addr="Shop",
            dest_addr_ton=1,
            registered_delivery=1,
        )
        await asyncio.get_running_loop().run_in_executor(None, smsc_sandbox.clock.advance, 60)
        return [answer, await smsc.next(), await smsc.next()]

    answer, *receipts = as_client(smsc_sandbox, run)
    assert (answer.message_id, answer.is_success) == ("1001", True)
    assert smsc_sandbox.messages[0].text == "Привет"
    [delivered] = [each for each in receipts if b"stat:DELIVRD" in each.short_message]
    assert delivered.short_message == b"id:1001 sub:001 dlvrd:001 stat:DELIVRD err:000"
    tlvs = {tlv.tag: tlv.value for tlv in delivered.tlvs}
    assert (tlvs[0x001E], tlvs[0x0427], tlvs[0x2000], tlvs[0x2002]) == (
        b"1001\0", b"\x02", b"1.4000\0", b"\0\1")  # fmt: skip


def test_a_foreign_client_hears_why_not(smsc_sandbox: Sandbox) -> None:
    async def run(smsc: Any) -> Any:
        return await smsc.submit_sm("12", b"test")

    assert as_client(smsc_sandbox, run).command_status == 0x0B
    assert [(each.endpoint, each.code) for each in smsc_sandbox.refusals] == [("smpp", 7)]

"""Receipts reach the plugins, whatever the plugins do."""

from __future__ import annotations

import queue
import struct
import threading
from typing import Any, Dict, Iterator, List, Tuple

import pytest

from smsc_transports import Receipt, hookimpl, plugin_manager
from smsc_transports.transports.smpp import SmppTransport
from tests.surroundings import Warned, plug_in

from .conftest import LONG_ENOUGH, PHONE, send_request
from .peers import DELIVER, RESP, SUBMIT, ForeignPeer, ScriptedServer, pdu, well_behaved

pytestmark = pytest.mark.usefixtures("fresh_plugins")
SECONDS = 10.0


@pytest.fixture
def heard() -> queue.SimpleQueue[Receipt]:
    """The receipts that a plugin hears."""
    found: queue.SimpleQueue[Receipt] = queue.SimpleQueue()
    plug_in("listener", smsc_receipt=lambda receipt: found.put(receipt))
    return found


@pytest.fixture
def peer() -> Iterator[ForeignPeer]:
    with ForeignPeer() as peer:
        yield peer


def registered(event: Any) -> int:
    return int(event.registered_delivery)


def test_receipts_are_asked_for_only_by_who_hears_them(
    transport: SmppTransport, peer: ForeignPeer
) -> None:
    transport.exchange(send_request(), peer.address, LONG_ENOUGH)
    plug_in("listener", smsc_receipt=lambda receipt: None)
    transport.exchange(send_request(), peer.address, LONG_ENOUGH)
    assert [registered(event) for event in peer.events] == [0, 1]


def test_a_receipt_has_the_gateway_s_own_fields(
    transport: SmppTransport, peer: ForeignPeer, heard: Any
) -> None:
    transport.exchange(send_request(), peer.address, LONG_ENOUGH)
    text = b"id:855469 sub:001 dlvrd:000 stat:UNDELIV err:253"
    answer = peer.deliver(
        "Shop",
        text,
        source_addr=PHONE,
        esm_class=4,
        tlvs={
            0x001E: b"855469\0",
            0x0427: b"\x05",
            0x0423: b"\x03\x00\xfd",
            0x2000: b"1.4000"[:5] + b"\0",
            0x2001: b"\x00\x00",
            0x2002: b"\x00\x02",
            0x2003: b"who knows",
        },
    )
    assert answer.is_success
    receipt = heard.get(timeout=SECONDS)
    assert receipt == Receipt("855469", PHONE, "UNDELIV", "253", "1.400", "2", text.decode("ascii"))
    assert not receipt.delivered


TEXTS: Dict[str, Tuple[bytes, Dict[int, bytes], Receipt]] = {
    "text alone": (
        b"id:7 sub:001 stat:DELIVRD err:000",
        {},
        Receipt("7", PHONE, "DELIVRD", "0", "", "", "id:7 sub:001 stat:DELIVRD err:000"),
    ),
    "fields alone": (
        b"",
        {0x001E: b"7\0", 0x0427: b"\x02", 0x0423: b"\x03\0\0"},
        Receipt("7", PHONE, "DELIVRD", "0"),
    ),
    "an HLR query": (
        b"id:7 stat:DELIVRD err:000 imsi:255 cn:%D0%A3%D0%BA rnet:",
        {},
        Receipt("7", PHONE, "DELIVRD", "0", "", "",
                "id:7 stat:DELIVRD err:000 imsi:255 cn:Ук rnet:"),
    ),
    "a long text": (
        b"",
        {0x0424: b"id:7 stat:EXPIRED err:006 " + b"x" * 300},
        Receipt("7", PHONE, "EXPIRED", "6", "", "", "id:7 stat:EXPIRED err:006 " + "x" * 300),
    ),
    "nothing": (b"", {}, Receipt("", PHONE, "")),
}  # fmt: skip


@pytest.mark.parametrize("what", TEXTS)
def test_a_receipt_is_read_from_what_there_is(
    transport: SmppTransport, peer: ForeignPeer, heard: Any, what: str
) -> None:
    text, tlvs, expected = TEXTS[what]
    transport.exchange(send_request(), peer.address, LONG_ENOUGH)
    peer.deliver("Shop", text, source_addr=PHONE, esm_class=4, tlvs=tlvs)
    assert heard.get(timeout=SECONDS) == expected


def test_an_incoming_message_is_answered_and_no_receipt(
    transport: SmppTransport, peer: ForeignPeer, heard: Any
) -> None:
    transport.exchange(send_request(), peer.address, LONG_ENOUGH)
    assert peer.deliver("Shop", b"hello", source_addr=PHONE).is_success
    peer.deliver("Shop", b"id:7 stat:DELIVRD", source_addr=PHONE, esm_class=4)
    assert heard.get(timeout=SECONDS).id == "7"
    assert heard.empty()


def test_a_plugin_that_fails_stops_no_other_and_no_later_receipt(
    transport: SmppTransport, peer: ForeignPeer, heard: Any, warned: Warned
) -> None:
    def fail(receipt: Receipt) -> None:
        raise KeyError("no such order")

    plug_in("failing", smsc_receipt=fail)
    transport.exchange(send_request(), peer.address, LONG_ENOUGH)
    for id in (b"1", b"2"):
        peer.deliver("Shop", b"id:" + id + b" stat:DELIVRD", source_addr=PHONE, esm_class=4)
    assert [heard.get(timeout=SECONDS).id for _ in range(2)] == ["1", "2"]
    transport.close()


def test_a_plugin_that_takes_its_time_or_sends_holds_no_send_up(
    transport: SmppTransport, peer: ForeignPeer
) -> None:
    goes_on, answers = threading.Event(), queue.SimpleQueue()  # type: ignore[var-annotated]

    class Plugin:
        @hookimpl
        def smsc_receipt(self, receipt: Receipt) -> None:
            goes_on.wait(SECONDS)
            answers.put(transport.exchange(send_request("from it"), peer.address, LONG_ENOUGH))

    plugin_manager().register(Plugin())
    transport.exchange(send_request(), peer.address, LONG_ENOUGH)
    peer.deliver("Shop", b"id:1 stat:DELIVRD", source_addr=PHONE, esm_class=4)
    assert transport.exchange(send_request(), peer.address, LONG_ENOUGH) == "2,1,,"
    goes_on.set()
    assert answers.get(timeout=SECONDS) == "3,1,,"


def test_a_flood_of_receipts_loses_no_answer(transport: SmppTransport, heard: Any) -> None:
    body = b"\0\1\1" + PHONE.encode() + b"\0\0\0\0\4" + b"\0" * 8
    texts = [b"id:%d stat:DELIVRD" % number for number in range(500)]
    flood = b"".join(
        pdu(DELIVER, number + 1, body + struct.pack("B", len(text)) + text)
        for number, text in enumerate(texts)
    )

    def answer(command: int, sequence: int, body: bytes) -> bytes:
        said = well_behaved(command, sequence, body)
        return flood + said if command == SUBMIT else said

    with ScriptedServer(answer) as server:
        assert transport.exchange(send_request(), server.address, LONG_ENOUGH) == "2,1,,"
        ids: List[str] = [heard.get(timeout=SECONDS).id for _ in texts]
        transport.close()
        assert server.seen.count(DELIVER | RESP) == len(texts)
    assert ids == [str(number) for number in range(500)]

"""What a request becomes: fields of submit_sm, and what SMPP cannot carry."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

from smsc_transports.transports.smpp.messages import messages_of
from smsc_transports.values.errors import Unsupported

from .alphabet import decoded
from .conftest import PHONE, send_request


def fields_of(text: str = "test", more: str = "", **settings: Any) -> Dict[str, Any]:
    [message] = messages_of(send_request(text, more, **settings))
    [submit] = message.submits
    return submit


def test_a_short_text_goes_as_it_is() -> None:
    assert fields_of("a{b}€") == {
        "registered_delivery": 0,
        "source_addr_ton": 5,
        "source_addr_npi": 1,
        "source_addr": "",
        "dest_addr_ton": 1,
        "dest_addr_npi": 1,
        "destination_addr": PHONE,
        "data_coding": 0,
        "short_message": b"a\x1b\x28b\x1b\x29\x1b\x65",
    }
    cyrillic = fields_of("Привет 🙂")
    assert (cyrillic["data_coding"], cyrillic["short_message"]) == (
        8, "Привет 🙂".encode("utf-16-be"))  # fmt: skip


@pytest.mark.parametrize(
    ("sender", "ton", "source"), [("Shop", 5, "Shop"), ("%2B380441234567", 1, "380441234567")]
)
def test_a_sender_is_a_name_or_a_number(sender: str, ton: int, source: str) -> None:
    fields = fields_of(more=f"&sender={sender}")
    assert (fields["source_addr_ton"], fields["source_addr"]) == (ton, source)


def test_a_phone_is_written_in_digits() -> None:
    phones = "%2B7%20(999)%20111-22-33;380501112233"
    messages = messages_of(send_request(phones=phones))
    assert [each.submits[0]["destination_addr"] for each in messages] == [PHONE, "380501112233"]


def test_flash_is_message_class_0() -> None:
    assert fields_of(more="&flash=1")["data_coding"] == 0x10
    assert fields_of("Привет", more="&flash=1")["data_coding"] == 0x18


@pytest.mark.parametrize("kind", ["hlr", "ping"])
def test_a_query_is_a_word(kind: str) -> None:
    fields = fields_of("", f"&{kind}=1")
    assert decoded(fields["short_message"], fields["data_coding"]) == f"__{kind.upper()}__"


def test_binary_data_keep_their_header() -> None:
    with_header = fields_of("0605040B8423F0FF", "&bin=2")
    assert with_header["short_message"] == bytes.fromhex("0605040B8423F0FF")
    assert (with_header["data_coding"], with_header["esm_class"]) == (4, 0x40)
    without = fields_of("00FFFE", "&bin=2")
    assert (without["short_message"], without["esm_class"]) == (b"\xff\xfe", 0)
    raw = messages_of(send_request(more="&mes=%00%FF%FE&bin=1"))[0].submits[0]
    assert raw["short_message"] == b"\xff\xfe"


TIMES = {
    "valid=1": ("validity_period", "000000010000000R"),
    "valid=24": ("validity_period", "000001000000000R"),
    "valid=00:30": ("validity_period", "000000003000000R"),
    "time=%2B90": ("schedule_delivery_time", "000000013000000R"),
    "time=01700000000": ("schedule_delivery_time", "231114221320000+"),
    "time=3112261200&tz=0": ("schedule_delivery_time", "261231090000000+"),
    "time=31.12.26%2012:00&tz=-1": ("schedule_delivery_time", "261231100000000+"),
}


@pytest.mark.parametrize("given", TIMES)
def test_times_are_written_as_smpp_writes_them(given: str) -> None:
    name, expected = TIMES[given]
    assert fields_of(more=f"&{given}")[name] == expected
    assert len(expected) == 16


# At every border of the parts stands what must not be cut: an escape, or a surrogate pair.
LONG = {
    "gsm-7": ("{" + "a" * 151 + "{" + "b" * 152 + "}" + "c" * 10, 0, 153),
    "ucs-2": ("Я" * 66 + "\N{SLIGHTLY SMILING FACE}" * 66, 8, 134),
}


@pytest.mark.parametrize("split", ["sar", "udh"])
@pytest.mark.parametrize("encoding", LONG)
def test_a_long_text_is_cut_between_characters(encoding: str, split: str) -> None:
    text, coding, most = LONG[encoding]
    [message] = messages_of(send_request(text, smpp_split=split))
    octets = [each["short_message"] for each in message.submits]
    if split == "udh":
        heads = [each[:6] for each in octets]
        octets = [each[6:] for each in octets]
        assert [(*head[:3], *head[4:]) for head in heads] == [
            (5, 0, 3, len(octets), number) for number in range(1, len(octets) + 1)
        ]
        assert len({head[3] for head in heads}) == 1
        assert {each["esm_class"] for each in message.submits} == {0x40}
    else:
        numbers = [each["sar_segment_seqnum"] for each in message.submits]
        assert numbers == list(range(1, len(octets) + 1))
        assert {each["sar_total_segments"] for each in message.submits} == {len(octets)}
        assert len({each["sar_msg_ref_num"] for each in message.submits}) == 1
    assert "".join(decoded(each, coding) for each in octets) == text
    assert max(map(len, octets)) <= most
    assert message.parts == len(octets)


def test_two_long_texts_have_different_references() -> None:
    references = [
        messages_of(send_request("a" * 200, smpp_split="sar"))[0].submits[0]["sar_msg_ref_num"]
        for _ in range(2)
    ]
    assert references[0] != references[1]


def test_the_gateway_cuts_a_payload() -> None:
    [message] = messages_of(send_request("a" * 1000))
    assert message.submits[0]["message_payload"] == b"a" * 1000
    assert "short_message" not in message.submits[0]
    assert message.parts == 7


def test_maxsms_cuts_the_text() -> None:
    [message] = messages_of(send_request("a" * 1000, "&maxsms=3"))
    assert (message.submits[0]["message_payload"], message.parts) == (b"a" * 459, 3)


def test_each_line_of_a_list_has_its_text() -> None:
    argument = f"&list={PHONE}:Ваш пароль: 1%0A78888888888,78888888889:two\\nlines"
    messages = messages_of(send_request("", argument, phones=""))
    found = [
        (each.submits[0]["destination_addr"],
         decoded(each.submits[0]["short_message"], each.submits[0]["data_coding"]))
        for each in messages
    ]  # fmt: skip
    assert found == [
        (PHONE, "Ваш пароль: 1"),
        ("78888888888", "two\nlines"),
        ("78888888889", "two\nlines"),
    ]


UNSUPPORTED: List[Any] = [
    ("test", "&id=7", "id of your own"),
    ("test", "&viber=1&subj=x", "cannot carry subj, viber"),
    ("test", "&translit=1", "translit"),
    ("test", "&sender=", "sender off"),
    ("test", "&sender=Магазин", "Latin"),
    ("test", "&sender=" + "a" * 21, "Latin"),
    ("test", "&time=3112261200", "without tz"),
    ("test", "&time=10-12", "carries a time as"),
    ("test", "&time=soon&tz=0", "carries a time as"),
    ("test", "&valid=25", "valid must be"),
    ("test", "&valid=soon", "valid must be"),
    ("test", "&maxsms=0", "maxsms must be"),
    ("test", "&flash=1&bin=2", "flash and bin"),
    ("xy", "&bin=2", "not hexadecimal"),
    ("00" * 142, "&bin=2", "1 to 140 bytes"),
    ("", "", "without a text"),
    ("a\n~~~\nb", "", "comment"),
    ("test", "&phones=G1", "phone numbers only"),
    ("test", "&phones=", "needs phones"),
    ("test", "&list=Shop|7999:x", "lines 'phones:text' only"),
]


@pytest.mark.parametrize(("text", "more", "reason"), UNSUPPORTED)
def test_what_smpp_cannot_carry_is_refused(text: str, more: str, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        messages_of(send_request(text, more))


def test_a_text_of_more_than_255_parts_is_refused() -> None:
    with pytest.raises(Unsupported, match="up to 255 parts"):
        messages_of(send_request("a" * 153 * 256, smpp_split="udh"))

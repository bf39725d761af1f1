"""A reply is the list that old programs know, and answers by name to new ones."""

from __future__ import annotations

import copy
import json
import marshal
import pickle
import pickletools
import xmlrpc.client
from decimal import Decimal
from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest

from smsc_transports import Attempt, NotSent, OutcomeUnknown, Reply
from smsc_transports.values.errors import GatewayError
from smsc_transports.values.words import error_text
from smsc_transports.values.words.en import ERRORS

from .surroundings import PHONE, Gateway

pytestmark = pytest.mark.usefixtures("fresh_plugins")

SENT = ["1234", "1", "1.40", "100.50"]
STATUS = ["1", "1700000000", "0"]
DETAILS = ["1699999999", "79990001122", "1.40", "SMSC.UA", "Delivered", "text"]
HLR = ["250990000000001", "79990000001", "250", "99", "Russia", "Beeline", "Ukraine", "Kyivstar"]
LOST = Attempt("send", "http-get", "smsc.ua", 1, 0.5, "unknown", "the answer is empty")
REFUSED = Attempt("send", "http-get", "www2.smsc.ua", 2, 0.25, "not sent", "refused")


def reply(values: List[str], command: str = "send", **fields: str) -> Reply:
    return Reply(values, command, fields)


# The list


@pytest.mark.parametrize("values", [SENT, ["0", "-7"], ["", ""], [], ["<html>"]])
def test_reply_is_the_list_in_every_way(values: List[str]) -> None:
    given = reply(values)
    assert isinstance(given, list)
    assert given == values
    assert values == given
    assert (given != values) is False
    assert repr(given) == repr(values)
    assert str(given) == str(values)
    assert f"{given}" == f"{values}"
    assert len(given) == len(values)
    assert list(given) == values
    assert given[:] == values
    assert json.dumps(given) == json.dumps(values)
    assert given.__add__(["x"]) == [*values, "x"]
    assert bool(given) == bool(values)
    assert all(type(value) is str for value in given)


def test_reply_unpacks_as_old_programs_do() -> None:
    id_, count, cost, balance = reply(SENT)
    assert [id_, count, cost, balance] == SENT
    identifier, code = reply(["0", "-7"])
    assert (code[1:], code <= "0", int(identifier)) == ("7", True, 0)
    assert reply(SENT)[-1] == "100.50"
    with pytest.raises(ValueError, match="unpack"):
        _, _ = reply(SENT)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_reply_pickles_to_a_plain_list_that_needs_no_package(protocol: int) -> None:
    pickled = pickle.dumps(reply(SENT), protocol)
    assert type(pickle.loads(pickled)) is list
    assert pickle.loads(pickled) == SENT
    named = [str(argument) for _, argument, _ in pickletools.genops(pickled)]
    assert not any("smsc" in name for name in named)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_keep_the_names(copied: Callable[[Reply], Reply]) -> None:
    given = copied(reply(SENT))
    assert (given, given.id, given.parts) == (SENT, "1234", 1)
    assert given is not reply(SENT)


def test_a_deep_copy_shares_nothing_that_a_program_added() -> None:
    given: Any = reply(SENT)
    given += [["mine"], given]
    copied = copy.deepcopy(given)
    assert (copied.id, copied[4], copied[5] is copied) == ("1234", ["mine"], True)
    assert copied[4] is not given[4]


def test_only_what_takes_exact_lists_wants_a_list_made_of_it() -> None:
    given = reply(SENT)
    assert type(given) is not list
    for dump in (marshal.dumps, lambda value: xmlrpc.client.dumps((value,))):
        with pytest.raises((ValueError, TypeError), match="marshal"):
            dump(given)
        assert dump(list(given)) == dump(SENT)


def test_count_is_that_of_a_list() -> None:
    assert reply(["1", "1", "x"]).count("1") == 2


# Names

NAMES = {
    "id", "parts", "cost", "balance", "status", "changed_at", "error_code", "imsi",
    "service_center", "mcc", "mnc", "country", "operator", "region", "roaming_country",
    "roaming_operator", "sent_at", "phone", "sender", "status_name", "text",
}  # fmt: skip

HLR_NAMES = {
    "imsi": HLR[0],
    "service_center": HLR[1],
    "mcc": HLR[2],
    "mnc": HLR[3],
    "country": HLR[4],
    "operator": HLR[5],
    "roaming_country": HLR[6],
    "roaming_operator": HLR[7],
}
STATUS_NAMES = {"status": "1", "changed_at": "1700000000", "error_code": "0"}
DETAIL_NAMES = {
    "sent_at": "1699999999",
    "phone": "79990001122",
    "cost": "1.40",
    "sender": "SMSC.UA",
    "status_name": "Delivered",
    "text": "text",
}


@pytest.mark.parametrize(
    ("values", "command", "fields", "named"),
    [
        (SENT, "send", {}, {"id": "1234", "parts": "1", "cost": "1.40", "balance": "100.50"}),
        (["1", "1", "", ""], "send", {}, {"id": "1", "parts": "1", "cost": "", "balance": ""}),
        (["1.40", "1"], "send", {"cost": "1"}, {"cost": "1.40", "parts": "1"}),
        (["100.50"], "balance", {}, {"balance": "100.50"}),
        (STATUS, "status", {}, STATUS_NAMES),
        (STATUS, "status", {"all": "1"}, STATUS_NAMES),
        (STATUS + HLR, "status", {"all": "0"}, {**STATUS_NAMES, **HLR_NAMES}),
        (STATUS + DETAILS, "status", {"all": "1"}, {**STATUS_NAMES, **DETAIL_NAMES}),
        (
            STATUS + HLR + [*DETAILS[:3], "HLR", *DETAILS[4:]],
            "status",
            {"all": "1"},
            {**STATUS_NAMES, **HLR_NAMES, **DETAIL_NAMES, "sender": "HLR"},
        ),
        # Of an error only the id is what its place says.
        (["12", "-6"], "send", {}, {"id": "12"}),
        (["0", "-7"], "send", {"cost": "1"}, {}),
        (["0", "-3"], "status", {}, {}),
        (["0", "-2"], "balance", {}, {}),
        # A reply that is shorter than it should be has what it has.
        (["1234"], "send", {}, {"id": "1234"}),
        ([], "send", {}, {}),
        # Other commands have no names.
        (["a", "b"], "info", {}, {}),
    ],
)
def test_every_name_keeps_the_text_as_it_came_and_is_none_where_there_is_none(
    values: List[str], command: str, fields: Dict[str, str], named: Dict[str, str]
) -> None:
    given = reply(values, command, **fields)
    assert {name: given.by_name(name) for name in NAMES} == {
        **dict.fromkeys(NAMES, None),
        **named,
    }


@pytest.mark.parametrize(
    ("given", "id"),
    [
        (reply(SENT, id="0"), "1234"),
        (reply(["1234", "-7"], id="0"), "1234"),
        (reply(["0", "-1"], id="0"), None),
        (reply(["", ""], id="77"), "77"),
        (reply(["", ""], id="0"), None),
        (reply(["<html>"], id="0"), None),
        (reply(["1.40", "1"], cost="1"), None),
        (reply(STATUS, "status", id="77"), None),
    ],
)
def test_sent_id_is_what_a_status_can_be_asked_by(given: Reply, id: Optional[str]) -> None:
    assert given.sent_id == id


def test_names_come_with_every_call(face: Any, gateway: Gateway) -> None:
    smsc = face.SMSC()
    assert smsc.send_sms(PHONE, "test").id == "1234"
    gateway.reply = "1.40,2"
    price = smsc.get_sms_cost(PHONE, "test")
    assert (price.cost, price.parts) == (Decimal("1.40"), 2)
    gateway.reply = ",".join([*STATUS, *DETAILS, " with, commas"])
    status = smsc.get_status(1234, PHONE, all=1)
    assert (status.status_name, status.text) == ("Delivered", "text, with, commas")
    assert len(status) == 9
    gateway.reply = "100.50"
    assert smsc._smsc_send_cmd("balance").balance == Decimal("100.50")


# Errors


@pytest.mark.parametrize(
    ("values", "error"),
    [
        (["0", "-7"], 7),
        (["1234", "-6"], 6),
        (["0", "-7\n"], 7),
        (["0", "-99"], 99),
        (SENT, None),
        (["1.40", "1"], None),
        (["", ""], None),
        ([], None),
        (["0"], None),
        (["0", "-"], None),
        (["0", "-x"], None),
        (["0", "--7"], None),
        (["0", "7"], None),
        (["0", "-²"], None),  # a digit that is no number
        (["-1", "-7", "0"], None),  # three elements are a status
    ],
)
def test_error_is_the_positive_code_or_none(values: List[str], error: Optional[int]) -> None:
    assert reply(values).error == error


@pytest.mark.parametrize(
    ("values", "command", "fields", "ok"),
    [
        (SENT, "send", {}, True),
        (["1234", "1", "", ""], "send", {}, True),
        (["1.40", "1"], "send", {"cost": "1"}, True),
        (STATUS, "status", {}, True),
        (["-1", "0", "0"], "status", {}, True),
        (["OK"], "status", {"del": "1"}, True),
        (["100.50"], "balance", {}, True),
        (["-3.5\n"], "balance", {}, True),
        (["100.50", "RUR"], "balance", {}, True),
        (["anything"], "info", {}, True),
        # Refused.
        (["0", "-7"], "send", {}, False),
        (["0", "-7"], "send", {"cost": "1"}, False),
        (["0", "-3"], "status", {}, False),
        (["0", "-2"], "balance", {}, False),
        # Not understood.
        (["<html>Sorry"], "send", {}, False),
        (["<html>", " try again"], "send", {}, False),
        (["1234", "0", "0", "5"], "send", {}, False),
        (["1234", "²", "0", "5"], "send", {}, False),
        (["<html>", "a", "b"], "status", {}, False),
        (["1", "2"], "status", {}, False),
        (["OK"], "status", {}, False),
        (["<html>Sorry"], "balance", {}, False),
        ([""], "balance", {}, False),
        ([], "balance", {}, False),
        (["", ""], "info", {}, False),
    ],
)
def test_ok_means_answered_understood_and_no_error(
    values: List[str], command: str, fields: Dict[str, str], ok: bool
) -> None:
    assert reply(values, command, **fields).ok is ok


@pytest.mark.parametrize("outcome", ["not sent", "unknown"])
def test_reply_without_an_answer_is_not_ok(outcome: str) -> None:
    assert not Reply(["", ""], "send", {}, outcome).ok


def test_raise_for_error_does_nothing_after_success() -> None:
    reply(SENT).raise_for_error()
    reply(["100.50"], "balance").raise_for_error()


@pytest.mark.parametrize("code", [*ERRORS, 77])
def test_raise_for_error_raises_what_the_gateway_refused(code: int) -> None:
    with pytest.raises(GatewayError) as raised:
        reply(["1234", f"-{code}"]).raise_for_error()
    assert (raised.value.code, raised.value.id) == (code, "1234")
    text = error_text(code)
    assert str(raised.value) == f"the gateway answered with error {code}: {text}"
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


STORY = (
    "\nattempt 1: send by http-get to smsc.ua: unknown (the answer is empty), 0.500 s"
    "\nattempt 2: send by http-get to www2.smsc.ua: not sent (refused), 0.250 s"
)


@pytest.mark.parametrize(
    ("values", "outcome", "attempts", "kind", "message"),
    [
        (["", ""], "unknown", (LOST, REFUSED), OutcomeUnknown,
         "no usable answer: the request may have arrived" + STORY),
        (["<html>"], "answered", (), OutcomeUnknown,
         "no usable answer: the request may have arrived\n"),
        (["", ""], "not sent", (REFUSED,), NotSent,
         "no host was reached: nothing was sent" + STORY[STORY.rindex("\n"):]),
    ],
)  # fmt: skip
def test_raise_for_error_reports_every_attempt_where_nothing_came_back(
    values: List[str],
    outcome: str,
    attempts: Tuple[Attempt, ...],
    kind: Any,
    message: str,
) -> None:
    with pytest.raises(kind) as raised:
        Reply(values, "send", {}, outcome, attempts).raise_for_error()
    assert str(raised.value) == message


def test_failed_call_has_two_empty_strings_and_its_story(face: Any, gateway: Gateway) -> None:
    gateway.down = True
    given = face.SMSC().send_sms(PHONE, "test")
    assert (given, given.outcome) == (["", ""], "not sent")
    assert [attempt.address for attempt in given.attempts] == [
        "smsc.ua",
        "www2.smsc.ua",
        "www3.smsc.ua",
        "www4.smsc.ua",
        "www5.smsc.ua",
    ]
    with pytest.raises(NotSent, match="no host was reached: nothing was sent"):
        given.raise_for_error()


@pytest.mark.parametrize("text", ["0,-7", "1,2,3,4,5,6", "<html>", "x\n", ","])
def test_length_is_what_the_gateway_sent(text: str, face: Any, gateway: Gateway) -> None:
    gateway.reply = text
    assert face.SMSC().send_sms(PHONE, "test") == text.split(",")

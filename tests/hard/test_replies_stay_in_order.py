"""Every call gets its own answer, whatever a server sent before, between and after the answers."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from .peers import PHONE, Exchange, Gateway, Step, response, says, truly

TRAILING = [b"\r\n", b"x", response("666,1,0.50,99.50")]


def send(face: Any, id: int) -> str:
    reply = face.SMSC().send_sms(PHONE, "hello", id=id)
    return str(reply[0])


def late(head: bytes) -> Step:
    """Send a head, and the answer proper only when the next request is there."""

    def step(exchange: Exchange) -> None:
        exchange.owe(response(exchange.take()))
        exchange.send(head)

    return step


LATE = {
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n",
    "199": b"HTTP/1.1 199 Strange\r\n\r\n",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "204 with a length": b"HTTP/1.1 204 No Content\r\nContent-Length: 17\r\n\r\n",
    "205": b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("head", LATE.values(), ids=LATE)
def test_the_late_rest_of_an_answer_never_reaches_the_next_call(
    face: Any, secured: Dict[str, Any], head: bytes
) -> None:
    face.SMSC_TIMEOUT = (5, 0.3)  # a client may also wait for the rest
    with Gateway(send=[late(head), truly], **secured) as gateway:
        face.SMSC_HOST = gateway.address
        assert send(face, 1) in ("", "1")
        face.SMSC_TIMEOUT = 5
        assert [send(face, id) for id in (2, 3, 4)] == ["2", "3", "4"]


@pytest.mark.parametrize("status", ["102 Processing", "103 Early Hints"])
def test_an_early_answer_and_the_true_one_at_once_shift_nothing(
    face: Any, secured: Dict[str, Any], status: str
) -> None:
    def early(exchange: Exchange) -> None:
        exchange.send(f"HTTP/1.1 {status}\r\n\r\n".encode() + response(exchange.take()))

    with Gateway(send=early, **secured) as gateway:
        face.SMSC_HOST = gateway.address
        for id in range(1, 6):
            assert send(face, id) in ("", str(id))


@pytest.mark.parametrize("status", [201, 202, 203, 204, 205, 206, 226])
def test_only_after_a_200_is_a_connection_used_again(face: Any, status: int) -> None:
    with Gateway(send=[says("1,1,0.50,99.50", f"{status} Something"), truly]) as gateway:
        face.SMSC_HOST = gateway.address
        send(face, 1)
        assert send(face, 2) == "2"
    assert [(asked.connection, asked.place) for asked in gateway.of("send")] == [(1, 1), (2, 1)]


@pytest.mark.parametrize("trailing", TRAILING, ids=["an empty line", "a byte", "an answer"])
def test_a_connection_with_anything_left_to_read_is_not_used_again(
    face: Any, secured: Dict[str, Any], trailing: bytes
) -> None:
    def too_much(exchange: Exchange) -> None:
        exchange.send(response(exchange.take()) + trailing)

    with Gateway(send=too_much, **secured) as gateway:
        face.SMSC_HOST = gateway.address
        assert [send(face, id) for id in (1, 2, 3)] == ["1", "2", "3"]
    assert gateway.connections == 3


# Safe mode: a reply must carry our id.


def test_a_safe_reply_with_another_id_is_not_taken_for_ours(safe: Any) -> None:
    with Gateway(send=says("666,1,0.50,99.50", taken=True)) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert [message["id"] for message in gateway.messages] == [reply.id]
    assert reply.ok


def test_a_safe_refusal_with_another_id_is_not_taken_for_ours(safe: Any) -> None:
    with Gateway(send=says("666,-6", taken=True)) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert len(gateway.messages) == 1
    assert reply.ok


def test_a_safe_reply_with_another_id_than_the_caller_s_own_is_unknown(safe: Any) -> None:
    with Gateway(send=says("666,1,0.50,99.50", taken=True)) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello", id=77)
    assert (reply, reply.outcome) == (["", ""], "unknown")
    assert len(gateway.messages) == 1


@pytest.mark.parametrize("refusal", ["0,-6", "{id},-6"])
def test_a_safe_refusal_with_our_id_or_none_is_believed(safe: Any, refusal: str) -> None:
    with Gateway(send=says(refusal)) as gateway:
        safe.SMSC_HOST = gateway.address
        reply = safe.SMSC().send_sms(PHONE, "hello")
    assert (reply[1], reply.outcome, len(gateway.of("send"))) == ("-6", "answered", 1)

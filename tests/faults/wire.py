"""Faults between answers: what a server does to connections, and to requests on their way.

Every other message meets the fault with its first copy; a fault of connections meets all.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Callable, Dict, NamedTuple

from tests.hard.peers import (
    NOT_FOUND,
    Exchange,
    Step,
    closing_as_the_next_request_comes,
    response,
    status_text,
    truly,
)

PAUSE_SECONDS = 0.002  # between two pieces that a client is to find in two reads


THE_STATUS_LIES = "half lost, the status lies"


class WireFault(NamedTuple):
    """A step for sends and one for questions; ``before`` is called in the program."""

    name: str
    send: Step
    status: Step = truly
    before: Callable[[int], object] = lambda number: None
    same_phone: bool = False


def every_other(spoil: Step) -> Step:
    """Spoil the answer to the first copy of every other message."""
    copies: Dict[str, int] = Counter()

    def step(exchange: Exchange) -> None:
        text = exchange.asked.fields["mes"]
        copies[text] += 1
        if int(text.split()[-1]) % 2 and copies[text] == 1:
            spoil(exchange)
        else:
            exchange.answer()

    return step


def in_pieces(*heads: bytes) -> Step:
    """Take the message, send these, and the whole true answer behind them."""

    def step(exchange: Exchange) -> None:
        whole = response(exchange.take())
        for head in heads:
            exchange.send(head)
            time.sleep(PAUSE_SECONDS)
        exchange.send(whole)

    return step


def two_lengths(exchange: Exchange) -> None:
    exchange.send(response(exchange.take(), "200 OK", "Content-Length: 5"))


def repeated(exchange: Exchange) -> None:
    """Answer as to the copy that a proxy made of the request."""
    id = exchange.take().split(",")[0]
    exchange.answer(f"{id},-9")


def lost(exchange: Exchange) -> None:
    exchange.hang_up()


def taken_and_lost(exchange: Exchange) -> None:
    exchange.take()
    exchange.hang_up()


def broken_below(exchange: Exchange) -> None:
    """Take the message, then send what is neither TLS nor HTTP."""
    exchange.take()
    exchange.send_below_tls(b"\x00\x01\x02 this is nothing \r\n\r\n")
    exchange.hang_up()


def lies(exchange: Exchange) -> None:
    exchange.answer(status_text(exchange.asked.fields, NOT_FOUND))


def seed_again(number: int) -> None:
    """As a program does that is started again and again."""
    random.seed(number // 2)


def wire_faults() -> list[WireFault]:
    """Give all faults, with nothing remembered of a run before."""
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    empty = b"HTTP/1.1 204 No Content\r\nContent-Length: 17\r\n\r\n"
    return [
        WireFault("closed as the next request comes", closing_as_the_next_request_comes()),
        WireFault("an early 103", every_other(in_pieces(early))),
        WireFault("a 204 with a body", every_other(in_pieces(empty))),
        WireFault("two lengths", every_other(two_lengths)),
        WireFault("a proxy repeats the request", every_other(repeated)),
        WireFault(THE_STATUS_LIES, every_other(taken_and_lost), lies),
        WireFault("bytes that are no TLS after the request", every_other(broken_below)),
        WireFault(
            "a program seeds random, half lost",
            every_other(lost),
            before=seed_again,
            same_phone=True,
        ),
    ]

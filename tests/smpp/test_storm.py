"""A server that fails in every way, many threads: what each is told is what the server saw."""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import Dict, List, Optional

from smsc_transports import NotSent, OutcomeUnknown
from smsc_transports.transports.smpp import SmppTransport
from smsc_transports.values.settings import Timeout

from .conftest import send_request
from .peers import BIND, RESP, SUBMIT, UNBIND, ScriptedServer, pdu, well_behaved

THREADS, SENDS = 16, 25
PATIENCE = Timeout(5.0, 0.3)


def test_nothing_goes_out_twice_and_not_sent_is_true(transport: SmppTransport) -> None:
    rolls, lock = random.Random(7), threading.Lock()
    seen: Counter[bytes] = Counter()
    refused: Counter[bytes] = Counter()
    told: Dict[bytes, str] = {}

    def answer(command: int, sequence: int, body: bytes) -> Optional[bytes]:
        with lock:
            roll = rolls.random()
            if command == BIND and roll < 0.1:
                return None
            if command != SUBMIT:
                return well_behaved(command, sequence, body)
            text = body[-8:]
            seen[text] += 1
            if roll < 0.05:
                return None
            if roll < 0.10:
                return b""  # never answered
            if roll < 0.15:
                refused[text] += 1
                return pdu(SUBMIT | RESP, sequence, status=0x45)
            if roll < 0.20:
                return well_behaved(command, sequence, body) + pdu(UNBIND, 1)
            if roll < 0.22:
                return b"\0\0\0\2garbage....."
            return pdu(SUBMIT | RESP, sequence, text + b"\0")

    def send(number: int) -> None:
        for piece in range(SENDS):
            text = b"m%03d-%03d" % (number, piece)
            try:
                reply = transport.exchange(send_request(text.decode()), server.address, PATIENCE)
                told[text] = "answered"
                assert reply.endswith(",1,,")
            except NotSent:
                told[text] = "not sent"
            except OutcomeUnknown:
                told[text] = "unknown"

    failures: List[BaseException] = []

    def run(number: int) -> None:
        try:
            send(number)
        except BaseException as error:
            failures.append(error)

    with ScriptedServer(answer) as server:
        threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        transport.close()
    assert not failures
    assert len(told) == THREADS * SENDS
    assert set(told.values()) == {"answered", "not sent", "unknown"}
    assert not [text for text, count in seen.items() if count > 1]
    for text, outcome in told.items():
        if outcome == "answered":
            assert seen[text] == 1
        if outcome == "not sent":
            assert seen[text] == refused[text]

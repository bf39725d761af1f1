"""The bound connection: one for an account, kept, lost, bound again; and what each end means."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
from typing import Any, Dict, List, Optional

import pytest

from smsc_transports import NotSent, OutcomeUnknown
from smsc_transports.transports.smpp import SmppTransport, session
from smsc_transports.values.errors import Unsupported
from smsc_transports.values.settings import Timeout
from tests.golden.gateway import Certificates

from .conftest import LONG_ENOUGH, PHONE, SETTINGS, send_request
from .peers import (
    BIND,
    ENQUIRE,
    RESP,
    SUBMIT,
    UNBIND,
    ScriptedServer,
    pdu,
    well_behaved,
)

Said = Optional[bytes]
SECONDS = 10.0


def send(transport: SmppTransport, server: ScriptedServer, *texts: str, **changes: Any) -> str:
    request = send_request(*texts, **{"smpp_server": server.address, **changes})
    return transport.exchange(request, server.address, LONG_ENOUGH)


def refusing(status: int, of: int = SUBMIT) -> Any:
    def answer(command: int, sequence: int, body: bytes) -> Said:
        if command == of:
            return pdu(command | RESP, sequence, status=status)
        return well_behaved(command, sequence, body)

    return answer


def test_messages_share_one_connection(transport: SmppTransport) -> None:
    with ScriptedServer(well_behaved) as server:
        for _ in range(3):
            assert send(transport, server).endswith(",1,,")
        assert server.seen == [BIND, SUBMIT, SUBMIT, SUBMIT]


def test_the_bind_says_who_we_are(transport: SmppTransport) -> None:
    with ScriptedServer(well_behaved) as server:
        send(transport, server)
        assert server.bodies[0] == b"alex\0QzX-word\0\0\x34\0\0\0"


def test_it_unbinds_when_it_is_closed(transport: SmppTransport) -> None:
    with ScriptedServer(well_behaved) as server:
        send(transport, server)
        transport.close()
        assert server.seen == [BIND, SUBMIT, UNBIND]
        assert server.ended.acquire(timeout=SECONDS)
        send(transport, server)
        assert server.seen[3:] == [BIND, SUBMIT]


def test_a_server_that_does_not_answer_the_unbind_holds_nobody_up(
    transport: SmppTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "UNBIND_SECONDS", 0.05)

    def answer(command: int, sequence: int, body: bytes) -> Said:
        return b"" if command == UNBIND else well_behaved(command, sequence, body)

    with ScriptedServer(answer) as server:
        send(transport, server)
        transport.close()
        assert server.ended.acquire(timeout=SECONDS)


def test_after_a_loss_it_is_bound_again(transport: SmppTransport) -> None:
    with ScriptedServer(well_behaved) as server:
        send(transport, server)
        server.connections[0].shutdown(socket.SHUT_RDWR)
        assert server.ended.acquire(timeout=SECONDS)
        [connection] = _connections()
        connection.session.join(SECONDS)
        assert send(transport, server).endswith(",1,,")
        assert server.seen == [BIND, SUBMIT, BIND, SUBMIT]


def _connections() -> List[Any]:
    from smsc_transports.transports.smpp import sending

    return list(sending._connections.values())


def test_a_silent_server_is_asked_whether_it_is_there(
    transport: SmppTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "ENQUIRE_SECONDS", 0.01)
    asked = threading.Semaphore(0)

    def answer(command: int, sequence: int, body: bytes) -> Said:
        if command == ENQUIRE:
            asked.release()
        return well_behaved(command, sequence, body)

    with ScriptedServer(answer) as server:
        send(transport, server)
        for _ in range(3):
            assert asked.acquire(timeout=SECONDS)
        assert send(transport, server).endswith(",1,,")
        assert server.seen.count(BIND) == 1


def test_one_that_is_not_there_any_more_is_left(
    transport: SmppTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "ENQUIRE_SECONDS", 0.01)
    monkeypatch.setattr(session, "ANSWER_SECONDS", 0.01)

    def answer(command: int, sequence: int, body: bytes) -> Said:
        return b"" if command == ENQUIRE else well_behaved(command, sequence, body)

    with ScriptedServer(answer) as server:
        send(transport, server)
        assert server.ended.acquire(timeout=SECONDS)


def test_the_server_is_answered_too(transport: SmppTransport) -> None:
    with ScriptedServer(well_behaved) as server:
        send(transport, server)
        server.push(pdu(ENQUIRE, 77) + pdu(0x999, 78))  # the second is of no SMPP that we know
        send(transport, server)
        server.push(pdu(UNBIND, 79))
        assert server.ended.acquire(timeout=SECONDS)
        assert sorted(server.seen[2:-1]) == sorted([ENQUIRE | RESP, RESP, SUBMIT])
        assert server.seen[-1] == UNBIND | RESP
        [connection] = _connections()
        connection.session.join(SECONDS)
        send(transport, server)
        assert server.seen[-2:] == [BIND, SUBMIT]


def test_no_more_than_the_window_is_under_way(transport: SmppTransport) -> None:
    held: List[int] = []
    most: List[int] = []
    server: ScriptedServer

    def answer(command: int, sequence: int, body: bytes) -> Said:
        if command != SUBMIT:
            return well_behaved(command, sequence, body)
        held.append(sequence)
        most.append(len(held))
        if len(held) < session.WINDOW and len(most) < 40:
            return b""
        said = b"".join(well_behaved(SUBMIT, each, b"") for each in reversed(held))
        held.clear()
        return said

    phones = ",".join(str(79990000000 + number) for number in range(40))
    with ScriptedServer(answer) as server:
        reply = transport.exchange(send_request(phones=phones), server.address, LONG_ENOUGH)
    assert max(most) == session.WINDOW
    ids, parts, _, _ = reply.split(",")
    assert parts == "40"
    # Answers came in another order; the ids stand in the order of the phones.
    assert ids.split(";") == [str(number) for number in range(2, 42)]


def test_threads_share_the_connection_and_none_gets_another_s_answer(
    transport: SmppTransport,
) -> None:
    def answer(command: int, sequence: int, body: bytes) -> Said:
        if command != SUBMIT:
            return well_behaved(command, sequence, body)
        text = body.rpartition(b"text-")[2]
        return pdu(SUBMIT | RESP, sequence, text + b"\0")

    replies: Dict[int, str] = {}
    with ScriptedServer(answer) as server:

        def run(number: int) -> None:
            for _ in range(10):
                replies[number] = send(transport, server, f"text-{number}")
                assert replies[number] == f"{number},1,,"

        threads = [threading.Thread(target=run, args=(number,)) for number in range(100, 130)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert server.seen.count(BIND) == 1
        assert server.seen.count(SUBMIT) == 300
    assert replies == {number: f"{number},1,," for number in range(100, 130)}


# Outcomes by phase


@pytest.mark.parametrize(
    ("status", "error"), [(0x01, 1), (0x0B, 7), (0x58, 9), (0x61, 5), (0x62, 5)]
)
def test_a_refusal_that_means_an_error_of_the_gateway_is_that_error(
    transport: SmppTransport, status: int, error: int
) -> None:
    with ScriptedServer(refusing(status)) as server:
        assert send(transport, server) == f"0,-{error}"


def test_another_refusal_is_not_sent_and_names_its_status(transport: SmppTransport) -> None:
    with ScriptedServer(refusing(0x45)) as server, pytest.raises(NotSent, match="0x00000045"):
        send(transport, server)


@pytest.mark.parametrize("status", [0x0E, 0x0F])
def test_a_wrong_password_is_error_2(transport: SmppTransport, status: int) -> None:
    with ScriptedServer(refusing(status, of=BIND)) as server:
        assert send(transport, server) == "0,-2"
        assert SUBMIT not in server.seen


NOT_BOUND: Dict[str, Any] = {
    "refused for another reason": refusing(0x0D, of=BIND),
    "hangs up": lambda command, sequence, body: None,
    "speaks no SMPP": lambda command, sequence, body: b"220 mail.example.com ESMTP\r\n",
    "a PDU too short": lambda command, sequence, body: b"\0\0\0\4" * 4,
    "a PDU too long": lambda command, sequence, body: b"\x7f\0\0\0" * 4,
    "no such command": lambda command, sequence, body: pdu(RESP, sequence, status=3),
}


@pytest.mark.parametrize("what", NOT_BOUND)
def test_not_bound_is_not_sent(transport: SmppTransport, what: str) -> None:
    with ScriptedServer(NOT_BOUND[what]) as server, pytest.raises(NotSent):
        send(transport, server)


def test_a_bind_without_an_answer_is_not_sent_after_the_timeout(
    transport: SmppTransport,
) -> None:
    # An answer to something else is none.
    with ScriptedServer(lambda *_: pdu(BIND | RESP, 999, b"x\0")) as server:
        with pytest.raises(NotSent) as raised:
            transport.exchange(send_request(), server.address, Timeout(0.1, 10.0))
        assert raised.value.timed_out


def test_a_nack_is_not_sent(transport: SmppTransport) -> None:
    def answer(command: int, sequence: int, body: bytes) -> Said:
        if command == SUBMIT:
            return pdu(RESP, sequence, status=2)
        return well_behaved(command, sequence, body)

    with ScriptedServer(answer) as server, pytest.raises(NotSent):
        send(transport, server)


@pytest.mark.parametrize("said", [None, b"\0\0\0\1" * 4, pdu(SUBMIT | RESP, 2, b"no zero")[:-9]])
def test_written_and_no_answer_is_unknown(transport: SmppTransport, said: Said) -> None:
    def answer(command: int, sequence: int, body: bytes) -> Said:
        return said if command == SUBMIT else well_behaved(command, sequence, body)

    with ScriptedServer(answer) as server, pytest.raises(OutcomeUnknown):
        transport.exchange(send_request(), server.address, Timeout(5.0, 0.5))


def test_of_several_numbers_refused_ones_have_the_id_0(transport: SmppTransport) -> None:
    def answer(command: int, sequence: int, body: bytes) -> Said:
        if command == SUBMIT and b"78888888888" in body:
            return pdu(SUBMIT | RESP, sequence, status=0x0B)
        return well_behaved(command, sequence, body)

    phones = f"{PHONE},78888888888,79990000001"
    with ScriptedServer(answer) as server:
        request = send_request(phones=phones)
        assert transport.exchange(request, server.address, LONG_ENOUGH) == "2;0;4,2,,"


def test_a_loss_in_the_middle_of_several_is_unknown_and_says_how_many_were_taken(
    transport: SmppTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "WINDOW", 1)

    def answer(command: int, sequence: int, body: bytes) -> Said:
        if command == SUBMIT and sequence == 3:
            return pdu(SUBMIT | RESP, sequence, b"3\0") + pdu(UNBIND, 99)
        return well_behaved(command, sequence, body)

    phones = ",".join(str(79990000000 + number) for number in range(5))
    with ScriptedServer(answer) as server:
        with pytest.raises(OutcomeUnknown, match="2 of 5 messages were accepted"):
            transport.exchange(send_request(phones=phones), server.address, LONG_ENOUGH)
        assert server.seen.count(SUBMIT) == 2


def test_what_waits_for_the_window_when_time_is_over_never_goes_out(
    transport: SmppTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "WINDOW", 1)
    held: List[int] = []
    arrived = threading.Event()

    def answer(command: int, sequence: int, body: bytes) -> Said:
        if command != SUBMIT:
            return well_behaved(command, sequence, body)
        held.append(sequence)
        arrived.set()
        return b""

    with ScriptedServer(answer) as server:
        first: List[str] = []
        thread = threading.Thread(target=lambda: first.append(send(transport, server, "one")))
        thread.start()
        assert arrived.wait(SECONDS)
        with pytest.raises(NotSent) as raised:
            transport.exchange(send_request("two"), server.address, Timeout(5.0, 0.1))
        assert raised.value.timed_out
        server.push(well_behaved(SUBMIT, held[0], b""))
        thread.join()
        assert first == ["2,1,,"]
        assert server.seen.count(SUBMIT) == 1


# TLS


def test_tls_checks_the_certificate_and_its_name(
    transport: SmppTransport, trusted_tls: ssl.SSLContext, certificates: Certificates
) -> None:
    with ScriptedServer(well_behaved, trusted_tls) as server:
        for _ in range(2):
            assert send(transport, server, smpp_tls=True).endswith(",1,,")
        transport.close()


@pytest.mark.parametrize("wrong", ["untrusted_tls", "misnamed_tls"])
def test_a_wrong_certificate_is_not_sent_and_shows_no_password(
    transport: SmppTransport, request: pytest.FixtureRequest, wrong: str
) -> None:
    with ScriptedServer(well_behaved, request.getfixturevalue(wrong)) as server:
        with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
            send(transport, server, smpp_tls=True)
        assert server.seen == []


# The account


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"login": ""}, "SMPP has no API key"),
        ({"smpp_password": ""}, "a password of its own: set SMPP_PASSWORD"),
        ({"smpp_password": "nine char"}, "SMPP_PASSWORD must be 8 Latin"),
        ({"smpp_password": "пароль"}, "SMPP_PASSWORD must be 8 Latin"),
        ({"login": "sixteen letters."}, "SMSC_LOGIN must be 15 Latin"),
    ],
)
def test_an_account_that_smpp_cannot_carry_is_refused(
    transport: SmppTransport, changes: Dict[str, str], reason: str
) -> None:
    with pytest.raises(Unsupported, match=reason):
        transport.exchange(send_request(**changes), "127.0.0.1:9", LONG_ENOUGH)


def test_each_account_has_its_connection(transport: SmppTransport) -> None:
    with ScriptedServer(well_behaved) as server:
        for login in ("one", "two", "one"):
            send(transport, server, login=login)
        assert [body[:3] for body in server.bodies if b"QzX" in body] == [b"one", b"two"]
        assert "QzX" not in repr(_connections()) + repr(SETTINGS)


def test_a_connection_to_another_server_takes_the_place_of_the_first(
    transport: SmppTransport,
) -> None:
    with ScriptedServer(well_behaved) as first, ScriptedServer(well_behaved) as second:
        send(transport, first)
        send(transport, second)
        assert first.ended.acquire(timeout=SECONDS)
        assert first.seen == [BIND, SUBMIT, UNBIND]


# Processes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_binds_a_connection_of_its_own(transport: SmppTransport) -> None:
    with ScriptedServer(well_behaved) as server:
        send(transport, server)
        child = os.fork()
        if not child:
            status = 1
            try:
                status = 0 if send(transport, server).endswith(",1,,") else 2
                transport.close()
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        assert send(transport, server).endswith(",1,,")
        assert server.seen == [BIND, SUBMIT, BIND, SUBMIT, UNBIND, SUBMIT]


PROGRAM = """\
import smsc_api
smsc_api.SMSC_LOGIN, smsc_api.SMSC_PASSWORD = "alex", "by HTTP"
smsc_api.SMSC_TRANSPORT = "smpp"
print(smsc_api.SMSC().send_sms("79991112233", "test"))
"""


def test_a_program_unbinds_at_its_end_and_says_nothing() -> None:
    with ScriptedServer(well_behaved) as server:
        environment = {
            **os.environ, "SMPP_SERVER": server.address, "SMPP_PASSWORD": "QzX-word"}  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", PROGRAM],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert (done.stdout, done.stderr) == ("['2', '1', '', '']\n", "")
        assert server.seen == [BIND, SUBMIT, UNBIND]


def test_without_smpplib_it_says_what_to_install(
    transport: SmppTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if ".smpp." in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("smsc_transports.transports.smpp.sending", raising=False)
    monkeypatch.setitem(sys.modules, "smpplib", None)
    with pytest.raises(Unsupported, match=r'pip install "\.\[smpp\]"'):
        transport.exchange(send_request(), "127.0.0.1:9", LONG_ENOUGH)


@pytest.mark.parametrize("server", ["127.0.0.1:99999", ".."])
def test_an_address_that_is_none_is_not_sent(transport: SmppTransport, server: str) -> None:
    request = send_request(smpp_server=server)
    with pytest.raises(NotSent):
        transport.exchange(request, transport.addresses(request)[0], LONG_ENOUGH)


def test_addresses_are_the_domain_s_or_those_that_are_given(transport: SmppTransport) -> None:
    def addresses(**settings: Any) -> List[str]:
        return list(transport.addresses(send_request(**settings)))

    assert addresses() == ["smpp.smsc.ua:3700", "smpp2.smsc.ua:3700"]
    assert addresses(host="smsc.kz", smpp_tls=True) == ["smpp.smsc.kz:3443", "smpp2.smsc.kz:3443"]
    assert addresses(smpp_server="one, two:1,[::1]") == ["one:3700", "two:1", "[::1]:3700"]


class Interrupted(threading.Event):
    def wait(self, timeout: Optional[float] = None) -> bool:
        raise KeyboardInterrupt


class InterruptedBatch(session.Batch):
    def __init__(self) -> None:
        super().__init__()
        self.over = Interrupted()


def test_ctrl_c_passes_through_and_what_waits_never_goes_out(
    transport: SmppTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "WINDOW", 1)
    monkeypatch.setattr(session, "Batch", InterruptedBatch)

    def answer(command: int, sequence: int, body: bytes) -> Said:
        return b"" if command == SUBMIT else well_behaved(command, sequence, body)

    with ScriptedServer(answer) as server:
        request = send_request(phones=f"{PHONE},79990000001")
        with pytest.raises(KeyboardInterrupt):
            transport.exchange(request, server.address, LONG_ENOUGH)
        transport.close()
        assert server.ended.acquire(timeout=SECONDS)
        assert server.seen.count(SUBMIT) <= 1

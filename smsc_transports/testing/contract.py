"""What every transport must do, as tests that a plugin's test class inherits.

The failover loop can keep its promises (no message twice, none falsely reported) only with
transports that make one attempt and report its outcome correctly.
"""

from __future__ import annotations

import logging
import threading
import traceback
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Iterator, List, Optional, Sequence, Union

import pytest

from smsc_transports.failover.policies import Call, Route
from smsc_transports.plugins.transport import Transport
from smsc_transports.testing.peer import Peer
from smsc_transports.values.attempt import Attempt
from smsc_transports.values.encoding import Argument, percent_encode
from smsc_transports.values.errors import UNSUPPORTED, NotSent, OutcomeUnknown, TransportError
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings, Timeout

PHONE = "79991112233"
LOGIN = "login-of-the-contract"
PASSWORD = "pass/word of+the&contract"
LONG_ENOUGH = Timeout(10.0, 10.0)
SHORT = Timeout(0.3, 0.3)
PATIENCE = 30.0  # seconds, after which a call counts as one that never ends
THREADS = 8

TEXTS = {
    "Cyrillic": "Ваш пароль: 123",
    "an emoji": "see you \N{SLIGHTLY SMILING FACE}",
    "what means something in a URL": "50% off & more? a+b=c #1 /x~y",
    "what means something in JSON and XML": '"quoted" \\ <b>&amp;</b> {}',
    "two lines and a comma": "first, line\nsecond line",
    "1,000 characters": "0123456789" * 100,
}


class TransportContract(ABC):
    """Tests for one transport. A subclass makes the transport and its peer."""

    @abstractmethod
    def make_transport(self) -> Transport:
        """Make the transport to be tested."""

    @abstractmethod
    def make_peer(self) -> Peer:
        """Make the peer, not yet started."""

    def make_settings(self, peer: Peer) -> Settings:
        """Give the settings to send with; ``login`` and ``password`` are the secrets to keep."""
        return Settings(login=LOGIN, password=PASSWORD, host=peer.address)

    @pytest.fixture
    def transport(self) -> Iterator[Transport]:
        """The transport under test."""
        transport = self.make_transport()
        yield transport
        transport.close()

    @pytest.fixture
    def peer(self) -> Iterator[Peer]:
        """The peer, running."""
        with self.make_peer() as peer:
            yield peer

    def request(
        self,
        peer: Peer,
        text: Union[str, bytes] = "test",
        charset: str = "utf-8",
        phones: Sequence[str] = (PHONE,),
    ) -> Request:
        """Make a request to send a text, as the face makes it."""
        argument = (
            f"cost=3&phones={percent_encode(','.join(phones), charset)}"
            f"&mes={percent_encode(text, charset)}&translit=0&id=0"
        )
        settings = self.make_settings(peer).replace(charset=charset)
        return Request("send", Argument(argument, charset), settings)

    def send(self, transport: Transport, peer: Peer) -> str:
        """Send a message in one exchange; the reply text."""
        answer = transport.exchange(self.request(peer), peer.address, LONG_ENOUGH)
        assert isinstance(answer, str), f"the answer is text, not {type(answer).__name__}"
        return answer

    def test_it_has_a_name_that_a_setting_can_hold(self, transport: Transport) -> None:
        """SMSC_TRANSPORT is a comma list of names."""
        assert transport.name
        assert "," not in transport.name
        assert transport.name == transport.name.strip()

    def test_its_commands_are_a_set_of_names_or_none(self, transport: Transport) -> None:
        """None means all; a plain string would be taken for a set of letters."""
        assert transport.commands is None or isinstance(transport.commands, (set, frozenset))

    def test_it_names_an_address_to_try(self, transport: Transport, peer: Peer) -> None:
        """Without an address the loop makes no attempt."""
        addresses = list(transport.addresses(self.request(peer)))
        assert addresses
        assert all(isinstance(address, str) for address in addresses)

    def test_an_accepted_message_is_answered_with_id_and_parts(
        self, transport: Transport, peer: Peer
    ) -> None:
        """The answer is ``id,parts,cost,balance``; what is not known stays empty."""
        fields = self.send(transport, peer).split(",")
        assert len(fields) == 4, "the answer has four fields: id,parts,cost,balance"
        id, parts = fields[:2]
        assert id.isdigit()
        assert int(parts) > 0
        if peer.received[0].id:
            assert id == peer.received[0].id

    def test_the_message_arrives_with_its_phone(self, transport: Transport, peer: Peer) -> None:
        """Once, and to no other number."""
        self.send(transport, peer)
        [received] = peer.received
        assert (received.phones, received.text) == ([PHONE], "test")

    def test_every_phone_arrives(self, transport: Transport, peer: Peer) -> None:
        """A send may go to several phones."""
        phones = [f"7999000000{number}" for number in range(3)]
        transport.exchange(self.request(peer, phones=phones), peer.address, LONG_ENOUGH)
        assert [phone for received in peer.received for phone in received.phones] == phones

    @pytest.mark.parametrize("what", TEXTS)
    def test_a_text_arrives_as_it_was_written(
        self, what: str, transport: Transport, peer: Peer
    ) -> None:
        """Character for character."""
        transport.exchange(self.request(peer, TEXTS[what]), peer.address, LONG_ENOUGH)
        assert peer.received[0].text == TEXTS[what]

    def test_a_text_given_as_bytes_arrives(self, transport: Transport, peer: Peer) -> None:
        """Programs may pass bytes, which go as they are."""
        request = self.request(peer, TEXTS["Cyrillic"].encode("utf-8"))
        transport.exchange(request, peer.address, LONG_ENOUGH)
        assert peer.received[0].text == TEXTS["Cyrillic"]

    @pytest.mark.parametrize("charset", ["windows-1251", "koi8-r"])
    def test_a_text_in_another_charset_arrives_as_it_was_written(
        self, charset: str, transport: Transport, peer: Peer
    ) -> None:
        """``request.text`` is decoded; ``request.argument`` is in SMSC_CHARSET."""
        request = self.request(peer, TEXTS["Cyrillic"], charset)
        transport.exchange(request, peer.address, LONG_ENOUGH)
        assert peer.received[0].text == TEXTS["Cyrillic"]

    def test_a_refused_message_is_an_error_reply_or_not_sent(
        self, transport: Transport, peer: Peer
    ) -> None:
        """A refusal is an answer: ``0,-<code>``, or NotSent if another gateway may accept it."""
        peer.reject()
        try:
            fields = self.send(transport, peer).split(",")
        except NotSent:
            return
        assert len(fields) == 2, "an error reply has two fields: id,-code"
        assert fields[1].startswith("-")
        assert fields[1][1:].isdigit()

    def test_nobody_there_means_not_sent(self, transport: Transport, peer: Peer) -> None:
        """Only then may the loop try the next address at once."""
        peer.refuse()
        with pytest.raises(NotSent):
            self.send(transport, peer)

    def test_a_lost_answer_means_outcome_unknown(self, transport: Transport, peer: Peer) -> None:
        """The message may have arrived: NotSent here would deliver it twice."""
        peer.lose_answers()
        with pytest.raises(OutcomeUnknown):
            self.send(transport, peer)

    def test_the_timeout_ends_the_wait_for_an_answer(
        self, transport: Transport, peer: Peer
    ) -> None:
        """The message may have arrived, so the outcome is unknown."""
        peer.hang()
        raised = self._raised_in_a_thread(transport, peer, SHORT)
        assert isinstance(raised, OutcomeUnknown), f"expected OutcomeUnknown, not {raised!r}"

    @pytest.mark.parametrize("fault", ["accept", "reject", "lose_answers", "hang"])
    def test_one_exchange_makes_one_attempt(
        self, fault: str, transport: Transport, peer: Peer
    ) -> None:
        """The loop decides about repeats; one in the transport would send twice."""
        getattr(peer, fault)()
        self._raised_in_a_thread(transport, peer, SHORT if fault == "hang" else LONG_ENOUGH)
        assert len(peer.received) == 1, f"one exchange sent {len(peer.received)} messages"

    def test_it_works_again_after_a_failure(self, transport: Transport, peer: Peer) -> None:
        """A broken connection must not be kept."""
        peer.lose_answers()
        with pytest.raises(OutcomeUnknown):
            self.send(transport, peer)
        peer.accept()
        assert int(self.send(transport, peer).split(",")[1]) > 0

    @pytest.mark.parametrize("fault", ["reject", "refuse", "lose_answers", "hang"])
    def test_no_secret_is_in_an_error_or_a_log(
        self, fault: str, transport: Transport, peer: Peer, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither in the text of an exception, nor in what caused it, nor in any log record."""
        caplog.set_level(logging.DEBUG)
        getattr(peer, fault)()
        raised = self._raised_in_a_thread(
            transport, peer, SHORT if fault == "hang" else LONG_ENOUGH
        )
        shown = [repr(transport), caplog.text]
        if raised is not None:
            shown += traceback.format_exception(type(raised), raised, raised.__traceback__)
            shown.append(repr(raised))
        settings = self.make_settings(peer)
        for secret in settings.secrets:
            for form in (secret, percent_encode(secret, "utf-8")):
                assert form not in "\n".join(shown)

    def test_threads_get_their_own_answers(self, transport: Transport, peer: Peer) -> None:
        """One object serves all threads of a program."""
        answers: List[str] = [""] * THREADS
        ready = threading.Barrier(THREADS)

        def send(number: int) -> None:
            request = self.request(peer, f"text {number}")
            ready.wait()
            answers[number] = transport.exchange(request, peer.address, LONG_ENOUGH)

        threads = [threading.Thread(target=send, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        by_text = {received.text: received for received in peer.received}
        assert sorted(by_text) == [f"text {number}" for number in range(THREADS)]
        assert len(peer.received) == THREADS
        for number, answer in enumerate(answers):
            assert answer, f"the thread {number} got no answer"
            expected = by_text[f"text {number}"].id
            assert not expected or answer.split(",")[0] == expected

    @pytest.mark.parametrize("command", ["status", "balance"])
    def test_a_question_is_not_sent_as_a_message(
        self, command: str, transport: Transport, peer: Peer
    ) -> None:
        """What is not among its ``commands`` is Unsupported, and another transport is asked."""
        request = Request(command, f"phone={PHONE}&id=1&all=0", self.make_settings(peer))
        attempts: List[Attempt] = []
        with suppress(TransportError):
            Call(request, attempts.append).attempt(request, Route(transport, peer.address))
        assert peer.received == []
        if transport.commands is not None and command not in transport.commands:
            assert attempts[0].outcome == UNSUPPORTED

    def test_closing_twice_is_harmless(self, transport: Transport, peer: Peer) -> None:
        """It is closed when the program ends, and may have been closed before."""
        self.send(transport, peer)
        transport.close()
        transport.close()

    def _raised_in_a_thread(
        self, transport: Transport, peer: Peer, timeout: Timeout
    ) -> Optional[Exception]:
        """Make one exchange and give what it raised; fail if it does not end."""
        raised: List[Exception] = []

        def exchange() -> None:
            try:
                transport.exchange(self.request(peer), peer.address, timeout)
            except Exception as error:
                raised.append(error)

        thread = threading.Thread(target=exchange, daemon=True)
        thread.start()
        thread.join(PATIENCE)
        assert not thread.is_alive(), f"still waiting {PATIENCE} s after a timeout of {timeout}"
        unexpected = [error for error in raised if not isinstance(error, TransportError)]
        assert not unexpected, f"only NotSent, OutcomeUnknown, Unsupported: {unexpected[0]!r}"
        return raised[0] if raised else None

"""The tests that plugin authors inherit pass a sound transport and find each fault of a bad one."""

from __future__ import annotations

import inspect
import json
import logging
import threading
from http.client import HTTPConnection, HTTPException
from typing import Any, List, Sequence, Tuple, Type

import pytest

from smsc_transports import NotSent, OutcomeUnknown, Request, Transport
from smsc_transports.testing import HttpPeer, HttpRequest, Peer, Received, TransportContract
from smsc_transports.values.settings import Timeout


class JsonPeer(HttpPeer):
    def read(self, request: HttpRequest) -> Tuple[Sequence[str], str]:
        letter = json.loads(request.body)
        return letter["to"], letter["text"]

    def accepted(self, number: int) -> str:
        return f"{number},1,,"

    def rejected(self) -> Tuple[int, str]:
        return 200, "0,-7"


class Sound(Transport):
    """Does what a transport has to; its parts are there to be done wrongly."""

    name = "sound"
    commands: Any = frozenset({"send"})

    def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
        connection = HTTPConnection(address, timeout=timeout.connect)
        try:
            self.connect(connection)
            self.set_timeout(connection, timeout)
            return self.ask(connection, request)
        finally:
            connection.close()

    def connect(self, connection: HTTPConnection) -> None:
        try:
            connection.connect()
        except OSError as error:
            raise NotSent(str(error)) from None

    def set_timeout(self, connection: HTTPConnection, timeout: Timeout) -> None:
        connection.sock.settimeout(timeout.read)

    def ask(self, connection: HTTPConnection, request: Request) -> str:
        try:
            connection.request("POST", "/", self.letter(request))
            return connection.getresponse().read().decode()
        except (OSError, HTTPException) as error:
            raise self.lost(request, error) from None

    def lost(self, request: Request, error: Exception) -> Exception:
        return OutcomeUnknown(str(error))

    def letter(self, request: Request) -> bytes:
        return json.dumps({"to": request.phones, "text": request.text}).encode()


class TestSound(TransportContract):
    def make_transport(self) -> Transport:
        return Sound()

    def make_peer(self) -> Peer:
        return JsonPeer()


class Nameless(Sound):
    name = ""


class TwoNames(Sound):
    name = "one,two"


class CommandsAsText(Sound):
    commands = "send"


class NoAddress(Sound):
    def addresses(self, request: Request) -> Sequence[str]:
        return []


class GivesBytes(Sound):
    def ask(self, connection: HTTPConnection, request: Request) -> Any:
        return super().ask(connection, request).encode()


class GivesTheIdOnly(Sound):
    def ask(self, connection: HTTPConnection, request: Request) -> str:
        return super().ask(connection, request).split(",")[0]


class MakesUpTheId(Sound):
    def ask(self, connection: HTTPConnection, request: Request) -> str:
        return "77" + super().ask(connection, request)


class FirstPhoneOnly(Sound):
    def letter(self, request: Request) -> bytes:
        return json.dumps({"to": request.phones[:1], "text": request.text}).encode()


class FirstPhoneTwice(Sound):
    def letter(self, request: Request) -> bytes:
        return json.dumps({"to": request.phones[:1] * 2, "text": request.text}).encode()


class CarriesEverything(Sound):
    commands = None


class AsciiOnly(Sound):
    def letter(self, request: Request) -> bytes:
        text = request.text.encode("ascii", "replace").decode()
        return json.dumps({"to": request.phones, "text": text}).encode()


class StillEncoded(Sound):
    def letter(self, request: Request) -> bytes:
        text = request.argument.split("mes=")[1].split("&")[0]
        return json.dumps({"to": request.phones, "text": text}).encode()


class RefusalIsUnknown(Sound):
    def ask(self, connection: HTTPConnection, request: Request) -> str:
        reply = super().ask(connection, request)
        if "-" in reply:
            raise OutcomeUnknown(reply)
        return reply


class NobodyThereIsUnknown(Sound):
    def connect(self, connection: HTTPConnection) -> None:
        try:
            connection.connect()
        except OSError as error:
            raise OutcomeUnknown(str(error)) from None


class LostAnswerIsNotSent(Sound):
    def lost(self, request: Request, error: Exception) -> Exception:
        return NotSent(str(error))


class RaisesItsOwnErrors(Sound):
    def lost(self, request: Request, error: Exception) -> Exception:
        return ValueError(str(error))


class SendsTwice(Sound):
    def ask(self, connection: HTTPConnection, request: Request) -> str:
        super().ask(connection, request)
        return super().ask(connection, request)


class TriesAgain(Sound):
    def ask(self, connection: HTTPConnection, request: Request) -> str:
        try:
            return super().ask(connection, request)
        except OutcomeUnknown:
            connection.close()
            return super().ask(connection, request)


class TellsThePassword(Sound):
    def lost(self, request: Request, error: Exception) -> Exception:
        return OutcomeUnknown(f"{error} for {request.settings.password}")


class TellsThePasswordInItsCause(Sound):
    def ask(self, connection: HTTPConnection, request: Request) -> str:
        try:
            return super().ask(connection, request)
        except OutcomeUnknown as error:
            raise error from ValueError(request.query)


class LogsThePassword(Sound):
    def lost(self, request: Request, error: Exception) -> Exception:
        logging.getLogger("mine").info("failed: %s", request.query)
        return OutcomeUnknown(str(error))


class OneAnswerForAllThreads(Sound):
    """Keeps the request of a call on the object that all threads share."""

    def __init__(self) -> None:
        self._all_here = threading.Barrier(8)

    def letter(self, request: Request) -> bytes:
        self._request = request
        if request.text.startswith("text "):
            self._all_here.wait()
        return super().letter(self._request)


class KeepsABrokenConnection(Sound):
    def __init__(self) -> None:
        self._kept: List[HTTPConnection] = []

    def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
        if not self._kept:
            self._kept.append(HTTPConnection(address, timeout=timeout.read))
            self._kept[0].connect()
            self._kept[0].auto_open = 0
        return self.ask(self._kept[0], request)


class ClosesOnce(Sound):
    def __init__(self) -> None:
        self._open = ["connection"]

    def close(self) -> None:
        self._open.pop()


FAULTS: List[Tuple[Type[Sound], str, Tuple[str, ...]]] = [
    (Nameless, "it_has_a_name_that_a_setting_can_hold", ()),
    (TwoNames, "it_has_a_name_that_a_setting_can_hold", ()),
    (CommandsAsText, "its_commands_are_a_set_of_names_or_none", ()),
    (NoAddress, "it_names_an_address_to_try", ()),
    (GivesBytes, "an_accepted_message_is_answered_with_id_and_parts", ()),
    (GivesTheIdOnly, "an_accepted_message_is_answered_with_id_and_parts", ()),
    (MakesUpTheId, "an_accepted_message_is_answered_with_id_and_parts", ()),
    (FirstPhoneOnly, "every_phone_arrives", ()),
    (AsciiOnly, "a_text_arrives_as_it_was_written", ("Cyrillic",)),
    (AsciiOnly, "a_text_given_as_bytes_arrives", ()),
    (StillEncoded, "a_text_in_another_charset_arrives_as_it_was_written", ("koi8-r",)),
    (FirstPhoneTwice, "the_message_arrives_with_its_phone", ()),
    (RefusalIsUnknown, "a_refused_message_is_an_error_reply_or_not_sent", ()),
    (NobodyThereIsUnknown, "nobody_there_means_not_sent", ()),
    (LostAnswerIsNotSent, "a_lost_answer_means_outcome_unknown", ()),
    (LostAnswerIsNotSent, "the_timeout_ends_the_wait_for_an_answer", ()),
    (RaisesItsOwnErrors, "the_timeout_ends_the_wait_for_an_answer", ()),
    (SendsTwice, "one_exchange_makes_one_attempt", ("accept",)),
    (TriesAgain, "one_exchange_makes_one_attempt", ("lose_answers",)),
    (TellsThePassword, "no_secret_is_in_an_error_or_a_log", ("lose_answers",)),
    (TellsThePasswordInItsCause, "no_secret_is_in_an_error_or_a_log", ("lose_answers",)),
    (LogsThePassword, "no_secret_is_in_an_error_or_a_log", ("lose_answers",)),
    (OneAnswerForAllThreads, "threads_get_their_own_answers", ()),
    (KeepsABrokenConnection, "it_works_again_after_a_failure", ()),
    (CarriesEverything, "a_question_is_not_sent_as_a_message", ("status",)),
    (ClosesOnce, "closing_twice_is_harmless", ()),
]


@pytest.mark.parametrize(
    ("flawed", "name", "parameters"),
    FAULTS,
    ids=[f"{flawed.__name__}: {name}" for flawed, name, _ in FAULTS],
)
def test_a_fault_is_found(
    flawed: Type[Sound], name: str, parameters: Tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    test = getattr(TestSound(), f"test_{name}")
    with JsonPeer() as peer:
        fixtures = {"transport": flawed(), "peer": peer, "caplog": caplog}
        taken = set(fixtures) & set(inspect.signature(test).parameters)
        with pytest.raises((Exception, pytest.fail.Exception)):
            test(*parameters, **{each: fixtures[each] for each in taken})


def test_every_inherited_test_can_fail() -> None:
    names = {name[len("test_") :] for name in dir(TransportContract) if name.startswith("test_")}
    assert {name for _, name, _ in FAULTS} == names


def test_a_failed_comparison_names_what_was_wrong() -> None:
    with JsonPeer() as peer, pytest.raises(AssertionError) as raised:
        TestSound().test_one_exchange_makes_one_attempt("accept", SendsTwice(), peer)
    assert str(raised.value).startswith("one exchange sent 2 messages")


def test_a_message_is_known_by_the_number_it_was_accepted_under() -> None:
    with JsonPeer() as peer:
        TestSound().send(Sound(), peer)
        assert peer.received == [Received(["79991112233"], "test", "1")]

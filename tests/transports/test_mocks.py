"""Tests of newer programs patch requests: while they do, every call is theirs."""

from __future__ import annotations

from typing import Any, List
from unittest import mock

import pytest
import requests
import responses

from .gateway import REPLY, SENT, Client, Gateway, answer

TRANSPORTS = ["http-get", "http-post", "https-get", "https-post"]
SEND = "requests.adapters.HTTPAdapter.send"
URL = "{}://smsc.example:8080/sys/send.php"


@pytest.fixture
def face(face: Any) -> Any:
    face.SMSC_HOST = "smsc.example:8080"
    return face


def url_by(transport: str) -> str:
    return URL.format(transport.split("-")[0])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_responses_gets_the_calls_of_every_transport(face: Any, transport: str) -> None:
    face.SMSC_TRANSPORT = transport
    with responses.RequestsMock() as mocked:
        method = responses.GET if transport.endswith("get") else responses.POST
        mocked.add(method, url_by(transport), body=REPLY)
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
        [call] = mocked.calls
    request: Any = call.request
    parameters = request.body or request.url.encode().partition(b"?")[2]
    assert parameters.endswith(b"&cost=3&phones=79990000001&mes=hello&translit=0&id=0")


@responses.activate
def test_a_call_that_responses_does_not_expect_sends_nothing(face: Any) -> None:
    reply = face.SMSC().send_sms("79990000001", "hello")
    assert reply == ["", ""]
    assert "Connection refused by Responses" in reply.attempts[0].error


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_function_in_the_place_of_the_adapters_is_called(face: Any, transport: str) -> None:
    face.SMSC_TRANSPORT = transport
    seen: List[Any] = []

    def send(self: Any, request: Any, **options: Any) -> requests.Response:
        seen.append(
            (request.method, request.url.partition("?")[0], options["timeout"].read_timeout)
        )
        response = requests.Response()
        response.status_code = 200
        response._content = REPLY
        return response

    with mock.patch(SEND, send):
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    method = transport.split("-")[1].upper()
    assert seen == [(method, url_by(transport), 10.0)]


def test_a_replaced_send_of_the_session_is_called(face: Any) -> None:
    """requests-mock replaces this method, not the adapter's."""

    def send(self: Any, request: Any, **options: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, response._content = 200, REPLY
        return response

    with Gateway() as gateway, mock.patch("requests.Session.send", send):
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert gateway.requests == []


def test_a_redirect_that_a_mock_answers_is_followed(face: Any) -> None:
    with responses.RequestsMock() as mocked:
        mocked.get(URL.format("http"), status=302, headers={"Location": "https://other.example/x"})
        mocked.get("https://other.example/x", body=REPLY)
        assert face.SMSC().send_sms("79990000001", "hello") == SENT


def test_what_a_mock_lets_through_goes_as_it_would_without_it(face: Any) -> None:
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        for argument in ("a=~|%7e", "b=1"):
            with responses.RequestsMock() as mocked:
                mocked.add_passthru(f"http://{gateway.address}")
                assert face.SMSC()._smsc_send_cmd("send", argument) == SENT
        assert face.SMSC()._smsc_send_cmd("send", "c=1") == SENT
    assert gateway.connections == 1
    assert [target.rpartition("&")[2] for target in gateway.targets] == ["a=~%7C%7E", "b=1", "c=1"]
    first, _, third = (seen.headers for seen in gateway.requests)
    assert first == third


@pytest.mark.parametrize(
    ("step", "outcome"), [(Client.close, "unknown"), (answer(b"", "500 Error"), "unknown")]
)
def test_what_becomes_of_a_call_that_a_mock_lets_through_is_reported_as_ever(
    face: Any, step: Any, outcome: str
) -> None:
    with Gateway(step) as gateway, responses.RequestsMock() as mocked:
        mocked.add_passthru(f"http://{gateway.address}")
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello").outcome == outcome
    with responses.RequestsMock() as mocked:
        mocked.add_passthru(f"http://{gateway.address}")
        assert face.SMSC().send_sms("79990000001", "hello").outcome == "not sent"


def test_after_the_mock_calls_go_over_the_wire_again(face: Any) -> None:
    with responses.RequestsMock() as mocked:
        mocked.get(URL.format("http"), body=b"1,1,1,1")
        face.SMSC().send_sms("79990000001", "hello")
    with Gateway() as gateway:
        face.SMSC_HOST = gateway.address
        assert face.SMSC().send_sms("79990000001", "hello") == SENT
    assert len(gateway.requests) == 1

"""The courier passes the tests that every transport has to pass, and some of its own."""

import json

import pytest
from smsc_courier import Courier

from smsc_transports import ConfigurationError
from smsc_transports.testing import HttpPeer, TransportContract


class CourierGateway(HttpPeer):
    """The other end: what a request means, and what the courier answers."""

    def __enter__(self):
        super().__enter__()
        self.address = f"http://{self.address}/messages"
        return self

    def read(self, request):
        message = json.loads(request.body)
        return message["to"], message["text"]

    def accepted(self, number):
        return json.dumps({"id": number, "parts": 1})

    def rejected(self):
        return 402, json.dumps({"error": "no money"})


class TestCourier(TransportContract):
    def make_transport(self):
        return Courier()

    def make_peer(self):
        return CourierGateway()

    @pytest.fixture(autouse=True)
    def settings_of_the_courier(self, monkeypatch):
        monkeypatch.setenv("COURIER_URL", "http://127.0.0.1/messages")
        monkeypatch.setenv("COURIER_TOKEN", "a token")

    def test_the_token_is_shown_to_the_courier(self, transport, peer):
        self.send(transport, peer)
        assert peer.requests[0].headers["authorization"] == "Bearer a token"

    def test_the_account_does_not_reach_the_courier(self, transport, peer):
        self.send(transport, peer)
        settings = self.make_settings(peer)
        for secret in (settings.login, settings.password, json.dumps(settings.password)[1:-1]):
            assert secret not in repr(peer.requests)

    def test_no_money_is_error_3(self, transport, peer):
        peer.reject()
        assert self.send(transport, peer) == "0,-3"

    def test_without_its_url_nothing_is_sent(self, transport, peer, monkeypatch):
        monkeypatch.delenv("COURIER_URL")
        with pytest.raises(ConfigurationError, match="COURIER_URL"):
            transport.addresses(self.request(peer))

"""The courier passes the tests that every transport has to pass."""

import json

from smsc_courier import Courier

from smsc_transports.testing import HttpPeer, TransportContract


class CourierGateway(HttpPeer):
    """The other end: what a request means, and what the courier answers."""

    def __enter__(self):
        super().__enter__()
        self.address = f"http://{self.address}/messages"
        return self

    def read(self, request):
        letter = json.loads(request.body)
        return letter["to"], letter["text"]

    def accepted(self, number):
        return json.dumps({"id": number, "parts": 1})

    def rejected(self):
        return 402, json.dumps({"error": "no money"})


class TestCourier(TransportContract):
    def make_transport(self):
        return Courier()

    def make_peer(self):
        return CourierGateway()

    def test_the_token_is_shown_to_the_courier(self, transport, peer, monkeypatch):
        monkeypatch.setenv("COURIER_TOKEN", "a token")
        self.send(transport, peer)
        assert peer.requests[0].headers["authorization"] == "Bearer a token"

    def test_no_money_is_error_3(self, transport, peer):
        peer.reject()
        assert self.send(transport, peer) == "0,-3"

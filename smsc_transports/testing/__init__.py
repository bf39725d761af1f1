"""For the author of a transport: tests to inherit, and the other end to test against.

Needs pytest. ::

    # test_pigeon.py
    import json
    from pigeon import Pigeon
    from smsc_transports.testing import HttpPeer, TransportContract

    class Loft(HttpPeer):
        def read(self, request):
            letter = json.loads(request.body)
            return letter["to"], letter["text"]

        def accepted(self, number):
            return json.dumps({"id": number})

        def rejected(self):
            return 400, json.dumps({"error": "no such loft"})

    class TestPigeon(TransportContract):
        def make_transport(self):
            return Pigeon()

        def make_peer(self):
            return Loft()
"""

from smsc_transports.testing.contract import TransportContract
from smsc_transports.testing.peer import HttpPeer, HttpRequest, Peer, Received

__all__ = ["HttpPeer", "HttpRequest", "Peer", "Received", "TransportContract"]

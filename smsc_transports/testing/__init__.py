"""For authors of transports: tests to inherit, and a peer to test against.

Needs pytest. ::

    # test_courier.py
    import json
    from courier import Courier
    from smsc_transports.testing import HttpPeer, TransportContract

    class Gateway(HttpPeer):
        def read(self, request):
            phones, text = json.loads(request.body)
            return phones, text

        def accepted(self, number):
            return f"{number},1,0.50,99.50"

        def rejected(self):
            return 200, "0,-3"

    class TestCourier(TransportContract):
        def make_transport(self):
            return Courier()

        def make_peer(self):
            return Gateway()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smsc_transports.testing.contract import TransportContract
    from smsc_transports.testing.peer import HttpPeer, HttpRequest, Peer, Received

__all__ = ["HttpPeer", "HttpRequest", "Peer", "Received", "TransportContract"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name when it is asked for: pytest loads the plugin here in every run."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            from smsc_transports.testing import contract, peer
        except ModuleNotFoundError as missing:
            from smsc_transports.values.extras import without

            raise without(missing, "test", "smsc_transports.testing") from None
        return getattr(contract if name == "TransportContract" else peer, name)

"""The transport passes the tests of every transport against a foreign server."""

from __future__ import annotations

from smsc_transports import Settings, Transport
from smsc_transports.testing import Peer, TransportContract
from smsc_transports.transports.smpp import SmppTransport

from .peers import ForeignPeer


class TestSmpp(TransportContract):
    split = "payload"

    def make_transport(self) -> Transport:
        return SmppTransport()

    def make_peer(self) -> Peer:
        return ForeignPeer()

    def make_settings(self, peer: Peer) -> Settings:
        return Settings(
            login="contract-login",
            password="not for SMPP",
            smpp_password="pa+&/%w",
            smpp_server=peer.address,
        )

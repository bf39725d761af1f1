"""An account with an SMPP password, and what tests of the transport share."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from smsc_transports import Request, Settings
from smsc_transports.transports.smpp import SmppTransport
from smsc_transports.values.encoding import Argument, percent_encode
from smsc_transports.values.settings import Timeout

pytest.importorskip("smpplib")

PHONE = "79991112233"
LONG_ENOUGH = Timeout(10.0, 10.0)
SETTINGS = Settings(login="alex", password="by HTTP", smpp_password="QzX-word")


def send_request(
    text: str = "test", more: str = "", phones: str = PHONE, **settings: Any
) -> Request:
    argument = f"cost=3&phones={phones}&mes={percent_encode(text, 'utf-8')}&translit=0&id=0{more}"
    return Request("send", Argument(argument, "utf-8"), SETTINGS.replace(**settings))


@pytest.fixture
def transport() -> Iterator[SmppTransport]:
    transport = SmppTransport()
    yield transport
    transport.close()


from tests.transports.conftest import (  # noqa: E402, F401
    certificates,
    misnamed_tls,
    trusted_tls,
    untrusted_tls,
)

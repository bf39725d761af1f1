"""Each cell of the table of transports, tried against the sandbox."""

from __future__ import annotations

import queue
import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any, Dict, List

import pytest

from smsc_transports import plugin_manager
from smsc_transports.sandbox.server import Sandbox
from tests.surroundings import plug_in, transport_names

ROOT = Path(__file__).parents[2]
PHONE = "79991112233"
SECONDS = 10.0


def table() -> Dict[str, Dict[str, str]]:
    """The rows by transport, each a cell by its heading."""
    text = (ROOT / "smsc_transports" / "transports" / "README.md").read_text("utf-8")
    start = text.index("| name | send | price |")
    lines = text[start : text.index("\n\n", start)].splitlines()
    head = cells(lines[0])
    return {
        name: dict(zip(head, cells(line)))
        for line in lines[2:]
        for name in re.findall(r"`([a-z-]+)`", cells(line)[0])
    }


def cells(line: str) -> List[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


TABLE = table()
ASKING = [name for name in TABLE if name != "queue"]
"""Those that speak to the gateway themselves; what the queue says is tested with its worker."""


@pytest.fixture
def face(face: Any, fresh_plugins: None, smsc_sandbox: Sandbox) -> Any:
    face.SMPP_PASSWORD = "secret"
    face.SMSC_LOGIN = "alex"
    return face


def tls_connections(sandbox: Sandbox) -> int:
    engine = sandbox._engine
    return sum(each.connections for each in [*engine.https, engine.smpp[1]])


def test_every_transport_has_its_row(fresh_plugins: None) -> None:
    assert sorted(TABLE) == sorted(transport_names())


@pytest.mark.parametrize("name", ASKING)
def test_what_it_carries_and_what_goes_by_http(face: Any, smsc_sandbox: Sandbox, name: str) -> None:
    face.SMSC_TRANSPORT = name
    smsc = face.SMSC()
    asked = {
        "send": smsc.send_sms(PHONE, "test"),
        "price": smsc.get_sms_cost(PHONE, "test"),
        "status": smsc.get_status(1001, PHONE),
        "balance": smsc._smsc_send_cmd("balance"),
    }
    for what, reply in asked.items():
        assert reply.ok
        [attempt] = reply.attempts
        expected = {"yes": name, "by HTTP": "http-get"}[TABLE[name][what]]
        assert attempt.transport == expected
    assert len(smsc_sandbox.messages) == 1


@pytest.mark.parametrize("name", ASKING)
def test_the_fields_of_a_reply(face: Any, smsc_sandbox: Sandbox, name: str) -> None:
    face.SMSC_TRANSPORT = name
    reply = face.SMSC().send_sms(PHONE, "test")
    told = [field for field in ("id", "parts", "cost", "balance") if reply.by_name(field)]
    assert ", ".join(told) == TABLE[name]["reply to a send"]


@pytest.mark.parametrize("name", ASKING)
def test_tls_and_kept_connections(face: Any, smsc_sandbox: Sandbox, name: str) -> None:
    face.SMSC_TRANSPORT = name
    secure = TABLE[name]["TLS"]
    if secure not in ("yes", "no"):  # the name of a switch
        setattr(face, secure.strip("`"), True)
    before, secure_before = smsc_sandbox.connections, tls_connections(smsc_sandbox)
    for text in ("one", "two", "three"):
        assert face.SMSC().send_sms(PHONE, text).ok
    made = smsc_sandbox.connections - before
    assert made == {"yes": 1, "no": 3}[TABLE[name]["keeps connections"]]
    made_secure = tls_connections(smsc_sandbox) - secure_before
    assert made_secure == (0 if secure == "no" else made)


@pytest.mark.parametrize("name", TABLE)
def test_receipts(face: Any, smsc_sandbox: Sandbox, name: str) -> None:
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    plug_in("listener", smsc_receipt=lambda receipt: heard.put(receipt))
    face.SMSC_TRANSPORT = name
    assert face.SMSC().send_sms(PHONE, "test").ok
    smsc_sandbox.clock.advance(3600)
    if TABLE[name]["receipts"] == "yes":
        assert heard.get(timeout=SECONDS).phone == PHONE
    else:
        plugin_manager().close()
        assert heard.empty()


def test_what_a_transport_needs_is_an_extra() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    needed = [row["needs"].strip("`[]") for row in TABLE.values() if row["needs"]]
    assert sorted(needed) == ["queue", "smpp"]
    for extra in needed:
        assert setup["options.extras_require"][extra]

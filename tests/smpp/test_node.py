"""Against npm's smpp, which has an alphabet, a segmentation and a TLS of its own."""

from __future__ import annotations

import functools
import json
import os
import queue
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

from smsc_transports.transports.smpp import SmppTransport
from smsc_transports.values.parts import GSM7, GSM7_EXTENSION
from tests.golden.gateway import Certificates
from tests.surroundings import plug_in

from .conftest import LONG_ENOUGH, PHONE, send_request

SERVER = Path(__file__).with_name("node_server.js")
SECONDS = 10.0


@functools.lru_cache(maxsize=1)
def environment() -> Dict[str, str]:
    """Where Node finds npm's smpp; skips the test where there is none."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("there is no Node with npm here")
    shared = subprocess.check_output(["npm", "root", "-g"], encoding="utf-8").strip()
    given = [shared, os.environ.get("NODE_PATH", "")]
    environ = {**os.environ, "NODE_PATH": os.pathsep.join(filter(None, given))}
    found = subprocess.run(["node", "-e", "require('smpp')"], env=environ, capture_output=True)
    if found.returncode:
        pytest.skip("npm's smpp is not installed: npm install -g smpp")
    return environ


class Node:
    """The running server."""

    def __init__(self, process: Any) -> None:
        self._lines = process.stdout
        self.address = f"127.0.0.1:{int(self._lines.readline())}"

    def message(self) -> Dict[str, Any]:
        """The next message that arrived."""
        return dict(json.loads(self._lines.readline()))


@contextmanager
def running(*files: str) -> Iterator[Node]:
    command = ["node", str(SERVER), *files]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            yield Node(process)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with running() as node:
        yield node


def send(
    transport: SmppTransport, node: Node, text: str = "test", more: str = "", **to: Any
) -> str:
    return transport.exchange(send_request(text, more, **to), node.address, LONG_ENOUGH)


TEXTS = {
    "every character of GSM 03.38": "".join(sorted(GSM7 | GSM7_EXTENSION))[:100],
    "and the others": "".join(sorted(GSM7 | GSM7_EXTENSION))[100:],
    "Cyrillic and an emoji": "Ваш пароль: 123 \N{SLIGHTLY SMILING FACE}",
    "a long one": "Я\N{SLIGHTLY SMILING FACE}" * 70,
    "a long one in GSM 03.38": "{[~]}" * 60,
}


@pytest.mark.parametrize("what", TEXTS)
def test_a_text_arrives(transport: SmppTransport, node: Node, what: str) -> None:
    send(transport, node, TEXTS[what], "&sender=Shop&valid=2")
    found = node.message()
    assert found["text"] == TEXTS[what]
    assert (found["phone"], found["sender"]) == (PHONE, "Shop")
    assert found["validity"]


@pytest.mark.parametrize("split", ["sar", "udh"])
@pytest.mark.parametrize("what", ["a long one", "a long one in GSM 03.38"])
def test_the_parts_of_a_text_arrive(
    transport: SmppTransport, node: Node, split: str, what: str
) -> None:
    _, parts, _, _ = send(transport, node, TEXTS[what], smpp_split=split).split(",")
    found: List[Dict[str, Any]] = [node.message() for _ in range(int(parts))]
    assert "".join(each["text"] for each in found) == TEXTS[what]
    if split == "sar":
        assert [each["sar"] for each in found] == [
            [len(found), number] for number in range(1, len(found) + 1)
        ]
    else:
        assert all(each["udh"] for each in found)


def test_a_wrong_password_is_error_2(transport: SmppTransport, node: Node) -> None:
    assert send(transport, node, smpp_password="wrong") == "0,-2"


@pytest.mark.usefixtures("fresh_plugins")
def test_its_receipt_is_heard(transport: SmppTransport, node: Node) -> None:
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    plug_in("listener", smsc_receipt=lambda receipt: heard.put(receipt))
    id = send(transport, node).split(",")[0]
    receipt = heard.get(timeout=SECONDS)
    assert node.message()["text"] == "test"
    assert (receipt.id, receipt.phone, receipt.status) == (id, PHONE, "DELIVRD")


@pytest.mark.usefixtures("trusted_tls")
def test_it_is_spoken_to_by_tls(
    transport: SmppTransport, certificates: Certificates, tmp_path: Path
) -> None:
    issued = certificates.authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(str(certificate))
    issued.private_key_pem.write_to_path(str(key))
    with running(str(certificate), str(key)) as node:
        for text in ("one", "two"):
            assert send(transport, node, text, smpp_tls=True).endswith(",1,,")
            assert node.message()["text"] == text
        transport.close()

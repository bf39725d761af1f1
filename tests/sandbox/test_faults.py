"""Each fault does on the wire what its name says, and stores or does not store the message."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any, Dict

import pytest
import requests

from smsc_transports.sandbox.server import Sandbox

from .conftest import PHONE, SECONDS, Client

WRONG_ANSWERS: Dict[str, Any] = {
    # fault: what requests makes of it
    "close": requests.ConnectionError,
    "reset": requests.ConnectionError,
    "truncated": (requests.ConnectionError, requests.exceptions.ChunkedEncodingError),
    "redirect": requests.TooManyRedirects,
    "error": (500, b"<html>"),
    "empty": (200, b""),
    "garbage": (200, b"<html>"),
    "undecodable": (200, b"\xff\xfe"),
    "huge": (200, b"0000"),
}


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        *((fault, False) for fault in sorted(WRONG_ANSWERS)),
        *((fault, True) for fault in sorted(WRONG_ANSWERS) if fault != "huge"),
    ],
)
def test_answer_is_spoiled(sandbox: Sandbox, client: Client, fault: Any, stored: Any) -> None:
    sandbox.fail(fault, stored=stored, times=1)
    expected = WRONG_ANSWERS[fault]
    if isinstance(expected, tuple) and isinstance(expected[0], int):
        response = client.response("send", phones=PHONE, mes="x")
        assert response.status_code == expected[0]
        assert response.content[: len(expected[1])] == expected[1]
        assert len(response.content) == 100_000_000 or fault != "huge"
    else:
        with pytest.raises(expected):
            client.send(mes="x")
    assert [message.text for message in sandbox.messages] == (["x"] if stored else [])
    assert client.send(mes="y").endswith(",1")


def test_hanging_request_is_not_answered_until_it_is_lifted(
    sandbox: Sandbox, client: Client
) -> None:
    number = sandbox.fail("hang", stored=True, times=1)
    failed = []

    def send() -> Any:
        try:
            client.send()
        except requests.ConnectionError:
            failed.append(True)

    thread = threading.Thread(target=send)
    thread.start()
    sandbox.wait_for(PHONE)
    assert thread.is_alive()
    sandbox.heal(number)
    thread.join(SECONDS)
    assert failed == [True]


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("fault", ["close", "reset", "truncated", "error"])
def test_answer_is_spoiled_by_https_too(
    sandbox: Sandbox, client: Client, tmp_path: Path, fault: Any, stored: Any
) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text(sandbox.ca_pem)
    sandbox.fail(fault, stored=stored, host=4, times=1)
    params = {"login": "me", "psw": "secret", "phones": PHONE, "mes": "x"}
    with pytest.raises((requests.ConnectionError, requests.HTTPError, OSError)):
        client.session.get(
            f"https://{sandbox.https[4]}/sys/send.php",
            params=params,
            verify=str(authority),
            timeout=SECONDS,
        ).raise_for_status()
    assert len(sandbox.messages) == stored


@pytest.mark.parametrize("stored", [False, True])
def test_client_may_leave_a_hanging_request(sandbox: Sandbox, client: Client, stored: Any) -> None:
    sandbox.fail("hang", stored=stored, host=0)
    with pytest.raises(requests.Timeout):
        client.session.get(
            client.url("send"),
            params={"login": "a", "psw": "b", "phones": PHONE, "mes": "x"},
            timeout=0.2,
        )
    assert len(sandbox.messages) == stored
    assert client.ask("balance", host=1) == ("98.60" if stored else "100.00")


def test_slow_answer_comes_byte_by_byte_and_is_the_true_one(
    sandbox: Sandbox, client: Client
) -> None:
    sandbox.slow_interval = 0.001
    sandbox.fail("slow", times=1)
    assert client.send() == "1001,1"
    assert len(sandbox.messages) == 1


def test_refusing_host_takes_no_connection_and_comes_back(sandbox: Sandbox, client: Client) -> None:
    assert client.balance() == "100.00"  # leaves a kept connection, which must end too
    number = sandbox.fail("refuse", host=0)
    for address in (sandbox.http[0], sandbox.https[0]):
        host, port = address.split(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), SECONDS)
    with pytest.raises(requests.ConnectionError):
        client.balance()
    assert client.ask("balance", host=1) == "100.00"
    sandbox.heal(number)
    assert client.balance() == "100.00"


def test_all_hosts_may_refuse_while_the_inbox_answers(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail("refuse")
    for address in (*sandbox.http, *sandbox.https, *sandbox.smtp):
        host, port = address.split(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), SECONDS)
    assert client.session.get(f"{sandbox.url}/api/ready", timeout=SECONDS).ok


def outcome(client: Client, host: Any = 0, endpoint: Any = "balance", **fields: Any) -> Any:
    response = client.response(endpoint, host, **fields)
    return "ok" if response.content and response.status_code == 200 else str(response.status_code)


def test_script_is_followed_in_the_order_of_the_requests(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail(script=["ok", "error", "empty+stored", "ok"])
    assert [outcome(client) for _ in range(6)] == ["ok", "500", "200", "ok", "ok", "ok"]


def test_each_host_has_its_own_script(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail(script=["error", "ok", "error"], host=0)
    sandbox.fail(script=["ok", "error"], host=3)
    assert [outcome(client, 0) for _ in range(4)] == ["500", "ok", "500", "ok"]
    assert [outcome(client, 3) for _ in range(3)] == ["ok", "500", "ok"]
    assert outcome(client, 1) == "ok"


def test_chances_come_after_the_script_and_repeat_with_their_seed(
    sandbox: Sandbox, client: Client
) -> None:
    sandbox.limits = False
    runs = []
    for seed in (7, 7, 8):
        sandbox.heal()
        sandbox.fail(script=["ok", "ok"], chances={"error": 0.3, "empty": 0.2}, seed=seed)
        runs.append([outcome(client) for _ in range(60)])
    assert runs[0] == runs[1] != runs[2]
    assert runs[0][:2] == ["ok", "ok"]
    assert {"ok", "500", "200"} == set(runs[0])


def test_fault_for_one_endpoint_leaves_the_others_alone(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail("error", endpoint="status")
    assert outcome(client, endpoint="status", id=7, phone=PHONE) == "500"
    assert outcome(client) == "ok"
    assert client.send() == "1001,1"


def test_rules_are_lifted_one_by_one_or_all(sandbox: Sandbox, client: Client) -> None:
    first = sandbox.fail("error", host=0)
    sandbox.fail("error", host=1)
    sandbox.heal(first)
    assert [outcome(client, 0), outcome(client, 1)] == ["ok", "500"]
    sandbox.heal()
    assert outcome(client, 1) == "ok"
    with pytest.raises(KeyError):
        sandbox.heal(first)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"fault": "explode"}, "no such fault: 'explode'"),
        ({"fault": "close+sent"}, "no such fault"),
        ({"fault": "close", "host": 5}, "no such host: 5"),
        ({"fault": "close", "host": True}, "no such host: True"),
        ({"fault": "close", "endpoint": "jobs"}, "no such endpoint: 'jobs'"),
        ({"fault": "close", "times": 0}, "times is a whole number from 1"),
        ({"fault": "close", "chance": 1.5}, "a chance is a number from 0 to 1"),
        ({"chances": {"close": 0.6, "error": 0.6}}, "chances add up to 1"),
        ({"script": "close"}, "a script is a list"),
        ({"fault": "close", "script": ["ok"]}, "either one fault, or a script"),
        ({"fault": "refuse", "times": 1}, "refuse holds for a whole host"),
        ({"fault": "refuse", "stored": True}, "refuse holds for a whole host"),
        ({"fault": "refuse", "endpoint": "send"}, "refuse holds for a whole host"),
        ({"fault": "huge", "endpoint": "smtp"}, "by SMTP there are refuse, hang, close, error"),
        ({}, "a fault, a script or chances are needed"),
    ],
)
def test_senseless_faults_are_reported(sandbox: Sandbox, options: Any, told: Any) -> None:
    with pytest.raises(ValueError, match=told):
        sandbox.fail(**options)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("status_lag", "long", "status lag is a number of seconds from 0 on"),
        ("slow_interval", -1, "slow interval is a number of seconds from 0 on"),
        ("error9_on_repeat", "yes", "error 9 on repeat is true or false"),
    ],
)
def test_wrong_values_are_explained_in_words(
    sandbox: Sandbox, name: str, value: Any, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        setattr(sandbox, name, value)

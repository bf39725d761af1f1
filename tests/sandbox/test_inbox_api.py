"""The REST API of the inbox, as test suites in any language use it."""

from __future__ import annotations

import socket
import sys
import threading
from typing import Any, Callable

import pytest
import requests

from smsc_transports.sandbox.server import Sandbox

from .conftest import PHONE, SECONDS, Client

Api = Callable[..., requests.Response]


@pytest.fixture
def api(sandbox: Sandbox, client: Client) -> Api:
    def call(method: Any, path: Any, **options: Any) -> Any:
        url = f"{sandbox.url}/api/{path}"
        return client.session.request(method, url, timeout=SECONDS, **options)

    return call


def test_addresses_report_where_everything_listens(sandbox: Sandbox, api: Api) -> None:
    answer = api("GET", "addresses").json()
    assert answer["http"] == sandbox.http
    assert answer["https"] == sandbox.https
    assert answer["smtp"] == sandbox.smtp
    assert answer["ca"] == sandbox.ca_pem
    assert [len(answer[name]) for name in ("http", "https", "smtp")] == [5, 5, 1]
    addresses = answer["http"] + answer["https"] + answer["smtp"]
    assert {address.split(":")[0] for address in addresses} == {"127.0.0.1"}
    assert len(set(addresses)) == 11


def test_messages_are_listed_newest_first(client: Client, api: Api) -> None:
    for number in range(3):
        client.send(mes=f"text {number}", sender="Shop")
    assert [m["text"] for m in api("GET", "messages").json()] == ["text 2", "text 1", "text 0"]
    assert [m["text"] for m in api("GET", "messages?limit=1").json()] == ["text 2"]
    first = api("GET", "messages").json()[0]
    assert (first["phones"], first["sender"], first["price"]) == ([PHONE], "Shop", "1.40")
    assert (first["encoding"], first["parts"], first["statuses"]) == ("gsm-7", 1, [-1])


@pytest.mark.parametrize("search", ["КОД", "79990000001", "order-7", "shop"])
def test_search_finds_by_text_number_id_and_sender(client: Client, api: Api, search: Any) -> None:
    client.send(mes="something else")
    client.send("79990000001", mes="Ваш код: 1", id="order-7", sender="Shop")
    found = api("GET", "messages", params={"search": search}).json()
    assert [message["id"] for message in found] == ["order-7"]
    assert api("GET", "messages?search=absent").json() == []


def test_one_message_with_parts_history_and_masked_request(
    sandbox: Sandbox, client: Client, api: Api
) -> None:
    client.send(mes="x" * 200, sender="Shop")
    sandbox.clock.advance(10)
    key = api("GET", "messages").json()[0]["key"]
    message = api("GET", f"messages/{key}").json()
    assert [len(text) for text in message["texts"]] == [153, 47]
    (recipient,) = message["recipients"]
    assert [change["status"] for change in recipient["history"]] == [-1, 0, 1]
    assert message["raw"].startswith("GET /sys/send.php?login=***&psw=***&")
    assert "secret" not in message["raw"]
    assert api("GET", "messages/999").status_code == 404


def test_wait_answers_as_soon_as_the_message_arrives(client: Client, api: Api) -> None:
    answers = []
    waiting = threading.Thread(
        target=lambda: answers.append(api("GET", "wait?phone=%2B79991112233&text=code&timeout=10"))
    )
    waiting.start()
    client.send(mes="no")
    client.send(mes="the code is 1")
    waiting.join(SECONDS)
    assert answers[0].json()["text"] == "the code is 1"


def test_wait_for_what_never_comes_says_what_did(client: Client, api: Api) -> None:
    client.send(mes="no")
    answer = api("GET", "wait?text=code&timeout=0")
    assert answer.status_code == 404
    assert answer.json()["error"] == "no such message within 0 s"
    assert [message["text"] for message in answer.json()["arrived"]] == ["no"]


def test_refused_requests_are_listed(client: Client, api: Api) -> None:
    client.send("12")
    (refusal,) = api("GET", "refusals").json()
    assert (refusal["endpoint"], refusal["error"]) == ("send", 7)
    assert "secret" not in refusal["raw"]


def shown(api: Api, **query: Any) -> Any:
    return [row["text"] for row in api("GET", "inbox", params=query).json()["rows"]]


def test_messages_and_refusals_stand_in_one_list(client: Client, api: Api) -> None:
    client.send(mes="first")
    client.send("12", mes="second")
    client.send(mes="third")
    answer = api("GET", "inbox?limit=2").json()
    assert [(row["text"], row["refused"]) for row in answer["rows"]] == [
        ("third", False),
        ("second", True),
    ]
    assert (answer["total"], answer["balance"]) == (3, "97.20")
    refused = answer["rows"][1]
    assert (refused["error"], refused["phone"]) == (7, "12")
    one = api("GET", f"refusals/{refused['key']}").json()
    assert (one["text"], one["phones"], one["error"]) == ("second", ["12"], 7)
    assert "secret" not in one["raw"]
    assert api("GET", f"refusals/{answer['rows'][0]['key']}").status_code == 404


def test_list_is_filtered_by_outcome_and_text(sandbox: Sandbox, client: Client, api: Api) -> None:
    client.send(mes="good")
    client.send("79991112234,70005550020", mes="half")
    client.send("12", mes="wrong")
    sandbox.clock.advance(60)
    client.send(mes="on its way")
    assert shown(api) == ["on its way", "wrong", "half", "good"]
    assert shown(api, show="delivered") == ["good"]
    assert shown(api, show="failed") == ["half"]
    assert shown(api, show="refused") == ["wrong"]
    assert shown(api, search="WR") == ["wrong"]
    assert shown(api, search="on its", show="delivered") == []


def test_row_of_several_numbers_counts_and_row_of_hlr_reports_the_operator(
    sandbox: Sandbox, client: Client, api: Api
) -> None:
    client.send("79991112233,79991112234,70005550020", mes="я" * 71)
    client.send("380501234567", mes="", hlr=1)
    sandbox.clock.advance(60)
    hlr, several = api("GET", "inbox").json()["rows"]
    assert (several["numbers"], several["delivered"], several["waiting"]) == (3, 2, 0)
    assert (several["sms"], several["parts"], several["price"]) == (6, 2, "8.40")
    assert hlr["hlr"]["net"] == "Киевстар"


@pytest.mark.parametrize(
    "options", [{}, {"login": "me", "password": "pa55w0rd"}], ids=["any login", "one login"]
)
def test_test_message_arrives_as_a_programs_own(options: Any) -> None:
    with Sandbox(**options) as sandbox, requests.Session() as session:
        session.trust_env = False
        url = f"{sandbox.url}/api/test-message"
        answer = session.post(url, json={"text": "Проба"}, timeout=SECONDS).json()
        assert answer == {"answer": "1001,1", "failure": ""}
        (message,) = sandbox.messages
        assert (message.text, message.encoding) == ("Проба", "ucs-2")
        assert "pa55w0rd" not in message.raw


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ("refuse", "Cannot connect"),
        ("close", "Server disconnected"),
        ("error", "HTTP 500"),
        ("redirect", "HTTP 302"),
        ("truncated", "payload"),
        ("empty", ""),
        ("undecodable", ""),
        ("huge", ""),
    ],
)
def test_test_message_says_what_a_fault_does_to_it(
    sandbox: Sandbox, api: Api, fault: Any, failure: Any
) -> None:
    sandbox.fail(fault)
    answer = api("POST", "test-message", json={"text": "x"})
    assert answer.status_code == 200
    assert failure in answer.json()["failure"]
    assert len(answer.content) < 1000


def test_faults_are_set_shown_and_lifted(client: Client, api: Api) -> None:
    answer = api("POST", "faults", json={"fault": "error", "stored": True, "host": 0}).json()
    (rule,) = answer["rules"]
    assert (rule["host"], rule["endpoint"], rule["chances"]) == (0, None, {"error+stored": 1.0})
    assert client.response("balance").status_code == 500
    assert api("DELETE", f"faults/{rule['rule']}").json()["rules"] == []
    assert client.response("balance").status_code == 200
    assert api("DELETE", f"faults/{rule['rule']}").status_code == 404


def test_a_fault_that_came_as_often_as_it_was_to_is_no_longer_shown(
    client: Client, api: Api
) -> None:
    api("POST", "faults", json={"fault": "error", "times": 1})
    assert client.response("balance").status_code == 500
    assert api("GET", "faults").json()["rules"] == []
    assert client.response("balance").status_code == 200


def test_script_and_chances_are_set(client: Client, api: Api) -> None:
    body = {"script": ["ok", "empty"], "chances": {"error": 1}, "seed": 3, "endpoint": "balance"}
    api("POST", "faults", json=body)
    answers = [client.response("balance") for _ in range(3)]
    assert [(a.status_code, bool(a.content)) for a in answers] == [
        (200, True),
        (200, False),
        (500, True),
    ]


def test_account_wide_faults(sandbox: Sandbox, api: Api) -> None:
    api("POST", "faults", json={"status_lag": 3, "error9_on_repeat": True, "slow_interval": 0.5})
    assert (sandbox.status_lag, sandbox.error9_on_repeat, sandbox.slow_interval) == (3, True, 0.5)
    answer = api("DELETE", "faults").json()
    assert (answer["status_lag"], answer["error9_on_repeat"]) == (0, False)


def test_clock_is_turned(client: Client, api: Api) -> None:
    client.send(id=7)
    before = api("GET", "clock").json()["now"]
    assert api("POST", "clock", json={"advance": 3600}).json()["now"] >= before + 3600
    assert client.status(7).startswith("1,")


def test_balance_is_set(client: Client, api: Api) -> None:
    assert api("POST", "balance", json={"balance": "12.5"}).json() == {"balance": "12.50"}
    assert client.balance() == "12.50"
    assert api("GET", "balance").json() == {"balance": "12.50"}


def test_reset_forgets_everything(sandbox: Sandbox, client: Client, api: Api) -> None:
    client.send()
    client.send("12")
    sandbox.fail("refuse", host=1)
    sandbox.limits = False
    sandbox.clock.advance(3600)
    assert api("POST", "reset").json() == {"reset": True}
    assert api("GET", "messages").json() == api("GET", "refusals").json() == []
    assert api("GET", "faults").json()["rules"] == []
    assert client.ask("balance", host=1) == "100.00"
    assert client.send() == "1001,1"
    assert client.send() == "0,-9"


BAD = [
    ("GET", "messages?limit=-1", None),
    ("GET", "messages?limit=many", None),
    ("GET", "messages/first", None),
    ("GET", "refusals/first", None),
    ("GET", "inbox?show=some", None),
    ("GET", "inbox?limit=-1", None),
    ("POST", "test-message", b"{}"),
    ("POST", "test-message", b'{"text": 5}'),
    ("GET", "wait?timeout=long", None),
    ("GET", "wait?timeout=nan", None),
    ("POST", "faults", b"no json"),
    ("POST", "faults", b"\xff\xfe\xff"),
    ("POST", "faults", b"[]"),
    ("POST", "faults", b"{}"),
    ("POST", "faults", b'{"fault": "explode"}'),
    ("POST", "faults", b'{"fault": {}}'),
    ("POST", "faults", b'{"fault": "close", "host": "base"}'),
    ("POST", "faults", b'{"fault": "close", "times": "two"}'),
    ("POST", "faults", b'{"fault": "close", "chance": null}'),
    ("POST", "faults", b'{"fault": "close", "whatever": 1}'),
    ("POST", "faults", b'{"chances": ["close"]}'),
    ("POST", "faults", b'{"script": 5}'),
    ("POST", "faults", b'{"script": ["ok"], "seed": {}}'),
    ("POST", "faults", b'{"status_lag": -1}'),
    ("POST", "faults", b'{"status_lag": true}'),
    ("POST", "faults", b'{"status_lag": "long"}'),
    ("POST", "faults", b'{"status_lag": 3, "fault": "explode"}'),
    ("POST", "faults", b'{"error9_on_repeat": "yes"}'),
    ("POST", "faults", b"[" * 100_000),
    ("DELETE", "faults/all", None),
    ("POST", "clock", b'{"advance": -1}'),
    ("POST", "clock", b'{"advance": "soon"}'),
    ("POST", "clock", b"{}"),
    ("POST", "balance", b'{"balance": "much"}'),
    ("POST", "balance", b'{"balance": "NaN"}'),
    ("POST", "balance", b'{"balance": 1e400}'),
    ("POST", "balance", b"{}"),
]


@pytest.mark.parametrize(("method", "path", "body"), BAD)
def test_bad_requests_are_reported_in_json(
    sandbox: Sandbox, api: Api, caplog: pytest.LogCaptureFixture, method: Any, path: Any, body: Any
) -> None:
    answer = api(method, path, data=body)
    assert answer.status_code == 400, answer.text
    assert list(answer.json()) == ["error"]
    assert "Traceback" not in answer.text + caplog.text
    assert sandbox.status_lag == 0


def test_unknown_path_is_reported_in_json(api: Api) -> None:
    assert api("GET", "nothing").status_code == 404
    assert "error" in api("GET", "nothing").json()
    assert api("DELETE", "clock").status_code == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:2580"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
        ({"Host": "localhost:2580"}, 200),
        ({"Host": "localhost:2580", "Origin": "http://localhost:2580"}, 200),
    ],
)
def test_pages_of_other_origins_cannot_reach_the_inbox(
    sandbox: Sandbox, client: Client, api: Api, headers: Any, status: Any
) -> None:
    client.send()
    assert api("GET", "messages", headers=headers).status_code == status
    assert api("POST", "reset", headers=headers).status_code == status
    assert len(sandbox.messages) == (0 if status == 200 else 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
def test_everything_listens_on_its_one_address_only(sandbox: Sandbox) -> None:
    addresses = [sandbox.url[len("http://") :], *sandbox.http, *sandbox.https, *sandbox.smtp]
    for address in addresses:
        # A server that listened on all addresses would take this one too.
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", int(address.split(":")[1])), SECONDS)


def test_thousand_messages_are_listed(sandbox: Sandbox, client: Client, api: Api) -> None:
    sandbox.limits = False
    sandbox.balance = 10_000
    lines = "\n".join(f"7999{number:07}:hi" for number in range(1500))
    data = {"login": "a", "psw": "b", "list": lines}
    client.session.post(client.url("send"), data=data, timeout=SECONDS)
    assert len(api("GET", "messages").json()) == 1000
    assert len(api("GET", "messages?limit=2000").json()) == 1500

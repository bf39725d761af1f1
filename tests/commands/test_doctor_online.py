"""``smsc doctor --online``: hosts, clocks, certificates and the account, on this machine."""

from __future__ import annotations

import json
import re
import socket
import ssl
from datetime import datetime, timezone
from typing import Any, Dict, List, Tuple

import pytest

from smsc_transports import hookimpl, plugin_manager
from smsc_transports.cli.doctor import online, probes
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.errors import ERROR_TEXTS
from tests.golden.gateway import Certificates

from ..surroundings import Pigeon, module_with
from ..transports.conftest import certificates, misnamed_tls, stranger_tls, trusted_tls
from ..transports.gateway import Gateway, MailServer, Mute, Proxy, answer, raw, redirect
from .conftest import Finished, Shop, Smsc

__all__ = ["certificates", "misnamed_tls", "stranger_tls", "trusted_tls"]

pytestmark = pytest.mark.usefixtures("fresh_plugins")

DEAD = "127.0.0.1:9"
BALANCE = answer(b"99.50")
DEAD_MAIL = {"SMTP_SERVER": DEAD, "SMSC_FAILOVER": "safe"}


def looked(done: Finished) -> Dict[str, List[Tuple[str, str, str]]]:
    """Give the findings by section, without times."""
    report = json.loads(done.out)
    return {
        section["title"]: [
            (each["level"], re.sub(r"\d+ ms", "N ms", each["text"]), each["remedy"])
            for each in section["findings"]
        ]
        for section in report["sections"]
    }


def online_of(smsc: Smsc) -> Dict[str, List[Tuple[str, str, str]]]:
    return looked(smsc("doctor", "--online", "--json"))


def test_a_sandbox_is_found_whole(smsc: Smsc, shop: Shop, smsc_sandbox: Sandbox) -> None:
    shop.set(SMSC_HTTPS=True, SMSC_FAILOVER="safe")
    done = smsc("doctor", "--online", "--json")
    found = looked(done)
    assert done.status == 0
    assert done.err == "Asking 6 hosts, for 12 s at most ...\n"
    assert found["Settings that plugins or the sandbox give"] == [
        ("ok", f"SMTP_SERVER = {smsc_sandbox.smtp[0]}", ""),
        ("ok", f"SMSC_HOST = {','.join(smsc_sandbox.http)}", ""),
    ]
    https = [f"https://{each}" for each in smsc_sandbox.https]
    assert found["Hosts"] == [
        *(("ok", f"{h}: 127.0.0.1, connected in N ms, answers (HTTP 404)", "") for h in https),
        (
            "ok",
            f"smtp://{smsc_sandbox.smtp[0]}: 127.0.0.1, connected in N ms, answers (SMTP 220)",
            "",
        ),
    ]
    assert found["Clock"] == [
        ("ok", f"this machine and {smsc_sandbox.https[0]} have the same time", "")
    ]
    assert found["Account"] == [("ok", "balance: 100.00", "")]
    assert smsc_sandbox.messages == []


def test_the_report_for_people_ends_with_the_account(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    out = smsc("doctor", "--online").out
    assert out.endswith("\nAccount\n  ok       balance: 100.00\n\nno problems\n")


def test_a_dead_host_that_others_stand_in_for_is_a_note(smsc: Smsc, shop: Shop) -> None:
    with Gateway(BALANCE) as gateway:
        shop.set(SMSC_HOST=f"{DEAD},{gateway.address}", **DEAD_MAIL)
        found = online_of(smsc)
    first, second, mail = found["Hosts"]
    refused = "Check the port; a firewall may refuse them too."
    assert first == ("note", f"http://{DEAD}: it refuses connections", refused)
    assert second[0] == "ok"
    assert mail == (
        "note",
        f"smtp://{DEAD}: it refuses connections (only send_sms_mail uses it)",
        refused,
    )
    assert found["Account"] == [("ok", "balance: 99.50", "")]


def test_no_host_that_answers_is_a_problem_and_the_balance_is_not_asked_for(
    smsc: Smsc, shop: Shop
) -> None:
    shop.set(SMSC_HOST=f"{DEAD},127.0.0.1:1", **DEAD_MAIL)
    done = smsc("doctor", "--online", "--json")
    found = looked(done)
    assert done.status == 1
    assert [level for level, _, _ in found["Hosts"]] == ["problem", "problem", "note"]
    assert found["Clock"] == [("note", "No host told the time.", "")]
    assert found["Account"] == [("note", "The balance is not asked for: no host answers.", "")]


def test_a_mail_server_that_is_needed_and_dead_is_a_problem(smsc: Smsc, shop: Shop) -> None:
    with Gateway(BALANCE) as gateway:
        shop.set(SMSC_HOST=gateway.address, SMSC_TRANSPORT="smtp", **DEAD_MAIL)
        hosts = online_of(smsc)["Hosts"]
    assert [level for level, _, _ in hosts] == ["ok", "problem"]


def test_a_mail_server_that_wants_no_mail_is_told(smsc: Smsc, shop: Shop) -> None:
    with Gateway(BALANCE) as gateway, MailServer({"connect": "554 go away"}) as mail:
        shop.set(SMSC_HOST=gateway.address, SMTP_SERVER=mail.address)
        text = online_of(smsc)["Hosts"][-1][1]
    assert text == f"smtp://{mail.address}: it answers with SMTP 554 (only send_sms_mail uses it)"


def test_a_name_that_is_not_known_is_told(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    shop.set(SMSC_HOST="smsc.example", SMSC_FAILOVER="safe")
    assert online_of(smsc)["Hosts"][4] == (
        "problem",
        "http://www5.smsc.example: its name is not known: Name or service not known",
        "Check SMSC_HOST, the network and DNS.",
    )


def test_a_host_that_says_nothing_is_given_up(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "STEP_SECONDS", 0.1)
    with Mute() as host:
        shop.set(SMSC_HOST=host.address, **DEAD_MAIL)
        first = online_of(smsc)["Hosts"][0]
    assert first == (
        "problem",
        f"http://{host.address}: no answer within 0.1 s",
        "A firewall or a proxy that is missing here may swallow the packets.",
    )


def test_hosts_that_hang_do_not_hold_the_report(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "ALL_SECONDS", 0.1)
    with Mute() as host:
        also = host.address.replace("127.0.0.1", "localhost")
        shop.set(SMSC_HOST=f"{host.address},{also}", **DEAD_MAIL)
        hosts = online_of(smsc)["Hosts"]
    assert [text.split(": ", 1)[1] for _, text, _ in hosts[:2]] == ["no answer within 0.1 s"] * 2


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (redirect("http://elsewhere.example/"), "answers (HTTP 302)"),
        (answer(b"", "503 Busy"), "answers (HTTP 503)"),
        (raw(b"SSH-2.0-server\r\n\r\n"), "what it answers is not HTTP: BadStatusLine"),
    ],
)
def test_whatever_a_web_server_answers_is_told_and_not_followed(
    smsc: Smsc, shop: Shop, step: Any, told: str
) -> None:
    with Gateway(step, BALANCE) as gateway:
        shop.set(SMSC_HOST=gateway.address, **DEAD_MAIL)
        text = online_of(smsc)["Hosts"][0][1]
    assert text.endswith(told)


def test_no_login_is_told_to_a_host_but_for_the_balance(smsc: Smsc, shop: Shop) -> None:
    with Gateway(answer(), BALANCE) as gateway:
        shop.set(SMSC_HOST=gateway.address, **DEAD_MAIL)
        online_of(smsc)
    first, second = gateway.requests
    assert (first.method, first.target) == ("HEAD", "/")
    assert second.target.startswith("/sys/balance.php?login=shop-login&psw=")


def test_a_certificate_of_a_stranger_is_explained(
    smsc: Smsc, shop: Shop, stranger_tls: ssl.SSLContext
) -> None:
    with Gateway(tls=stranger_tls) as gateway:
        shop.set(SMSC_HOST=gateway.address, SMSC_HTTPS=True, **DEAD_MAIL)
        first = online_of(smsc)["Hosts"][0]
    assert first == (
        "problem",
        (
            f"https://{gateway.address}: its certificate is signed by an authority that is not "
            f"trusted here"
        ),
        (
            "Whoever opens TLS on the way (a company's proxy, a virus scanner) has an authority of "
            "its own: name its certificate in SSL_CERT_FILE. Or the system's CA certificates are "
            "missing."
        ),
    )


def test_a_certificate_for_another_name_is_explained(
    smsc: Smsc, shop: Shop, misnamed_tls: ssl.SSLContext
) -> None:
    with Gateway(tls=misnamed_tls) as gateway:
        shop.set(SMSC_HOST=gateway.address, SMSC_HTTPS=True, **DEAD_MAIL)
        text, remedy = online_of(smsc)["Hosts"][0][1:]
    assert text == f"https://{gateway.address}: its certificate is for another address"
    assert remedy.startswith("Check the host in SMSC_HOST;")


def test_a_port_without_tls_is_explained(smsc: Smsc, shop: Shop) -> None:
    with Mute(lambda client: client.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as host:
        shop.set(SMSC_HOST=host.address, SMSC_HTTPS=True, **DEAD_MAIL)
        text, remedy = online_of(smsc)["Hosts"][0][1:]
    assert text.startswith(f"https://{host.address}: no TLS: ")
    assert remedy == "Check that the port is one for HTTPS."


def test_hosts_are_reached_through_the_proxy_by_which_messages_go(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy(answer(), BALANCE) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:word@{proxy.address}")
        shop.set(SMSC_HOST="smsc.example:80", **DEAD_MAIL)
        found = online_of(smsc)
    through = f"through http://***@{proxy.address}, answers (HTTP 200)"
    assert found["Hosts"][0] == ("ok", f"http://smsc.example:80: {through}", "")
    assert found["Account"] == [("ok", "balance: 99.50", "")]


def test_a_proxy_that_refuses_a_tunnel_is_told(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy(answer(b"", "407 Proxy Authentication Required")) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        shop.set(SMSC_HOST="smsc.example:443", SMSC_HTTPS=True, **DEAD_MAIL)
        text, remedy = online_of(smsc)["Hosts"][0][1:]
    assert text.endswith("Tunnel connection failed: 407 Proxy Authentication Required")
    assert remedy == "Check the network, the proxy and the firewall."


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Thu, 01 Jan 1998 00:00:00 GMT", "ahead of"),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "behind"),
    ],
)
def test_a_wrong_clock_is_a_problem(smsc: Smsc, shop: Shop, date: str, told: str) -> None:
    with Gateway(answer(b"", Date=date), BALANCE) as gateway:
        shop.set(SMSC_HOST=gateway.address, **DEAD_MAIL)
        [(level, text, remedy)] = online_of(smsc)["Clock"]
    assert level == "problem"
    assert re.fullmatch(
        rf"The clock of this machine is \d+ s {told.split()[0]} of the one of {gateway.address}; "
        rf"certificates and times of delivery go wrong\.",
        text,
    )
    assert remedy == "Set the clock, or let it be set over the network (NTP)."


def test_a_wrong_login_is_a_problem_with_what_to_do(smsc: Smsc, shop: Shop) -> None:
    with Sandbox(login="another") as sandbox:
        shop.set(SMSC_HOST=sandbox.http[0], **DEAD_MAIL)
        [(level, text, remedy)] = online_of(smsc)["Account"]
    assert (level, text) == ("problem", f"refused: error 2, {ERROR_TEXTS[2]}")
    assert remedy.startswith("Check SMSC_LOGIN and SMSC_PASSWORD;")


def test_without_a_login_the_balance_is_not_asked_for(smsc: Smsc, shop: Shop) -> None:
    with Gateway() as gateway:
        shop.set(SMSC_HOST=gateway.address, SMSC_LOGIN="", SMSC_PASSWORD="", **DEAD_MAIL)
        account = online_of(smsc)["Account"]
    assert account == [("note", "The balance is not asked for: there is no login.", "")]
    assert [seen.method for seen in gateway.requests] == ["HEAD"]


def test_the_balance_is_given_up_soon(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "BALANCE_DEADLINE", 0.2)
    with Gateway(answer(), lambda client: client.until_gone()) as gateway:
        shop.set(SMSC_HOST=gateway.address, **DEAD_MAIL)
        [(level, text, remedy)] = online_of(smsc)["Account"]
    assert level == "problem"
    assert text.startswith("no answer: no host gave a usable one; attempt 1: balance by http-get")
    assert remedy == "See what the hosts say above."


def test_plugins_are_asked_for_settings(smsc: Smsc, shop: Shop) -> None:
    with Gateway(BALANCE) as gateway:

        def vault(settings: Any) -> Any:
            return settings.replace(password="of-the-vault", host=gateway.address, deadline=5.0)

        plugin_manager().register(module_with("vault", smsc_settings=hookimpl(vault)))
        shop.set(**DEAD_MAIL, SMSC_PASSWORD="")
        done = smsc("doctor", "--online", "--json")
    assert looked(done)["Settings that plugins or the sandbox give"] == [
        ("ok", "SMSC_PASSWORD = set", ""),
        ("ok", f"SMSC_HOST = {gateway.address}", ""),
        ("ok", "SMSC_DEADLINE = 5.0", ""),
    ]
    assert "of-the-vault" not in done.out
    assert "psw=of-the-vault" in gateway.requests[-1].target


def test_a_plugin_that_fails_is_a_problem(smsc: Smsc, shop: Shop) -> None:
    def vault(settings: Any) -> Any:
        raise OSError(f"the vault is shut, {settings.login}")

    plugin_manager().register(module_with("vault", smsc_settings=hookimpl(vault)))
    assert online_of(smsc)["Hosts"] == [
        (
            "problem",
            "the plugin 'vault' failed at smsc_settings: OSError: the vault is shut, ***",
            "",
        )
    ]


def test_a_sandbox_that_is_gone_is_a_problem(smsc: Smsc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSC_SANDBOX", f"http://{DEAD}")
    [(level, text, _)] = online_of(smsc)["Hosts"]
    assert level == "problem"
    assert text.startswith(f"SMSC_SANDBOX is 'http://{DEAD}', but no sandbox answers there")


def test_a_stranger_s_transport_is_named_and_not_asked(smsc: Smsc, shop: Shop) -> None:
    pigeon = Pigeon(reply="99.50")
    plugin_manager().register(module_with("loft", smsc_transports=hookimpl(lambda: [pigeon])))
    shop.set(SMSC_TRANSPORT="pigeon", **DEAD_MAIL)
    found = online_of(smsc)
    belongs = "pigeon belongs to a plugin; its addresses are not asked."
    assert found["Hosts"][-1] == ("note", belongs, "")
    assert found["Account"] == [("ok", "balance: 99.50", "")]


def test_a_certificate_that_expired_points_to_the_clock(
    smsc: Smsc, shop: Shop, certificates: Certificates, trusted_tls: ssl.SSLContext
) -> None:
    expired = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ended = datetime(2020, 1, 1, tzinfo=timezone.utc)
    certificates.authority.issue_cert("127.0.0.1", not_after=ended).configure_cert(expired)
    with Gateway(tls=expired) as gateway:
        shop.set(SMSC_HOST=gateway.address, SMSC_HTTPS=True, **DEAD_MAIL)
        text, remedy = online_of(smsc)["Hosts"][0][1:]
    assert text == f"https://{gateway.address}: its certificate has expired"
    assert remedy == "Look at the date and time of this machine."

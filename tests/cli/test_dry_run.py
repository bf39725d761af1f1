"""``--dry-run`` shows what would go out; nothing does."""

from __future__ import annotations

import json
import os
from typing import Any, List
from urllib.parse import quote, unquote

import pytest

from smsc_transports import hookimpl, plugin_manager
from smsc_transports.sandbox.server import Sandbox
from tests.test_secrets import forms

from ..copies import run_code
from ..surroundings import Pigeon, module_with
from ..transports.gateway import Gateway, answer
from .conftest import Shop, Smsc

pytestmark = pytest.mark.usefixtures("smsc_sandbox")

PHONE = "79991112233"
PRICED = "  1 part for each number, cost 1.40\n"

ACCOUNT = ("SMSC_LOGIN", "SMSC_PASSWORD")
WATCHED = """
import sys
NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
           "socket.getnameinfo", "socket.sendto", "socket.sendmsg"}
def watch(event, arguments):
    if event in NETWORK:
        print("NETWORK", event, arguments)
sys.addaudithook(watch)
from smsc_transports.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def watched(*arguments: str, account: Any = None) -> Any:
    """Run ``smsc`` in a process that tells of everything that would leave it."""
    environ = dict(os.environ)
    if account is not None:
        environ = {name: value for name, value in environ.items() if name not in ACCOUNT}
    return run_code(WATCHED, {**environ, **(account or {})}, arguments)


def test_the_request_is_shown_to_the_byte_without_secrets(smsc: Smsc, shop: Shop) -> None:
    done = smsc("send", PHONE, "Привет", "--sender", "Shop", "--dry-run")
    assert done == (
        0,
        (
            f"dry run, nothing is sent: {PHONE}\n{PRICED}"
            "  by http-get to smsc.ua, www2.smsc.ua, www3.smsc.ua, www4.smsc.ua, www5.smsc.ua (in "
            "this order)\n"
            "  GET http://smsc.ua/sys/send.php?login=***&psw=***&fmt=1&charset=utf-8&cost=3"
            f"&phones={PHONE}&mes=%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82&translit=0&id=0&sender=Shop\n"
        ),
        "",
    )


def test_what_is_shown_is_what_is_sent(smsc: Smsc, shop: Shop) -> None:
    with Gateway() as gateway:
        shop.set(SMSC_HOST=gateway.address, SMSC_LOGIN="", SMSC_CHARSET="windows-1251")
        arguments = ("send", PHONE, "Привет / 5+5", "--query", "valid=1", "--time", "+5")
        shown = smsc(*arguments, "--dry-run").out.splitlines()[-1]
        [question] = gateway.requests
        assert "&cost=1&" in question.target  # asks for the price, and sends nothing
        smsc(*arguments)
    [_, seen] = gateway.requests
    sent = seen.target.replace("geheim/7", "***").replace("geheim%2F7", "***")
    assert shown == f"  GET http://{gateway.address}{sent}"


def test_a_long_message_is_shown_as_the_post_that_it_becomes(smsc: Smsc, shop: Shop) -> None:
    shop.set(SMSC_HOST="127.0.0.1:9", SMSC_HTTPS=True)
    done = smsc("send", PHONE, "я" * 400, "--dry-run")
    estimate, by, request, body = done.out.splitlines()[1:]
    why = "no answer: no host gave a usable one"
    assert estimate == f"  6 parts for each number, cost not known ({why})"
    assert by == "  by https-get to 127.0.0.1:9"
    assert request == "  POST https://127.0.0.1:9/sys/send.php"
    assert body.startswith("  login=***&psw=***&fmt=1&charset=utf-8&cost=3&phones=")


def test_a_mail_and_what_follows_it_are_shown(smsc: Smsc, shop: Shop) -> None:
    shop.set(SMSC_HOST="smsc.ru", SMTP_LOGIN="mailer-login", SMTP_PASSWORD="mail-geheim")
    done = smsc("send", PHONE, "Привет", "--transport", "smtp,https-post", "--dry-run")
    assert done.out == (
        f"dry run, nothing is sent: {PHONE}\n{PRICED}"
        "  by smtp to send.smsc.ru\n"
        "  an e-mail from api@smsc.ru to send@send.smsc.ru:\n"
        "    Content-Type: text/plain; charset=utf-8\n"
        "    \n"
        f"    ***:***:0::0,0,:{PHONE}:Привет\n"
        "  by https-post to smsc.ru, www2.smsc.ru, www3.smsc.ru, www4.smsc.ru, www5.smsc.ru (in "
        "this order)\n"
        "  POST https://smsc.ru/sys/send.php\n"
        "  login=***&psw=***&fmt=1&charset=utf-8&cost=3"
        f"&phones={PHONE}&mes=%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82&translit=0&id=0\n"
    )


def test_what_a_mail_cannot_carry_is_reported(smsc: Smsc) -> None:
    arguments = ("--transport", "smtp", "--query", "maxsms=2", "--dry-run")
    done = smsc("send", PHONE, "Hello", *arguments)
    assert done.out.splitlines()[-1] == "  cannot carry it: a mail cannot carry maxsms"


def test_json_has_the_same(smsc: Smsc, shop: Shop) -> None:
    shop.set(SMSC_HOST="127.0.0.1:9,127.0.0.1:10", SMSC_FAILOVER="safe")
    done = smsc("send", PHONE, "Hello", "--dry-run", "--json", "--transport", "http-post,smtp")
    told = json.loads(done.out)
    mail = told["transports"][1].pop("mail")
    assert mail.endswith(f"***:***:0::0,0,:{PHONE}:Hello")
    assert told == {
        "phones": PHONE,
        "outcome": "dry run",
        "parts": 1,
        "cost": None,
        "no_cost": "no answer: no host gave a usable one",
        "failover": "safe",
        "id_of_ours": True,
        "transports": [
            {
                "name": "http-post",
                "addresses": ["127.0.0.1:9", "127.0.0.1:10"],
                "method": "POST",
                "url": "http://127.0.0.1:9/sys/send.php",
                "body": "login=***&psw=***&fmt=1&charset=utf-8&cost=3&phones=79991112233"
                "&mes=Hello&translit=0&id=0",
            },
            {
                "name": "smtp",
                "addresses": ["send.smsc.ua"],
                "from": "api@smsc.ua",
                "to": "send@send.smsc.ua",
            },
        ],
    }


SECRETS = ["geheim geheim", "Пароль/+", "p'w\"d%2F", "ß-straße-€"]


@pytest.mark.parametrize("transport", ["http-get", "http-post", "smtp", "soap"])
@pytest.mark.parametrize(
    ("secret", "charset"),
    [
        *((secret, "utf-8") for secret in SECRETS),
        *((SECRETS[1], charset) for charset in ("windows-1251", "koi8-r")),
    ],
)
def test_no_form_of_a_secret_is_shown(
    smsc: Smsc, shop: Shop, transport: str, charset: str, secret: str
) -> None:
    shop.set(SMSC_LOGIN=f"login {secret}", SMSC_PASSWORD=secret, SMSC_CHARSET=charset)
    done = smsc("send", PHONE, "Привет", "--transport", transport, "--dry-run")
    assert done.status == 0
    for form in forms(secret) | {quote(secret, encoding="cp1251", errors="ignore")}:
        assert form not in done.out
    assert "Привет" in unquote(done.out, charset) or "Привет" in unquote(done.out)


def test_a_post_with_raw_parameters_is_shown_as_text(smsc: Smsc, shop: Shop) -> None:
    shop.set(SMSC_POST=True, SMSC_CHARSET="windows-1251")
    done = smsc("send", PHONE, "Hello", "--query", "list=79991112233:Привет", "--dry-run")
    assert done.out.endswith("&translit=0&id=0&list=79991112233:Привет\n")


def test_each_line_of_the_input_is_shown(smsc: Smsc, shop: Shop) -> None:
    shop.set(SMSC_HOST="127.0.0.1:9")
    done = smsc("cost", "-", "--dry-run", stdin=b"79991112233 one\n79991112234 two")
    heads = [line for line in done.out.splitlines() if not line.startswith("  ")]
    assert heads == [
        "dry run, nothing is sent: line 1, 79991112233",
        "dry run, nothing is sent: line 2, 79991112234",
    ]
    assert "&cost=1&phones=79991112234&mes=two" in done.out


@pytest.mark.usefixtures("fresh_plugins")
def test_of_a_third_party_transport_its_name_and_addresses_are_shown(smsc: Smsc) -> None:
    pigeon = Pigeon()
    plugin = module_with("loft", smsc_transports=hookimpl(lambda: [pigeon]))
    plugin_manager().register(plugin)
    done = smsc("send", PHONE, "Hello", "--transport", "pigeon", "--dry-run")
    assert done.out.splitlines()[1:] == [
        "  1 part for each number, cost not known (pigeon is not asked in a dry run)",
        "  by pigeon to north-loft, south-loft (in this order)",
        "  its plugin does not show what it sends",
    ]
    assert pigeon.requests == []


@pytest.mark.usefixtures("fresh_plugins")
def test_a_third_party_transport_that_fails_is_reported(
    smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: Any) -> List[str]:
        raise KeyError(f"no loft for {request.settings.password}")

    pigeon = Pigeon()
    monkeypatch.setattr(pigeon, "addresses", fail)
    plugin_manager().register(module_with("loft", smsc_transports=hookimpl(lambda: [pigeon])))
    done = smsc("send", PHONE, "Hello", "--transport", "pigeon", "--dry-run")
    assert done == (
        2,
        "",
        (
            "smsc: The transport pigeon cannot list its addresses: KeyError: 'no loft for ***'. "
            "Fix its plugin.\n"
        ),
    )


@pytest.mark.usefixtures("fresh_plugins")
def test_settings_of_a_plugin_are_shown(smsc: Smsc) -> None:
    def vault(settings: Any) -> Any:
        return {"host": "127.0.0.1:9", "password": "of-the-vault"}

    plugin_manager().register(module_with("vault", smsc_settings=hookimpl(vault)))
    done = smsc("send", PHONE, "Hello", "--dry-run")
    assert "  by http-get to 127.0.0.1:9\n" in done.out
    assert "of-the-vault" not in done.out


@pytest.mark.usefixtures("fresh_plugins")
def test_a_plugin_that_fails_to_give_settings_is_reported(smsc: Smsc) -> None:
    def vault(settings: Any) -> Any:
        raise OSError("the vault is shut")

    plugin_manager().register(module_with("vault", smsc_settings=hookimpl(vault)))
    done = smsc("send", PHONE, "Hello", "--dry-run")
    assert (done.status, done.out) == (2, "")
    assert "'vault'" in done.err
    assert done.err.endswith("failed at smsc_settings: OSError: the vault is shut.\n")


def test_in_safe_mode_it_is_reported_that_the_id_comes_later(smsc: Smsc, shop: Shop) -> None:
    shop.set(SMSC_FAILOVER="safe")
    told = "  SMSC_FAILOVER is safe: an id is chosen when it is sent, in place of id=0\n"
    assert told in smsc("send", PHONE, "Hello", "--dry-run").out
    assert told not in smsc("send", PHONE, "Hello", "--id", "77", "--dry-run").out
    assert told not in smsc("cost", PHONE, "Hello", "--dry-run").out


def test_by_smpp_the_messages_are_reported(smsc: Smsc, shop: Shop) -> None:
    arguments = ("--transport", "smpp", "--sender", "Shop", "--dry-run")
    done = smsc("send", f"{PHONE},79991112234", "Привет", *arguments)
    assert done.out.splitlines()[2:] == [
        "  by smpp to smpp.smsc.ua:3700, smpp2.smsc.ua:3700 (in this order)",
        f"  submit_sm: phone {PHONE}, from Shop, submits 1, data_coding 8, parts 1",
        "  submit_sm: phone 79991112234, from Shop, submits 1, data_coding 8, parts 1",
    ]
    done = smsc("send", PHONE, "Привет", "--id", "7", *arguments)
    assert "  cannot carry it: SMPP cannot carry an id of your own" in done.out


@pytest.mark.parametrize("transport", ["http-get", "https-post", "smtp", "soap", "smpp"])
def test_only_the_question_for_the_price_leaves_the_process(
    shop: Shop, smsc_sandbox: Sandbox, transport: str
) -> None:
    command = ("send", PHONE, "Hello", "--dry-run", "--transport", transport)
    done = watched(*command)
    assert (done.returncode, done.stderr) == (0, "")
    assert PRICED in done.stdout
    assert smsc_sandbox.messages == []
    shop.set(SMSC_LOGIN="", SMSC_PASSWORD="")
    done = watched(*command, account={})
    assert "NETWORK" not in done.stdout
    why = "cost not known (SMSC_LOGIN and SMSC_PASSWORD are empty)"
    assert f"  1 part for each number, {why}\n" in done.stdout


def test_a_refused_question_for_the_price_is_reported_and_asked_no_more(
    smsc: Smsc, shop: Shop
) -> None:
    with Gateway(answer(b"0,-2")) as gateway:
        shop.set(SMSC_HOST=gateway.address)
        lines = b"79991112233 one\n79991112234 two"
        told = smsc("send", "-", "--dry-run", "--json", stdin=lines).out.splitlines()
    assert len(gateway.requests) == 1
    assert {json.loads(line)["no_cost"][:17] for line in told} == {"refused: error 2,"}


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["x" * 160], 1),
        (["x" * 161], 2),
        (["я" * 71], 2),
        (["я" * 71, "--translit", "1"], 1),
        (["x", "--format", "hlr"], None),
        (["x" * 2000, "--query", "maxsms=2"], None),
    ],
)
def test_parts_are_counted_here(smsc: Smsc, shop: Shop, arguments: List[str], parts: Any) -> None:
    shop.set(SMSC_LOGIN="", SMSC_PASSWORD="")
    done = smsc("send", PHONE, *arguments, "--dry-run", "--json")
    assert json.loads(done.out)["parts"] == parts

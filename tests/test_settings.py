"""Where settings come from, what they mean, and what is said of a wrong one."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import pytest

from smsc_transports import Settings
from smsc_transports.values.settings import Timeout, read_settings

from .faces import FACE, LOGIN, PASSWORD, load_face
from .surroundings import PHONE, Gateway, Warned

pytestmark = pytest.mark.usefixtures("fresh_plugins")

TOLD_HOST = (
    "SMSC_HOST is {!r}: it must be a domain (smsc.ua, smsc.ru, smsc.kz, smscentre.com), or a "
    "comma list of addresses with or without a port (127.0.0.1:8080), without a user or a "
    "password. {}"
)
MIRRORS = ("", "www2.", "www3.", "www4.", "www5.")


def read(face: Any, **constants: Any) -> Settings:
    """Read the settings of a face after setting some of its constants."""
    return read_settings({**vars(face), **constants})


# The constants


def test_constants_are_read_at_each_call(face: Any, gateway: Gateway) -> None:
    smsc = face.SMSC()
    smsc.get_balance()
    face.SMSC_LOGIN, face.SMSC_PASSWORD = "later", "changed"
    face.SMSC_HTTPS = face.SMSC_POST = True
    face.SMSC_HOST = "smsc.ru"
    smsc.get_balance()
    assert [(each["login"], each["psw"]) for each in gateway.fields] == [
        (LOGIN, PASSWORD),
        ("later", "changed"),
    ]
    assert gateway.urls[1] == "https://smsc.ru/sys/balance.php"


def test_constants_edited_in_the_file_count(tmp_path: Path, gateway: Gateway) -> None:
    edited = tmp_path / "smsc.py"
    text = FACE.read_text(encoding="utf-8")
    text = text.replace('SMSC_LOGIN = ""', 'SMSC_LOGIN = "typed-in"')
    text = text.replace("SMSC_HTTPS = False", "SMSC_HTTPS = True")
    edited.write_text(text.replace('SMSC_HOST = ""', 'SMSC_HOST = "smsc.kz"'), encoding="utf-8")
    load_face(edited, "smsc").SMSC().get_balance()
    assert gateway.urls[0].startswith("https://smsc.kz/sys/balance.php?login=typed-in&psw=&")


def test_empty_login_makes_the_password_an_api_key(face: Any, gateway: Gateway) -> None:
    face.SMSC_LOGIN, face.SMSC_PASSWORD = "", "key-of-tests"
    face.SMSC().get_balance()
    assert gateway.urls[0].startswith("http://smsc.ua/sys/balance.php?apikey=key-of-tests&fmt=1&")


def test_two_copies_in_packages_serve_two_accounts(
    tmp_path: Path, on_path: Any, gateway: Gateway
) -> None:
    for account in ("shop", "alarm"):
        (tmp_path / account).mkdir()
        (tmp_path / account / "__init__.py").write_text("from .sms import SMSC, SMSC_LOGIN\n")
        (tmp_path / account / "sms.py").write_text(FACE.read_text(encoding="utf-8"), "utf-8")
    on_path(tmp_path)
    import alarm  # type: ignore[import-not-found]
    import shop  # type: ignore[import-not-found]

    for package in (shop, alarm):
        package.sms.SMSC_LOGIN = f"{package.__name__}-login"
        package.sms.SMSC_HOST = f"{package.__name__}.test:80"
    for package in (shop, alarm, shop):
        package.SMSC().get_balance()
    assert [each["login"] for each in gateway.fields] == ["shop-login", "alarm-login", "shop-login"]
    assert gateway.hosts == ["shop.test:80", "alarm.test:80", "shop.test:80"]


@pytest.mark.parametrize("value", ["False", "0", 1, True, [0]])
def test_switches_count_by_their_truth_as_they_always_did(
    value: Any, face: Any, gateway: Gateway
) -> None:
    face.SMSC_HTTPS = face.SMSC_POST = value
    face.SMSC().get_balance()
    assert gateway.urls == ["https://smsc.ua/sys/balance.php"]


@pytest.mark.parametrize("value", [False, 0, "", None])
def test_switches_that_are_false_in_any_way_are_off(
    value: Any, face: Any, gateway: Gateway
) -> None:
    face.SMSC_HTTPS = face.SMSC_POST = value
    face.SMSC().get_balance()
    assert gateway.urls[0].startswith("http://smsc.ua/sys/balance.php?")


# The environment


@pytest.mark.parametrize(
    ("name", "in_environment", "in_module", "field", "expected"),
    [
        ("SMSC_HOST", "smsc.ru", "", "host", "smsc.ru"),
        ("SMSC_HOST", "smsc.ru", None, "host", "smsc.ru"),
        ("SMSC_HOST", "smsc.ru", "smsc.kz", "host", "smsc.kz"),
        ("SMSC_HOST", "", "", "host", "smsc.ua"),
        ("SMSC_TRANSPORT", "smtp", "", "transport", "smtp"),
        ("SMSC_TRANSPORT", "smtp", "http-post", "transport", "http-post"),
        ("SMSC_FAILOVER", "safe", "", "failover", "safe"),
        ("SMSC_FAILOVER", "safe", "legacy", "failover", "legacy"),
        ("SMSC_TIMEOUT", "7", None, "timeout", Timeout(7.0, 7.0)),
        ("SMSC_TIMEOUT", "3,30", None, "timeout", Timeout(3.0, 30.0)),
        ("SMSC_TIMEOUT", "3,30", (1, 2), "timeout", Timeout(1.0, 2.0)),
        ("SMSC_DEADLINE", "20", None, "deadline", 20.0),
        ("SMSC_DEADLINE", "20", 9, "deadline", 9.0),
        ("SMSC_SLOTS", "Machine ", "", "slots", "machine"),
        ("SMSC_SLOTS", "machine", "redis://a:6380/1", "slots", "redis://a:6380/1"),
        ("SMSC_QUEUE", "sqlite:////var/q.sqlite", "", "queue", "sqlite:////var/q.sqlite"),
        # The old constants have no variables.
        ("SMSC_HTTPS", "1", False, "https", False),
        ("SMSC_CHARSET", "koi8-r", "utf-8", "charset", "utf-8"),
        ("SMTP_SERVER", "mail.test", "send.smsc.ua", "smtp_server", "send.smsc.ua"),
    ],
)
def test_module_wins_over_the_environment(
    name: str,
    in_environment: str,
    in_module: Any,
    field: str,
    expected: Any,
    face: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(name, in_environment)
    assert getattr(read(face, **{name: in_module}), field) == expected


@pytest.mark.parametrize(
    ("constants", "environment", "expected"),
    [
        (("", ""), ("env-login", "env-psw"), ("env-login", "env-psw")),
        ((None, None), ("env-login", "env-psw"), ("env-login", "env-psw")),
        (("", ""), ("", "env-key"), ("", "env-key")),
        (("", ""), ("env-login", ""), ("env-login", "")),
        (("", ""), ("", ""), ("", "")),
        # One constant is enough to leave the environment aside.
        (("mine", ""), ("env-login", "env-psw"), ("mine", "")),
        (("", "my-key"), ("env-login", "env-psw"), ("", "my-key")),
        (("mine", "too"), ("env-login", "env-psw"), ("mine", "too")),
    ],
)
def test_credentials_come_from_the_environment_only_while_both_constants_are_empty(
    constants: Tuple[Any, Any],
    environment: Tuple[str, str],
    expected: Tuple[str, str],
    face: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in zip(("SMSC_LOGIN", "SMSC_PASSWORD"), environment):
        monkeypatch.setenv(name, value)
    settings = read(face, SMSC_LOGIN=constants[0], SMSC_PASSWORD=constants[1])
    assert (settings.login, settings.password) == expected


def test_file_of_the_vendors_settings_alone_is_enough(face: Any) -> None:
    new = {"SMSC_HOST", "SMSC_TRANSPORT", "SMSC_FAILOVER", "SMSC_TIMEOUT", "SMSC_DEADLINE",
           "SMSC_SLOTS", "SMSC_QUEUE"}  # fmt: skip
    old = {name: value for name, value in vars(face).items() if name not in new}
    assert read_settings(old) == Settings(login=LOGIN, password=PASSWORD)


# Hosts


@pytest.mark.parametrize("domain", ["smsc.ua", "smsc.ru", "smsc.kz", "smscentre.com"])
def test_domain_means_itself_its_mirrors_and_its_mail(
    domain: str, face: Any, gateway: Gateway
) -> None:
    gateway.down = True
    letters: List[Tuple[str, ...]] = []

    class Server:
        def __init__(self, address: str) -> None:
            self.address = address

        def sendmail(self, sender: str, recipient: str, letter: str) -> None:
            letters.append((self.address, sender, recipient))

        def quit(self) -> None: ...

    face.SMSC_HOST = domain
    assert face.SMSC().send_sms(PHONE, "test") == ["", ""]
    assert gateway.hosts == [f"{mirror}{domain}" for mirror in MIRRORS]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face.smtplib, "SMTP", Server)
        face.SMSC().send_sms_mail(PHONE, "test")
    assert letters == [(f"send.{domain}", f"api@{domain}", f"send@send.{domain}")]


@pytest.mark.parametrize(
    ("host", "hosts"),
    [
        ("smsc.ru,smsc.kz", ["smsc.ru", "smsc.kz"]),
        ("smsc.ru, smsc.kz", ["smsc.ru", "smsc.kz"]),
        (["smsc.ru", "smsc.kz"], ["smsc.ru", "smsc.kz"]),
        (("127.0.0.1:1", "[::1]:2"), ["127.0.0.1:1", "[::1]:2"]),
        ("www2.smsc.ru", ["www2.smsc.ru"]),
        ("smsc.ru:80", ["smsc.ru:80"]),
        ("smsc.ru,", ["smsc.ru"]),
        ("localhost", ["localhost"]),
        ("localhost:8080", ["localhost:8080"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("127.0.0.1:65535", ["127.0.0.1:65535"]),
        ("[::1]", ["[::1]"]),
        ("[::1]:8080,[2001:db8::1]", ["[::1]:8080", "[2001:db8::1]"]),
        (" smsc.kz ", [f"{mirror}smsc.kz" for mirror in MIRRORS]),
        ("gateway.example.com", [f"{mirror}gateway.example.com" for mirror in MIRRORS]),
    ],
)
def test_list_port_or_address_means_exactly_that(
    host: Any, hosts: List[str], face: Any, gateway: Gateway
) -> None:
    gateway.down = True
    face.SMSC_HOST = host
    assert face.SMSC().get_balance() is False
    assert gateway.hosts == hosts


@pytest.mark.parametrize(
    ("host", "used"),
    [
        ("https://smsc.ru/", "smsc.ru"),
        ("//smsc.ru", "smsc.ru"),
        ("http://127.0.0.1:8080/sys/send.php", "127.0.0.1:8080"),
        ("smsc.ru/sys", "smsc.ru"),
        ("smsc.ru,,", "smsc.ru"),
        # An IPv6 address needs brackets; without them it is still understood.
        ("::1", "[::1]"),
        ("2001:db8::1", "[2001:db8::1]"),
    ],
)
def test_host_written_another_way_is_reported_once_and_used(
    host: Any, used: str, face: Any, gateway: Gateway, warned: Warned
) -> None:
    face.SMSC_HOST = host
    for _ in range(2):
        assert face.SMSC().send_sms(PHONE, "test").ok
    assert gateway.hosts == [used, used]
    assert warned() == [TOLD_HOST.format(host, f"Using {used!r} instead.")]


@pytest.mark.parametrize(
    "host",
    [
        *("smsc.ru:99999", "[::1]:99999", "127.0.0.1:0", "127.0.0.1:http", "127.0.0.1:80x"),
        *("127.0.0.1:", " ", ",", "://", []),
    ],
)
def test_host_that_cannot_be_read_is_reported_and_no_other_host_gets_the_message(
    host: Any, face: Any, gateway: Gateway, warned: Warned
) -> None:
    face.SMSC_HOST = host
    reply = face.SMSC().send_sms(PHONE, "test")
    assert (reply, reply.outcome) == (["", ""], "not sent")
    assert gateway.hosts == []
    assert warned() == [TOLD_HOST.format(host, "Nothing is sent.")]


def test_a_final_dot_makes_a_name_absolute(face: Any, gateway: Gateway, warned: Warned) -> None:
    face.SMSC_HOST = "smsc.ru."
    assert face.SMSC().get_balance() == "99.50"
    assert (gateway.hosts, warned()) == (["smsc.ru."], [])


@pytest.mark.parametrize(
    ("server", "servers"),
    [
        ("send.smsc.ua", ["send.smsc.ru"]),  # the default follows the domain
        ("mail.test", ["mail.test"]),
        ("mail.test:2525, [::1]:25", ["mail.test:2525", "[::1]:25"]),
        ("mail.test,", ["mail.test"]),
        ("send.smsc.ua,mail.test", ["send.smsc.ua", "mail.test"]),
        ("", [""]),
    ],
)
def test_mail_servers(server: str, servers: List[str], face: Any) -> None:
    settings = read(face, SMSC_HOST="smsc.ru", SMTP_SERVER=server)
    assert settings.smtp_servers == servers
    assert settings.mail_to == "send@send.smsc.ru"


def test_sender_of_mail_follows_the_domain_unless_it_is_set(face: Any) -> None:
    assert read(face, SMSC_HOST="smsc.kz").mail_from == "api@smsc.kz"
    assert read(face, SMSC_HOST="smsc.kz", SMTP_FROM="me@shop.test").mail_from == "me@shop.test"
    assert read(face, SMSC_HOST="127.0.0.1:8080").mail_from == "api@smsc.ua"


# Right values


@pytest.mark.parametrize(
    ("value", "timeout"),
    [
        (None, (5.0, 60.0)),
        (5, (5.0, 5.0)),
        (0.5, (0.5, 0.5)),
        ("5", (5.0, 5.0)),
        (" 5 ", (5.0, 5.0)),
        ("5,30", (5.0, 30.0)),
        ("5, 30", (5.0, 30.0)),
        ((5, 30), (5.0, 30.0)),
        ([5, 30], (5.0, 30.0)),
        (("5", 30), (5.0, 30.0)),
        ((5,), (5.0, 5.0)),
        (10**12, (1_000_000.0, 1_000_000.0)),  # longer than sockets can wait
    ],
)
def test_timeout_is_one_number_or_two(value: Any, timeout: Tuple[float, float], face: Any) -> None:
    assert read(face, SMSC_TIMEOUT=value).timeout[:2] == timeout


@pytest.mark.parametrize(
    ("value", "deadline"), [(None, None), ("", None), (9, 9.0), ("0.5", 0.5), (10**12, 1_000_000.0)]
)
def test_deadline_is_a_number(value: Any, deadline: Optional[float], face: Any) -> None:
    assert read(face, SMSC_DEADLINE=value).deadline == deadline


@pytest.mark.parametrize(
    ("value", "mode"), [("", "legacy"), ("legacy", "legacy"), ("safe", "safe"), (" SAFE ", "safe")]
)
def test_failover_is_legacy_or_safe(value: str, mode: str, face: Any) -> None:
    assert read(face, SMSC_FAILOVER=value).failover == mode


@pytest.mark.parametrize(
    ("default", "own", "timeout"),
    [
        (None, None, (5.0, 60.0)),
        (7.0, None, (7.0, 7.0)),
        (7.0, 3, (3.0, 3.0)),
        (0.0, None, (5.0, 60.0)),  # sockets that do not wait at all
    ],
)
def test_socket_default_timeout_counts_where_smsc_timeout_is_not_set(
    default: Optional[float], own: Any, timeout: Tuple[float, float], face: Any
) -> None:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(default)
    try:
        assert read(face, SMSC_TIMEOUT=own).timeout[:2] == timeout
    finally:
        socket.setdefaulttimeout(before)


def test_settings_can_be_replaced_but_not_changed() -> None:
    settings = Settings(login="one")
    assert settings.replace(login="two") == Settings(login="two")
    with pytest.raises(AttributeError):
        settings.login = "three"  # type: ignore[misc]


def test_secrets_are_all_credentials_in_whatever_type() -> None:
    given: Dict[str, Any] = {
        "login": "l",
        "password": b"p\xd1\x84",
        "smtp_login": "sl",
        "smtp_password": None,
    }
    assert Settings(**given).secrets == ("l", "pф", "sl")
    assert Settings().secrets == ()


@pytest.mark.parametrize(
    ("host", "mail"),
    [
        ("smsc.kz,www2.smsc.kz,www3.smsc.kz", "send@send.smsc.kz"),
        ("www.smsc.ru", "send@send.smsc.ru"),
        ("www2.smscentre.com,www3.smscentre.com", "send@send.smscentre.com"),
        ("127.0.0.1:8080", "send@send.smsc.ua"),
        ("localhost", "send@send.smsc.ua"),
    ],
)
def test_a_mail_goes_to_the_domain_that_the_first_host_belongs_to(host: str, mail: str) -> None:
    assert Settings(host=host).mail_to == mail

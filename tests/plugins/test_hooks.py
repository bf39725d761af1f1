"""What each hook is asked, how its answers count, and what happens when it raises."""

from __future__ import annotations

import smtplib
from typing import Any, Dict, Iterable, List, Optional

import pytest

from smsc_transports import Attempt, Receipt, Request, Settings, Transport, plugin_manager
from smsc_transports.reporting.notices import SMSCWarning
from smsc_transports.values.errors import ConfigurationError

from ..faces import LOGIN, PASSWORD
from ..surroundings import BUILT_IN_TRANSPORTS, PHONE, Gateway, Lost, Pigeon, Warned, plug_in

pytestmark = pytest.mark.usefixtures("fresh_plugins")


def explode(*_: Any) -> Any:
    raise KeyError("the vault is sealed")


# smsc_transports


def test_smsc_transports_of_all_plugins_are_collected(face: Any) -> None:
    one, two, three = Pigeon("one"), Pigeon("two"), Pigeon("three")
    plug_in("first", smsc_transports=lambda: [one, two])
    plug_in("second", smsc_transports=lambda: iter([three]))
    for name, transport in (("one", one), ("two", two), ("three", three)):
        face.SMSC_TRANSPORT = name
        face.SMSC().send_sms(PHONE, "test")
        assert len(transport.requests) == 1


def test_smsc_transports_is_asked_once_and_again_after_a_change(face: Any) -> None:
    asked: List[str] = []

    def give() -> Iterable[Transport]:
        asked.append("transports")
        return [Pigeon()]

    plug_in("pigeons", smsc_transports=give)
    face.SMSC_TRANSPORT = "pigeon"
    for _ in range(3):
        face.SMSC().send_sms(PHONE, "test")
    assert len(asked) == 1
    plug_in("newcomer", smsc_attempt=lambda attempt: None)
    face.SMSC().send_sms(PHONE, "test")
    assert len(asked) == 2
    plugin_manager().unregister(name="newcomer")
    face.SMSC().send_sms(PHONE, "test")
    assert len(asked) == 3


class Nameless(Pigeon):
    def __init__(self) -> None:
        super().__init__(name="")

    def __repr__(self) -> str:
        return "Nameless()"


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (explode, "KeyError: 'the vault is sealed'"),
        (lambda: Pigeon, "TypeError: 'ABCMeta' object is not iterable"),
        (lambda: ["pigeon"], "TypeError: 'pigeon' is no Transport with a name"),
        (lambda: [Nameless], f"TypeError: {Nameless!r} is no Transport with a name"),
        (lambda: [Nameless()], "TypeError: Nameless() is no Transport with a name"),
        (lambda: [Pigeon(), 5], "TypeError: 5 is no Transport with a name"),
    ],
)
def test_smsc_transports_that_fails_leaves_its_own_transports_out(
    given: Any, cause: str, face: Any, gateway: Gateway, warned: Warned
) -> None:
    plug_in("odd", smsc_transports=given)
    plug_in("sound", smsc_transports=lambda: [Pigeon()])
    assert face.SMSC().send_sms(PHONE, "test").ok
    face.SMSC_TRANSPORT = "pigeon"
    assert face.SMSC().send_sms(PHONE, "test")[0] == "7"
    [message] = warned()
    assert message == (
        "The plugin 'odd' from plugin_manager().register() cannot give its transports and is "
        f"left out: {cause}. Fix or uninstall it, or set SMSC_BLOCK_PLUGINS=odd."
    )


@pytest.mark.parametrize("nothing", [None, [], ()])
def test_smsc_transports_may_give_none(nothing: Any, face: Any, gateway: Gateway) -> None:
    plug_in("without", smsc_transports=lambda: nothing)
    assert face.SMSC().send_sms(PHONE, "test").ok


def test_smsc_transports_of_one_name_are_an_error_until_one_is_gone(face: Any) -> None:
    plug_in("first", smsc_transports=lambda: [Pigeon()])
    plug_in("second", smsc_transports=lambda: [Pigeon()])
    face.SMSC_TRANSPORT = "pigeon"
    with pytest.raises(ConfigurationError) as raised:
        face.SMSC().send_sms(PHONE, "test")
    assert str(raised.value) == (
        "Two transports are called 'pigeon': one of the plugin 'first' from "
        "plugin_manager().register(), one of the plugin 'second' from "
        "plugin_manager().register(). Uninstall one of them, or leave a plugin out: "
        "SMSC_BLOCK_PLUGINS=second."
    )
    plugin_manager().unregister(name="first")
    assert face.SMSC().send_sms(PHONE, "test")[0] == "7"


def test_smsc_transports_with_the_name_of_a_built_in_one_is_an_error(face: Any) -> None:
    plug_in("usurper", smsc_transports=lambda: [Pigeon("http-get")])
    with pytest.raises(ConfigurationError) as raised:
        face.SMSC().send_sms(PHONE, "test")
    assert str(raised.value) == (
        "Two transports are called 'http-get': one of the plugin 'http' from smsc_transports "
        "itself, one of the plugin 'usurper' from plugin_manager().register(). Uninstall one of "
        "them, or leave a plugin out: SMSC_BLOCK_PLUGINS=usurper."
    )


# smsc_choose_transport


def test_smsc_choose_transport_wins_over_the_setting(face: Any, gateway: Gateway) -> None:
    pigeon = Pigeon()
    plug_in(
        smsc_transports=lambda: [pigeon],
        smsc_choose_transport=lambda request: "pigeon" if request.text == "coo" else None,
    )
    face.SMSC_TRANSPORT = "http-post"
    assert face.SMSC().send_sms(PHONE, "coo")[0] == "7"
    assert face.SMSC().send_sms(PHONE, "moo")[0] == "1234"
    assert [request.text for request in pigeon.requests] == ["coo"]
    assert gateway.urls == ["http://smsc.ua/sys/send.php"]


def test_smsc_choose_transport_takes_the_first_answer(face: Any, gateway: Gateway) -> None:
    asked: List[str] = []

    def chooser(name: str, answer: Optional[str]) -> Any:
        def choose(request: Request) -> Optional[str]:
            asked.append(name)
            return answer

        return choose

    # pluggy asks the plugin that came last first.
    plug_in("never asked", smsc_choose_transport=chooser("never asked", "http-get"))
    plug_in("answers", smsc_choose_transport=chooser("answers", "http-post"))
    plug_in("passes", smsc_choose_transport=chooser("passes", None))
    face.SMSC().send_sms(PHONE, "test")
    assert asked == ["passes", "answers"]
    assert gateway.urls == ["http://smsc.ua/sys/send.php"]


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("post", [False, True])
def test_smsc_choose_transport_that_passes_leaves_it_to_the_constants(
    https: bool, post: bool, face: Any, gateway: Gateway
) -> None:
    plug_in(smsc_choose_transport=lambda request, names: None)
    face.SMSC_HTTPS, face.SMSC_POST = https, post
    face.SMSC().get_balance()
    assert gateway.urls[0].startswith(("https" if https else "http") + "://smsc.ua/sys/")
    assert ("?" in gateway.urls[0]) is not post


def test_smsc_choose_transport_is_given_the_request_and_all_names(
    face: Any, gateway: Gateway
) -> None:
    given: List[Any] = []
    plug_in("pigeons", smsc_transports=lambda: [Pigeon()])
    plug_in("chooser", smsc_choose_transport=lambda request, names: given.extend([request, names]))
    face.SMSC().send_sms(f"{PHONE};79990001123", "Привет, мир", id=5, sender="me")
    request, names = given
    assert names == [*BUILT_IN_TRANSPORTS, "pigeon"]
    assert (request.command, request.billable, request.id) == ("send", True, "5")
    assert (request.phones, request.text) == ([PHONE, "79990001123"], "Привет, мир")
    assert request.fields["sender"] == "me"
    assert request.settings.login == LOGIN


def test_smsc_choose_transport_may_name_several_to_be_tried_in_order(face: Any) -> None:
    lost, pigeon = Lost("lost"), Pigeon()
    plug_in(
        smsc_transports=lambda: [lost, pigeon],
        smsc_choose_transport=lambda request: "lost, pigeon",
    )
    reply = face.SMSC().send_sms(PHONE, "test")
    assert reply == ["7", "1", "0.00", "0.00"]
    assert [(each.transport, each.address) for each in reply.attempts] == [
        ("lost", "north-loft"),
        ("lost", "south-loft"),
        ("pigeon", "north-loft"),
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("pigoen", " Did you mean 'pigeon'?"),
        ("HTTP-POST", ""),  # names are written in one way
        ("http-pots", " Did you mean 'http-post'?"),
        ("carrier", ""),
    ],
)
def test_smsc_choose_transport_with_an_unknown_name_is_reported_with_the_names(
    name: str, meant: str, face: Any, gateway: Gateway
) -> None:
    plug_in(
        smsc_transports=lambda: [Pigeon()],
        smsc_choose_transport=lambda request: name,
    )
    with pytest.raises(ConfigurationError) as raised:
        face.SMSC().send_sms(PHONE, "test")
    assert str(raised.value) == (
        f"There is no transport {name!r}.{meant} There are: "
        f"{', '.join(sorted([*BUILT_IN_TRANSPORTS, 'pigeon']))}. If it comes from a plugin, "
        "install that plugin or name its module in SMSC_PLUGINS; "
        "SMSC_BLOCK_PLUGINS may be leaving it out."
    )
    assert gateway.urls == []


def test_smsc_choose_transport_that_raises_sends_nothing_and_is_reported_once(
    face: Any, gateway: Gateway, warned: Warned
) -> None:
    plug_in("chooser", smsc_choose_transport=explode)
    for _ in range(2):
        reply = face.SMSC().send_sms(PHONE, "test")
        assert (reply, reply.outcome, reply.attempts) == (["", ""], "not sent", ())
    assert face.SMSC().get_balance() is False
    assert gateway.urls == []
    [message] = warned()
    assert message == (
        "Nothing is sent: the plugin 'chooser' failed at smsc_choose_transport: "
        "KeyError: 'the vault is sealed'."
    )


def test_smsc_choose_transport_that_gives_no_name_sends_nothing(
    face: Any, gateway: Gateway, warned: Warned
) -> None:
    plug_in("chooser", smsc_choose_transport=lambda request: 7)
    assert face.SMSC().send_sms(PHONE, "test") == ["", ""]
    [message] = warned()
    assert message == (
        "Nothing is sent: the plugin 'chooser' failed at smsc_choose_transport: "
        "TypeError: it gave int, not a name."
    )


# smsc_settings


def test_smsc_settings_replaces_host_and_credentials_for_the_call(
    face: Any, gateway: Gateway
) -> None:
    plug_in(
        smsc_settings=lambda settings: {
            "host": "smsc.kz",
            "login": "from-the-vault",
            "password": "sesame",
        }
    )
    assert face.SMSC().send_sms(PHONE, "test").ok
    assert gateway.hosts == ["smsc.kz"]
    assert (gateway.fields[0]["login"], gateway.fields[0]["psw"]) == ("from-the-vault", "sesame")
    assert (face.SMSC_LOGIN, face.SMSC_PASSWORD) == (LOGIN, PASSWORD)


def test_smsc_settings_of_all_plugins_are_merged_and_who_is_asked_first_wins(
    face: Any, gateway: Gateway
) -> None:
    seen: List[str] = []

    def changing(**changes: str) -> Any:
        def change(settings: Settings) -> Dict[str, str]:
            seen.append(settings.password)
            return changes

        return change

    # pluggy asks the plugin that came last first.
    plug_in("third", smsc_settings=changing(password="third", host="smsc.kz"))
    plug_in("passes", smsc_settings=lambda: None)
    plug_in("second", smsc_settings=changing(password="second"))
    plug_in("first", smsc_settings=changing(login="first"))
    face.SMSC().get_balance()
    assert seen == [PASSWORD] * 3
    assert (gateway.fields[0]["login"], gateway.fields[0]["psw"]) == ("first", "second")
    assert gateway.hosts == ["smsc.kz"]


def test_smsc_settings_is_asked_for_each_call_and_for_mail(face: Any, gateway: Gateway) -> None:
    asked: List[str] = []
    plug_in(smsc_settings=lambda settings: asked.append(settings.login))
    smsc = face.SMSC()
    smsc.send_sms(PHONE, "test")
    face.SMSC_LOGIN = "another"
    smsc.get_status(1, PHONE)

    class Server:
        def __init__(self, address: str) -> None:
            self.address = address

        def sendmail(self, *args: Any) -> None: ...
        def quit(self) -> None: ...

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face.smtplib, "SMTP", Server)
        smsc.send_sms_mail(PHONE, "test")
    assert asked == [LOGIN, "another", "another"]


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (explode, "KeyError: 'the vault is sealed'"),
        (lambda settings: settings, "TypeError: it gave Settings, not a mapping"),
        (lambda settings: (yield), "TypeError: it gave generator, not a mapping"),
        (
            lambda settings: {"pasword": "open"},
            "KeyError: there is no setting 'pasword'. Did you mean 'password'?",
        ),
    ],
)
def test_smsc_settings_that_fails_sends_nothing_and_is_reported_once(
    given: Any, cause: str, face: Any, gateway: Gateway, warned: Warned
) -> None:
    plug_in("vault", smsc_settings=given)
    for _ in range(2):
        reply = face.SMSC().send_sms(PHONE, "test")
        assert (reply, reply.outcome, reply.attempts) == (["", ""], "not sent", ())
    assert face.SMSC().get_balance() is False
    assert gateway.urls == []
    [message] = warned()
    assert message.rstrip(".") == (
        f"Nothing is sent: the plugin 'vault' failed at smsc_settings: {cause}"
    )


def test_smsc_settings_that_raises_shows_no_secret(
    face: Any, gateway: Gateway, warned: Warned
) -> None:
    def quote_the_password(settings: Settings) -> Settings:
        raise ValueError(f"the vault does not know {settings.login} with {settings.password}")

    plug_in("vault", smsc_settings=quote_the_password)
    face.SMSC().send_sms(PHONE, "test")
    [message] = warned()
    assert message == (
        "Nothing is sent: the plugin 'vault' failed at smsc_settings: ValueError: the vault does "
        "not know *** with ***."
    )


def test_smsc_settings_that_raises_ends_a_mail_without_a_secret(face: Any) -> None:
    def quote_the_password(settings: Settings) -> Settings:
        raise ValueError(f"the vault does not know {settings.password}")

    plug_in("vault", smsc_settings=quote_the_password)
    with pytest.raises(smtplib.SMTPException) as raised:
        face.SMSC().send_sms_mail(PHONE, "test")
    assert str(raised.value) == (
        "Nothing is sent: the plugin 'vault' failed at smsc_settings: ValueError: the vault does "
        "not know ***"
    )


def test_smsc_settings_that_raises_ends_the_call_where_warnings_are_errors(
    face: Any, gateway: Gateway
) -> None:
    plug_in("vault", smsc_settings=explode)
    for _ in range(2):
        with pytest.raises(SMSCWarning, match="Nothing is sent: the plugin 'vault' failed"):
            face.SMSC().send_sms(PHONE, "test")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("hook", ["smsc_settings", "smsc_choose_transport", "smsc_attempt"])
def test_ctrl_c_inside_a_hook_passes_through(
    hook: str, interruption: Any, face: Any, gateway: Gateway
) -> None:
    def interrupt() -> None:
        raise interruption

    plug_in("impatient", **{hook: interrupt})
    with pytest.raises(interruption):
        face.SMSC().send_sms(PHONE, "test")


# smsc_attempt


def test_smsc_attempt_hears_every_attempt(face: Any) -> None:
    heard: List[Attempt] = []
    plug_in(
        smsc_transports=lambda: [Lost("lost"), Pigeon()],
        smsc_attempt=lambda attempt: heard.append(attempt),
    )
    face.SMSC_TRANSPORT = "lost,pigeon"
    reply = face.SMSC().send_sms(PHONE, "test")
    assert [(a.command, a.transport, a.address, a.number, a.outcome, a.error) for a in heard] == [
        ("send", "lost", "north-loft", 1, "not sent", "lost at north-loft"),
        ("send", "lost", "south-loft", 2, "unknown", "lost at south-loft"),
        ("send", "pigeon", "north-loft", 3, "answered", ""),
    ]
    assert reply.attempts == tuple(heard)


def test_smsc_attempt_hears_of_mail_and_of_a_host_that_is_down(face: Any, gateway: Gateway) -> None:
    heard: List[str] = []
    plug_in(smsc_attempt=lambda attempt: heard.append(f"{attempt.address} {attempt.outcome}"))
    gateway.down = True
    face.SMSC_HOST = "one.test:81,two.test:82"
    face.SMSC().get_balance()

    class Server:
        def __init__(self, address: str) -> None:
            raise ConnectionRefusedError("no mail today")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face.smtplib, "SMTP", Server)
        with pytest.raises(ConnectionRefusedError):
            face.SMSC().send_sms_mail(PHONE, "test")
    assert heard == [
        "one.test:81 not sent",
        "two.test:82 not sent",
        "send.smsc.ua not sent",
    ]


def test_smsc_attempt_that_raises_is_reported_once_and_changes_nothing(
    face: Any, gateway: Gateway, warned: Warned
) -> None:
    heard: List[Attempt] = []
    plug_in("hears, but last", smsc_attempt=lambda attempt: heard.append(attempt))
    plug_in("deaf", smsc_attempt=explode)
    plug_in("hears", smsc_attempt=lambda attempt: heard.append(attempt))
    for _ in range(2):
        assert face.SMSC().send_sms(PHONE, "test") == ["1234", "1", "0.50", "99.50"]
    assert warned() == [
        "The plugin 'deaf' failed at smsc_attempt: KeyError: 'the vault is sealed'."
    ]
    assert len(heard) == 4


def test_smsc_attempt_need_not_take_the_attempt(face: Any, gateway: Gateway) -> None:
    heard: List[str] = []
    plug_in(smsc_attempt=lambda: heard.append("attempt"))
    face.SMSC().get_balance()
    assert heard == ["attempt"]


@pytest.mark.parametrize("by_mail", [True, False])
@pytest.mark.usefixtures("warned")
def test_a_price_is_never_asked_by_sending_the_message(face: Any, by_mail: bool) -> None:
    courier = Pigeon("courier")
    courier.commands = frozenset({"send"})
    courier.is_gateway = by_mail  # as smtp, or as a plugin's
    plug_in("courier", smsc_transports=lambda: [courier])
    face.SMSC_TRANSPORT, face.SMSC_HOST = "courier", "127.0.0.1:9"
    reply = face.SMSC().get_sms_cost("79990001122", "test")
    assert courier.requests == []
    assert reply == ["", ""]
    assert face.SMSC().send_sms("79990001122", "test") == ["7", "1", "0.00", "0.00"]


# smsc_receipt


def test_smsc_receipt_reaches_every_plugin_whatever_one_of_them_raises(warned: Warned) -> None:
    heard: List[str] = []
    plug_in("first", smsc_receipt=lambda receipt: heard.append(receipt.id))
    plug_in("failing", smsc_receipt=explode)
    plug_in("last", smsc_receipt=lambda receipt: heard.append(receipt.status))
    for _ in range(2):
        plugin_manager().report_receipt(Receipt("7", PHONE, "DELIVRD"))
    assert sorted(heard) == ["7", "7", "DELIVRD", "DELIVRD"]
    [message] = warned()
    assert "The plugin failing" in message or "failing" in message
    assert "smsc_receipt" in message

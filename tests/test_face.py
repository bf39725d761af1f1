"""smsc_api.py is what old programs took it for: the names, the class, the errors, the prints."""

from __future__ import annotations

import datetime
import io
import shutil
import smtplib
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Callable, Dict, List
from unittest import mock

import pytest

from .faces import FACE
from .surroundings import PHONE, Gateway, Pigeon, module_with

pytestmark = pytest.mark.usefixtures("fresh_plugins")

OURS = ["SMSC", "ifs"]
CONSTANTS = [
    "SMSC_LOGIN", "SMSC_PASSWORD", "SMSC_POST", "SMSC_HTTPS", "SMSC_CHARSET", "SMSC_DEBUG",
    "SMTP_FROM", "SMTP_SERVER", "SMTP_LOGIN", "SMTP_PASSWORD",
]  # fmt: skip
LIBRARYS: Dict[str, Any] = {
    "datetime": datetime.datetime,
    "sleep": time.sleep,
    "smtplib": smtplib,
    "urlopen": urllib.request.urlopen,
    "quote": urllib.parse.quote,
}


def run(program: str, folder: Path = FACE.parent, **environment: str) -> str:
    """Run a program beside the face, in a process of its own, and return what it printed."""
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=str(folder),
        env={**environment, "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return finished.stdout.strip()


# Names


def test_star_import_gives_exactly_the_seventeen_names() -> None:
    program = "before = set(dir())\nfrom smsc_api import *\nprint(sorted(set(dir()) - before))"
    assert run(program) == str(sorted([*OURS, *CONSTANTS, *LIBRARYS, "before"]))


def test_names_of_the_library_are_the_librarys_own_objects(face: Any) -> None:
    assert {name: getattr(face, name) for name in LIBRARYS} == LIBRARYS
    assert sorted(face.__all__) == sorted([*OURS, *CONSTANTS, *LIBRARYS])


@pytest.mark.parametrize(
    ("condition", "expected"), [(True, 1), ("0", 1), ([0], 1), (False, 2), ("", 2), (None, 2)]
)
def test_ifs_chooses_by_truth(condition: Any, expected: int, face: Any) -> None:
    assert face.ifs(condition, 1, 2) == expected


# Importing


def test_importing_needs_no_credentials_and_opens_no_socket() -> None:
    program = (
        "import sys\n"
        "def refuse(event, args):\n"
        "    if event.startswith('socket.'): raise SystemExit(f'{event} at import')\n"
        "sys.addaudithook(refuse)\n"
        "import smsc_api\n"
        "smsc_api.SMSC()\n"
        "print(repr(smsc_api.SMSC_LOGIN), repr(smsc_api.SMSC_PASSWORD))\n"
    )
    assert run(program) == "'' ''"


def test_without_the_package_importing_is_one_clear_error(tmp_path: Path) -> None:
    shutil.copy(str(FACE), str(tmp_path))
    program = (
        "import sys\n"
        "sys.modules['smsc_transports'] = None\n"
        "try: import smsc_api\n"
        "except ImportError as error: print(error)\n"
    )
    printed = run(program, tmp_path)
    assert printed.startswith("smsc_api works with the package smsc_transports, which cannot be ")
    assert printed.endswith(f"in a checkout of smsc-transports: {sys.executable} -m pip install .")
    assert "\n" not in printed


# The class


def test_class_takes_no_arguments(face: Any) -> None:
    face.SMSC()
    with pytest.raises(TypeError):
        face.SMSC("login", "password")
    with pytest.raises(TypeError):
        face.SMSC(login="login")


def test_subclass_may_extend_methods(face: Any, gateway: Gateway) -> None:
    class Shop(face.SMSC):  # type: ignore[misc]
        def __init__(self, shop: str) -> None:
            self.shop = shop

        def send_sms(self, phones: str, message: str, **keywords: Any) -> Any:
            return super().send_sms(phones, f"{self.shop}: {message}", **keywords)

    assert Shop("Books").send_sms(PHONE, "test", sender="sms").ok
    assert gateway.fields[0]["mes"] == "Books: test"


def test_subclass_may_replace_the_one_way_out_by_a_plain_list(
    face: Any, gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: List[Any] = []

    class Recorded(face.SMSC):  # type: ignore[misc]
        def __init__(self, answer: List[str]) -> None:
            self.answer = answer

        def _smsc_send_cmd(self, cmd: str, arg: str = "") -> List[str]:
            asked.append((cmd, arg))
            return list(self.answer)

    face.SMSC_DEBUG = True
    smsc = Recorded(["1", "1700000000", "0", "a", "b", "c", "d", "e", "x", " y", " z"])
    status = smsc.get_status(5, PHONE, all=1)
    assert status == ["1", "1700000000", "0", "a", "b", "c", "d", "e", "x, y, z"]
    assert type(status) is list
    smsc.answer = ["5", "1", "0.50", "9.50"]
    assert smsc.send_sms(PHONE, "test") == ["5", "1", "0.50", "9.50"]
    smsc.answer = ["9.50"]
    assert smsc.get_balance() == "9.50"
    smsc.answer = ["0.50", "1"]
    assert smsc.get_sms_cost(PHONE, "test") == ["0.50", "1"]
    assert asked == [
        ("status", f"phone={PHONE}&id=5&all=1"),
        ("send", f"cost=3&phones={PHONE}&mes=test&translit=0&id=0"),
        ("balance", ""),
        ("send", f"cost=1&phones={PHONE}&mes=test&translit=0"),
    ]
    assert gateway.urls == []
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_instance_bears_attributes_of_its_owners(face: Any) -> None:
    smsc = face.SMSC()
    smsc.SMSC_LOGIN = smsc.anything = "kept"
    assert vars(smsc) == {"SMSC_LOGIN": "kept", "anything": "kept"}


@pytest.mark.parametrize("name", ["send_sms", "get_balance", "_smsc_send_cmd"])
def test_methods_can_be_patched_on_the_class(name: str, face: Any, gateway: Gateway) -> None:
    with mock.patch.object(face.SMSC, name, return_value=("5", "1")):
        assert getattr(face.SMSC(), name)(phones=PHONE, message="test") == ("5", "1")
    assert gateway.urls == []


def test_instance_survives_a_pickle() -> None:
    program = (
        "import pickle, smsc_api\n"
        "smsc = smsc_api.SMSC()\n"
        "smsc.shop = 'Books'\n"
        "again = pickle.loads(pickle.dumps(smsc))\n"
        "print(type(again) is smsc_api.SMSC, vars(again))\n"
    )
    assert run(program) == "True {'shop': 'Books'}"


def test_threads_share_one_instance_and_get_their_own_replies(face: Any) -> None:
    class Echo(Pigeon):
        def exchange(self, request: Any, address: str, timeout: Any) -> str:
            return f"{request.id},1,0.00,{request.text}"

    from smsc_transports import hookimpl, plugin_manager

    plugin = module_with("echo", smsc_transports=hookimpl(lambda: [Echo("echo")]))
    plugin_manager().register(plugin)
    face.SMSC_TRANSPORT = "echo"
    smsc = face.SMSC()
    start = threading.Barrier(8)
    wrong: List[Any] = []

    def work(thread: int) -> None:
        start.wait()
        for number in range(1, 51):
            reply = smsc.send_sms(PHONE, f"text {thread}.{number}", id=number)
            if reply != [str(number), "1", "0.00", f"text {thread}.{number}"]:
                wrong.append(reply)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# Interruptions and wrong arguments


def _raising(interruption: Any) -> Callable[..., Any]:
    def interrupt(*args: Any, **kwargs: Any) -> Any:
        raise interruption

    return interrupt


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize(
    "depth",
    [
        "smsc_transports.call.call",
        "smsc_transports.failover.policies.Call.attempt",
        "smsc_transports.transports.http.HttpTransport.exchange",
        "smsc_transports.transports.http.HttpTransport.addresses",
        "smsc_transports.transports.session.exchange",
        "requests.adapters.HTTPAdapter.send",
        "smsc_transports.transports.connections.Connection.connect",
        "smsc_transports.transports.deadline.connect",
        "socket.getaddrinfo",
    ],
)
@pytest.mark.parametrize("failover", ["legacy", "safe"])
def test_ctrl_c_passes_through_from_any_depth(
    failover: str, depth: str, interruption: Any, face: Any
) -> None:
    face.SMSC_FAILOVER = failover
    calls: List[Callable[[Any], Any]] = [
        lambda smsc: smsc.send_sms(PHONE, "test"),
        lambda smsc: smsc.get_status(1, PHONE),
        lambda smsc: smsc.get_balance(),
    ]
    for call in calls:
        with mock.patch(depth, _raising(interruption)), pytest.raises(interruption):
            call(face.SMSC())


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_ctrl_c_passes_through_a_replaced_urlopen_and_mail(interruption: Any, face: Any) -> None:
    face.urlopen = _raising(interruption)
    with pytest.raises(interruption):
        face.SMSC().send_sms(PHONE, "test")
    with mock.patch.object(smtplib, "SMTP", _raising(interruption)), pytest.raises(interruption):
        face.SMSC().send_sms_mail(PHONE, "test")


WRONG: List[Any] = [None, 5, 5.5, [PHONE], object()]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    "call",
    [
        lambda smsc, wrong: smsc.send_sms(wrong, "test"),
        lambda smsc, wrong: smsc.send_sms(PHONE, wrong),
        lambda smsc, wrong: smsc.get_sms_cost(wrong, "test"),
        lambda smsc, wrong: smsc.get_sms_cost(PHONE, wrong),
        lambda smsc, wrong: smsc.get_status(5, wrong),
        lambda smsc, wrong: smsc.send_sms_mail(wrong, "test"),
        lambda smsc, wrong: smsc.send_sms_mail(PHONE, wrong),
        lambda smsc, wrong: smsc._smsc_send_cmd("send", wrong),
        lambda smsc, wrong: smsc._smsc_send_cmd(wrong),
        lambda smsc, wrong: smsc.send_sms(PHONE, "test", time=wrong),
        lambda smsc, wrong: smsc.send_sms(PHONE, "test", query=wrong),
        lambda smsc, wrong: smsc.send_sms_mail(PHONE, "test", sender=wrong),
    ],
)
def test_wrong_types_raise_type_error_and_send_nothing(
    call: Callable[[Any, Any], Any], wrong: Any, face: Any, gateway: Gateway
) -> None:
    with mock.patch.object(smtplib, "SMTP", _raising(AssertionError)), pytest.raises(TypeError):
        call(face.SMSC(), wrong)
    assert gateway.urls == []


@pytest.mark.parametrize("name", ["SMSC_LOGIN", "SMSC_PASSWORD", "SMSC_CHARSET"])
@pytest.mark.parametrize("wrong", [None, 5])
def test_credentials_of_wrong_types_raise_type_error_and_send_nothing(
    name: str, wrong: Any, face: Any, gateway: Gateway
) -> None:
    setattr(face, name, wrong)
    with pytest.raises(TypeError):
        face.SMSC().send_sms(PHONE, "test")
    assert gateway.urls == []


@pytest.mark.parametrize(
    ("format", "error", "shown"),
    [
        (14, IndexError, "14"),
        (99, IndexError, "99"),
        ("flash", TypeError, "'flash'"),
        (None, TypeError, "NoneType"),
    ],
)
def test_wrong_formats_raise_as_they_did_and_name_the_formats(
    format: Any, error: Any, shown: str, face: Any, gateway: Gateway
) -> None:
    for method in (face.SMSC().send_sms, face.SMSC().get_sms_cost):
        with pytest.raises(error) as told:
            method(PHONE, "test", format=format)
        start = f"format must be one of these numbers, not {shown}: 0 SMS, 1 flash, "
        assert str(told.value).startswith(start)
    assert gateway.urls == []


PHONES_FORM = 'write it as "79991112233", or "79991112233,79992223344" for several'


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda smsc: smsc.send_sms(7, "x"), f"phones must be text, not int; {PHONES_FORM}"),
        (lambda smsc: smsc.get_sms_cost([], "x"), f"phones must be text, not list; {PHONES_FORM}"),
        (lambda smsc: smsc.send_sms_mail(7, "x"), f"phones must be text, not int; {PHONES_FORM}"),
        (lambda smsc: smsc.get_status(1, 7), "phone must be text, not int; write it as "),
        (lambda smsc: smsc.send_sms(PHONE, None), "message must be text, not NoneType; "),
        (lambda smsc: smsc.send_sms(PHONE, "x", time=5), "time must be text, not int; "),
        (lambda smsc: smsc.send_sms(PHONE, "x", query=None), "query must be text, not NoneType; "),
    ],
)
def test_an_argument_of_a_wrong_type_is_named_with_its_right_form(
    call: Callable[[Any], Any], text: str, face: Any
) -> None:
    with pytest.raises(TypeError) as told:
        call(face.SMSC())
    assert str(told.value).startswith(text)


@pytest.mark.parametrize("value", [None, 5])
@pytest.mark.parametrize("setting", ["SMSC_LOGIN", "SMSC_PASSWORD", "SMSC_CHARSET"])
def test_a_setting_of_a_wrong_type_is_named_with_its_right_form(
    setting: str, value: Any, face: Any
) -> None:
    setattr(face, setting, value)
    smsc = face.SMSC()
    for call in (smsc.send_sms, smsc.send_sms_mail, smsc.get_sms_cost, smsc.get_status):
        with pytest.raises(TypeError) as told:
            call("79990001122", "test")
        start = f"{setting} must be text, not {type(value).__name__}; write it as "
        assert str(told.value).startswith(start)


@pytest.mark.parametrize(
    ("sender", "sent"),
    [(False, None), (0, None), (0.0, None), ("", ""), (None, "None"), (True, "True"), (7, "7")],
)
def test_sender_is_left_out_only_where_it_equals_false(
    sender: Any, sent: Any, face: Any, gateway: Gateway
) -> None:
    face.SMSC().send_sms(PHONE, "test", sender=sender)
    assert gateway.fields[0].get("sender") == sent


# Debug output


class Console(io.TextIOWrapper):
    """A console of some encoding, in the place of stdout."""

    def __init__(self, encoding: str) -> None:
        self.printed = io.BytesIO()
        super().__init__(self.printed, encoding=encoding, newline="", write_through=True)


@pytest.mark.parametrize("reply", ["5,1,0.50,9.50", "0,-7", "<html>", "", "1", "x,y,z"])
@pytest.mark.parametrize("encoding", ["ascii", "cp866", "utf-8"])
def test_debug_prints_on_any_console_and_never_raises(
    encoding: str, reply: str, face: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console(encoding)
    monkeypatch.setattr(sys, "stdout", console)
    face.SMSC_DEBUG = True
    gateway.reply = reply
    smsc = face.SMSC()
    smsc.send_sms(PHONE, "test")
    smsc.get_sms_cost(PHONE, "test")
    smsc.get_status(5, PHONE)
    smsc.get_balance()
    lines = console.printed.getvalue().decode(encoding).splitlines()
    assert len(lines) == (8 if reply == "" else 4)


def test_debug_on_an_ascii_console_escapes_what_it_cannot_print(
    face: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console("ascii")
    monkeypatch.setattr(sys, "stdout", console)
    face.SMSC_DEBUG = True
    gateway.reply = "0,-7"
    face.SMSC().send_sms(PHONE, "test")
    escaped = "Ошибка №7".encode("ascii", "backslashreplace") + b"\n"
    assert console.printed.getvalue() == escaped


@pytest.mark.parametrize("changed", ["99999999999999999999", "soon", "1e5", "-5"])
def test_debug_bears_any_time_of_change(
    changed: str, face: Any, gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    face.SMSC_DEBUG = True
    gateway.reply = f"1,{changed},0"
    assert face.SMSC().get_status(5, PHONE) == ["1", changed, "0"]
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_without_debug_nothing_is_printed(
    face: Any, gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.down = True
    face.SMSC().send_sms(PHONE, "test")
    face.SMSC().get_balance()
    assert capsys.readouterr() == ("", "")

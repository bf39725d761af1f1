"""Old programs run unchanged, and their messages arrive as they were meant."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Sequence, Tuple

import pytest

pytest.importorskip("aiohttp", reason="the sandbox needs the extra [sandbox]")

from smsc_transports.sandbox.rules.store import Message
from smsc_transports.sandbox.server import Sandbox

from .copies import SECONDS, run_code

ROOT = Path(__file__).parents[1]
PROGRAMS = ROOT / "legacy_examples"
PLUGINS = {
    PROGRAMS / f"{name}.py"
    for name in (
        "attempts_for_prometheus",
        "callback_asgi",
        "callback_django",
        "callback_flask",
        "receipts_in_a_database",
        "one_file_transport",
        "route_by_country",
        "settings_from_django",
    )
}
"""What is no old program: plugins, tested in tests/plugins, and views, in test_callback_views."""
UTF_8 = {"PYTHONIOENCODING": "utf-8"}


class Run(NamedTuple):
    """What a program printed, and what arrived."""

    lines: List[str]
    messages: List[Message]
    refusals: List[Tuple[str, int]]


def run(program: str, sandbox: Sandbox, folder: Path) -> Run:
    code = f"import runpy; runpy.run_path({str(PROGRAMS / program)!r} + '.py', None, '__main__')"
    finished = run_code(code, sandbox.environment({**os.environ, **UTF_8}), folder=folder)
    assert finished.returncode == 0, finished.stderr
    refusals = [(refusal.endpoint, refusal.code) for refusal in sandbox.refusals]
    return Run(finished.stdout.splitlines(), sandbox.messages, refusals)


def sent(messages: Sequence[Message]) -> List[Tuple[str, str]]:
    return [(",".join(message.phones), message.text) for message in messages]


@pytest.mark.parametrize(
    "program", sorted({*PROGRAMS.glob("*.py")} - PLUGINS), ids=lambda path: path.stem
)
def test_no_program_knows_that_the_vendors_file_was_replaced(program: Path) -> None:
    imported = [name for name in re.findall(r"\w+", program.read_text("utf-8")) if "smsc" in name]
    assert set(imported) <= {"smsc_api", "smsc"}
    assert "sandbox" not in program.read_text("utf-8").lower()


# The documented calls, one test for each.


class Documented(NamedTuple):
    """What the script of documented calls printed under each label, and what arrived."""

    replies: Dict[str, Any]
    by_id: Dict[str, List[Message]]
    by_mail: List[Message]
    balance: str

    def message(self, label: str) -> Message:
        """The message that the reply with this label is about."""
        (message,) = self.by_id[self.replies[label][0]]
        return message


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documented]:
    with Sandbox() as sandbox:
        seen = run("documented_examples", sandbox, tmp_path_factory.mktemp("documented"))
        assert seen.refusals == []
        by_id: Dict[str, List[Message]] = {}
        for message in seen.messages:
            by_id.setdefault(message.id, []).append(message)
        by_mail = [message for message in seen.messages if message.origin.channel == "smtp"]
        yield Documented(_replies(seen.lines), by_id, by_mail, str(sandbox.balance))


def _replies(lines: Sequence[str]) -> Dict[str, Any]:
    pairs = (line.partition(": ") for line in lines)
    return {label: _reply(text) for label, _, text in pairs}


def _reply(text: str) -> Any:
    return ast.literal_eval(text) if text.startswith("[") else text


def test_a_cyrillic_text_with_a_sender_arrives(documented: Documented) -> None:
    message = documented.message("password")
    assert sent([message]) == [("79999999999", "Ваш пароль: 123")]
    assert message.sender == "sms"
    assert (message.encoding, len(message.parts)) == ("ucs-2", 1)


def test_a_send_is_answered_by_id_parts_cost_and_balance(documented: Documented) -> None:
    message = documented.message("password")
    left = f"{100 - message.price}"
    assert documented.replies["password"] == [message.id, "1", str(message.price), left]


def test_a_latin_text_with_a_sender_arrives(documented: Documented) -> None:
    message = documented.message("test")
    assert sent([message]) == [("79999999999", "test")]
    assert message.sender == "sms"
    assert message.encoding == "gsm-7"


def test_a_text_of_two_lines_with_maxsms_arrives(documented: Documented) -> None:
    message = documented.message("link")
    assert sent([message]) == [("79999999999", "http://smsc.ua\nSMSC.UA")]
    assert message.sender == ""
    assert message.options["maxsms"] == "3"


def test_several_further_parameters_arrive(documented: Documented) -> None:
    message = documented.message("short-lived")
    assert sent([message]) == [("79999999999", "Ваш пароль: 456")]
    assert message.options["maxsms"] == "3"
    assert message.validity == 3600


def test_a_binary_message_in_hex_arrives(documented: Documented) -> None:
    message = documented.message("binary")
    assert message.kind == "bin"
    assert message.options["bin"] == "2"
    assert bytes.fromhex(message.text)[:3] == b"\x06\x05\x04"
    assert bytes.fromhex(message.text).endswith(b"\x03mysite\x00\x01\x01")


def test_an_hlr_query_without_text_arrives(documented: Documented) -> None:
    message = documented.message("hlr")
    assert message.kind == "hlr"
    assert sent([message]) == [("79999999999", "")]


def test_a_price_is_reported_and_nothing_sent(documented: Documented) -> None:
    assert documented.replies["cost"] == [str(documented.message("password").price), "1"]
    every_text = [message.text for found in documented.by_id.values() for message in found]
    assert "Вы успешно зарегистрированы!" not in every_text


def test_the_price_of_a_cyrillic_list_is_reported(documented: Documented) -> None:
    assert documented.replies["cost of list"] == [documented.replies["list"][2], "2"]


def test_a_cyrillic_list_sends_each_number_its_own_text(documented: Documented) -> None:
    messages = documented.by_id[documented.replies["list"][0]]
    assert sent(messages) == [
        ("79999999999", "Ваш пароль: 123"),
        ("78888888888", "Ваш пароль: 456"),
    ]
    assert documented.replies["list"][1] == "2"


def test_the_status_of_an_id_that_nobody_gave_is_not_found(documented: Documented) -> None:
    assert documented.replies["status"] == ["-3", "0", "0"]


def test_the_balance_is_the_one_that_the_last_send_left(documented: Documented) -> None:
    assert documented.replies["balance"] == documented.replies["list"][3]
    mailed = sum(float(message.price) for message in documented.by_mail)
    assert float(documented.balance) == pytest.approx(float(documented.replies["balance"]) - mailed)


def test_a_cyrillic_text_arrives_by_mail(documented: Documented) -> None:
    message = documented.by_mail[0]
    assert sent([message]) == [("79999999999", "Ваш пароль: 123")]
    assert message.kind == "sms"


def test_a_flash_message_arrives_by_mail(documented: Documented) -> None:
    assert documented.replies["mailed"] == "2"
    message = documented.by_mail[1]
    assert sent([message]) == [("79999999999", "test2")]
    assert message.kind == "flash"


# The programs.


def test_a_program_that_takes_datetime_from_the_star_import_runs(
    smsc_sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = run("shift_reminder", smsc_sandbox, tmp_path)
    assert sent(seen.messages) == [
        ("79161234501", "Анна, ваша смена 03.07 в 08:00"),
        ("79161234502", "Пётр, ваша смена 03.07 в 20:30"),
    ]
    assert {message.sender for message in seen.messages} == {"sms"}
    assert seen.lines[-1] == "done before 2019-07-03 20:30:00"


def test_a_program_that_unpacks_by_length_sees_four_fields_or_two(
    smsc_sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = run("order_notice", smsc_sandbox, tmp_path)
    assert sent(seen.messages) == [
        ("79161234567", "Заказ 15 собран, ждём вас до 20:00"),
        ("380501234567,380501234568", "Order 16 is ready"),
    ]
    assert {message.sender for message in seen.messages} == {"Shop"}
    first, second = seen.messages
    left = 100 - first.price
    assert seen.lines == [
        f"sms {first.id}: 1 part(s), {first.price} paid, {left} left",
        f"sms {second.id}: 2 part(s), {second.price} paid, {left - second.price} left",
        "not sent, error -1",
    ]


def test_threads_that_share_an_instance_each_get_their_own_reply(
    smsc_sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = run("ward_alarm", smsc_sandbox, tmp_path)
    texts = {message.id: (message.phones[0], message.text) for message in seen.messages}
    told = dict(_ward(line) for line in seen.lines[:-1])
    assert told == texts
    assert len(told) == 16
    assert seen.lines[-1] == "16 of 16 alarms sent"


def _ward(line: str) -> Tuple[str, Tuple[str, str]]:
    """From what the program printed: the id, and the message that it should be of."""
    _, ward, measure, _, sms_id = line.split()
    return sms_id, (f"7916000000{ward}", f"Ward {ward}: check {measure}")


def test_a_program_that_compares_strings_distinguishes_the_errors(
    smsc_sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = run("phone_login", smsc_sandbox, tmp_path)
    assert sent(seen.messages) == [("79161112233", "Код: 4821")]
    assert seen.messages[0].id == "login-4821"
    assert seen.refusals == [("send", 7), ("send", 9)]
    assert seen.lines == [
        "sent to 79161112233",
        "please check the number 12345",
        "error 9, try later",
    ]


def test_a_program_with_a_price_ceiling_sends_only_what_is_cheap(
    smsc_sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = run("price_guard", smsc_sandbox, tmp_path)
    assert sent(seen.messages) == [("79165550001", "Ваш баланс: 150 руб.")]
    price = seen.messages[0].price
    assert seen.lines == [
        f"sent for {price}",
        f"too expensive ({3 * price} for 3 parts): Уважаемый абонент! У...",
        f"spent {price}, left {100 - price}",
    ]


def test_a_program_that_looks_at_the_balance_stops_when_it_is_used_up(
    smsc_sandbox: Sandbox, tmp_path: Path
) -> None:
    smsc_sandbox.balance = "1.00"
    seen = run("price_guard", smsc_sandbox, tmp_path)
    assert seen.messages == []
    assert seen.lines[0] == "top up the account first"
    assert seen.lines[-1] == "spent 0.00, left 1.00"


def test_phones_and_texts_may_be_bytes(smsc_sandbox: Sandbox, tmp_path: Path) -> None:
    seen = run("chat_gateway", smsc_sandbox, tmp_path)
    assert sent(seen.messages) == [
        ("79167778899", "Privet iz chata!"),
        ("79167778800", "Hello from the chat"),
    ]
    assert [message.sender for message in seen.messages] == ["", ""]
    first = seen.messages[0]
    assert seen.lines[0] == (
        f"b'79167778899' -> ['{first.id}', '1', '{first.price}', '{100 - first.price}']"
    )


def test_settings_assigned_from_outside_count_from_the_next_call_on(
    smsc_sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = run("server_watch", smsc_sandbox, tmp_path)
    (message,) = seen.messages
    assert sent([message]) == [("79031234567", "db1: диск заполнен на 95%")]
    assert message.sender == "monitor"
    assert message.origin.channel == "https"
    assert message.raw.startswith("POST ")
    left = 100 - message.price
    story = f"ID: {message.id}, всего SMS: 1, стоимость: {message.price}, баланс: {left}"
    assert seen.lines == [
        f"Сообщение отправлено успешно. {story}",
        "Статус SMS = -1",
        "Ошибка №9",
        "watched by monitor",
        f"Сумма на счете: {left}",
    ]


def test_cyrillic_letters_arrive_by_mail(smsc_sandbox: Sandbox, tmp_path: Path) -> None:
    seen = run("school_mails", smsc_sandbox, tmp_path)
    assert sent(seen.messages) == [
        ("79051112233", "Собрание 5 «Б» в 18:30"),
        ("79051112244,79051112255", "Завтра экскурсия:\nсбор у школы,\nне опаздывайте"),
        ("79051112266", "Urok otmenyon"),
    ]
    assert [message.id for message in seen.messages[:2]] == ["100", "101"]
    assert [message.sender for message in seen.messages] == ["School", "School", ""]
    assert {message.origin.channel for message in seen.messages} == {"smtp"}
    assert seen.lines == [
        "mailed to 79051112233",
        "mailed to 79051112244,79051112255",
        "mailed to 79051112266",
    ]


def test_details_of_a_status_stand_in_their_places(smsc_sandbox: Sandbox, tmp_path: Path) -> None:
    seen = run("number_check", smsc_sandbox, tmp_path)
    text = "Раз, два, три, четыре, пять, вышел зайчик"
    assert sent(seen.messages) == [
        ("79161230001", ""),
        ("77011230002", ""),
        ("79161230001", text),
    ]
    assert [message.kind for message in seen.messages] == ["hlr", "hlr", "sms"]
    assert seen.messages[2].id == "news"
    assert seen.lines == [
        "79161230001: Россия, МТС, HLR",
        "77011230002: Казахстан, Beeline, HLR",
        f"9 fields, to 79161230001 for {seen.messages[2].price}: {text}",
    ]


def test_a_program_survives_that_no_host_answers(smsc_sandbox: Sandbox, tmp_path: Path) -> None:
    smsc_sandbox.fail("close")
    seen = run("order_notice", smsc_sandbox, tmp_path)
    assert seen.messages == []
    assert seen.lines == ["not sent, error "] * 3


def test_the_first_command_prints_what_the_front_page_shows(tmp_path: Path) -> None:
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "smsc_transports.cli.main", "sandbox", "run", "--"),
            *(sys.executable, str(PROGRAMS / "documented_examples.py")),
        ],
        cwd=tmp_path,
        env={**os.environ, **UTF_8},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
    )
    assert finished.returncode == 0, finished.stderr
    replies = _replies(finished.stdout.splitlines())
    assert [len(replies[label]) for label in ("password", "hlr", "cost", "list")] == [4, 4, 2, 4]
    assert "the sandbox received 10 messages" in finished.stderr
    shown = finished.stderr.splitlines()
    for text in ("Ваш пароль: 123", "SMSC.UA", "test2"):
        assert f"  {text}" in shown
    readme = (ROOT / "README.md").read_text("utf-8")
    [example] = re.findall(r"```\n(password: .*?)```", readme, re.DOTALL)
    printed = iter(_without_times([*finished.stdout.splitlines(), *shown]))
    for line in _without_times(example.splitlines()):
        assert line == "..." or line in printed  # in this order


def _without_times(lines: Sequence[str]) -> List[str]:
    return [re.sub(r"^\d\d:\d\d:\d\d", "", line) for line in lines]

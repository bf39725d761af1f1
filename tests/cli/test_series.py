"""``smsc send -`` and ``smsc cost -``: a message in each line of the input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any, Dict, List

import pytest

from smsc_transports import hookimpl, plugin_manager
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.words.en import ERRORS

from ..surroundings import module_with
from ..transports.gateway import Gateway, answer
from .conftest import Shop, Smsc

THREE = "79991112233 one\n\n+79991112234;two; and more\r\n79991112235,79991112236\tthree\n"
REFUSED_AND_FINE = "70005550008 one\n70005550008 two\n79991112233 three\n"


def outcomes(printed: str) -> List[Any]:
    lines = [json.loads(line) for line in printed.splitlines()]
    return [(line["line"], line["outcome"]) for line in lines]


def test_each_line_is_a_message_of_its_own_with_a_result_of_its_own(
    smsc: Smsc, smsc_sandbox: Sandbox
) -> None:
    done = smsc("send", "-", stdin=THREE.encode())
    assert done.status == 0
    assert done.out.splitlines() == [
        "1/3  line 1, 79991112233: sent: id 1001, 1 part, cost 1.40, balance 98.60",
        "2/3  line 3, +79991112234: sent: id 1002, 1 part, cost 1.40, balance 97.20",
        "3/3  line 4, 79991112235,79991112236: sent: id 1003, 2 parts, cost 2.80, balance 94.40",
    ]
    assert done.err == "3 messages: 3 done; cost 5.60\n"
    assert [m.text for m in smsc_sandbox.messages] == ["one", "two; and more", "three"]


def test_prices_are_asked_for_in_the_same_way(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    done = smsc("cost", "-", "--time", "+5", stdin=THREE.encode())
    assert done.out.splitlines() == [
        "1/3  line 1, 79991112233: cost 1.40, 1 part",
        "2/3  line 3, +79991112234: cost 1.40, 1 part",
        "3/3  line 4, 79991112235,79991112236: cost 2.80, 2 parts",
    ]
    assert done.err == "3 messages: 3 done; cost 5.60\n"
    assert smsc_sandbox.messages == []


def test_a_line_that_is_refused_does_not_stop_the_others_and_is_explained_once(
    smsc: Smsc, smsc_sandbox: Sandbox
) -> None:
    done = smsc("send", "-", stdin=REFUSED_AND_FINE.encode())
    assert done.status == 1
    assert done.out == "3/3  line 3, 79991112233: sent: id 1003, 1 part, cost 1.40, balance 98.60\n"
    assert done.err.splitlines() == [
        f"1/3  line 1, 70005550008: refused: error 8, {ERRORS[8]} (id 1001)",
        "  Check the number; the gateway has no way to it.",
        f"2/3  line 2, 70005550008: refused: error 8, {ERRORS[8]} (id 1002)",
        "3 messages: 2 refused, 1 done; cost 1.40",
    ]


def test_json_is_an_object_for_each_line(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    done = smsc("send", "-", "--json", stdin=REFUSED_AND_FINE.encode())
    assert (done.status, done.err) == (1, "")
    assert outcomes(done.out) == [(1, "refused"), (2, "refused"), (3, "done")]


def test_without_money_the_rest_is_not_tried_and_reported(
    smsc: Smsc, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.balance = "2.00"
    done = smsc("send", "-", stdin=THREE.encode())
    assert done.status == 1
    assert done.err.splitlines()[-2:] == [
        "not sent: line 4",
        "3 messages: 1 done, 1 refused, 1 not sent; cost 1.40",
    ]
    assert [refusal.code for refusal in smsc_sandbox.refusals] == [3]


@pytest.mark.parametrize(("reply", "status"), [(b"0,-2", 1), (b"0,-4", 1), (b"0,-5", 1), (b"", 4)])
def test_what_the_next_message_would_meet_too_ends_the_series(
    smsc: Smsc, shop: Shop, reply: bytes, status: int
) -> None:
    with Gateway(answer(reply)) as gateway:
        shop.set(SMSC_HOST=gateway.address)
        done = smsc("send", "-", "--json", stdin=THREE.encode())
    assert len(gateway.requests) == 1
    assert done.status == status
    first = "unknown" if status == 4 else "refused"
    assert outcomes(done.out) == [(1, first), (3, "not sent"), (4, "not sent")]
    assert json.loads(done.out.splitlines()[-1]) == {
        "line": 4,
        "phones": "79991112235,79991112236",
        "outcome": "not sent",
        "advice": "the series ended before it",
    }


def test_nobody_reached_ends_the_series_with_all_lines_that_are_left(
    smsc: Smsc, shop: Shop
) -> None:
    shop.set(SMSC_HOST="127.0.0.1:9")
    done = smsc("send", "-", stdin=THREE.encode())
    assert done.status == 3
    assert done.err.splitlines()[-2:] == [
        "not sent: lines 3 to 4",
        "3 messages: 3 not sent",
    ]


def test_the_highest_status_counts(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    smsc_sandbox.fail(script=["ok", "ok", *["close"] * 5], endpoint="send")
    done = smsc("send", "-", "--json", stdin=REFUSED_AND_FINE.encode())
    assert done.status == 4
    assert outcomes(done.out) == [(1, "refused"), (2, "refused"), (3, "unknown")]


WRONG: Dict[str, Any] = {
    "a number with spaces": (
        "79991112233 one\n+7 999 111-22-33 two",
        (
            "line 2 is not PHONES TEXT: '+7 999 111-22-33 two'. A line is PHONES, then a space, a "
            "tab or a semicolon, then the text; there is no space within PHONES, and there are "
            "neither comments nor a header. For a table (CSV): smsc bulk FILE"
        ),
    ),
    "a line without a text": ("79991112233 one\n\n79991112234", ("line 3 has no text behind "
                              "79991112234.")),
    "no line": ("\n \n", "there is no message in the input."),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_line_is_reported_before_anything_is_sent(
    smsc: Smsc, smsc_sandbox: Sandbox, case: str
) -> None:
    given, told = WRONG[case]
    assert smsc("send", "-", stdin=given.encode()) == (2, "", f"smsc: {told}\n")
    assert smsc_sandbox.messages == []


@pytest.mark.parametrize(
    "line",
    [
        "79991112234,Ваш заказ готов",
        '79991112233,"Hello, you"',
        '79991112233;"Hello"',
        "# 79991112233 Hello",
        "#79991112233 Hello",
        "phone text",
        "phone,text",
    ],
)
def test_a_row_of_a_table_a_header_or_a_comment_is_refused_before_anything_is_sent(
    smsc: Smsc, smsc_sandbox: Sandbox, line: str
) -> None:
    done = smsc("send", "-", stdin=f"79991112233 one\n{line}\n".encode())
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("smsc: line 2 is not PHONES TEXT")
    assert "smsc bulk FILE" in done.err
    assert smsc_sandbox.messages == []


@pytest.mark.parametrize(
    ("line", "seems"),
    [
        ("79991112234,Ваш заказ готов", "It seems to be a row of a table. "),
        ('79991112233;"Hello"', "It seems to be a row of a table. "),
        ("#79991112233 Hello", "It seems to be a comment. "),
        ("phone text", "It seems to be a header. "),
        ("+7 999 111-22-33 two", "A line is PHONES"),
    ],
)
def test_what_a_wrong_line_seems_to_be_is_reported(smsc: Smsc, line: str, seems: str) -> None:
    assert f"{line!r}. {seems}" in smsc("send", "-", stdin=line.encode()).err


def test_a_long_number_of_a_messenger_is_no_comment(
    smsc: Smsc, shop: Shop, smsc_sandbox: Sandbox
) -> None:
    line = b"#1234567890 Hello"
    assert smsc("send", "-", "--format", "tg", stdin=line).status == 0
    assert smsc("send", "-", "--query", "bot=@name_bot", stdin=line).status == 0


def test_groups_and_names_of_messengers_are_recipients_too(smsc: Smsc, shop: Shop) -> None:
    with Gateway() as gateway:
        shop.set(SMSC_HOST=gateway.address)
        assert smsc("send", "-", stdin=b"G12 one\n#5 two\nme@example.com three").status == 0
    phones = [target.split("&phones=")[1].split("&")[0] for target in gateway.targets]
    assert phones == ["G12", "%235", "me%40example.com"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-", "Hello"], "with - for PHONES the texts stand in the lines of the input too."),
        (["-", "--id", "7"], "--id is for one message, there are several."),
    ],
)
def test_what_makes_no_sense_with_lines_is_refused(
    smsc: Smsc, smsc_sandbox: Sandbox, arguments: List[str], told: str
) -> None:
    assert smsc("send", *arguments, stdin=THREE.encode()) == (2, "", f"smsc: {told}\n")
    assert smsc_sandbox.messages == []


def test_queries_of_numbers_need_numbers_only(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    done = smsc("send", "-", "--format", "ping", stdin=b"79991112233\n79991112234\n")
    assert done.status == 0
    assert [m.kind for m in smsc_sandbox.messages] == ["ping", "ping"]


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
@pytest.mark.parametrize("as_json", [False, True])
def test_ctrl_c_says_what_was_sent_what_is_in_doubt_and_what_was_not_sent(
    shop: Shop, as_json: bool
) -> None:
    with Gateway(answer(), lambda client: client.until_gone()) as gateway:
        shop.set(SMSC_HOST=gateway.address)
        child = subprocess.Popen(
            [sys.executable, "-m", "smsc_transports.cli.main", "send", "-", *["--json"] * as_json],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert child.stdin is not None
        child.stdin.write("79991112233 one\n79991112234 two\n79991112235 three\n79991112236 four")
        child.stdin.close()
        child.stdin = None
        assert gateway.waiting.wait(20)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    assert child.returncode == 130
    if as_json:
        expected = [(1, "done"), (2, "unknown"), (3, "not sent"), (4, "not sent")]
        assert (outcomes(out), err) == (expected, "")
        return
    assert out == "1/4  line 1, 79991112233: sent: id 1234, 1 part, cost 0.50, balance 99.50\n"
    assert err.splitlines() == [
        "2/4  line 2, 79991112234: unknown: it may have been sent",
        "not sent: lines 3 to 4",
        "4 messages: 1 done, 1 unknown, 2 not sent; cost 0.50",
    ]


@pytest.mark.usefixtures("fresh_plugins")
@pytest.mark.parametrize("as_json", [False, True])
def test_a_plugin_that_has_to_be_mended_ends_the_series_and_the_rest_is_reported(
    smsc: Smsc, shop: Shop, as_json: bool
) -> None:
    def by_country(request: Any) -> str:
        return "http-get" if request.phones[0].startswith("7") else "no-such-transport"

    plugin = module_with("by_country", smsc_choose_transport=hookimpl(by_country))
    plugin_manager().register(plugin)
    lines = b"79991112233 one\n380991112233 two\n79991112235 three"
    with Gateway() as gateway:
        shop.set(SMSC_HOST=gateway.address)
        done = smsc("send", "-", *["--json"] * as_json, stdin=lines)
    assert done.status == 2
    assert len(gateway.requests) == 1
    *told, mistake = done.err.splitlines()
    assert mistake.startswith("smsc: There is no transport 'no-such-transport'.")
    if as_json:
        assert outcomes(done.out) == [(1, "done"), (2, "not sent"), (3, "not sent")]
    else:
        assert told == [
            "not sent: lines 2 to 3",
            "3 messages: 1 done, 2 not sent; cost 0.50",
        ]


def test_a_single_line_is_reported_like_a_single_message(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    done = smsc("send", "-", stdin=b"79991112233 one")
    assert done == (0, "sent: id 1001, 1 part, cost 1.40, balance 98.60\n", "")


def test_by_mail_no_cost_is_summed_up(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    done = smsc("send", "-", "--transport", "smtp", stdin=THREE.encode())
    assert (done.status, done.err) == (0, "3 messages: 3 done\n")
    assert len(done.out.splitlines()) == 4  # that nothing comes back is said once

"""``smsc send`` with one message: what it sends, what it says, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any, Dict, List

import pytest

from smsc_transports.cli.options import FORMATS
from smsc_transports.failover import reconcile
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.encoding import FORMAT_FLAGS
from smsc_transports.values.words.en import ERRORS

from .conftest import Shop, Smsc

PHONE = "79991112233"


def test_a_message_is_sent_with_the_program_s_settings_and_explained_in_words(
    smsc: Smsc, smsc_sandbox: Sandbox
) -> None:
    done = smsc("send", PHONE, "Ваш заказ готов", "--sender", "Shop")
    assert done == (0, "sent: id 1001, 1 part, cost 1.40, balance 98.60\n", "")
    [message] = smsc_sandbox.messages
    assert (message.text, message.sender, message.phones) == ("Ваш заказ готов", "Shop", (PHONE,))


def test_json_reports_the_same_to_programs(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    done = smsc("send", PHONE, "Hello", "--json")
    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out)
    [attempt] = told.pop("attempts")
    assert told == {
        "phones": PHONE,
        "outcome": "done",
        "id": "1001",
        "parts": "1",
        "cost": "1.40",
        "balance": "98.60",
        "error": None,
        "meaning": None,
        "advice": None,
    }
    assert (attempt["transport"], attempt["outcome"]) == ("http-get", "answered")


def test_every_argument_reaches_the_gateway_as_send_sms_sends_it(
    smsc: Smsc, smsc_sandbox: Sandbox
) -> None:
    done = smsc(
        *("send", f"{PHONE},79992223344", "Привет", "--sender", "Shop", "--id", "77"),
        *("--time", "+5", "--translit", "1", "--format", "flash", "--query", "maxsms=2&tz=1"),
        *("--transport", "https-post"),
    )
    assert done.out == "sent: id 77, 2 parts, cost 2.80, balance 97.20\n"
    [message] = smsc_sandbox.messages
    assert message.kind == "flash"
    assert message.origin.channel == "https"
    assert message.origin.raw.endswith(
        "&cost=3&phones=79991112233,79992223344&mes=Привет&translit=1&id=77&flash=1&sender=Shop"
        "&time=+5&maxsms=2&tz=1"
    )


def test_formats_have_the_names_of_the_gateway_s_parameters() -> None:
    by_flag = {flag.split("=")[0]: n for n, flag in enumerate(FORMAT_FLAGS, 1) if flag}
    assert {"sms": 0, **by_flag, "bin-hex": 5} == {**FORMATS, "bin": 5}


@pytest.mark.parametrize("arguments", [[PHONE], [PHONE, "-"]])
@pytest.mark.parametrize(
    ("stdin", "encoding"),
    [
        ("Первая\r\nвторая\n".encode(), "utf-8"),
        ("\ufeffПервая\nвторая".encode(), "cp1251"),
        ("Первая\nвторая\n\n".encode("cp1251"), "cp1251"),
    ],
    ids=["utf-8", "utf-8 with a mark", "the console's"],
)
def test_the_text_is_read_from_the_input(
    smsc: Smsc, smsc_sandbox: Sandbox, arguments: List[str], stdin: bytes, encoding: str
) -> None:
    assert smsc("send", *arguments, stdin=stdin, encoding=encoding).status == 0
    assert smsc_sandbox.messages[0].text == "Первая\nвторая"


@pytest.mark.skipif(os.name != "posix", reason="terminals are those of POSIX")
def test_at_a_terminal_it_is_said_what_to_type(shop: Shop, smsc_sandbox: Sandbox) -> None:
    import pty

    keyboard, terminal = pty.openpty()
    with os.fdopen(keyboard, "wb", 0) as keys, os.fdopen(terminal, "rb", 0) as stdin:
        keys.write(b"Hello\n\x04")
        command = [sys.executable, "-m", "smsc_transports.cli.main", "send", PHONE]
        done = subprocess.run(command, stdin=stdin, capture_output=True, timeout=20)
    assert done.stderr == b"Type the text; Ctrl-D on a line of its own ends it.\n"
    assert done.returncode == 0
    assert smsc_sandbox.messages[0].text == "Hello"


def test_a_query_of_a_number_needs_no_text_and_reads_no_input(
    smsc: Smsc, smsc_sandbox: Sandbox
) -> None:
    assert smsc("send", PHONE, "--format", "hlr", stdin=b"not read").status == 0
    [message] = smsc_sandbox.messages
    assert (message.kind, message.text) == ("hlr", "")


def test_a_call_is_counted_in_seconds(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    done = smsc("send", PHONE, "Hello", "--format", "call")
    assert done.out == "sent: id 1001, 1 second, cost 0.06, balance 99.94\n"


def test_a_refusal_says_what_it_means_and_what_to_do(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    smsc_sandbox.balance = "0.10"
    done = smsc("send", PHONE, "Hello")
    assert done == (
        1,
        "",
        (
            "refused: error 3, not enough money (id 1001)\n"
            "  Top up the account, then send again. 'smsc balance' tells what there is.\n"
        ),
    )


def test_a_refusal_in_json(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    done = smsc("send", "70005550008", "Hello", "--json")
    assert (done.status, done.err) == (1, "")
    told = json.loads(done.out)
    assert {name: told[name] for name in ("outcome", "id", "cost", "error", "meaning")} == {
        "outcome": "refused",
        "id": "1001",
        "cost": None,
        "error": 8,
        "meaning": ERRORS[8],
    }
    assert told["advice"] == "Check the number; the gateway has no way to it."


def test_a_repeated_message_is_reported_as_already_accepted(
    smsc: Smsc, smsc_sandbox: Sandbox
) -> None:
    smsc("send", PHONE, "Hello")
    done = smsc("send", PHONE, "Hello")
    assert done.status == 1
    assert done.err.startswith("refused: error 9, too many equal or simultaneous requests\n")
    assert done.err.endswith("it was taken the first time: do not send it again.\n")


def test_nobody_reached_is_not_sent_with_the_story_of_every_attempt(smsc: Smsc, shop: Shop) -> None:
    shop.set(SMSC_HOST="127.0.0.1:9")
    done = smsc("send", PHONE, "Hello")
    assert (done.status, done.out) == (3, "")
    first, attempt, advice = done.err.splitlines()
    assert first == "not sent: no host took it"
    assert attempt.startswith("  attempt 1: send by http-get to 127.0.0.1:9: not sent (")
    assert advice == "  'smsc doctor --online' looks for the cause."


def test_a_lost_answer_is_in_doubt_and_warns_of_sending_again(
    smsc: Smsc, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.fail("close+stored", endpoint="send")
    done = smsc("send", PHONE, "Hello")
    lines = done.err.splitlines()
    assert done.status == 4
    assert lines[0] == "unknown: no usable answer came, the message may have been sent"
    assert lines[-1] == (
        "  Do not send it again before you have looked for it in your account on the gateway's "
        "site. With SMSC_FAILOVER=safe there would be an id to ask for."
    )


@pytest.mark.parametrize("own", [[], ["--id", "77"]], ids=["an id of ours", "an own id"])
def test_in_safe_mode_a_lost_answer_leaves_an_id_to_ask_for(
    smsc: Smsc,
    shop: Shop,
    smsc_sandbox: Sandbox,
    own: List[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reconcile, "PAUSE_SECONDS", 0)
    shop.set(SMSC_FAILOVER="safe")
    smsc_sandbox.fail("close+stored", endpoint="send")
    smsc_sandbox.fail("close", endpoint="status")
    done = smsc("send", PHONE, "Hello", *own)
    [message] = smsc_sandbox.messages
    assert done.status == 4
    assert done.err.splitlines()[-1] == (
        f"  Do not send it again before you know: smsc status {message.id} {PHONE}"
    )
    smsc_sandbox.heal()
    assert "not found" not in smsc("status", message.id, PHONE).out


def test_what_is_no_reply_of_the_gateway_leaves_the_send_in_doubt(
    smsc: Smsc, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.fail("garbage", endpoint="send")
    done = smsc("send", PHONE, "Hello", "--json")
    told = json.loads(done.out)
    assert (done.status, told["outcome"], told["id"]) == (4, "unknown", None)


def test_a_send_that_was_repeated_after_a_lost_answer_says_that_it_may_be_there_twice(
    smsc: Smsc, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.limits = False
    smsc_sandbox.fail("close+stored", endpoint="send", times=1)
    done = smsc("send", PHONE, "Hello")
    assert len(smsc_sandbox.messages) == 2
    assert done == (
        0,
        (
            "sent: id 1002, 1 part, cost 1.40, balance 97.20\n"
            "  An attempt before had no answer: it may have been sent twice. With "
            "SMSC_FAILOVER=safe its status is asked for first.\n"
        ),
        "",
    )


def test_by_mail_it_is_said_that_nothing_comes_back(smsc: Smsc, smsc_sandbox: Sandbox) -> None:
    done = smsc("send", PHONE, "Привет", "--transport", "smtp")
    assert done.out == (
        "sent: 1 part\n"
        "  By e-mail the gateway gives no answer: cost, balance and refusals are only in your "
        "account.\n"
    )
    assert smsc_sandbox.wait_for(phone=PHONE).text == "Привет"


def test_debug_lines_of_the_program_do_not_disturb_the_output(
    smsc: Smsc, shop: Shop, smsc_sandbox: Sandbox
) -> None:
    shop.set(SMSC_DEBUG=True)
    assert json.loads(smsc("send", PHONE, "Hello", "--json").out)["outcome"] == "done"


WRONG: Dict[str, Any] = {
    "an empty text": ([PHONE, ""], b"", "the text is empty."),
    "an empty input": ([PHONE], b"\n", "the text is empty."),
    "no phones": (["", "Hello"], b"", "PHONES is empty."),
    "an input in no encoding": ([PHONE], b"\xff\xfe\x98", "the input is not utf-8 nor ascii."),
    "bytes of another console": (
        [PHONE, "caf\udce9"],
        b"",
        r"'caf\udce9' is not in the encoding of this console; give it as utf-8 on stdin.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_arguments_are_reported_in_one_line_and_nothing_is_sent(
    smsc: Smsc, smsc_sandbox: Sandbox, case: str
) -> None:
    arguments, stdin, told = WRONG[case]
    done = smsc("send", *arguments, stdin=stdin, encoding="ascii")
    assert done == (2, "", f"smsc: {told}\n")
    assert smsc_sandbox.messages == []


@pytest.mark.parametrize("sandboxed", [True, False])
def test_a_misspelt_transport_is_refused(
    smsc: Smsc, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, sandboxed: bool
) -> None:
    if not sandboxed:
        monkeypatch.delenv("SMSC_SANDBOX")
    done = smsc("send", PHONE, "Hello", "--transport", "https-gte")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(
        "smsc: There is no transport 'https-gte'. Did you mean 'https-get'? There are: http-get, "
    )
    assert smsc_sandbox.messages == []


@pytest.mark.filterwarnings("default::smsc_transports.reporting.notices.SMSCWarning")
def test_a_wrong_setting_is_reported_in_one_line_and_the_message_goes_out(
    smsc: Smsc, shop: Shop, smsc_sandbox: Sandbox
) -> None:
    shop.set(SMSC_FAILOVER="saef")
    done = smsc("send", PHONE, "Hello")
    assert done.status == 0
    assert done.err == (
        "note: SMSC_FAILOVER is 'saef', but it must be 'legacy' or 'safe'. The default is used "
        "instead.\n"
    )


def test_where_warnings_are_errors_a_wrong_setting_ends_the_command(
    smsc: Smsc, shop: Shop, smsc_sandbox: Sandbox
) -> None:
    shop.set(SMSC_FAILOVER="saef")
    done = smsc("send", PHONE, "Hello")
    assert done.status == 2
    assert done.err.startswith("smsc: SMSC_FAILOVER is 'saef', but it must be 'legacy' or 'safe'.")
    assert smsc_sandbox.messages == []


def test_a_login_that_is_no_text_is_reported_before_anything_is_sent(
    smsc: Smsc, shop: Shop, smsc_sandbox: Sandbox
) -> None:
    shop.set(SMSC_LOGIN=None)
    done = smsc("send", PHONE, "Hello")
    assert done == (
        2,
        "",
        (
            f"smsc: {shop.file}: SMSC_LOGIN is None, not text: every call raises TypeError. Is it "
            f"read from an environment variable that is not set here?\n"
        ),
    )


@pytest.mark.filterwarnings("default::smsc_transports.reporting.notices.SMSCWarning")
def test_a_sandbox_that_nothing_leads_to_is_reported(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSC_SANDBOX", "http://127.0.0.1:9")
    done = smsc("send", PHONE, "Hello")
    assert done.status == 3
    assert done.err.splitlines() == [
        (
            "note: Nothing is sent: SMSC_SANDBOX is set, but nothing leads this process to the "
            "sandbox; start it by 'smsc sandbox run' and without python -I, -E, -S."
        ),
        "not sent: no host took it",
        "  'smsc doctor --online' looks for the cause.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "я" * 1001,
            "1001 characters, which are 15 parts; the gateway takes 1000 characters",
        ),
        (
            "x" * 5000,
            "5000 characters, which are 33 parts; the gateway takes 1000 characters",
        ),
    ],
)
def test_a_text_that_is_too_long_is_counted_here_and_not_sent(
    smsc: Smsc, smsc_sandbox: Sandbox, text: str, told: str
) -> None:
    done = smsc("send", PHONE, text)
    assert (done.status, done.out) == (2, "")
    assert told in done.err
    lines = f"{PHONE} short\n{PHONE} {text}".encode()
    assert smsc("send", "-", stdin=lines).err.startswith("smsc: line 2: the text has ")
    assert smsc_sandbox.messages == []


@pytest.mark.parametrize(
    "arguments",
    [["--sender", "Shop", "Hello"], ["--sender=Shop", "--translit", "0", "Hello"]],
)
def test_the_text_may_stand_after_the_options(
    smsc: Smsc, smsc_sandbox: Sandbox, arguments: List[str]
) -> None:
    assert smsc("send", PHONE, *arguments).status == 0
    assert [message.text for message in smsc_sandbox.messages] == ["Hello"]


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (["Hello", "--sender", "Shop", "you"], "you"),
        (["--sender", "Shop", "Hello", "you"], "you"),
        (["--sendr=Shop", "Hello"], "--sendr=Shop Hello"),
    ],
)
def test_words_too_many_are_named(smsc: Smsc, arguments: List[str], left: str) -> None:
    done = smsc("send", PHONE, *arguments)
    assert done.status == 2
    assert done.err.endswith(f"error: unrecognized arguments: {left}\n")


@pytest.mark.parametrize("module", ["nope.py", "/"])
def test_a_module_that_cannot_be_read_is_named(smsc: Smsc, module: str) -> None:
    done = smsc("send", PHONE, "Hello", "--module", module)
    assert done.status == 2
    assert done.err.startswith(f"smsc: {os.path.abspath(module)} cannot be used: ")

"""Copies are recognised, and their editions told, by what they do."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Optional, Tuple

import pytest

from smsc_transports.switch.files.source import Unreadable
from smsc_transports.switch.vendor_copy import VendorCopy, read_vendor_copy

from .cases import EDITION_1_8, EDITION_1_9, SECRET, vendor_like

Read = Callable[..., Optional[VendorCopy]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a text as a copy."""

    def read(text: str, *replaced: Tuple[str, str], encoding: str = "utf-8") -> object:
        for before, after in replaced:
            assert before in text
            text = text.replace(before, after)
        path = tmp_path / "some_name.py"
        path.write_bytes(text.encode(encoding))
        return read_vendor_copy(path)

    return read  # type: ignore[return-value]


THIRD_BUILD = (
    '"sender=" + quote(str(sender))',
    'ifs(format == 12, "bot=", "sender=") + quote(str(sender))',
)
EARLY = ("                text = str(reply.read())\n            except:\n", "")


@pytest.mark.parametrize(
    ("made_of", "edition"),
    [
        ((), "edition 2.0, second build"),
        (("first_build",), "edition 2.0, first build"),
        (EDITION_1_9, "edition 1.9"),
        (EDITION_1_8, "edition 1.8"),
    ],
)
def test_the_edition_is_told_by_the_code_with_the_header_and_without(
    read: Read, made_of: Tuple[str, ...], edition: str
) -> None:
    text = vendor_like(*made_of)
    for header in (text, text.split("\n", 3)[3], text.replace("версия", "версия 1.5, была")):
        copy = read(header)
        assert copy is not None
        assert str(copy.edition) == edition
        assert copy.domain == "smsc.ua"


def test_the_third_build_is_told_by_its_bot(read: Read) -> None:
    copy = read(vendor_like(), THIRD_BUILD)
    assert copy is not None
    assert str(copy.edition) == "edition 2.0, third build"
    assert copy.remarks == (
        'with format=12 it sends the sender as bot; ours takes query="bot=..." for that',
    )


def test_edition_1_7_has_six_formats_or_says_so(read: Read) -> None:
    text = vendor_like(*EDITION_1_8)
    copy = read(text, (', "mms=1", "mail=1", "call=1"]', "]"))
    assert copy is not None
    assert copy.edition.version == "1.7"
    copy = read(text, ("1.8 (05.03.2015)", "1.7 (08.06.2012)"))
    assert copy is not None
    assert copy.edition.version == "1.7"


def test_a_wrong_header_is_told(read: Read) -> None:
    copy = read(vendor_like("first_build"), ("версия 2.0", "версия 1.9"))
    assert copy is not None
    assert copy.remarks == ("its header says 1.9, its code is 2.0",)


def test_an_edition_that_raises_network_errors_is_told(read: Read) -> None:
    text = vendor_like(*EDITION_1_8)
    start, end = text.index("            try:\n"), text.index("            attempt += 1\n")
    copy = read(text.replace(text[start:end], "            text = str(urlopen(url).read())\n"))
    assert copy is not None
    assert "it raises network errors; ours gives ['', ''], or False for the balance" in copy.remarks


@pytest.mark.parametrize("domain", ["smsc.ru", "smsc.kz", "smscentre.com"])
def test_the_domain_is_told(read: Read, domain: str) -> None:
    copy = read(vendor_like(), ("smsc.ua", domain))
    assert copy is not None
    assert copy.domain == domain
    assert copy.untouched


UNTOUCHED = vendor_like("typed_in")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (UNTOUCHED.replace("\n", "\r\n"), "utf-8"),
        (UNTOUCHED, "utf-8-sig"),
        (UNTOUCHED.replace("coding: utf-8", "coding: cp1251"), "cp1251"),
        (UNTOUCHED.replace("coding: utf-8", "coding: koi8-r"), "koi8-r"),
        (UNTOUCHED.replace("    ", "\t"), "utf-8"),
        (UNTOUCHED.replace("class SMSC(object):", "class SMSC:\n    '''Ours.'''\n"), "utf-8"),
        (UNTOUCHED.replace("except:", "except Exception:"), "utf-8"),
        (UNTOUCHED.replace("phones, message,", "phones: str, message: str,"), "utf-8"),
    ],
    ids=["crlf", "bom", "cp1251", "koi8-r", "tabs", "docstring", "except", "types"],
)
def test_layout_encoding_and_annotations_are_no_changes(
    read: Read, text: str, encoding: str
) -> None:
    copy = read(text, encoding=encoding)
    assert copy is not None
    assert copy.untouched


MAIL = "def send_sms_mail(self, phones, message, translit="


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('str(translit), "id="', 'str(translit or 2), "id="', "send_sms: changed in a way"),
        ("all and len(answer) > 9", "len(answer) > 9", "get_status: changed in a way"),
        ("    def get_status", "    @retry\n    def get_status", "get_status: changed in a way"),
        ("    def get_balance", "    async def get_balance", "get_balance: changed in a way"),
        ("attempt < 5", "attempt < 7", "7 tries, asks smsc.ua www2.smsc.ua"),
        ("attempt < 5", "True", "a number of tries that is not told; ours has 5"),
        ('"?" + account + arg)', '"?" + account + arg, timeout=9)', "waits 9 s for an answer"),
        (f"{MAIL}0", f"{MAIL}2", "send_sms_mail: translit is 2 unless given"),
        ("://smsc.ua/", "://gate.local:8080/", "asks gate.local:8080: becomes SMSC_HOST"),
        (', "", "tg=1"]', "]", "11 formats where this edition has 13; ours has them all"),
    ],
)
def test_a_change_that_matters_is_told(read: Read, before: str, after: str, words: str) -> None:
    copy = read(vendor_like(), (before, after))
    assert copy is not None
    assert not copy.untouched
    assert any(edit.words.startswith(words) for edit in copy.edits), copy.edits


STRANGERS = {
    "a program that uses it": "from smsc_api import SMSC\nSMSC().send_sms('7', 'x')\n",
    "another gateway": (
        "class SMSC:\n"
        "    def send_sms(self, phones, message): ...\n"
        "    def get_balance(self): ...\n"
        "    def get_status(self, id): ...\n"
    ),
    "a subclass": (
        "from smsc_api import SMSC\n"
        "class Quiet(SMSC):\n"
        "    def send_sms(self, *args): return super().send_sms(*args)\n"
        "    def get_sms_cost(self, *args): return super().get_sms_cost(*args)\n"
        "    def get_balance(self): return '1'\n"
    ),
    "functions": "def send_sms(phones, message):\n    return request('https://smsc.ru/sys/send.php')\n",
    "ours": (Path(__file__).parents[2] / "smsc_api.py").read_text(encoding="utf-8"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_no_copy_is_not_taken_for_one(read: Read, name: str) -> None:
    assert read(STRANGERS[name]) is None


def test_reading_does_not_run_the_file(read: Read, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'trap')!r}, 'w')\n"
    assert read(vendor_like() + trap) is not None
    assert not (tmp_path / "trap").exists()


def test_no_secret_is_in_the_repr_of_a_copy(read: Read) -> None:
    copy = read(vendor_like("typed_in"), ("SMTP_PASSWORD = ", 'SMTP_PASSWORD = "QzXmail" or '))
    assert copy is not None
    assert copy.constants["SMSC_PASSWORD"].code == '"QzXpassword"'
    assert SECRET not in repr(copy) + str(copy.edits)


def test_a_copy_that_breaks_off_between_two_methods_is_told(read: Read) -> None:
    copy = read(UNTOUCHED[: UNTOUCHED.index("    def get_balance")])
    assert copy is not None
    told = [edit.words for edit in copy.edits]
    assert "cut off: get_balance, _smsc_send_cmd missing, so it cannot send" in told


BROKEN = {
    "cut in a line": (
        UNTOUCHED[: UNTOUCHED.index("words +=") + 20],
        "utf-8",
        "the file breaks off",
    ),
    "a null byte": (UNTOUCHED.replace("return answer", "\0", 1), "utf-8", "a null byte"),
    "UTF-16": (UNTOUCHED, "utf-16", "saved as UTF-16"),
    "a wrong encoding": (UNTOUCHED.split("\n", 3)[3] + "# ф", "cp1251", "0xf4 is not utf-8"),
    "an unknown encoding": (UNTOUCHED.replace("utf-8 -*-", "x-1 -*-"), "utf-8", "unknown"),
    "nested": ("smsc = " + "(" * 9000 + ")" * 9000, "utf-8", "too deeply nested"),
    "no Python": ("import smsc_api\nsmsc->send();\nx = 1\n", "utf-8", "line 2: no valid Python"),
    "indented": ("import smsc_api\n  x = 1\ny = 2\n", "utf-8", "line 2: wrong indentation"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_with_the_reason(read: Read, name: str) -> None:
    text, encoding, reason = BROKEN[name]
    with pytest.raises(Unreadable) as told:
        read(text, encoding=encoding)
    assert reason in str(told.value)
    assert SECRET not in str(told.value)

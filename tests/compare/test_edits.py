"""What people change in their copies shows as what it is; what nothing explains shows in bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Tuple

import pytest

from smsc_transports.compare.profile import Profile
from smsc_transports.compare.recorded.case import PHONE, send
from smsc_transports.compare.verdict import (
    EDITED,
    NUMBERED,
    SAME,
    UNEXPLAINED,
    Expected,
    judge,
)

from .conftest import Compare
from .copies import edited

PLAIN = "settings: send_sms, GET over HTTP"
REFUSED = "faults: refused on all hosts"
SENT = "replies: sent, send_sms"

DECODED = "response.read().decode(SMSC_CHARSET)"
RETURNED = "        return answer\n\n    def get_sms_cost"
CAUGHT = '            except:\n                answer = ""\n'
REPEATED = 'HOSTS = ["smsc.ua", "smsc.ua", "www2.smsc.ua"]\nOTHERS = ['
JOINED = 'phones = ",".join(phones) if isinstance(phones, list) else phones\n        text = "cost=3'
OWN_ERROR = "        if answer[1] <= '0': raise SmsError(answer)\n"

EDITS = {
    "formats of edition 1.9": ((" viber=1 soc=1  tg=1", ""), "arguments: send_sms, format 10"),
    "no API key": (('account = "apikey="', "pass"), "settings: send_sms, apikey"),
    "the third build of 2.0": (
        ("text += name(sender) +", "text += bot(name(sender), format) +"),
        "your settings: format 12 with a sender, send",
    ),
    "three hosts": ((', "www4.smsc.ua", "www5.smsc.ua"]', "]"), REFUSED),
    "other hosts": (('HOSTS = ["smsc.ua"', 'HOSTS = ["www.smsc.ua"'), REFUSED),
    "one host twice": (("HOSTS = [", REPEATED), REFUSED),
    "replies as bytes": ((DECODED, "str(response.read())"), SENT),
    "a result of its own": ((RETURNED, RETURNED.replace("answer", 'answer[1] > "0"')), SENT),
    "an exception of its own": (
        (RETURNED, OWN_ERROR + RETURNED),
        "replies: error without id, send_sms",
    ),
    "nothing caught": ((CAUGHT, "            finally:\n                pass\n"), REFUSED),
    "a default": (("message, translit=0", "message, translit=1"), PLAIN),
    "mail taken out": (("def send_sms_mail", "def _unused"), "mail: plain"),
    "mail without constants": (('SMTP_FROM = "api@smsc.ua"\n', ""), "mail: plain"),
    "lists of phones": (
        ('text = "cost=3', JOINED),
        f"arguments: send_sms, phones {[PHONE]!r}",
    ),
    "a logger": (('    print("".join(parts))', "    parts"), "debug: sent, send_sms"),
    "an account from elsewhere": (("quote(SMSC_LOGIN)", 'quote("somebody")'), PLAIN),
}  # fmt: skip
NAMES: Dict[str, Dict[str, str]] = {
    "formats of edition 1.9": {"formats": "10"},
    "no API key": {"api key": ""},
    "the third build of 2.0": {"bot": ""},
    "three hosts": {"hosts": ""},
    "other hosts": {"hosts": ""},
    "one host twice": {"hosts": ""},
    "replies as bytes": {"bytes": ""},
    "a result of its own": {"results": "bool"},
    "an exception of its own": {"exceptions": "SmsError"},
    "nothing caught": {"exceptions": "URLError"},
    "a default": {"parameters": ""},
    "mail taken out": {"parts": "send_sms_mail"},
    "mail without constants": {"parts": "send_sms_mail"},
    "lists of phones": {"accepts": "TypeError"},
    "a logger": {"prints": ""},
    "an account from elsewhere": {"account": ""},
}
HELPERS = """
class SmsError(Exception):
    pass

def bot(given, format):
    return given.replace("&sender=", "&bot=") if format == 12 else given
"""


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_the_owner_is_called_by_its_name(
    edit: str, compare: Compare, tmp_path: Path
) -> None:
    changes, case = EDITS[edit]
    verdicts, report = compare(edited(tmp_path, *changes, also=HELPERS), case)
    assert (verdicts[case].kind, dict(verdicts[case].edits)) == (EDITED, NAMES[edit])
    assert report.edit_line(next(iter(NAMES[edit])))


def test_an_edit_leaves_other_cases_the_same(compare: Compare, tmp_path: Path) -> None:
    changes, case = EDITS["three hosts"]
    verdicts, report = compare(edited(tmp_path, *changes), case, PLAIN, "mail: plain")
    assert [verdicts[name].kind for name in (PLAIN, "mail: plain")] == [SAME, SAME]
    # Other hosts come with the setting that keeps them.
    assert "SMSC_HOST = 'smsc.ua,www2.smsc.ua,www3.smsc.ua'" in report.edit_line("hosts")


def test_a_default_shows_in_letters_too(compare: Compare, tmp_path: Path) -> None:
    changes, _ = EDITS["a default"]
    verdicts, report = compare(edited(tmp_path, *changes), "mail: plain")
    assert dict(verdicts["mail: plain"].edits) == {"letters": ""}
    assert "translit=1 (the vendor's file translit=0)" in report.edit_line("letters")


@pytest.mark.parametrize("domain", ["smsc.kz", "smscentre.com"])
def test_the_domain_is_no_difference(domain: str, compare: Compare, tmp_path: Path) -> None:
    cases = (PLAIN, REFUSED, "mail: plain", "your settings: send_sms")
    verdicts, report = compare(edited(tmp_path, "smsc.ua", domain), *cases)
    assert {verdict.kind for verdict in verdicts.values()} == {SAME}
    assert any(f"SMSC_HOST = '{domain}'" in note for note in report.notes())


def test_pauses_between_tries_are_cut_short_and_told(compare: Compare, tmp_path: Path) -> None:
    path = edited(tmp_path, CAUGHT, CAUGHT + "                sleep(3600)\n")
    verdicts, report = compare(path, REFUSED)
    assert verdicts[REFUSED].kind == SAME
    assert any("for 3600 s (cut short here)" in note for note in report.notes())


def test_a_numbered_difference_is_told_by_its_number(compare: Compare, tmp_path: Path) -> None:
    case = "mail: text Cyrillic"
    verdicts, report = compare(edited(tmp_path), case)
    assert (verdicts[case].kind, verdicts[case].number) == (NUMBERED, "D4")
    assert report.by_number() == [("D4", 1)]


def test_the_copys_own_charset_makes_a_numbered_difference(
    compare: Compare, tmp_path: Path
) -> None:
    path = edited(tmp_path, 'SMSC_CHARSET = "utf-8"', 'SMSC_CHARSET = "windows-1251"')
    verdicts, report = compare(path, "your settings: Cyrillic", "your settings: send_sms")
    assert verdicts["your settings: Cyrillic"].number == "D1"
    assert verdicts["your settings: send_sms"].kind == SAME
    assert any("SMSC_CHARSET = 'windows-1251'" in note for note in report.notes())


def test_the_copys_own_settings_are_given_to_the_shim(compare: Compare, tmp_path: Path) -> None:
    path = edited(tmp_path, "SMSC_POST = False", "SMSC_POST = True")
    verdicts, _ = compare(path, "your settings: send_sms")
    verdict = verdicts["your settings: send_sms"]
    assert verdict.kind == SAME
    assert verdict.shim["wire"][0]["sent"] == "POST /sys/send.php"


def test_constants_in_the_body_of_the_class_are_found_there(
    compare: Compare, tmp_path: Path
) -> None:
    path = edited(
        tmp_path,
        'SMSC_LOGIN = "owner-login"\n',
        "",
        "class SMSC:\n",
        'class SMSC:\n    SMSC_LOGIN = "owner-login"\n',
        "if not SMSC_LOGIN",
        "if not self.SMSC_LOGIN",
        "quote(SMSC_LOGIN)",
        "quote(self.SMSC_LOGIN)",
    )
    verdicts, report = compare(path, PLAIN)
    assert verdicts[PLAIN].kind == SAME
    assert any("assigned to the class or to an object" in note for note in report.notes())


def test_a_difference_that_nothing_explains_comes_with_its_bytes(
    compare: Compare, tmp_path: Path
) -> None:
    case = "arguments: send_sms, sender 'My Shop'"
    path = edited(tmp_path, "quote(str(sender))", "quote(str(sender)[:5])")
    verdicts, report = compare(path, case)
    assert verdicts[case].kind == UNEXPLAINED
    (difference,) = report.describe(verdicts[case])["differences"]
    assert difference["of"] == "request 1"
    assert difference["your copy"].endswith("&id=0&sender=My%20Sh")
    assert difference["shim"].endswith("&id=0&sender=My%20Shop")


def test_two_edits_in_one_case_are_both_told(compare: Compare, tmp_path: Path) -> None:
    hosts, case = EDITS["other hosts"]
    results, _ = EDITS["a result of its own"]
    verdicts, _ = compare(edited(tmp_path, *hosts, *results), case)
    assert dict(verdicts[case].edits) == {"hosts": "", "results": "bool"}


def test_an_edit_explains_nothing_beyond_itself(compare: Compare, tmp_path: Path) -> None:
    path = edited(tmp_path, *EDITS["a default"][0], "quote(message)", "quote(message.upper())")
    verdicts, _ = compare(path, PLAIN)
    assert verdicts[PLAIN].kind == UNEXPLAINED


def test_a_post_of_another_content_type_is_not_taken_for_an_edit(
    compare: Compare, tmp_path: Path
) -> None:
    case = "settings: send_sms, POST over HTTP"
    request = "Request(url, arg.encode(SMSC_CHARSET), {'Content-Type': 'text/plain'})"
    path = edited(
        tmp_path,
        "import urlopen",
        "import Request, urlopen",
        "urlopen(url, arg.encode(SMSC_CHARSET))",
        f"urlopen({request})",
    )
    verdicts, report = compare(path, case)
    assert verdicts[case].kind == UNEXPLAINED
    assert [each["of"] for each in report.describe(verdicts[case])["differences"]] == [
        "request 1, type"
    ]


def observation(result: str) -> Dict[str, object]:
    return {"result": [result], "printed": "", "wire": []}


@pytest.mark.parametrize("number", ["", "D1"])
def test_a_shim_that_does_not_do_what_it_owes_is_unexplained(number: str) -> None:
    as_recorded = observation("recorded")
    expected = Expected(as_recorded, observation("due"), number)
    case = send("a case", PHONE, "test")
    verdict = judge(case, as_recorded, observation("else"), expected, Profile())
    assert verdict.kind == UNEXPLAINED


def test_this_projects_own_file_is_the_same_in_every_way(compare: Compare) -> None:
    from smsc_transports.compare.replay import SHIM

    cases: Tuple[str, ...] = (PLAIN, REFUSED, "mail: text Cyrillic", "your settings: send_sms")
    verdicts, _ = compare(SHIM, *cases)
    assert {verdict.kind for verdict in verdicts.values()} == {SAME}

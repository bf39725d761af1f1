"""What check says of single lines that use the vendor's file, and where it is silent."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest

from .cases import vendor_like
from .conftest import Smsc


@pytest.fixture
def places(smsc: Smsc, tmp_path: Path) -> Any:
    """Check a program beside an untouched copy; its places that are not the same, by line."""

    def places(program: str) -> List[Tuple[int, str]]:
        (tmp_path / "smsc_api.py").write_text(vendor_like(), encoding="utf-8")
        (tmp_path / "program.py").write_text(textwrap.dedent(program), encoding="utf-8")
        found = json.loads(smsc("check", "--json", "program.py")[1])
        return [
            (place["line"], " ".join([*place["differences"], place["why"], place["note"]]).strip())
            for program in found["programs"]
            for place in program["places"]
            if place["verdict"] != "same" or place["note"]
        ]

    return places


START = "from smsc_api import *\nsmsc = SMSC()\n"

BETTER: Dict[str, str] = {
    "smsc.send_sms('7', 'x', query='list=7:Привет')": "D2",
    "smsc.send_sms('7', 'x', query='a=1 2')": "D2",
    "smsc.send_sms('7', 'x', query=f'a={1}\\n')": "D2",
    "smsc.get_sms_cost('7', 'x', 0, 0, False, 'a=1#2')": "D3",
    "smsc.send_sms('7', 'x', 0, '', '№ 7')": "D2",
    "smsc.send_sms_mail('7', 'Привет')": "D4",
    "smsc.send_sms_mail('7', text)": "D4",
    "smsc.send_sms_mail('7', 'text', sender='Магазин')": "D4",
    "smsc.get_status(1, '7', all=1)": "D5",
    "smsc.get_status(1, '7', every)": "D5",
}


@pytest.mark.parametrize("call", BETTER)
def test_a_call_that_gets_better_has_its_number(places: Any, call: str) -> None:
    assert places(START + call) == [(3, BETTER[call])]


SAME = [
    "smsc.send_sms('7', 'Привет # 1', sender='Магазин')",  # texts were always encoded
    "smsc.send_sms('7', 'x', query='valid=01:00&maxsms=3')",
    "smsc.send_sms_mail('7', 'text')",
    "smsc.get_status(1, '7')",
    "smsc.get_status(1, '7', all=0)",
    "if smsc.get_balance(): pass",  # False when nobody answers
    "print(smsc.send_sms.__name__)",
    "smsc.anything = 1",
]


@pytest.mark.parametrize("line", SAME)
def test_a_line_that_stays_the_same_is_not_commented(places: Any, line: str) -> None:
    assert places(START + line) == []


WARNED = {
    "if not r: print()": "always true with both files",
    "while r: break": "always true with both files",
    "assert r": "always true with both files",
    "print(float(r[0]))": "raises ValueError with both files when no host",
    "int(float(r[-1]))": "raises ValueError with both files when no host",
    "print(r[3])": "raises IndexError with both files when the gateway",
    "a, b, c, d = r": "raises ValueError with both files when the gateway",
    "SMSC_LOGIN = 'me'": "sets a name of this program only",
    "smsc.SMSC_LOGIN = 'me'": "has no effect",
}


@pytest.mark.parametrize("line", WARNED)
def test_what_was_wrong_before_is_warned_of(places: Any, line: str) -> None:
    program = f"{START}r = smsc.send_sms('7', 'x')\n{line}\n"
    [(number, note)] = places(program)
    assert number == 4
    assert note.startswith(WARNED[line])


CHECKED = [
    "if len(r) == 4: print(r[3])",
    "if r[1] > '0': print(float(r[2]))",
    "if r[1].startswith('-'): raise SystemExit\nprint(r[3])",
    "try:\n    print(float(r[0]))\nexcept ValueError:\n    pass",
    "try:\n    a, b, c, d = r\nexcept Exception:\n    pass",
    "if r.ok: print(r[3])",
    "a, b = r[:2]",
    "a, *rest = r",
    "r = None\nif r: print()",  # it may be the None
    "print(r[0], r[1])",
]


@pytest.mark.parametrize("lines", CHECKED)
def test_a_program_that_looks_first_is_not_warned(places: Any, lines: str) -> None:
    assert places(f"{START}r = smsc.send_sms('7', 'x')\n{lines}\n") == []


NEEDED = {
    "r.count('0')": "count of our reply is the number of parts (D16)",
    "type(r) == list": "our reply is a subclass of list (D16)",
}


@pytest.mark.parametrize("line", NEEDED)
def test_what_our_reply_cannot_do_needs_a_line(places: Any, line: str) -> None:
    found = places(f"{START}r = smsc.send_sms('7', 'x')\n{line}\n")
    assert [why for _, why in found] == [NEEDED[line]]


LOST = {
    "from smsc_api import smsc": "smsc = SMSC()",
    "import smsc_api\nsmsc_api.helper()": "helper from a module of your own",
    "from smsc_api import SMSC\nSMSC('me', 'it')": "smsc_api.SMSC_LOGIN = ...",
    "from smsc_api import SMSC\nSMSC().send_many(1)": "send_many(SMSC(), ...)",
    "from smsc_api import SMSC\nSMSC().send_sms('7', 'x', sms_id=3)": (
        "SMSC().send_sms(phones=..., message=...)"
    ),
}


@pytest.mark.parametrize("program", LOST)
def test_what_a_copy_had_that_is_not_at_hand_needs_a_line(
    smsc: Smsc, tmp_path: Path, program: str
) -> None:
    (tmp_path / "program.py").write_text(program + "\n", encoding="utf-8")
    status, said, _ = smsc("check", "program.py")
    assert status == 1
    assert "uses an smsc_api that is not among these files" in said
    assert "NEEDS A LINE" in said
    assert LOST[program] in said


@pytest.mark.parametrize("line", ["from smsc_api import smsc", "smsc.send_sms('7', 'x', flash=1)"])
def test_what_fails_today_is_no_matter_of_the_switch(places: Any, line: str) -> None:
    assert places(f"{START}{line}\n") == []


FOLLOWED = {
    "an alias": "import smsc_api as x\nx.SMSC().get_status(1, '7', 1)",
    "self": (
        "from smsc_api import SMSC\n"
        "class A:\n"
        "    def __init__(self): self.s = SMSC()\n"
        "    def go(self): self.s.get_status(1, '7', 1)"
    ),
    "a class attribute": (
        "from smsc_api import SMSC\n"
        "class A:\n"
        "    s = SMSC()\n"
        "    def go(self): A.s.get_status(1, '7', 1)"
    ),
    "a function": (
        "from smsc_api import SMSC\ndef made(): return SMSC()\nmade().get_status(1, '7', 1)"
    ),
    "a conditional": (
        "from smsc_api import SMSC\ns = None\nif s is None: s = SMSC()\ns.get_status(1, '7', 1)"
    ),
    "an import inside": (
        "def go():\n    from smsc_api import SMSC\n    SMSC().get_status(1, '7', 1)"
    ),
    "an annotation": (
        "from smsc_api import SMSC\ndef go(client: 'SMSC'): client.get_status(1, '7', 1)"
    ),
    "a parameter called smsc": (
        "from smsc_api import SMSC\ndef go(smsc): smsc.get_status(1, '7', 1)"
    ),
    "a subclass": (
        "from smsc_api import SMSC\nclass Mine(SMSC): pass\nMine().get_status(1, '7', 1)"
    ),
    "super": (
        "from smsc_api import SMSC\n"
        "class Mine(SMSC):\n"
        "    def get_status(self, *a): return super().get_status(1, '7', 1)"
    ),
    "a global": (
        "from smsc_api import SMSC\n"
        "def start():\n    global s\n    s = SMSC()\n"
        "def go(): s.get_status(1, '7', 1)"
    ),
    "await": (
        "from smsc_api import SMSC\nasync def made(): return SMSC()\n"
        "async def go(): (await made()).get_status(1, '7', 1)"
    ),
}


@pytest.mark.parametrize("way", FOLLOWED)
def test_an_object_is_followed_on_its_way(places: Any, way: str) -> None:
    assert [why for _, why in places(FOLLOWED[way])] == ["D5"]


STRANGERS = [
    "from other import SMSC\nSMSC().get_status(1, '7', all=1)",
    "def go(client): client.get_status(1, '7', all=1)  # smsc",
    "class SMSC:\n    def get_status(self, *a): ...\nSMSC().get_status(1, '7', 1)",
    "from smsc_api import SMSC\nSMSC = object\n\ndef go(smsc=3): print(smsc)",
]


@pytest.mark.parametrize("program", STRANGERS)
def test_what_is_not_the_vendors_is_let_alone(places: Any, program: str) -> None:
    assert places(program) == []

"""A migrated file asks the same of the same hosts as the copy did, or migrate refuses it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest

from smsc_transports.switching.migrating import migrated_text
from smsc_transports.switching.reading import read_copy

from .edits import EDITS, NO_SUCH_CHARSET, TAKEN, Edit
from .test_edits import write

ROOT = Path(__file__).parents[2]


def observed(files: List[Path], folder: Path, **environment: str) -> Dict[str, Any]:
    """Let another process run files and tell what they did."""
    kept = {n: v for n, v in os.environ.items() if "proxy" not in n.lower() and n[:4] != "SMSC"}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("wire.py")), *map(str, files)],
        capture_output=True,
        cwd=str(folder),
        env={**kept, **environment, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    found: Dict[str, Any] = json.loads(done.stdout)
    return found


def different(copies: Dict[str, Path], migrated: Dict[str, Path], folder: Path,
              **environment: str) -> List[Tuple[str, Any, Any]]:  # fmt: skip
    """Run all copies and their replacements; those that differ, with the first difference."""
    before = observed(list(copies.values()), folder, **environment)
    after = observed(list(migrated.values()), folder, **environment)
    found = []
    for name, path in copies.items():
        old, new = before[str(path)], after[str(migrated[name])]
        pairs = [(a, b) for a, b in zip(old, new) if a != b and not _excused(a, b)]
        if len(old) != len(new) or pairs:
            found.append((name, *(pairs[0] if pairs else (old, new))))
    return found


def _excused(old: Any, new: Any) -> bool:
    """Tell a difference that the README gives a number."""
    if old[0] == "send_sms" and old[1] == "raised IndexError":
        return True  # a format that the copy did not know
    if old[0] == "send_sms" and old[1] == new[1]:
        # D1: with another charset than UTF-8 the text goes in the charset that is declared.
        return [_without_text(one) for one in old[2]] == [_without_text(one) for one in new[2]]
    # Mail that was taken out, and a constant that is missing: both are said in a note.
    return old[1] in ("raised AttributeError", "raised NameError")


def _without_text(request: List[Any]) -> List[Any]:
    if len(request) < 4 or ["charset", "utf-8"] in request[3]:
        return request
    fields = [pair for pair in request[3] if pair[0] not in ("mes", "sender")]
    return [*request[:3], fields]


@pytest.mark.slow
def test_what_is_taken_over_sends_the_same(folder: Path) -> None:
    copies: Dict[str, Path] = {}
    migrated: Dict[str, Path] = {}
    environment: Dict[str, str] = {}
    taken = (e for e in EDITS if e.verdict == TAKEN and e.name != NO_SUCH_CHARSET)
    for number, edit in enumerate(taken):
        place = folder / f"edit{number}"
        place.mkdir()
        copies[edit.name] = write(edit, place)
        migrated[edit.name] = place / "ours.py"
        text = migrated_text(read_copy(copies[edit.name]))
        migrated[edit.name].write_text(text, encoding="utf-8")
        environment.update(edit.environment or {})
    (folder / "key.txt").write_text("filelogin\n", encoding="utf-8")
    assert different(copies, migrated, folder, **environment) == []


TEXTS = [
    ("5", "1"), ("5", "3"), ("2000", "200"), ("<=", "<"), ("<=", "!="), ("> 0", ">= 0"),
    ("smsc.ua", "smsc.ru"), ("smsc.ua/", "www.smsc.ua/"), ("http", "https"), ('"https"', '"http"'),
    ("SMSC_LOGIN", "SMSC_PASSWORD"), ("SMSC_LOGIN", "SMTP_LOGIN"), ("SMSC_POST", "True"),
    ("SMSC_POST", "SMSC_HTTPS"), ("SMSC_HTTPS", "SMSC_POST"), ("SMSC_HTTPS", "not SMSC_HTTPS"),
    ("SMSC_CHARSET", '"koi8-r"'), ("False", "True"), ("utf-8", "koi8-r"), ('""', '"x"'),
    ("=0", "=1"), ("= 1", "= 2"), ("cost=3", "cost=2"), ("translit=", "tl="), ("quote(", "str("),
    ("str(", "repr("), ("&fmt=1", "&fmt=3"), ("psw", "password"), ("answer", "reply"),
    ("words", "answer"), (" and ", " or "), ("not ", ""), (" + ", " + '' + "),
    ("phones", "message"),
    ("message", "time"), ("id", "all"), ("tg=1", "tg=2"), ("hlr=1", "hlr=2"), ("attempt", "tried"),
    ("text", "url"), ("first", "url"), ("return ", "return [] or "), ("if ", "if not "),
    ("except:", "finally:"), ("except:", "except OSError:"), ("    def ", "    async def "),
    ("self, ", "self, *, "), ("SMSC_LOGIN", 'globals()["SMSC_LOGIN"]'),
    ("SMSC_LOGIN", "self.LOGIN"),
    ("(object)", ""), ("sender != False", "sender"), ("        if time:", "        if id:"),
    ('"send@send.smsc.ua"', '"send@smsc.ua"'), ("SMTP_FROM", "SMTP_LOGIN"), (".php", ".php5"),
    ("            attempt += 1\n", ""), ("SMSC_DEBUG", "SMSC_POST"), ("class SMSC", "class Sms"),
    ('SMSC_LOGIN = "QzXlogin"', 'SMSC_LOGIN = "QzXlogin"\nSMSC_LOGIN += "2"'),
    ('SMSC_POST = False', 'SMSC_POST = SMSC_HTTPS = True'),
    ("\ndef ifs", "\nSMSC_POST = 1\ndef ifs"),
    ("class SMSC(object):\n", "class SMSC(object):\n    SMSC_LOGIN = 'cls'\n"),
    ("quote(SMSC_LOGIN)", "quote(self.SMSC_LOGIN)"), ("ifs(SMSC_LOGIN,", "ifs(self.SMSC_LOGIN,"),
    ("val1 if cond", "val2 if cond"), ("(cond, val1, val2)", "(cond, val2, val1)"),
]  # fmt: skip


def random_edit(number: int) -> Tuple[str, str]:
    """Make up to three of the edits at places drawn by lot; a name and the text."""
    draw = random.Random(number)
    text = Edit("", (), TAKEN).text()
    made = []
    for _ in range(draw.choice((1, 1, 2, 3))):
        before, after = draw.choice(TEXTS)
        places = [i for i in range(len(text)) if text.startswith(before, i)]
        if places:
            place = draw.choice(places)
            text = text[:place] + after + text[place + len(before) :]
            made.append(f"{before!r} -> {after!r} at {place}")
    return f"{number}: {', '.join(made)}", text


@pytest.mark.slow
def test_no_random_edit_changes_what_is_sent_without_a_word(folder: Path) -> None:
    copies: Dict[str, Path] = {}
    migrated: Dict[str, Path] = {}
    for number in range(int(os.environ.get("RANDOM_EDITS", "120"))):
        name, text = random_edit(number)
        path = folder / f"copy{number}.py"
        path.write_text(text, encoding="utf-8")
        try:
            copy = read_copy(path)
            new = migrated_text(copy)
        except ValueError:
            continue  # refused, or no Python any more
        if any("is not set in it" in note for note in copy.notes):
            continue  # it cannot send at all, and that is said
        copies[name], migrated[name] = path, folder / f"ours{number}.py"
        migrated[name].write_text(new, encoding="utf-8")
    assert len(copies) > 10
    assert different(copies, migrated, folder) == []

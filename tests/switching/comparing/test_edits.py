"""What migrate takes over is proven: beside such a copy, ours does the same in every scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List, NamedTuple

import pytest

from smsc_transports.switching.comparing import calls
from smsc_transports.switching.comparing.calls import Scene
from smsc_transports.switching.comparing.comparison import (
    DIFFERENT,
    KNOWN,
    NUMBERED,
    SAME,
    Result,
    compare,
)
from smsc_transports.switching.comparing.program import CannotCompare
from smsc_transports.switching.comparing.report import groups, lines
from tests.switching.cases import SECRET
from tests.switching.edits import EDITS, NO_SUCH_CHARSET, REFUSED, TAKEN, UNREADABLE, Edit

rows = [e for e in EDITS if not e.caller and e.name not in ("debug", NO_SUCH_CHARSET)]


class Shown(NamedTuple):
    """How a refused edit shows: in a cause, or not at all, or the copy cannot be compared."""

    cause: str = ""
    error: str = ""


INVISIBLE = Shown()
OURS_HAS_MORE = ("mail taken out", "formats of 1.9")
REFUSED_EDITS = {
    "a star import that cannot be read": Shown(error="No module named 'service_access'"),
    "one setting read in two ways": Shown(error="KeyError: 'SMS_USER'"),
    "a function called at each call": Shown(error="UnboundLocalError"),
    "an import inside a method": INVISIBLE,
    "domain in the URL only": Shown("the hosts"),
    "no try": Shown(error="returns without asking"),
    "another path": Shown("method and path"),
    "a timeout": INVISIBLE,
    "a pause": Shown("pauses between tries"),
    "network errors raised": Shown("the outcome"),
    "POST never": Shown("method and path"),
    "different formats in the two methods": Shown("the parameter tg"),
    "one more parameter": INVISIBLE,
    "a result of the owner's": Shown("the result"),
    "an exception of the owner's": Shown("the outcome"),
    "phones as a list": Shown("the parameter phones"),
    "a base class": INVISIBLE,
    "urlopen of the owner's": Shown(error="returns without asking"),
}


SAMPLE = (
    "account from the environment", "charset from settings at each call", "three tries",
    "constants in the class, read off the object", "https typed into the URL", "formats of 1.9",
    "translit by default", "the class renamed", "sends when imported", "mail taken out",
    "a switch from the environment",
    "no try", "another path", "a pause", "a result of the owner's", "phones as a list",
    "an import inside a method", "one setting read in two ways", "Python 2",
)  # fmt: skip

# In these the stand-in for the vendor's file does not do as the vendor's: it prints in its own
# words, and takes arguments of a wrong type.
OF_THE_STAND_IN = ("text of a wrong type", "bytes")


# What the edits outside of the sample are compared in: each way of calling once.
FEW = (
    calls.PLAIN_SEND, "all by position", "format 13", "with a query", "Cyrillic", "long text",
    "a price", "price: format 13", "an e-mail", "a status", "a balance", "POST", "HTTPS",
    "windows-1251", "an API key", "a reply: an error", "the first host resets the connection",
    "four hosts fail", "send_sms: no host answers", "a list of phones",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _chosen_scenes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what the stand-in does otherwise; few scenes for what is not in the sample."""
    genuine = calls.scenes
    in_sample = request.node.callspec.params["edit"].name in SAMPLE

    def chosen() -> List[Scene]:
        scenes = [scene for scene in genuine() if scene.name not in OF_THE_STAND_IN]
        wanted = [scene for scene in scenes if in_sample or scene.name in FEW]
        return [scene for scene in wanted if "SMSC_DEBUG" not in scene.settings]

    monkeypatch.setattr(calls, "scenes", chosen)


def of(verdict: str) -> List[Any]:
    """Give the rows with a verdict; what the sample leaves out is marked as slow."""
    return [
        pytest.param(edit, id=edit.name, marks=[] if edit.name in SAMPLE else [pytest.mark.slow])
        for edit in rows
        if edit.verdict == verdict
    ]


def write(edit: Edit, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (edit.files or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, value in (edit.environment or {}).items():
        monkeypatch.setenv(name, value)
    copy = folder / "smsc_api.py"
    copy.write_text(edit.text(), encoding="utf-8")
    return copy


def kinds(result: Result) -> List[str]:
    return [verdict.kind for verdict in result.verdicts]


@pytest.mark.parametrize("edit", of(TAKEN))
def test_what_migrate_takes_over_is_the_same(
    edit: Edit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = compare(write(edit, folder, monkeypatch))
    allowed = {SAME, NUMBERED, KNOWN} if edit.name in OURS_HAS_MORE else {SAME, NUMBERED}
    assert "refuse" not in list(lines(result))[-1]
    differing = [verdict.scene for verdict in result.verdicts if verdict.kind not in allowed]
    assert not differing, "\n".join(lines(result))


@pytest.mark.parametrize("edit", of(REFUSED))
def test_what_migrate_refuses_is_no_surprise_and_shows(
    edit: Edit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = REFUSED_EDITS.get(edit.name)
    try:
        result = compare(write(edit, folder, monkeypatch))
    except CannotCompare as error:
        told = str(error)
    else:
        told = ""
    if told or (shown is not None and shown.error):
        assert shown is not None
        assert shown.error
        assert shown.error in told
        return
    output = "\n".join(lines(result))
    assert DIFFERENT not in kinds(result), output
    assert len(output.splitlines()) <= 40
    assert SECRET not in output
    if shown is not None:
        assert shown.cause in [*(group.what for group in groups(result.verdicts)), ""], output
        assert (KNOWN in kinds(result)) == bool(shown.cause), output


@pytest.mark.parametrize("edit", of(UNREADABLE))
def test_what_cannot_be_read_cannot_be_compared(
    edit: Edit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CannotCompare, match=edit.says):
        compare(write(edit, folder, monkeypatch))

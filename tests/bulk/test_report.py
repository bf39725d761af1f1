"""``smsc bulk report FILE`` and the callbacks that spare its questions."""

from __future__ import annotations

import html.parser
import json
from pathlib import Path
from typing import Any, Dict, List

import pytest

from smsc_transports import bulk as public
from smsc_transports.bulk.journal import Journal
from smsc_transports.bulk.page import page
from smsc_transports.bulk.report import Summary
from smsc_transports.callback import sign, verify
from smsc_transports.sandbox.server import Sandbox
from smsc_transports.values.errors import ConfigurationError

from .conftest import NEW, Bulk, results


@pytest.fixture
def sent(bulk: Bulk, rows: Path, smsc_sandbox: Sandbox) -> Path:
    """The file of rows, all sent but the last, which is no number."""
    rows.write_text(rows.read_text("utf-8") + "\n1,bad", "utf-8")
    assert bulk("rows.csv", *NEW).status == 1
    return rows


def posted(row: Dict[str, str], status: int, ts: int, err: int = 0) -> Dict[str, str]:
    """The form of a callback about a row."""
    phone = f"38{row['phone']}"
    signature = sign(row["id"], phone, status, "secret")
    fields = {"id": row["id"], "phone": phone, "status": str(status), "ts": str(ts)}
    return {**fields, "err": str(err), "md5": signature.md5, "sha1": signature.sha1}


def test_the_report_says_what_became_of_every_row(
    bulk: Bulk, sent: Path, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fate = smsc_sandbox.messages[3].recipients[0]
    object.__setattr__(fate, "fate", 20)
    object.__setattr__(fate, "err", 6)
    smsc_sandbox.clock.advance(3600)
    done = bulk("report", "rows.csv")
    assert done.status == 1
    assert done.out.splitlines() == [
        "40 done, 1 bad, cost 56.00",
        "  39 delivered",
        "  1 could not be delivered",
        f"see {sent.with_suffix('.result.csv')}",
        f"see {sent.with_suffix('.report.html')}",
    ]
    good, failed, bad = results(sent)[0], results(sent)[3], results(sent)[40]
    assert (good["status"], good["status_text"], good["delivery_error"]) == ("1", "delivered", "")
    assert good["status_time"].startswith("20")
    assert failed["delivery_error"] == "the phone is switched off or out of reach"
    assert [bad[name] for name in ("outcome", "id", "status", "status_text")] == ["bad", "", "", ""]


def test_what_is_final_is_not_asked_again(bulk: Bulk, sent: Path, smsc_sandbox: Sandbox) -> None:
    smsc_sandbox.clock.advance(3600)
    bulk("report", "rows.csv")
    smsc_sandbox.fail("error", endpoint="status")
    again = bulk("report", "rows.csv")
    assert again.err == ""
    assert "  40 delivered" in again.out


def test_statuses_that_are_not_known_are_missing_and_reported(
    bulk: Bulk, sent: Path, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.fail("error", endpoint="status")
    done = bulk("report", "rows.csv")
    assert done.err == "smsc: 40 statuses are still missing; ask again in a minute\n"
    assert "  40 no status yet" in done.out


def test_the_questions_stay_within_the_limits_of_the_gateway(
    bulk: Bulk, sent: Path, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.limits = True
    for _ in range(3):
        assert bulk("report", "rows.csv").err == ""
    assert smsc_sandbox.refusals == []


def test_json_holds_the_statuses(bulk: Bulk, sent: Path, smsc_sandbox: Sandbox) -> None:
    smsc_sandbox.clock.advance(3600)
    found = json.loads(bulk("report", "rows.csv", "--json").out)
    assert found["statuses"] == {"delivered": 40}
    assert found["cost"] == "56.00"


def test_callbacks_fill_the_journal(bulk: Bulk, sent: Path, smsc_sandbox: Sandbox) -> None:
    journal = sent.with_name("rows.csv.journal")
    for row in results(sent)[:40]:
        form = posted(row, 1, 1_700_000_000)
        assert verify(form, "secret")
        assert public.record_status(journal, form)
    smsc_sandbox.fail("error", endpoint="status")
    assert "  40 delivered" in bulk("report", "rows.csv").out


def test_an_older_callback_changes_nothing(bulk: Bulk, sent: Path) -> None:
    journal, row = sent.with_name("rows.csv.journal"), results(sent)[0]
    public.record_status(journal, posted(row, 20, 1_700_000_100, 6))
    public.record_status(journal, posted(row, 0, 1_700_000_000))
    opened = Journal(journal)
    assert next(opened.select("SELECT status FROM rows WHERE n = 1")) == (20,)
    opened.close()


@pytest.mark.parametrize("change", [{"id": "7"}, {"phone": "79990001122"}, {"id": "x"}])
def test_a_callback_about_another_message_is_told_apart(sent: Path, change: Any) -> None:
    form = {**posted(results(sent)[0], 1, 1_700_000_000), **change}
    assert not public.record_status(sent.with_name("rows.csv.journal"), form)


def test_a_callback_for_no_journal_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="There is no journal"):
        public.record_status(tmp_path / "none.journal", {})
    assert not list(tmp_path.iterdir())


class Reader(html.parser.HTMLParser):
    """Collects the tags of a page, and everything it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: List[str] = []
        self.loads: List[Any] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href", "data")]


def test_the_page_has_two_plots_and_loads_nothing(
    bulk: Bulk, sent: Path, smsc_sandbox: Sandbox
) -> None:
    smsc_sandbox.clock.advance(3600)
    bulk("report", "rows.csv")
    text = sent.with_suffix(".report.html").read_text("utf-8")
    reader = Reader(text)
    assert reader.tags.count("svg") == 2
    assert reader.loads == []
    assert "://" not in text
    assert "@import" not in text
    assert "url(" not in text
    assert ">delivered<" in text
    assert ">Украина Киевстар<" in text


def test_the_page_shows_foreign_text_as_text() -> None:
    summary = Summary()
    summary.statuses["<script>alert(1)</script>"] += 1
    summary.costs["<b>&"] += 1
    text = page("<i>.csv", summary)
    assert {"script", "b", "i"}.isdisjoint(Reader(text).tags)
    assert "&lt;script&gt;" in text


def test_many_operators_become_a_plot_that_can_be_read() -> None:
    summary = Summary()
    for number in range(40):
        summary.costs[f"operator {number}"] += number
    text = page("rows.csv", summary)
    assert text.count("<rect") == 13
    assert "28 others" in text
    assert text.index("operator 39") < text.index("operator 38")


def test_the_page_of_a_run_without_messages_says_so() -> None:
    assert page("rows.csv", Summary()).count("None were sent.") == 2

"""The report: sections of findings, each with what to do about it."""

from __future__ import annotations

import textwrap
from typing import Any, Dict, List, NamedTuple, Sequence

OK, NOTE, PROBLEM = "ok", "note", "problem"
_WIDTH = 100
_INDENT = " " * 11


class Finding(NamedTuple):
    """One thing that was looked at; ``level`` is OK, NOTE or PROBLEM."""

    level: str
    text: str
    remedy: str = ""


class Section(NamedTuple):
    """Findings about one thing."""

    title: str
    findings: List[Finding]


def ok(text: str) -> Finding:
    """Find something in order."""
    return Finding(OK, text)


def note(text: str, remedy: str = "") -> Finding:
    """Find something worth knowing."""
    return Finding(NOTE, text, remedy)


def problem(text: str, remedy: str = "") -> Finding:
    """Find something that has to be changed; the remedy may stand in the text itself."""
    return Finding(PROBLEM, text, remedy)


def in_words(section: Section) -> str:
    """Write a section for people."""
    lines = [section.title]
    for finding in section.findings:
        lines.append(_folded(f"  {finding.level:<9}{finding.text}"))
        lines += [_folded(f"{_INDENT}-> {finding.remedy}")] if finding.remedy else []
    return "\n".join(lines)


def problems(sections: Sequence[Section]) -> int:
    """Count the problems."""
    return sum(f.level == PROBLEM for section in sections for f in section.findings)


def as_data(sections: Sequence[Section]) -> Dict[str, Any]:
    """Give the report for programs."""
    return {
        "problems": problems(sections),
        "sections": [
            {"title": title, "findings": [finding._asdict() for finding in findings]}
            for title, findings in sections
        ],
    }


def _folded(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )

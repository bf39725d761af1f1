"""What ``smsc check`` found, as text for people and as JSON for programs.

The shape of the JSON is stable: fields may be added, and ``version`` changes when one goes.
"""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, List

from smsc_transports.switch.callers.differences import DIFFERENCES, EVERYWHERE, in_order
from smsc_transports.switch.callers.place import BETTER, NEEDS_A_LINE, SAME, Place
from smsc_transports.switch.callers.project import Broken
from smsc_transports.switch.copies.edit import NEEDS_A_LINE as EDIT_NEEDS_A_LINE
from smsc_transports.switch.copies.edit import Edit
from smsc_transports.switch.files.source import Problem
from smsc_transports.switch.files.walk import plain_name
from smsc_transports.switch.survey import CopyFound, ProgramFound, Survey
from smsc_transports.switch.vendor_copy import VendorCopy

VERSION = 1


def as_text(survey: Survey) -> str:
    """Say what was found, the summary and what to do next at the end."""
    blocks: List[List[str]] = [list(_copy(found)) for found in survey.copies]
    blocks += [
        [f"{plain_name(path)}: our file, already in the vendor's place"] for path in survey.replaced
    ]
    blocks += [list(_program(program)) for program in survey.programs]
    blocks.append([_broken(one) for one in survey.broken])
    blocks.append(list(_numbers(survey)))
    blocks.append(list(_secrets(survey)))
    blocks.append([*_summary(survey), *_unread(survey), *_next(survey)])
    return "\n\n".join("\n".join(block) for block in blocks if block)


def title_of(copy: VendorCopy) -> str:
    """Say what a copy is, in one line."""
    domain = f", for {copy.domain}" if copy.domain else ""
    return f"a copy of the vendor's file: {copy.edition}{domain}"


def describe_copy(copy: VendorCopy) -> Iterator[str]:
    """Say what a copy is and what its owner changed, in lines."""
    yield f"{plain_name(copy.path)}: {title_of(copy)}"
    yield from (f"  {remark}" for remark in copy.remarks)
    if copy.python2:
        yield _python2(copy.python2)
    if copy.edits:
        yield "  its owner changed:"
    for edit in copy.edits:
        yield from _edit(edit)
    if copy.untouched:
        yield "  otherwise untouched" if copy.edits else "  untouched"


def _copy(found: CopyFound) -> Iterator[str]:
    yield from describe_copy(found.copy)
    own = [number for number in found.better if number not in EVERYWHERE]
    if own:
        yield f"  better with our file, beside what is better everywhere: {' '.join(own)}"


def _python2(problem: Problem) -> str:
    return f"  PYTHON 2 ({problem}); our file runs on Python 3.8 and newer"


def _edit(edit: Edit) -> Iterator[str]:
    needs = "NEEDS A LINE  " if edit.fate == EDIT_NEEDS_A_LINE else ""
    yield f"    {edit.line:>5}  {needs}{edit.words}"
    yield from _written(edit.write)


def _written(lines: Any) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"           {'write: ' if not number else '       '}{line}"


def _program(program: ProgramFound) -> Iterator[str]:
    copies = " and ".join(plain_name(path) for path in program.copies)
    used = copies or "an smsc_api that is not among these files"
    yield f"{plain_name(program.path)}: uses {used}"
    for problem in program.python2:
        yield _python2(problem)
    for place in program.places:
        if place.verdict == NEEDS_A_LINE:
            yield f"    {place.line:>5}  NEEDS A LINE  {place.what}: {place.why}"
            yield from _written(place.write)
        elif place.verdict == BETTER:
            yield f"    {place.line:>5}  better  {place.what}  {' '.join(place.differences)}"
        if place.note:
            yield f"    {place.line:>5}  note  {place.what}: {place.note}"
    yield from _same(
        [place for place in program.places if place.verdict == SAME and not place.note]
    )


def _same(places: List[Place]) -> Iterator[str]:
    lines = sorted({place.line for place in places})
    if lines:
        word = "lines" if len(lines) > 1 else "line"
        yield f"     same  {word} {', '.join(map(str, lines))}"


def _broken(broken: Broken) -> str:
    looks = ", which looks like a copy of the vendor's file," if broken.may_be_a_copy else ""
    return f"{plain_name(broken.path)}{looks} cannot be read: {broken.problem}"


def _numbers(survey: Survey) -> Iterator[str]:
    """Say what the numbers mean, first of those that concern every program."""
    named = {number for found in survey.copies for number in found.better}
    named |= {number for place in survey.places(BETTER) for number in place.differences}
    everywhere = named & set(EVERYWHERE)
    for title, numbers in (
        ("better everywhere (numbered as in the README):", everywhere),
        ("better at the places with their numbers:", named - everywhere),
    ):
        if numbers:
            yield title
        yield from (f"  {number:<4} {DIFFERENCES[number]}" for number in in_order(numbers))


def _secrets(survey: Survey) -> Iterator[str]:
    if survey.secrets:
        yield "secrets are typed in at:"
    for secret in survey.secrets:
        yield f"  {plain_name(secret.path)}:{secret.line}  {secret.name}"


def _summary(survey: Survey) -> Iterator[str]:
    counts = survey.counts
    if not counts["copies"] and not counts["replaced"] and not counts["programs"]:
        files = _count(counts["files"], "file")
        yield f"no copy of the vendor's file and no program that uses one in {files}"
        return
    copies = _count(counts["copies"], "copy", "copies") + " of the vendor's file"
    ours = f", {_count(counts['replaced'], 'file')} of ours" if counts["replaced"] else ""
    use = "uses" if counts["programs"] == 1 else "use"
    yield f"{copies}{ours}; {_count(counts['programs'], 'program')} {use} them"
    if counts["places"]:
        needs = "needs" if counts["need_a_line"] == 1 else "need"
        yield (
            f"{_count(counts['places'], 'place')}: {counts['same']} same, "
            f"{counts['better']} better, {counts['need_a_line']} {needs} a line"
        )
    if counts["changes_not_taken_over"]:
        changes = _count(counts["changes_not_taken_over"], "change")
        yield f"{changes} of a copy's owner that our file does not take over"
    if counts["python2"]:
        yield f"{_count(counts['python2'], 'file')} of Python 2"


def _unread(survey: Survey) -> Iterator[str]:
    if survey.broken:
        yield f"{_count(len(survey.broken), 'file')} that cannot be read"


def _next(survey: Survey) -> Iterator[str]:
    migrations = [
        f"smsc migrate {'--force ' if found.copy.has_to_be_forced else ''}"
        f"{plain_name(found.copy.path)}"
        for found in survey.copies
    ]
    if survey.needs_a_change and migrations:
        yield "next: see to the lines in capitals, then"
    elif migrations:
        yield "next:"
    yield from (f"  {line}" for line in migrations)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def as_json(survey: Survey) -> str:
    """Give what was found as JSON."""
    return json.dumps(_document(survey), ensure_ascii=False, indent=2)


def _document(survey: Survey) -> Dict[str, Any]:
    return {
        "version": VERSION,
        "summary": {**survey.counts, "needs_a_change": survey.needs_a_change},
        "copies": [_copy_document(found) for found in survey.copies],
        "replaced": [plain_name(path) for path in survey.replaced],
        "programs": [
            {
                "path": plain_name(program.path),
                "python2": [str(problem) for problem in program.python2],
                "places": [_place_document(place) for place in program.places],
            }
            for program in survey.programs
        ],
        "secrets": [
            {"path": plain_name(one.path), "line": one.line, "name": one.name}
            for one in survey.secrets
        ],
        "unreadable": [
            {
                "path": plain_name(one.path),
                "line": one.problem.line,
                "reason": one.problem.reason,
                "may_be_a_copy": one.may_be_a_copy,
            }
            for one in survey.broken
        ],
    }


def _copy_document(found: CopyFound) -> Dict[str, Any]:
    copy = found.copy
    return {
        "path": plain_name(copy.path),
        "class": copy.class_name,
        "edition": copy.edition.version,
        "build": copy.edition.build,
        "header": copy.edition.header,
        "domain": copy.domain,
        "untouched": copy.untouched,
        "python2": str(copy.python2) if copy.python2 else None,
        "constants": [
            {"name": one.name, "line": one.line, "from": one.origin, "typed_in": one.typed_in}
            for one in copy.constants.values()
        ],
        "changes": [
            {
                "kind": edit.kind,
                "line": edit.line,
                "words": edit.words,
                "fate": edit.fate,
                "write": list(edit.write),
            }
            for edit in copy.edits
        ],
        "better": list(found.better),
    }


def _place_document(place: Place) -> Dict[str, Any]:
    return {
        "line": place.line,
        "what": place.what,
        "verdict": place.verdict,
        "differences": list(place.differences),
        "why": place.why,
        "write": list(place.write),
        "note": place.note,
        "copy": plain_name(place.copy) if place.copy else None,
    }

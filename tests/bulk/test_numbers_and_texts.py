"""Numbers as people and spreadsheets write them, and templates."""

from __future__ import annotations

from typing import List, Optional

import pytest

from smsc_transports.bulk.numbers import Numbers, WrongNumber
from smsc_transports.bulk.templates import Template
from smsc_transports.values.errors import ConfigurationError


@pytest.mark.parametrize(
    ("written", "region", "phone", "country"),
    [
        ("+380501112233", None, "+380501112233", "UA"),
        ("380501112233", None, "+380501112233", "UA"),
        ("380501112233", "UA", "+380501112233", "UA"),
        ("0501112233", "UA", "+380501112233", "UA"),
        ("0501112233", "ua", "+380501112233", "UA"),
        (" +380 (50) 111-22-33 ", "UA", "+380501112233", "UA"),
        ("380\u00a050\u00a0111 22 33", "UA", "+380501112233", "UA"),
        ("'+380501112233", None, "+380501112233", "UA"),
        ("380501112233.0", "UA", "+380501112233", "UA"),
        ("89991112233", "RU", "+79991112233", "RU"),
        ("79991112233", "UA", "+79991112233", "RU"),
        ("+390612345678", None, "+390612345678", "IT"),
    ],
)
def test_a_number_is_written_the_international_way(
    written: str, region: Optional[str], phone: str, country: str
) -> None:
    assert Numbers(region).check(written) == (phone, country)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "there is no number"),
        (" ", "there is no number"),
        ("0", "there is no number"),
        ("None", "there is no number"),
        ("3.80501E+11", "a spreadsheet has rounded the number to 3.80501E+11"),
        ("3,80501E+11", "a spreadsheet has rounded the number to 3,80501E+11"),
        ("38050", "'38050' is no valid phone number"),
        ("380001112233", "'380001112233' is no valid phone number"),
        ("9" * 500, "is no valid phone number"),
        ("0501112233/0671112233", "is no phone number"),
        ("0501112233,0671112233", "is no phone number"),
        ("0501112233 доб. 3", "is no phone number"),
        ("0501112233\n+79991112233", "is no phone number"),
        ("G12", "'G12' is no phone number"),
        ("٠٥٠١١١٢٢٣٣", "is no phone number"),
    ],
)
def test_what_is_no_number_is_refused_with_a_reason(written: str, why: str) -> None:
    with pytest.raises(WrongNumber) as wrong:
        Numbers("UA").check(written)
    assert why in str(wrong.value)


def test_a_national_number_needs_a_region() -> None:
    with pytest.raises(WrongNumber):
        Numbers().check("0501112233")


def test_a_region_that_is_not_there_is_reported() -> None:
    with pytest.raises(ConfigurationError, match="There is no region 'UKR'"):
        Numbers("UKR")


COLUMNS = ["phone", "name", "time: from", "twice", "twice"]
CELLS: List[Optional[str]] = ["1", "{Олена}", "9", "a", "b"]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Вітаємо, {name}!", "Вітаємо, {Олена}!"),
        ("{{{name}}} {{name}}", "{{Олена}} {name}"),
        ("at {time: from}", "at 9"),
        ("nothing", "nothing"),
        ("", ""),
    ],
)
def test_a_template_is_filled(template: str, text: str) -> None:
    assert Template(template, COLUMNS).fill(CELLS) == text


def test_a_row_that_lacks_a_value_has_no_text() -> None:
    assert Template("{name}", COLUMNS).fill(["1", None, None, None, None]) is None


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{name", "has a single brace"),
        ("name}", "has a single brace"),
        ("{nmae}", "the column 'nmae', which is not there. Did you mean 'name'?"),
        ("{}", "the column '', which is not there."),
        ("{0}", "the column '0', which is not there."),
        ("{name.__class__}", "the column 'name.__class__', which is not there."),
        ("{name!r}", "the column 'name!r', which is not there."),
        ("{twice}", "the column 'twice', and there are 2 of that name."),
    ],
)
def test_a_wrong_template_is_reported(template: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as mistake:
        Template(template, COLUMNS)
    assert told in str(mistake.value)

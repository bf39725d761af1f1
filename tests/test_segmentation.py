"""A text is cut, counted and transliterated as the networks and the gateway do it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_transports.values.parts import segment, transliterate

CASES = [
    # text, encoding, lengths of the parts
    ("", "gsm-7", [0]),
    ("a" * 160, "gsm-7", [160]),
    ("a" * 161, "gsm-7", [153, 8]),
    ("a" * 306, "gsm-7", [153, 153]),
    ("a" * 307, "gsm-7", [153, 153, 1]),
    ("я" * 70, "ucs-2", [70]),
    ("я" * 71, "ucs-2", [67, 4]),
    ("я" * 134, "ucs-2", [67, 67]),
    # An extension character counts two...
    ("€" * 80, "gsm-7", [80]),
    ("€" * 81, "gsm-7", [76, 5]),
    # ...and is not cut from its escape: the 153rd septet stays unused.
    ("a" * 152 + "€" + "a" * 10, "gsm-7", [152, 11]),
    # A character outside the BMP counts two UTF-16 units and is not cut either.
    ("😀" * 35, "ucs-2", [35]),
    ("😀" * 36, "ucs-2", [33, 3]),
    ("я" * 66 + "😀" + "я" * 10, "ucs-2", [66, 11]),
    # Not in GSM-7, though Latin: one such letter makes the whole text UCS-2.
    ("ç" + "a" * 70, "ucs-2", [67, 4]),
    ("`", "ucs-2", [1]),
    ("\x1b", "ucs-2", [1]),
    ("ΔΦΓΛΩΠΨΣΘΞ@£$¥èéùìòÇÅåÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\r", "gsm-7", [41]),
]


@pytest.mark.parametrize(("text", "encoding", "lengths"), CASES)
def test_text_is_cut_into_the_parts_that_are_paid(text: Any, encoding: Any, lengths: Any) -> None:
    result = segment(text)
    assert (result.encoding, [len(part) for part in result.parts]) == (encoding, lengths)


# How long a machine takes is no part of the promise.
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("€[]a😀я")), max_size=700))
def test_parts_joined_are_the_text_and_fit(text: Any) -> None:
    result = segment(text)
    assert "".join(result.parts) == text
    for part in result.parts:
        if result.encoding == "ucs-2":
            units = len(part.encode("utf-16-le", "surrogatepass")) // 2
            assert units <= (70 if len(result.parts) == 1 else 67)
        else:
            septets = len(part) + sum(char in "\f^{}\\[~]|€" for char in part)
            assert septets <= (160 if len(result.parts) == 1 else 153)


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("Привет, мир! 1", 1, "Privet, mir! 1"),
        ("Щука ЮГ", 1, "Schuka YuG"),
        ("їжак", 1, "yizhak"),
        ("транслит", 2, "mpaHc/Ium"),  # the vendor's own sample of the style
        ("plain ASCII stays", 1, "plain ASCII stays"),
        ("plain ASCII stays", 2, "plain ASCII stays"),
    ],
)
def test_translit_turns_cyrillic_into_latin(text: Any, style: Any, expected: Any) -> None:
    assert transliterate(text, style) == expected


@pytest.mark.parametrize("style", [1, 2])
def test_transliterated_russian_and_ukrainian_fits_gsm7(style: Any) -> None:
    alphabet = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяєіїґ"
    assert segment(transliterate(alphabet + alphabet.upper(), style)).encoding == "gsm-7"

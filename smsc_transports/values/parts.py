"""How a text is cut into SMS: the client must know it to count parts, the sandbox to set a price.

Source: GSM 03.38 (alphabet) and GSM 03.40 (concatenation with a 6-byte header), and the part
sizes on the vendor's HTTP page: 160 or 70 characters in one SMS, 153 or 67 in each part of a
longer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Tuple

from smsc_transports.values.gsm import ALPHABET, ESCAPE, EXTENSION

__all__ = ["LONGEST_TEXT", "Segmentation", "segment", "transliterate"]

LONGEST_TEXT = 1000
"""Characters of a text that the gateway takes; of more it answers error 1."""

GSM7 = frozenset(ALPHABET) - {ESCAPE}
GSM7_EXTENSION = frozenset(EXTENSION)
_GSM7_ALL = GSM7 | GSM7_EXTENSION

_SINGLE = {"gsm-7": 160, "ucs-2": 70}
_CONCATENATED = {"gsm-7": 153, "ucs-2": 67}


@dataclass(frozen=True)
class Segmentation:
    """How a text is transmitted: its ``encoding`` ("gsm-7" or "ucs-2") and its ``parts``."""

    encoding: str
    parts: Tuple[str, ...]


def segment(text: str) -> Segmentation:
    """Cut ``text`` as a phone network does; the parts joined give the text again.

    An empty text is one empty part.
    """
    encoding = "gsm-7" if _GSM7_ALL.issuperset(text) else "ucs-2"
    # The escape and its character, and the two halves of a surrogate pair, must stay in one
    # part; they do because the text is cut between characters, each with its width.
    widths = [_width(char, encoding) for char in text]
    if sum(widths) <= _SINGLE[encoding]:
        return Segmentation(encoding, (text,))
    return Segmentation(encoding, tuple(_cut(text, widths, _CONCATENATED[encoding])))


def _width(char: str, encoding: str) -> int:
    """Septets or UTF-16 units that one character takes."""
    if encoding == "gsm-7":
        return 2 if char in GSM7_EXTENSION else 1
    return 2 if char > "\uffff" else 1


def _cut(text: str, widths: List[int], room: int) -> List[str]:
    parts = []
    start = used = 0
    for position, width in enumerate(widths):
        if used + width > room:
            parts.append(text[start:position])
            start, used = position, 0
        used += width
    parts.append(text[start:])
    return parts


# Both tables are assumptions: the vendor's HTTP page only names the styles and shows the second
# by one word, "mpaHc/Ium".
_PLAIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z",
    "и": "i", "й": "j", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sch",
    "ъ": "'", "ы": "y", "ь": "'", "э": "e", "ю": "yu", "я": "ya",
    "є": "ye", "і": "i", "ї": "yi", "ґ": "g",
}  # fmt: skip
_LOOKALIKE = {
    "а": "a", "б": "6", "в": "B", "г": "r", "д": "g", "е": "e", "ё": "e", "ж": ">|<", "з": "3",
    "и": "u", "й": "u", "к": "k", "л": "/I", "м": "M", "н": "H", "о": "o", "п": "n", "р": "p",
    "с": "c", "т": "m", "у": "y", "ф": "qp", "х": "x", "ц": "u,", "ч": "4", "ш": "w", "щ": "w,",
    "ъ": "'b", "ы": "bI", "ь": "b", "э": "3", "ю": "I0", "я": "9I",
    "є": "e", "і": "i", "ї": "i", "ґ": "r",
}  # fmt: skip
_LOOKALIKE_CAPITALS = {
    "А": "A", "Б": "6", "Г": "r", "Д": "D", "Е": "E", "Ё": "E", "И": "U", "Й": "U", "К": "K",
    "О": "O", "П": "n", "Р": "P", "С": "C", "Т": "T", "У": "Y", "Х": "X", "Ь": "b", "І": "I",
    "Ї": "I", "Є": "E",
}  # fmt: skip


def _capitals(table: Dict[str, str]) -> Dict[str, str]:
    return {letter.upper(): latin[:1].upper() + latin[1:] for letter, latin in table.items()}


_STYLES = {
    1: str.maketrans({**_PLAIN, **_capitals(_PLAIN)}),
    2: str.maketrans(
        {**_LOOKALIKE, **{k.upper(): v for k, v in _LOOKALIKE.items()}, **_LOOKALIKE_CAPITALS}
    ),
}


def transliterate(text: str, style: int = 1) -> str:
    """``text`` with Cyrillic letters turned into Latin: ``style`` 1 by sound, 2 by looks."""
    return text.translate(_STYLES[style])

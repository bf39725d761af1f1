"""The text of each row: a template with the names of columns in braces."""

from __future__ import annotations

import string
from typing import List, Optional, Sequence, Tuple

from smsc_transports.values.errors import ConfigurationError, did_you_mean

Cells = Sequence[Optional[str]]
"""The values of a row in the order of the columns; None is a value that the row does not have."""


class Template:
    """A text such as ``Hello, {name}!``; ``{{`` and ``}}`` are braces."""

    def __init__(self, text: str, columns: Sequence[str]) -> None:
        self._pieces: List[Tuple[str, Optional[int]]] = []
        try:
            for literal, name, form, conversion in string.Formatter().parse(text):
                place = None
                if name is not None:
                    # A name may hold what str.format() takes for a conversion or a format.
                    name += f"!{conversion}" if conversion else ""
                    place = place_of(name + (f":{form}" if form else ""), columns, "The text names")
                self._pieces.append((literal, place))
        except ValueError as error:
            raise ConfigurationError(
                f"The text {text!r} has a single brace ({error}). A column is written in braces, "
                f"{{name}}; a brace itself is written twice, {{{{ or }}}}."
            ) from None

    def fill(self, cells: Cells) -> Optional[str]:
        """Give the text of a row, None where the row lacks one of the values."""
        values = [(text, "" if place is None else cells[place]) for text, place in self._pieces]
        if any(value is None for _, value in values):
            return None
        return "".join(f"{text}{value}" for text, value in values)


def place_of(name: str, columns: Sequence[str], who: str) -> int:
    """Find a column by its name. Raises ConfigurationError if there is none, or more than one."""
    if columns.count(name) == 1:
        return columns.index(name)
    if name in columns:
        raise ConfigurationError(
            f"{who} the column {name!r}, and there are {columns.count(name)} of that name. Give "
            f"each column in the first line a name of its own."
        )
    listed = ", ".join(repr(column) for column in columns)
    raise ConfigurationError(
        f"{who} the column {name!r}, which is not there.{did_you_mean(name, columns)} "
        f"There are: {listed}."
    )

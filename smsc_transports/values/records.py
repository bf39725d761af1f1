"""What a reply tells about each message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

from smsc_transports.values.names import Named

SMS = ("status", "changed_at", "error_code")
_HLR = (
    *SMS,
    "imsi",
    "service_center",
    "mcc",
    "mnc",
    "country",
    "operator",
    "roaming_country",
    "roaming_operator",
)
_SENT_TO = ("sent_at", "phone")
_PLACE = ("country", "operator", "region")
_REST = ("cost", "sender", "status_name", "text")
_MARK = "HLR"
"""What stands for the sender of an HLR query, by which the vendor's libraries tell its form."""

_NEXT = re.compile(r"\n(?=-?[0-9]{1,2},[0-9]*,[0-9]*,)")
"""Where the next status begins: a line break alone may stand in the text of a message."""


@dataclass(frozen=True)
class Record(Named):
    """What a reply tells about one message, by the names of a reply.

    ``fields`` are the texts as they came.
    """

    fields: Mapping[str, str]

    def by_name(self, name: str) -> Optional[str]:
        """Give a text as it came, None where there is none."""
        return self.fields.get(name)


def record(names: Sequence[str], values: Sequence[str]) -> Record:
    """Give values their names; of a name that stands twice the first counts."""
    fields: Dict[str, str] = {}
    for name, value in zip(names, values):
        fields.setdefault(name, value)
    return Record(fields)


def status_records(text: str, every: str, asked: str) -> List[Record]:
    """Read the answer of status.php.

    Args:
        text: what the gateway answered, one status a line.
        every: the parameter ``all``.
        asked: the parameter ``id``. With a comma it asks about several messages: each line then
            ends with the id of the message and, without ``all``, its phone (the place is
            inferred: the vendor's libraries tell only that they are there).
    """
    if "," not in asked:
        return [_status(text, every, ())]
    tail = ("id", "phone") if every in ("", "0") else ("id",)
    lines = _NEXT.split(text.strip("\r\n"))
    ids = [id for id in asked.split(",") if id]
    if tail == ("id",) and len(lines) > len(ids):  # a text may have a line that looks like a status
        lines = _joined(lines, tuple(f",{id}" for id in ids))
    return [_status(line.rstrip("\r\n"), every, tail) for line in lines]


def _joined(lines: Sequence[str], ends: Tuple[str, ...]) -> List[str]:
    """Join what was cut where no id stands before the cut."""
    joined = [lines[0]]
    for line in lines[1:]:
        if joined[-1].rstrip("\r\n").endswith(ends):
            joined.append(line)
        else:
            joined[-1] += f"\n{line}"
    return joined


def _status(text: str, every: str, tail: Tuple[str, ...]) -> Record:
    values = text.split(",")
    end = max(len(values) - len(tail), len(SMS))
    first, last = values[:end], values[end:]
    names = status_names(first, every)
    # The text of a message comes last and may hold commas.
    first = ",".join(first).split(",", len(names) - 1)
    return record([*names[: len(first)], *tail], [*first, *last])


def status_names(values: Sequence[str], every: str) -> Tuple[str, ...]:
    """Name the fields of a status; the forms are told apart as the vendor's libraries do."""
    if len(values) <= len(SMS):
        return SMS
    details = _SENT_TO + (_PLACE if every == "2" else ()) + _REST
    marked = len(_HLR) + details.index("sender")
    if every in ("", "0") or (len(values) > marked and values[marked] == _MARK):
        return _HLR + details
    return SMS + details

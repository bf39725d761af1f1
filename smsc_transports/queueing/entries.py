"""The journal's entries, one for each message."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Dict, Optional

WAITING, SENDING, SENT = "waiting", "sending", "sent"
FAILED, UNKNOWN, CANCELLED = "failed", "unknown", "cancelled"
URGENT, BULK = 1, 0


class QueueFailed(Exception):
    """The queue cannot be used now: its text says why.

    ``may_be_there``: what was to be put into it may be there all the same.
    """

    may_be_there = False


@dataclass(frozen=True)
class Entry:
    """A message in the journal. ``ours``: its id was chosen here.

    One of ``fmt`` 3 is a batch of ``smsc bulk``, which awaits the answer and decides what to do.
    """

    name: str
    id: str
    ours: bool
    argument: str
    charset: str
    urgent: int
    put_at: float
    state: str = WAITING
    attempt: int = 0
    worker: str = ""
    reply: str = ""
    error: str = ""
    changed_at: float = 0.0
    fmt: int = 1

    def but(self, **changes: Any) -> Entry:
        """Give a copy with some fields changed, now."""
        return replace(self, changed_at=time.time(), **changes)


def dumped(entry: Entry) -> bytes:
    """Write an entry as JSON."""
    return json.dumps(asdict(entry), ensure_ascii=False).encode("utf-8", "surrogatepass")


def loaded(found: Any) -> Optional[Entry]:
    """Read an entry from what Huey's storage gave, None from its mark of nothing."""
    text = text_in(found)
    if not text:
        return None
    fields: Dict[str, Any] = json.loads(text)
    known = Entry.__dataclass_fields__
    return Entry(**{name: value for name, value in fields.items() if name in known})


def owner_in(found: Any) -> str:
    """Read who has a claim."""
    return text_in(found).partition("/")[0]


def text_in(found: Any) -> str:
    """Read a text, "" where there is none."""
    with suppress(TypeError):  # Huey's mark of nothing
        return bytes(found).decode("utf-8", "surrogatepass")
    return ""

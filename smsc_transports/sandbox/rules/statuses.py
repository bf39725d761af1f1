"""The statuses of a message over time.

Nothing is scheduled: the status is a function of the message and of the clock, so a day of ten
thousand messages costs nothing until it is asked for.
"""

from __future__ import annotations

from typing import List, NamedTuple

from smsc_transports.sandbox.rules.assumptions import (
    DELIVERED_AFTER,
    HANDED_OVER_AFTER,
    OPENED_AFTER,
)
from smsc_transports.sandbox.rules.store import Message, Recipient

NAMES = {
    -3: "Сообщение не найдено",
    -2: "Остановлено",
    -1: "Ожидает отправки",
    0: "Передано оператору",
    1: "Доставлено",
    2: "Прочитано",
    3: "Просрочено",
    4: "Нажата ссылка",
    20: "Невозможно доставить",
    22: "Неверный номер",
    23: "Запрещено",
    24: "Недостаточно средств",
    25: "Недоступный номер",
}
_NEVER_HANDED_OVER = (22, 23, 25)
_AFTER_DELIVERY = (2, 4)


class Change(NamedTuple):
    """A status that a message takes at ``time`` (seconds since the epoch)."""

    time: float
    status: int
    err: int


def life(message: Message, recipient: Recipient) -> List[Change]:
    """All statuses of the message to this number, past and future, oldest first."""
    start, fate, err = message.due, recipient.fate, recipient.err
    changes = [Change(message.received, -1, 0)]
    if fate in _NEVER_HANDED_OVER:
        return [*changes, Change(start + HANDED_OVER_AFTER, fate, err)]
    changes.append(Change(start + HANDED_OVER_AFTER, 0, 0))
    if fate == 3:
        return [*changes, Change(start + message.validity, 3, err)]
    if fate in _AFTER_DELIVERY:
        changes.append(Change(start + DELIVERED_AFTER, 1, 0))
        return [*changes, Change(start + OPENED_AFTER, fate, err)]
    return [*changes, Change(start + DELIVERED_AFTER, fate, err)]


def history(message: Message, recipient: Recipient, now: float) -> List[Change]:
    """The statuses taken up to ``now``; never empty."""
    changes = life(message, recipient)
    return changes[:1] + [change for change in changes[1:] if change.time <= now]


def current(message: Message, recipient: Recipient, now: float) -> Change:
    """The status at ``now``. A message that still waits has the time 0, as at the gateway."""
    change = history(message, recipient, now)[-1]
    return change._replace(time=0) if change.status == -1 else change

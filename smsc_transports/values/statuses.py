"""The status of a message, and why one was not delivered."""

from __future__ import annotations

from enum import IntEnum

from smsc_transports.values import words


class MessageStatus(IntEnum):
    """The status of a message; it equals the gateway's number and prints as it.

    ``HANDED_OVER`` is 0 and so false: ask for ``status is not None``.
    """

    NOT_FOUND = -3
    STOPPED = -2
    WAITING = -1
    HANDED_OVER = 0
    DELIVERED = 1
    READ = 2
    EXPIRED = 3
    LINK_OPENED = 4
    UNDELIVERABLE = 20
    WRONG_NUMBER = 22
    FORBIDDEN = 23
    NO_MONEY = 24
    UNAVAILABLE_NUMBER = 25

    def __str__(self) -> str:
        return str(int(self))  # what Python 3.11 and newer do by themselves

    @property
    def text(self) -> str:
        """Say it in the language of the user: ``SMSC_LANG``, the locale, English."""
        return words.status_text(self, words.language())

    @property
    def is_final(self) -> bool:
        """Tell whether asking again is useless: no status of a failure or delivery is taken back.

        A delivered message may still become read, or its link opened.
        """
        return self not in (
            MessageStatus.STOPPED,
            MessageStatus.WAITING,
            MessageStatus.HANDED_OVER,
        )


class DeliveryError(int):
    """The gateway's number of why a message was not delivered; 0 is no error."""

    @property
    def text(self) -> str:
        """Say it in the language of the user, "" for no error."""
        return words.delivery_error_text(self, words.language()) if self else ""

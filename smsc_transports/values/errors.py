"""What can go wrong, told apart by what the caller may do about it.

Two families that never mix: a :class:`TransportError` says what became of one
attempt and is what the failover loop lives on; a :class:`ConfigurationError`
says that a setting has to be changed, and the loop does not catch it.
"""

from __future__ import annotations

from typing import Any, Iterable, Optional, Tuple

from smsc_transports.values.words import error_text

ANSWERED = "answered"
NOT_SENT = "not sent"
UNKNOWN = "unknown"
UNSUPPORTED = "unsupported"


def type_and_text(error: BaseException) -> str:
    """Give the type and the text of an exception, the type alone where it has no text."""
    text = text_of(error)
    return f"{type(error).__name__}: {text}" if text is not None else type(error).__name__


def text_of(error: BaseException) -> Optional[str]:
    """Give the text of an exception, None where a third-party class fails to make one."""
    try:
        return str(error)
    except Exception:
        return None


class TransportError(Exception):
    """One attempt failed.

    ``outcome`` is one of the words above; ``timed_out`` tells the loop that the
    address timed out, so that it is tried last for a while; ``stale`` that a kept connection
    failed before any byte of an answer, which a new one might not have done.
    """

    outcome = UNKNOWN
    stale = False
    timed_out = False  # also where a subclass forgot the constructor

    def __init__(self, message: str = "", *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out

    def __reduce__(self) -> Tuple[Any, ...]:
        return (self.__class__, self.args, {"timed_out": self.timed_out})


class NotSent(TransportError):
    """The request surely did not reach the gateway: it may be sent elsewhere."""

    outcome = NOT_SENT


class OutcomeUnknown(TransportError):
    """The request may have reached the gateway: sending it again may deliver it twice."""

    outcome = UNKNOWN


class Unsupported(TransportError):
    """This transport cannot carry this request: nothing was sent, another transport may."""

    outcome = UNSUPPORTED


class ConfigurationError(Exception):
    """A setting or a plugin must be changed; nothing was sent."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)


class GatewayError(Exception):
    """The gateway refused: raised by :meth:`Reply.raise_for_error` only.

    ``code`` is the positive error code; ``id`` is the message id that came with it, or "0";
    ``command`` is what was asked: "send", "status" or "balance".
    """

    def __init__(self, code: int, id: str = "0", command: str = "send") -> None:
        super().__init__(code, id, command)
        self.code = code
        self.id = id
        self.command = command

    def __str__(self) -> str:
        text = error_text(self.code, self.command)
        return f"the gateway answered with error {self.code}: {text}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give a sentence with the known name that is most like a misspelt one, "" if none is."""
    import difflib  # only here: nothing is misspelt in most programs

    close = difflib.get_close_matches(name, list(known), 1)
    return f" Did you mean {close[0]!r}?" if close else ""

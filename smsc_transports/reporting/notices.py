"""Prints a warning once: a program that sends in a loop must not fill its log with one typo."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Dict, Iterator, Set


class SMSCWarning(UserWarning):
    """A setting or a plugin is wrong, and the call goes on without it."""


MOST_FOR_A_TOPIC = 10
"""Warnings about one setting or plugin; bounds those whose text differs each time."""
MOST_TOPICS = 100
"""Settings and plugins that are warned about; bounds names that a program makes up."""

_told: Dict[str, Set[str]] = {}
_silent: ContextVar[bool] = ContextVar("_silent", default=False)


def warn_once(message: str, topic: str) -> None:
    """Warn with :class:`SMSCWarning`, the first time this message comes up in the process.

    ``topic`` is the setting or the plugin that it is about. ``-W error`` turns the warning into
    an exception: the strict mode for continuous integration.
    """
    if _is_new(message, topic):
        try:
            # Without a source line: the one that set the wrong value is not on the stack.
            warnings.warn_explicit(message, SMSCWarning, "smsc_api", 1)
        except SMSCWarning:
            _told[topic].discard(message)  # as an exception it must end every call
            raise


def warn_always(message: str, topic: str) -> None:
    """Say once on stderr that nothing is sent, or that a plugin is left out.

    Unlike :func:`warn_once` it is shown by a program that ignores warnings, too: such a program
    would see ``["", ""]`` and nothing else. ``-W error`` makes it an exception all the same.
    """
    if _action(message) == "error":
        warn_once(message, topic)
    else:
        warn_on_stderr(message, topic)


def warn_on_stderr(message: str, topic: str) -> None:
    """Say once on stderr, and never raise: of what happens while a request is under way."""
    if _is_new(message, topic):
        warnings.showwarning(SMSCWarning(message), SMSCWarning, "smsc_api", 1)


@contextmanager
def silence() -> Iterator[None]:
    """Print no warning meanwhile, and do not count it as printed."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def forget() -> None:
    """Let every warning be printed again."""
    _told.clear()


def _is_new(message: str, topic: str) -> bool:
    if _silent.get() or (topic not in _told and len(_told) >= MOST_TOPICS):
        return False
    told = _told.setdefault(topic, set())
    if message in told or len(told) >= MOST_FOR_A_TOPIC:
        return False
    told.add(message)
    return True


def _action(message: str) -> str:
    """Give what the first warning filter that fits would do."""
    for action, text, category, module, line in warnings.filters:
        if (
            issubclass(SMSCWarning, category)
            and (text is None or _matches(text, message))
            and (module is None or _matches(module, "smsc_api"))
            and line in (0, 1)
        ):
            return action
    return "default"


def _matches(pattern: object, text: str) -> bool:
    match = getattr(pattern, "match", None)  # filters of the command line are texts, not patterns
    return bool(match(text)) if match else pattern == text

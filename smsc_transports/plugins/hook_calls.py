"""Calls hooks, and names the plugin that failed in one."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, FrozenSet, Iterator, List, Sequence, Tuple

import pluggy

from smsc_transports.plugins.blame import called_until, described, failing_hook
from smsc_transports.reporting.notices import warn_on_stderr
from smsc_transports.reporting.redaction import redact
from smsc_transports.values.errors import ConfigurationError, NotSent, TransportError, type_and_text
from smsc_transports.values.settings import Settings

# A hook may itself send; for that message it is not called, or the recursion would not end.
_busy: ContextVar[FrozenSet[str]] = ContextVar("_busy", default=frozenset())


@contextmanager
def busy_with(hook: str) -> Iterator[None]:
    """Call the hook inside of this."""
    token = _busy.set(_busy.get() | {hook})
    try:
        yield
    finally:
        _busy.reset(token)


def is_busy(hook: str) -> bool:
    """Tell whether this very call came out of the hook."""
    return hook in _busy.get()


def ask(manager: pluggy.PluginManager, name: str, settings: Settings, /, **arguments: Any) -> Any:
    """Call a hook whose result the call needs; None where the call came out of this hook.

    Raises NotSent if a plugin fails.
    """
    if is_busy(name):
        return None
    hook = getattr(manager.hook, name)
    called = hook.get_hookimpls()
    try:
        with busy_with(name):
            return hook(**arguments)
    except (ConfigurationError, TransportError):
        raise
    except Exception as error:
        raise NotSent(_failure(name, error, settings, called)[0]) from None


def report(
    manager: pluggy.PluginManager, name: str, settings: Settings, /, **arguments: Any
) -> None:
    """Call a hook that only observes; an exception of one is shown once and stops no other."""
    hook: Any = getattr(manager.hook, name)
    observers = hook.get_hookimpls()  # one may unregister itself
    called: List[Any] = []
    for _ in range(len(observers) + 1):
        try:
            hook(**arguments)
            return
        except Exception as error:
            text, plugin = _failure(name, error, settings, observers)
            warn_on_stderr(f"{text[0].upper()}{text[1:]}.", f"{name} of {plugin}")
            called += called_until(observers, error)
            observers = [each for each in observers if each.plugin not in called]
            hook = manager.subset_hook_caller(name, called)


def wrong_result(manager: pluggy.PluginManager, name: str, reason: str) -> NotSent:
    """Give the exception for a hook whose result is not what it must be."""
    plugins = _listed(getattr(manager.hook, name).get_hookimpls())
    return NotSent(f"the plugin {plugins} failed at {name}: {reason}")


def _failure(
    name: str, error: Exception, settings: Settings, called: Sequence[Any]
) -> Tuple[str, str]:
    failing = failing_hook(called, error)
    plugins = _listed([failing] if failing else called)
    reason = redact(type_and_text(error), settings.secrets)
    return f"the plugin {plugins} failed at {name}: {reason}", plugins


def _listed(hooks: Sequence[Any]) -> str:
    return " or ".join(described(each) for each in hooks)

"""Tells which plugin failed, and shows what each hook call gave."""

from __future__ import annotations

import inspect
import sys
import traceback
from typing import Any, Iterator, List, Mapping, Optional, Sequence, Union

import pluggy

from smsc_transports.reporting.notices import warn_on_stderr
from smsc_transports.reporting.redaction import redact
from smsc_transports.values.errors import type_and_text


def failing_hook(implementations: Sequence[Any], error: BaseException) -> Optional[Any]:
    """Give the hook implementation that an exception came out of.

    Of several with the same code it is the first that was called: pluggy calls the last one first.
    """
    running = {frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)}
    for each in reversed(implementations):
        if any(getattr(layer, "__code__", None) in running for layer in _layers(each.function)):
            return each
    return None


def _layers(function: Any) -> Iterator[Any]:
    """Give a function, and what its decorators wrapped."""
    while function is not None:
        yield function
        function = getattr(function, "__wrapped__", None)


def called_until(implementations: Sequence[Any], error: BaseException) -> List[Any]:
    """Give the plugins that had been called when one failed."""
    failing = failing_hook(implementations, error)
    if failing is None:
        return [each.plugin for each in implementations]
    return [each.plugin for each in implementations[implementations.index(failing) :]]


def described(hook: Any) -> str:
    """Name the plugin of a hook implementation, with its file."""
    file = file_of(hook.plugin)
    return f"{hook.plugin_name!r} ({file})" if file else repr(hook.plugin_name)


def report_bug(
    transport: Any, place: str, error: Union[BaseException, str], secrets: Sequence[str] = ()
) -> None:
    """Report once that a plugin's transport raised what no transport may raise.

    Built-in transports are not reported: they do so only where a test suite replaced their parts.
    """
    if type(transport).__module__.startswith("smsc_transports.transports."):
        return
    reason = error if isinstance(error, str) else type_and_text(error)
    where = f"{transport.name!r} ({file_of(transport)})"
    warn_on_stderr(
        redact(f"The transport {where} failed at {place}: {reason}.", secrets),
        f"{place} of the transport {transport.name}",
    )


def file_of(plugin: Any) -> str:
    """Name the file of a plugin, "" if it has none."""
    try:
        return inspect.getfile(plugin if inspect.ismodule(plugin) else type(plugin))
    except (TypeError, OSError):
        return ""


def trace_to_stderr(manager: pluggy.PluginManager) -> None:
    """Print every hook call with its plugins and its result to stderr, without secrets."""

    def after(outcome: Any, name: str, hooks: Sequence[Any], arguments: Mapping[str, Any]) -> None:
        by = ", ".join(described(each) for each in reversed(hooks))
        if not by:
            return
        owner = arguments.get("settings") or getattr(arguments.get("request"), "settings", None)
        try:
            given = outcome.get_result()
        except BaseException as error:
            what = f"raised {type_and_text(error)}"
        else:
            what = f"gave {_shown(name, given)}"
        what = redact(what, getattr(owner, "secrets", ()))
        print(f"smsc_transports: {name} by {by} {what}", file=sys.stderr)

    manager.add_hookcall_monitoring(lambda *_: None, after)


def _shown(name: str, given: Any) -> str:
    """Show a result; of changed settings the names alone, for one may be a password."""
    if name == "smsc_settings":
        return repr([sorted(each) if isinstance(each, Mapping) else each for each in given])
    return repr(given)

"""Tells which plugin failed, and shows what each hook call gave."""

from __future__ import annotations

import inspect
import sys
import traceback
from typing import Any, Mapping, Sequence

import pluggy

from smsc_transports.reporting.redaction import redact


def failing_plugin(implementations: Sequence[Any], error: BaseException) -> str:
    """Name the plugin whose hook an exception came out of, with its file."""
    running = {frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)}
    for each in implementations:
        if getattr(inspect.unwrap(each.function), "__code__", None) in running:
            return f"{each.plugin_name!r} ({file_of(each.plugin)})"
    return " or ".join(repr(each.plugin_name) for each in implementations)


def file_of(plugin: Any) -> str:
    """Name the file of a plugin, "" if it has none."""
    try:
        return inspect.getfile(plugin if inspect.ismodule(plugin) else type(plugin))
    except (TypeError, OSError):
        return ""


def trace_to_stderr(manager: pluggy.PluginManager) -> None:
    """Print every hook call with its plugins and its result to stderr, without secrets."""

    def after(outcome: Any, name: str, hooks: Sequence[Any], arguments: Mapping[str, Any]) -> None:
        by = ", ".join(f"{each.plugin_name} ({file_of(each.plugin)})" for each in reversed(hooks))
        if not by:
            return
        owner = arguments.get("settings") or getattr(arguments.get("request"), "settings", None)
        try:
            given = outcome.get_result()
        except BaseException as error:
            what = f"raised {type(error).__name__}: {error}"
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

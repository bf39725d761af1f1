"""One call of one plugin's hook: a failure names the plugin, and every call can be watched.

``SMSC_TRACE_PLUGINS=1`` prints each call with its implementation and result to stderr.
"""

from __future__ import annotations

import inspect
import os
import sys
from typing import Any, Iterable, Iterator, Sequence

from smsc_transports.reporting.redaction import redact
from smsc_transports.values.errors import ConfigurationError, NotSent, TransportError
from smsc_transports.values.settings import Settings


def answer_of(name: str, hook: Any, kind: type, secrets: Sequence[str], **values: Any) -> Any:
    """Ask one plugin; give its answer, which is of this kind or None.

    Raises NotSent, without secrets, if the plugin fails; its ConfigurationError or
    TransportError passes through.
    """
    try:
        given = call(name, hook, secrets, **values)
        if given is not None and not isinstance(given, kind):
            raise TypeError(f"it gave {type(given).__name__}, not {kind.__name__}")
    except (ConfigurationError, TransportError):
        raise
    except Exception as error:
        reason = redact(f"{type(error).__name__}: {error}", secrets)
        raise NotSent(f"the plugin {hook.plugin_name!r} failed at {name}: {reason}") from None
    return given


def call(name: str, hook: Any, secrets: Sequence[str] = (), **values: Any) -> Any:
    """Call one plugin's hook with those arguments that it takes."""
    if os.environ.get("SMSC_TRACE_PLUGINS", "0") in ("", "0"):
        return hook.function(*(values[argument] for argument in hook.argnames))
    try:
        given = hook.function(*(values[argument] for argument in hook.argnames))
        if isinstance(given, Iterator):
            given = list(given)  # to be shown now and used later
    except BaseException as error:
        _trace(name, hook, f"raised {type(error).__name__}: {error}", secrets)
        raise
    own_secrets = given.secrets if isinstance(given, Settings) else ()
    _trace(name, hook, f"gave {given!r}", [*secrets, *own_secrets])
    return given


def file_of(plugin: Any) -> str:
    """Name the file of a plugin, "" if it has none."""
    try:
        return inspect.getfile(plugin if inspect.ismodule(plugin) else type(plugin))
    except (TypeError, OSError):
        return ""


def _trace(name: str, hook: Any, result: str, secrets: Iterable[str]) -> None:
    where = file_of(hook.plugin)
    by = f"{hook.plugin_name} ({where})" if where else hook.plugin_name
    print(f"smsc_transports: {name} by {by} {redact(result, secrets)}", file=sys.stderr)

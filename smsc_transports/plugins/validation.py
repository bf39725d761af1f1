"""Refuses plugins that can never work, in words that say what to change."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from typing import Any, Callable, Dict, List, Mapping, Sequence

import pluggy

from smsc_transports.plugins import hookspecs
from smsc_transports.plugins.transport import Transport
from smsc_transports.values.errors import ConfigurationError, did_you_mean


def checked_transports(given: List[Any]) -> List[Transport]:
    """Give the transports of all plugins, those of the plugin that came first before the others."""
    return [checked_transport(each) for group in reversed(given) for each in group or ()]


def checked_transport(transport: Any) -> Transport:
    """Give a transport if it is one; raises TypeError."""
    if not (isinstance(transport, Transport) and transport.name and _is_text(transport.name)):
        raise TypeError(f"{transport!r} is no Transport with a name")
    if isinstance(transport.commands, (str, bytes)):
        raise TypeError(f"commands of {transport!r} must be a set of names, not a text")
    if transport.commands is not None and not isinstance(transport.commands, Collection):
        raise TypeError(f"commands of {transport!r} must be a set of names or None")
    return transport


def _is_text(name: Any) -> bool:
    return isinstance(name, str)


def refuse_wrong_hooks(manager: pluggy.PluginManager, plugin: Any) -> None:
    """Raise ConfigurationError for a misspelt hook, and for one without its mark."""
    known = [name for name in vars(hookspecs) if name.startswith("smsc_")]
    for attribute in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, attribute)
        if options is None:
            if attribute in known and inspect.isroutine(getattr(plugin, attribute)):
                raise ConfigurationError(f"{attribute} has to be marked with @hookimpl")
            continue
        name = options.get("specname") or attribute
        is_wrapper = options.get("wrapper") or options.get("hookwrapper")
        if name == "smsc_attempt" and not is_wrapper and _never_runs(getattr(plugin, attribute)):
            raise ConfigurationError(
                "smsc_attempt would never run: it must be a plain function, without async or yield"
            )
        if not options.get("optionalhook") and name not in known:
            meant = did_you_mean(name, known)
            raise ConfigurationError(
                f"There is no hook {name!r}.{meant} The hooks are: {', '.join(known)}."
            )


def _never_runs(hook: Any) -> bool:
    return inspect.isgeneratorfunction(hook) or inspect.iscoroutinefunction(hook)


def two_of_one_name(
    by_plugin: Mapping[str, Sequence[Transport]], origin: Callable[[str], str]
) -> str:
    """Say which plugins have transports of the same name, and how to leave one out."""
    brought: Dict[str, str] = {}
    for plugin, transports in by_plugin.items():
        for transport in transports:
            first = brought.setdefault(transport.name, plugin)
            if first != plugin:
                return (
                    f"Two transports are called {transport.name!r}: one of the plugin "
                    f"{first!r} from {origin(first)}, one of the plugin {plugin!r} from "
                    f"{origin(plugin)}. Uninstall one of them, or leave a plugin out: "
                    f"SMSC_BLOCK_PLUGINS={plugin}."
                )
    return "Two transports of one plugin have the same name."

"""Loads and validates all plugins, and calls their hooks through pluggy.

Plugins are searched for once, at the first call that one could change, not when a module is
imported.
"""

from __future__ import annotations

import atexit
import importlib
import os
import threading
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

import pluggy

from smsc_transports.plugins import hookspecs
from smsc_transports.plugins.blame import failing_hook, file_of, report_bug, trace_to_stderr
from smsc_transports.plugins.discovery import Source, find_plugins, names_in
from smsc_transports.plugins.hook_calls import ask, busy_with, is_busy, report, wrong_result
from smsc_transports.plugins.transport import Transport
from smsc_transports.plugins.validation import (
    checked_transport,
    checked_transports,
    refuse_wrong_hooks,
    two_of_one_name,
)
from smsc_transports.reporting.notices import warn_always
from smsc_transports.values.attempt import Attempt
from smsc_transports.values.errors import ConfigurationError, did_you_mean, type_and_text
from smsc_transports.values.forks import NO_FORK
from smsc_transports.values.receipt import Receipt
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings, read_changes

BUILT_IN = {
    "http": "smsc_transports.transports.http",
    "queue": "smsc_transports.queueing.transport",
    "smtp": "smsc_transports.transports.smtp",
    "soap": "smsc_transports.transports.soap",
    "smpp": "smsc_transports.transports.smpp",
}
BLOCKED = "blocked"
BROKEN = "broken"


class LeftOut(NamedTuple):
    """A plugin that is not used: its name, its origin, and the reason."""

    name: str
    origin: str
    status: str
    reason: str


class PluginManager(pluggy.PluginManager):
    """pluggy's manager, which also names what is wrong with a plugin and keeps the transports."""

    def __init__(self) -> None:
        super().__init__(hookspecs.PROJECT)
        self.add_hookspecs(hookspecs)
        self.left_out: List[LeftOut] = []
        self._origins: Dict[str, str] = {}
        self._transports: Optional[Dict[str, Transport]] = None
        self._lock = threading.RLock()
        self._scanned = self._scanning = False
        for name in names_in("SMSC_BLOCK_PLUGINS"):
            self.set_blocked(name)
        for name, module in BUILT_IN.items():
            self._add(importlib.import_module(module), name, "smsc_transports itself")
        if os.environ.get("SMSC_TRACE_PLUGINS", "0") not in ("", "0"):
            trace_to_stderr(self)

    def register(self, plugin: Any, name: Optional[str] = None) -> Optional[str]:
        """Add a plugin: a module or any object with hook functions.

        Raises ConfigurationError for a hook that does not exist or is not marked, ValueError for
        a plugin that is registered already, pluggy.PluginValidationError for a hook with wrong
        arguments.
        """
        refuse_wrong_hooks(self, plugin)
        with self._lock:
            self._transports = None
            try:
                return super().register(plugin, name)
            except pluggy.PluginValidationError:
                if self.is_registered(plugin):  # older pluggy keeps the hooks that were right
                    super().unregister(plugin)
                raise

    def unregister(self, plugin: Any = None, name: Optional[str] = None) -> Any:
        """Take a plugin out again."""
        with self._lock:
            self._transports = None
            return super().unregister(plugin, name)

    def get_canonical_name(self, plugin: Any) -> str:
        """Name a plugin that was registered without a name."""
        name: str = getattr(plugin, "__name__", "")
        return name or f"{type(plugin).__name__}-{id(plugin)}"

    def scan(self) -> None:
        """Bring in what ``SMSC_PLUGINS`` names and what is installed, once."""
        if self._scanned:
            return
        with NO_FORK:  # other threads wait: without all plugins they could send what they must not
            if self._scanned or self._scanning:
                return
            self._scanning = True  # for a plugin that sends while it is imported
            try:
                for source in find_plugins():
                    self._load(source)
                self._scanned = True  # not after Ctrl-C, or a warning made an error
            finally:
                self._scanning = False

    def transports(self) -> Dict[str, Transport]:
        """Give every transport by its name.

        Raises ConfigurationError where two have one name.
        """
        with self._lock:
            if self._transports is None and is_busy("smsc_transports"):
                known = [self.get_plugin(name) for name in BUILT_IN]
                return {
                    each.name: each for built in known if built for each in built.smsc_transports()
                }
            if self._transports is None:
                with busy_with("smsc_transports"):
                    self._transports = self._collect()
            return self._transports

    def origin(self, name: str) -> str:
        """Describe where a plugin comes from."""
        return self._origins.get(name, "plugin_manager().register()")

    def settings(self, settings: Settings) -> Settings:
        """Apply what the plugins change; what is called earlier wins, as pluggy orders them.

        Raises NotSent if a plugin fails.
        """
        name = "smsc_settings"
        changes: Dict[str, Any] = {}
        for given in reversed(ask(self, name, settings, settings=settings) or ()):
            if not isinstance(given, Mapping):
                raise wrong_result(
                    self, name, f"TypeError: it gave {type(given).__name__}, not a mapping"
                )
            changes.update(given)
        unknown = sorted(str(field) for field in set(changes) - set(vars(settings)))
        if unknown:
            meant = did_you_mean(unknown[0], vars(settings))
            raise wrong_result(
                self, name, f"KeyError: there is no setting {unknown[0]!r}.{meant}".rstrip(".")
            )
        return settings.replace(**read_changes(changes)) if changes else settings

    def choose_transport(self, request: Request, names: List[str]) -> Optional[str]:
        """Give the first plugin's choice; None if no plugin has one.

        Raises NotSent if a plugin fails.
        """
        name = "smsc_choose_transport"
        chosen = ask(self, name, request.settings, request=request, names=names)
        if chosen is not None and not isinstance(chosen, str):
            reason = f"TypeError: it gave {type(chosen).__name__}, not a name"
            raise wrong_result(self, name, reason)
        return chosen

    def report_attempt(self, attempt: Attempt, settings: Settings) -> None:
        """Report an attempt to every plugin; an exception of one is shown once and stops no other.

        The attempts of a message that an observer sends are not observed.
        """
        if is_busy("smsc_attempt"):
            return
        with busy_with("smsc_attempt"):
            report(self, "smsc_attempt", settings, attempt=attempt)

    def report_receipt(self, receipt: Receipt) -> None:
        """Report a receipt to every plugin; an exception is shown once and stops no other."""
        report(self, "smsc_receipt", Settings(), receipt=receipt)

    def close(self) -> None:
        """Close every transport."""
        for transport in (self._transports or {}).values():
            try:
                transport.close()
            except Exception as error:
                report_bug(transport, "close", error)

    def transports_by_plugin(self) -> Dict[str, List[Transport]]:
        """Give the transports of each plugin, those of one name too; what fails is left out."""
        found = {}
        for each in self.hook.smsc_transports.get_hookimpls():
            if each.wrapper or each.hookwrapper:
                continue
            try:
                given: Any = each.function()
                found[each.plugin_name] = [
                    checked_transport(transport) for transport in given or ()
                ]
            except Exception as error:
                self._leave_out_transports(each, error)
        return found

    def _load(self, source: Source) -> None:
        if self.is_blocked(source.name):
            self._note_blocked(source.name, source.origin)
            return
        try:
            plugin = source.load()
            if not self.is_registered(plugin):
                taken = self.has_plugin(source.name)
                name = f"{source.name}@{source.provider}" if taken else source.name
                self._add(plugin, name, source.origin)
        except (Exception, SystemExit) as error:  # sys.exit() in a plugin must not end the program
            self._leave_out(source.name, source.origin, error, "does not load")

    def _add(self, plugin: Any, name: str, origin: str) -> None:
        if self.register(plugin, name) is None:
            self._note_blocked(name, origin)
        else:
            self._origins[name] = origin

    def _note_blocked(self, name: str, origin: str) -> None:
        self.left_out.append(LeftOut(name, origin, BLOCKED, "SMSC_BLOCK_PLUGINS names it"))

    def _leave_out(self, name: str, origin: str, error: BaseException, what: str) -> None:
        reason = type_and_text(error).rstrip(".")
        remedy = f"Fix or uninstall it, or set SMSC_BLOCK_PLUGINS={name}."
        left_out = LeftOut(name, origin, BROKEN, f"{reason}. {remedy}")
        if left_out not in self.left_out:
            self.left_out.append(left_out)
        warn_always(
            f"The plugin {name!r} from {origin} {what} and is left out: {reason}. {remedy}",
            f"the plugin {name}",
        )

    def _leave_out_transports(self, hook: Any, error: Exception) -> None:
        name = hook.plugin_name
        origin = self.origin(name)
        file = file_of(hook.plugin)
        where = f"{origin} ({file})" if file else origin
        self._leave_out(name, where, error, "cannot give its transports")

    def _collect(self) -> Dict[str, Transport]:
        transports = self._all_transports()
        named = {each.name: each for each in transports}
        if len(named) < len(transports):
            raise ConfigurationError(two_of_one_name(self.transports_by_plugin(), self.origin))
        return named

    def _all_transports(self) -> List[Transport]:
        try:
            return checked_transports(self.hook.smsc_transports())
        except Exception:
            by_plugin = self.transports_by_plugin()  # without the plugin that failed
        failed = [
            each.plugin
            for each in self.hook.smsc_transports.get_hookimpls()
            if each.plugin_name not in by_plugin and not (each.wrapper or each.hookwrapper)
        ]
        try:
            return checked_transports(self.subset_hook_caller("smsc_transports", failed)())
        except Exception as error:  # a wrapper's: then without any
            hook = failing_hook(self.hook.smsc_transports.get_hookimpls(), error)
            if hook is not None:
                self._leave_out_transports(hook, error)
            return [each for group in by_plugin.values() for each in group]


_manager: Optional[PluginManager] = None
_manager_lock = threading.RLock()


def plugin_manager() -> PluginManager:
    """Give the one plugin manager of the process.

    ``plugin_manager().register(obj)`` adds a plugin, ``.unregister(obj)`` takes it out again.
    """
    global _manager
    if _manager is None:
        with NO_FORK, _manager_lock:  # import_module takes locks for imported modules, too
            if _manager is None:
                _manager = PluginManager()
                atexit.register(_manager.close)
    return _manager


def _after_fork() -> None:
    # Another thread may have held the lock when the process was copied.
    global _manager_lock
    _manager_lock = threading.RLock()
    if _manager is not None:
        _manager._lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

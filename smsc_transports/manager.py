"""The one place where plugins come in: built-in transports, a stranger's module, a package.

All enter by the same door. Installed packages are looked for once, at the first call that a
plugin could take part in, never when a module is imported.
"""

from __future__ import annotations

import difflib
import importlib
import logging
import os
import threading
from typing import Any, Dict, Iterator, List, Optional, Tuple

import pluggy

from smsc_transports import hookspecs
from smsc_transports.errors import ConfigurationError
from smsc_transports.notices import tell_once
from smsc_transports.settings import Settings
from smsc_transports.transport import Transport

log = logging.getLogger("smsc_transports.plugins")

BUILT_IN = {
    "http": "smsc_transports.http",
    "smtp": "smsc_transports.smtp",
    "sandbox": "smsc_transports.sandbox.client",
}
"""The plugins that come with the package, by name."""

SANDBOX = "sandbox"


class PluginManager(pluggy.PluginManager):
    """pluggy's manager, which also names what is wrong with a plugin and keeps the transports."""

    def __init__(self) -> None:
        super().__init__(hookspecs.PROJECT)
        self.add_hookspecs(hookspecs)
        self._origins: Dict[str, str] = {}
        self._transports: Optional[Dict[str, Transport]] = None
        self._lock = threading.RLock()
        self._scanned = False
        for name in _names_in("SMSC_BLOCK_PLUGINS"):
            if name != SANDBOX:  # a blocked sandbox would let a test reach the real gateway
                self.set_blocked(name)
        for name, module in BUILT_IN.items():
            self.register(importlib.import_module(module), name)
            self._origins[name] = "smsc_transports itself"

    def register(self, plugin: Any, name: Optional[str] = None) -> Optional[str]:
        """Add a plugin: a module or any object with hook functions.

        Raises ConfigurationError for a hook that does not exist, ValueError for a plugin that is
        registered already.
        """
        _refuse_misspelt_hooks(self, plugin)
        self._transports = None
        return super().register(plugin, name)

    def unregister(self, plugin: Any = None, name: Optional[str] = None) -> Any:
        """Take a plugin out again."""
        self._transports = None
        return super().unregister(plugin, name)

    def scan(self) -> None:
        """Bring in what ``SMSC_PLUGINS`` names and what is installed, once."""
        with self._lock:
            if self._scanned:
                return
            self._scanned = True
            for name in _names_in("SMSC_PLUGINS"):
                self._load(name, f"the module {name} of SMSC_PLUGINS", _Module(name))
            for entry_point, origin in _installed_plugins():
                self._load(entry_point.name, origin, entry_point)

    def transports(self) -> Dict[str, Transport]:
        """Give every transport by its name.

        Raises ConfigurationError where two have one name.
        """
        with self._lock:
            if self._transports is None:
                self._transports = self._collect()
            return self._transports

    def settings(self, settings: Settings) -> Settings:
        """Let every plugin replace the settings in turn, the sandbox last."""
        hooks = list(reversed(self.hook.smsc_settings.get_hookimpls()))
        for hook in sorted(hooks, key=lambda hook: hook.plugin_name == SANDBOX):
            call: Any = hook.function
            settings = (call(settings) if hook.argnames else call()) or settings
        return settings

    def _load(self, name: str, origin: str, source: Any) -> None:
        if self.is_blocked(name) or self.has_plugin(name):
            return
        try:
            self.register(source.load(), name)
            self._origins[name] = origin
        except Exception as error:
            tell_once(
                f"The plugin {name!r} from {origin} does not load and is left out: "
                f"{type(error).__name__}: {error}. Mend or uninstall it, or set "
                f"SMSC_BLOCK_PLUGINS={name}."
            )

    def _collect(self) -> Dict[str, Transport]:
        found: Dict[str, Transport] = {}
        providers: Dict[str, str] = {}
        for name, plugin in self.list_name_plugin():
            if plugin is None:  # pluggy lists a blocked name so
                continue
            for transport in self._transports_of(name, plugin):
                origin = self._origins.get(name, f"the registered plugin {name!r}")
                if transport.name in found:
                    raise ConfigurationError(
                        f"Two transports are called {transport.name!r}: one from "
                        f"{providers[transport.name]}, one from {origin}. Uninstall one of them, "
                        f"or leave a plugin out: SMSC_BLOCK_PLUGINS={name}."
                    )
                found[transport.name] = transport
                providers[transport.name] = origin
        return found

    def _transports_of(self, name: str, plugin: Any) -> List[Transport]:
        others = [other for other in self.get_plugins() if other is not plugin]
        hook = self.subset_hook_caller("smsc_transports", others)
        try:
            return [transport for answer in hook() for transport in answer]
        except Exception as error:
            tell_once(
                f"The plugin {name!r} cannot give its transports, they are left out: "
                f"{type(error).__name__}: {error}."
            )
            return []


class _Module:
    """A module named in ``SMSC_PLUGINS``, loadable as an entry point is."""

    def __init__(self, name: str) -> None:
        self._name = name

    def load(self) -> Any:
        return importlib.import_module(self._name)


def _names_in(variable: str) -> List[str]:
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]


def _installed_plugins() -> Iterator[Tuple[Any, str]]:
    from importlib.metadata import distributions  # 60 ms, not to be paid at import

    seen = set()
    for distribution in distributions():
        name = distribution.metadata["Name"]
        if name in seen:
            continue
        seen.add(name)
        for entry_point in distribution.entry_points:
            if entry_point.group == hookspecs.PROJECT:
                yield entry_point, f"the distribution {name} {distribution.version}"


def _refuse_misspelt_hooks(manager: pluggy.PluginManager, plugin: Any) -> None:
    known = [name for name in vars(hookspecs) if name.startswith("smsc_")]
    for attribute in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, attribute)
        name = (options and options.get("specname")) or attribute
        if options is None or options.get("optionalhook") or name in known:
            continue
        close = difflib.get_close_matches(name, known, 1)
        meant = f" Did you mean {close[0]!r}?" if close else ""
        raise ConfigurationError(
            f"There is no hook {name!r}.{meant} The hooks are: {', '.join(known)}."
        )


_manager: Optional[PluginManager] = None
_manager_lock = threading.Lock()


def plugin_manager() -> PluginManager:
    """Give the one plugin manager of the process.

    ``plugin_manager().register(obj)`` adds a plugin, ``.unregister(obj)`` takes it out again.
    """
    global _manager
    with _manager_lock:
        if _manager is None:
            _manager = PluginManager()
        return _manager


def _after_fork() -> None:
    # Another thread may have held the lock when the process was copied.
    global _manager_lock
    _manager_lock = threading.Lock()
    if _manager is not None:
        _manager._lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

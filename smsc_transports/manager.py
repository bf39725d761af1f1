"""The one place where plugins come in: built-in transports, a stranger's module, a package.

All enter by the same door. Installed packages are looked for once, at the first call that a
plugin could take part in, never when a module is imported.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import os
import threading
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence

import pluggy

from smsc_transports import hookspecs
from smsc_transports.attempt import Attempt
from smsc_transports.errors import ConfigurationError, NotSent, TransportError, did_you_mean
from smsc_transports.installed import may_have_plugins
from smsc_transports.logs import Log
from smsc_transports.notices import tell_once
from smsc_transports.redaction import redact
from smsc_transports.request import Request
from smsc_transports.settings import Settings
from smsc_transports.transport import Transport

log = Log("plugins")

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
        for name, module in _built_in_plugins().items():
            self.register(module, name)
            self._origins[name] = "smsc_transports itself"

    def register(self, plugin: Any, name: Optional[str] = None) -> Optional[str]:
        """Add a plugin: a module or any object with hook functions.

        Raises ConfigurationError for a hook that does not exist, ValueError for a plugin that is
        registered already, pluggy.PluginValidationError for a hook with wrong arguments.
        """
        _refuse_misspelt_hooks(self, plugin)
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
        with self._lock:
            if self._scanned:
                return
            self._scanned = True  # already now, for a plugin that sends while it is imported
            try:
                self._load_all()
            except BaseException:  # Ctrl-C, or a warning made an error: half the plugins are in
                self._scanned = False
                raise

    def transports(self) -> Dict[str, Transport]:
        """Give every transport by its name.

        Raises ConfigurationError where two have one name.
        """
        with self._lock:
            if self._transports is None:
                self._transports = self._collect()
            return self._transports

    def settings(self, settings: Settings) -> Settings:
        """Let every plugin replace the settings in turn, the sandbox last.

        Raises NotSent if a plugin fails.
        """
        hooks = list(reversed(self.hook.smsc_settings.get_hookimpls()))
        for hook in sorted(hooks, key=lambda hook: hook.plugin_name == SANDBOX):
            given = _answer_of("smsc_settings", hook, Settings, settings.secrets, settings=settings)
            settings = given or settings
        return settings

    def choose_transport(self, request: Request, names: List[str]) -> Optional[str]:
        """Give the first plugin's choice; None if no plugin has one.

        Raises NotSent if a plugin fails.
        """
        for hook in reversed(self.hook.smsc_choose_transport.get_hookimpls()):
            chosen: Optional[str] = _answer_of(
                "smsc_choose_transport",
                hook,
                str,
                request.settings.secrets,
                request=request,
                names=names,
            )
            if chosen is not None:
                return chosen
        return None

    def tell_attempt(self, attempt: Attempt, settings: Settings) -> None:
        """Tell every plugin of an attempt; what it raises is logged."""
        for hook in self.hook.smsc_attempt.get_hookimpls():
            try:
                hook.function(*((attempt,) if hook.argnames else ()))
            except Exception as error:
                reason = redact(f"{type(error).__name__}: {error}", settings.secrets)
                log.error("the plugin %r failed at smsc_attempt: %s", hook.plugin_name, reason)

    def close(self) -> None:
        """Close every transport."""
        for transport in (self._transports or {}).values():
            try:
                transport.close()
            except Exception as error:
                log.error("the transport %r failed to close: %r", transport.name, error)

    def _load_all(self) -> None:
        for name in _names_in("SMSC_PLUGINS"):
            load = functools.partial(importlib.import_module, name)
            self._load(_Source(name, "SMSC_PLUGINS", f"the module {name} of SMSC_PLUGINS", load))
        for source in _installed_plugins():
            self._load(source)

    def _load(self, source: _Source) -> None:
        if self.is_blocked(source.name):
            return
        try:
            plugin = source.load()
            if not self.is_registered(plugin):
                taken = self.has_plugin(source.name)
                name = f"{source.name}@{source.provider}" if taken else source.name
                self.register(plugin, name)
                self._origins[name] = source.origin
        except Exception as error:
            tell_once(
                f"The plugin {source.name!r} from {source.origin} does not load and is left out: "
                f"{type(error).__name__}: {error}. Mend or uninstall it, or set "
                f"SMSC_BLOCK_PLUGINS={source.name}."
            )

    def _collect(self) -> Dict[str, Transport]:
        found: Dict[str, Transport] = {}
        providers: Dict[str, str] = {}
        for hook in self.hook.smsc_transports.get_hookimpls():
            origin = self._origins.get(
                hook.plugin_name, f"the registered plugin {hook.plugin_name!r}"
            )
            for transport in _transports_of(hook):
                name = transport.name
                if name in found:
                    raise ConfigurationError(
                        f"Two transports are called {name!r}: one from {providers[name]}, one "
                        f"from {origin}. Uninstall one of them, or leave a plugin out: "
                        f"SMSC_BLOCK_PLUGINS={hook.plugin_name}."
                    )
                found[name] = transport
                providers[name] = origin
        return found


def _built_in_plugins() -> Dict[str, Any]:
    # At the first call, since requests is slow to import; by statements, so that tools which
    # freeze a program into one file find the modules.
    from smsc_transports import http, smtp
    from smsc_transports.sandbox import client

    return {"http": http, "smtp": smtp, SANDBOX: client}


class _Source(NamedTuple):
    """A plugin that is not loaded yet: what it is called, who brings it, how to load it."""

    name: str
    provider: str
    origin: str
    load: Callable[[], Any]


def _answer_of(name: str, hook: Any, kind: type, secrets: Sequence[str], **values: Any) -> Any:
    """Ask one plugin; its failure names it, ends the call and shows no secret."""
    try:
        given = hook.function(*(values[argument] for argument in hook.argnames))
        if given is not None and not isinstance(given, kind):
            raise TypeError(f"it gave {type(given).__name__}, not {kind.__name__}")
    except (ConfigurationError, TransportError):
        raise
    except Exception as error:
        reason = redact(f"{type(error).__name__}: {error}", secrets)
        raise NotSent(f"the plugin {hook.plugin_name!r} failed at {name}: {reason}") from None
    return given


def _transports_of(hook: Any) -> List[Transport]:
    try:
        transports = list(hook.function() or ())
        for transport in transports:
            if not isinstance(transport, Transport) or not transport.name:
                raise TypeError(f"{transport!r} is no Transport with a name")
    except Exception as error:
        tell_once(
            f"The plugin {hook.plugin_name!r} cannot give its transports, they are left out: "
            f"{type(error).__name__}: {error}."
        )
        return []
    return transports


def _names_in(variable: str) -> List[str]:
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]


def _installed_plugins() -> Iterator[_Source]:
    if not may_have_plugins(hookspecs.PROJECT):
        return
    from importlib.metadata import distributions  # takes as long as a call

    seen = set()
    for distribution in distributions():
        if not _mentions_us(distribution):
            continue
        metadata: Any = distribution.metadata
        name, version = metadata.get("Name", ""), metadata.get("Version", "")
        if name not in seen:  # a later one of the same name is hidden by the path
            seen.add(name)
            yield from _plugins_of(distribution, name, f"the distribution {name} {version}")


def _mentions_us(distribution: Any) -> bool:
    """Tell at a glance most distributions, which have no plugin of ours, from the others."""
    try:
        return hookspecs.PROJECT in (distribution.read_text("entry_points.txt") or "")
    except UnicodeError:
        return False


def _plugins_of(distribution: Any, name: str, origin: str) -> List[_Source]:
    try:
        return [
            _Source(entry_point.name, name, origin, entry_point.load)
            for entry_point in distribution.entry_points
            if entry_point.group == hookspecs.PROJECT
        ]
    except Exception as error:
        tell_once(
            f"The entry points of {origin} cannot be read, its plugins are left out: "
            f"{type(error).__name__}: {error}. Mend or uninstall it."
        )
        return []


def _refuse_misspelt_hooks(manager: pluggy.PluginManager, plugin: Any) -> None:
    known = [name for name in vars(hookspecs) if name.startswith("smsc_")]
    for attribute in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, attribute)
        name = (options and options.get("specname")) or attribute
        if options is None or options.get("optionalhook") or name in known:
            continue
        meant = did_you_mean(name, known)
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
            atexit.register(_manager.close)
        return _manager


def _after_fork() -> None:
    # Another thread may have held the lock when the process was copied.
    global _manager_lock
    _manager_lock = threading.Lock()
    if _manager is not None:
        _manager._lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

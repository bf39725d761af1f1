"""The one door for plugins: built-in transports, a stranger's module, a package.

Plugins are looked for once, at the first call that one could take part in, never when a module is
imported.
"""

from __future__ import annotations

import atexit
import inspect
import os
import threading
from typing import Any, Dict, List, NamedTuple, Optional

import pluggy

from smsc_transports.plugins import hookspecs
from smsc_transports.plugins.discovery import Source, find_plugins, names_in
from smsc_transports.plugins.hook_call import answer_of, call
from smsc_transports.plugins.transport import Transport
from smsc_transports.reporting.logs import Log
from smsc_transports.reporting.notices import tell_once
from smsc_transports.reporting.redaction import redact
from smsc_transports.values.attempt import Attempt
from smsc_transports.values.errors import ConfigurationError, did_you_mean
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings

log = Log("plugins")

SANDBOX = "sandbox"
BLOCKED = "blocked"
BROKEN = "broken"


class LeftOut(NamedTuple):
    """A plugin that takes no part: what it is called, who brings it, and why not."""

    name: str
    origin: str
    status: str
    reason: str


class Offer(NamedTuple):
    """A transport, and the name of the plugin that gives it."""

    plugin: str
    transport: Transport


class PluginManager(pluggy.PluginManager):
    """pluggy's manager, which also names what is wrong with a plugin and keeps the transports."""

    def __init__(self) -> None:
        super().__init__(hookspecs.PROJECT)
        self.add_hookspecs(hookspecs)
        self.left_out: List[LeftOut] = []
        self._origins: Dict[str, str] = {}
        self._transports: Optional[Dict[str, Transport]] = None
        self._lock = threading.RLock()
        self._scanned = False
        for name in names_in("SMSC_BLOCK_PLUGINS"):
            if name != SANDBOX:  # a blocked sandbox would let a test reach the real gateway
                self.set_blocked(name)
        for name, module in _built_in_plugins().items():
            self._add(module, name, "smsc_transports itself")

    def register(self, plugin: Any, name: Optional[str] = None) -> Optional[str]:
        """Add a plugin: a module or any object with hook functions.

        Raises ConfigurationError for a hook that does not exist or is not marked, ValueError for
        a plugin that is registered already, pluggy.PluginValidationError for a hook with wrong
        arguments.
        """
        _refuse_wrong_hooks(self, plugin)
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

    def offers(self) -> List[Offer]:
        """Give every transport of every plugin, those of one name too."""
        found = []
        for hook in self.hook.smsc_transports.get_hookimpls():
            try:
                found += [Offer(hook.plugin_name, each) for each in _transports_of(hook)]
            except Exception as error:
                self._leave_out(
                    hook.plugin_name,
                    self.origin(hook.plugin_name),
                    error,
                    "cannot give its transports, they are left out",
                )
        return found

    def origin(self, name: str) -> str:
        """Say who brings a plugin."""
        return self._origins.get(name, "plugin_manager().register()")

    def settings(self, settings: Settings, with_sandbox: bool = True) -> Settings:
        """Let every plugin replace the settings in turn, the sandbox last.

        Raises NotSent if a plugin fails.
        """
        hooks = list(reversed(self.hook.smsc_settings.get_hookimpls()))
        for hook in sorted(hooks, key=lambda hook: hook.plugin_name == SANDBOX):
            if hook.plugin_name == SANDBOX and not with_sandbox:
                continue
            given = answer_of("smsc_settings", hook, Settings, settings.secrets, settings=settings)
            settings = given or settings
        return settings

    def choose_transport(self, request: Request, names: List[str]) -> Optional[str]:
        """Give the first plugin's choice; None if no plugin has one.

        Raises NotSent if a plugin fails.
        """
        secrets = request.settings.secrets
        for hook in reversed(self.hook.smsc_choose_transport.get_hookimpls()):
            chosen: Optional[str] = answer_of(
                "smsc_choose_transport", hook, str, secrets, request=request, names=names
            )
            if chosen is not None:
                return chosen
        return None

    def tell_attempt(self, attempt: Attempt, settings: Settings) -> None:
        """Tell every plugin of an attempt; what it raises is logged."""
        for hook in self.hook.smsc_attempt.get_hookimpls():
            try:
                call("smsc_attempt", hook, settings.secrets, attempt=attempt)
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
        for source in find_plugins():
            if self.is_blocked(source.name):
                self._note_blocked(source.name, source.origin)
            else:
                self._load(source)

    def _load(self, source: Source) -> None:
        try:
            plugin = source.load()
            if not self.is_registered(plugin):
                taken = self.has_plugin(source.name)
                name = f"{source.name}@{source.provider}" if taken else source.name
                self._add(plugin, name, source.origin)
        except Exception as error:
            self._leave_out(source.name, source.origin, error, "does not load and is left out")

    def _add(self, plugin: Any, name: str, origin: str) -> None:
        if self.register(plugin, name) is None:
            self._note_blocked(name, origin)
        else:
            self._origins[name] = origin

    def _note_blocked(self, name: str, origin: str) -> None:
        self.left_out.append(LeftOut(name, origin, BLOCKED, "SMSC_BLOCK_PLUGINS names it"))

    def _leave_out(self, name: str, origin: str, error: Exception, what: str) -> None:
        reason = f"{type(error).__name__}: {error}".rstrip(".")
        remedy = f"Mend or uninstall it, or set SMSC_BLOCK_PLUGINS={name}."
        left_out = LeftOut(name, origin, BROKEN, f"{reason}. {remedy}")
        if left_out not in self.left_out:
            self.left_out.append(left_out)
        tell_once(f"The plugin {name!r} from {origin} {what}: {reason}. {remedy}")

    def _describe(self, name: str) -> str:
        return f"the plugin {name!r} from {self.origin(name)}"

    def _collect(self) -> Dict[str, Transport]:
        found: Dict[str, Offer] = {}
        for offer in self.offers():
            name = offer.transport.name
            if name in found:
                raise ConfigurationError(
                    f"Two transports are called {name!r}: one of "
                    f"{self._describe(found[name].plugin)}, one of "
                    f"{self._describe(offer.plugin)}. Uninstall one of them, or leave a plugin "
                    f"out: SMSC_BLOCK_PLUGINS={offer.plugin}."
                )
            found[name] = offer
        return {name: offer.transport for name, offer in found.items()}


def _built_in_plugins() -> Dict[str, Any]:
    # At the first call, since requests is slow to import; by statements, so that tools which
    # freeze a program into one file find the modules.
    from smsc_transports.transports import http, smtp

    return {"http": http, "smtp": smtp}


def _transports_of(hook: Any) -> List[Transport]:
    transports = list(call("smsc_transports", hook) or ())
    for transport in transports:
        if not isinstance(transport, Transport) or not transport.name:
            raise TypeError(f"{transport!r} is no Transport with a name")
    return transports


def _refuse_wrong_hooks(manager: pluggy.PluginManager, plugin: Any) -> None:
    """Raise ConfigurationError for a misspelt hook, and for one without its mark."""
    known = [name for name in vars(hookspecs) if name.startswith("smsc_")]
    for attribute in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, attribute)
        if options is None:
            if attribute in known and inspect.isroutine(getattr(plugin, attribute)):
                raise ConfigurationError(f"{attribute} has to be marked with @hookimpl")
            continue
        name = options.get("specname") or attribute
        if not options.get("optionalhook") and name not in known:
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

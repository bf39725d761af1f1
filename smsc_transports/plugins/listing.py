"""What transports and plugins there are, where each comes from, and why one is not used."""

from __future__ import annotations

from collections import Counter
from typing import List, NamedTuple, Optional, Union

from smsc_transports.plugins.blame import file_of
from smsc_transports.plugins.manager import BROKEN, PluginManager
from smsc_transports.reporting.notices import silence

READY = "ready"


class PluginEntry(NamedTuple):
    """A plugin; ``status`` is "ready", "blocked" or "broken", ``reason`` says why not ready."""

    name: str
    hooks: List[str]
    origin: str
    file: str
    status: str
    reason: str


class TransportEntry(NamedTuple):
    """A transport; ``commands`` is None where it carries all of them."""

    name: str
    commands: Optional[List[str]]
    plugin: str
    origin: str
    file: str
    status: str
    reason: str


class Inventory(NamedTuple):
    """Everything that could carry a message, or change how one is carried."""

    transports: List[TransportEntry]
    plugins: List[PluginEntry]

    @property
    def broken(self) -> bool:
        """True if something has to be fixed."""
        entries: List[Union[TransportEntry, PluginEntry]] = [*self.transports, *self.plugins]
        return any(entry.status == BROKEN for entry in entries)


def take_inventory(manager: PluginManager) -> Inventory:
    """List the transports and plugins of a manager; what is wrong stands in the list."""
    with silence():
        manager.scan()
        transports = _transports(manager)
    return Inventory(transports, _plugins(manager))


def _transports(manager: PluginManager) -> List[TransportEntry]:
    offers = [
        (plugin, transport)
        for plugin, transports in manager.transports_by_plugin().items()
        for transport in transports
    ]
    count = Counter(transport.name for _, transport in offers)
    entries = []
    for plugin, transport in offers:
        twice = count[transport.name] > 1
        entries.append(
            TransportEntry(
                transport.name,
                None if transport.commands is None else sorted(transport.commands),
                plugin,
                manager.origin(plugin),
                file_of(transport),
                BROKEN if twice else READY,
                f"two transports have this name; set SMSC_BLOCK_PLUGINS={plugin}" if twice else "",
            )
        )
    return entries


def _plugins(manager: PluginManager) -> List[PluginEntry]:
    left_out = {each.name: each for each in manager.left_out}
    entries = []
    for name, plugin in manager.list_name_plugin():
        if plugin is None:  # a name that is blocked, whether there is such a plugin or not
            continue
        hooks = sorted(caller.name for caller in manager.get_hookcallers(plugin) or ())
        why_not = left_out.get(name)
        entries.append(
            PluginEntry(
                name,
                hooks,
                manager.origin(name),
                file_of(plugin),
                why_not.status if why_not else READY,
                why_not.reason if why_not else "",
            )
        )
    in_part = {entry.name for entry in entries}
    for each in manager.left_out:
        if each.name not in in_part:
            entries.append(PluginEntry(each.name, [], each.origin, "", each.status, each.reason))
    return entries

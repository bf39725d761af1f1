"""A plan for the fence, made of where a sandbox listens, and put up around a program or here."""

from __future__ import annotations

import importlib.util
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, List, Mapping

SITE = Path(__file__).parent / "site"
NAME = "smsc_fence"
# Which ports of the gateway each server of the sandbox stands in for.
PORTS = {
    "http": ("80",),
    "https": ("443",),
    "smtp": ("25", "465", "587"),
    "smpp": ("3700",),
    "smpps": ("3443",),
}


def smsc_fence() -> Any:
    """Give the module that fences a process; one for the process, under one name."""
    if NAME not in sys.modules:
        folder = SITE / NAME
        spec = importlib.util.spec_from_file_location(
            NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[NAME] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[NAME]
            raise
    return sys.modules[NAME]


def plan_for(addresses: Mapping[str, Any], bundle: Path) -> Any:
    """Make a plan of what a sandbox says at ``/api/addresses``."""
    targets = {port: addresses[name] for name, ports in PORTS.items() if name in addresses
             for port in ports}  # fmt: skip
    return smsc_fence().Plan(f"http://{addresses['inbox']}", str(bundle), targets)


def why_unfenced(program: List[str]) -> str:
    """Say why a command cannot be fenced, as far as its words and its first line tell."""
    names = smsc_fence().Plan("", "", {})
    from importlib import import_module

    return str(import_module(f"{NAME}.children").why_refused(None, program, names))


@contextmanager
def around_this_process(plan: Any) -> Iterator[None]:
    """Fence this process, and the programs that it starts, for a while."""
    fence = smsc_fence()
    kept = dict(os.environ)
    wanted = fence.environment(kept, plan)
    changed = {name for name in wanted if kept.get(name) != wanted[name]}
    before = fence.put_up(plan)
    os.environ.update({name: wanted[name] for name in changed})
    _let_go()
    try:
        yield
    finally:
        _let_go()
        fence.put_up(before)
        for name in changed:
            if name in kept:
                os.environ[name] = kept[name]
            else:
                os.environ.pop(name, None)


def _let_go() -> None:
    """Close connections that our own transports keep: they lead where the names led before."""
    if "smsc_transports.plugins.manager" in sys.modules:
        from smsc_transports.plugins.manager import plugin_manager

        plugin_manager().close()

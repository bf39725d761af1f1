"""Packages of the extras: what to do where one is missing."""

from __future__ import annotations

import importlib
from typing import Any

from smsc_transports.values.errors import ConfigurationError
from smsc_transports.values.forks import NO_FORK


def install(extra: str) -> str:
    """Give the command that installs an extra of this project."""
    return f'python -m pip install ".[{extra}]" in a checkout of smsc-transports'


def required(module: str, extra: str, what: str) -> Any:
    """Import a module that an extra brings. Raises ConfigurationError where it is missing."""
    try:
        with NO_FORK:
            return importlib.import_module(module)
    except ImportError as missing:
        raise ConfigurationError(
            f"{what} needs {module}, which cannot be imported ({missing}). Install it: "
            f"{install(extra)}"
        ) from None


def without(missing: ImportError, extra: str, what: str) -> ImportError:
    """Give the exception for a module of ours that cannot work without an extra."""
    text = f"{what} needs a package that cannot be imported ({missing}). Install it: "
    return type(missing)(text + install(extra), name=missing.name, path=missing.path)

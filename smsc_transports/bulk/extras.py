"""Imports what the extra ``bulk`` brings."""

from __future__ import annotations

import importlib
from typing import Any

from smsc_transports.values.errors import ConfigurationError

INSTALL = 'python -m pip install "smsc-transports[bulk]"'


def required(module: str) -> Any:
    """Import a module of the extra; raises ConfigurationError where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise ConfigurationError(
            f"smsc bulk needs {module}, which cannot be imported ({missing}). Install it: {INSTALL}"
        ) from None

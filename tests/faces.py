"""Loads copies of smsc_api.py, each with settings of its own."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

FACE = Path(__file__).parents[1] / "smsc_api.py"
LOGIN, PASSWORD = "login-of-tests", "password-of-tests"


def load_face(path: Path = FACE, name: str = "smsc_api") -> Any:
    """Load a copy of smsc_api.py as a module of its own, known to nobody by its name."""
    spec = importlib.util.spec_from_file_location(name, str(path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

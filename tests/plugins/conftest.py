"""Distributions to be found: the folders of ``data``, put on the path."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

DATA = Path(__file__).parent / "data"


@pytest.fixture
def installed(on_path: Callable[..., None]) -> Callable[..., None]:
    """Install distributions of the folder ``data``, the later ones further down the path."""
    return lambda *names: on_path(*(DATA / name for name in names))

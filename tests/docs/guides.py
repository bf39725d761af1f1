"""The front page and the guides beside the code, and the code in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDES = [
    ROOT / "README.md",
    *sorted(ROOT.glob("*/README.md")),
    *sorted(ROOT.glob("*/*/README.md")),
    *sorted(ROOT.glob("smsc_transports/*/*/README.md")),
]
MAIN = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = (ROOT / "smsc_transports" / "README.md").read_text(encoding="utf-8")
ALL = "\n".join(guide.read_text(encoding="utf-8") for guide in GUIDES)
BLOCKS = re.findall(r"```python\n(.*?)```", ALL, re.DOTALL)


def block_with(text: str) -> str:
    """Give the one block of Python that holds this text."""
    [block] = [block for block in BLOCKS if text in block]
    return str(block)

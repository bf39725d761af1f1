"""What a copy and its environment hold that no output may show, told by the names it has there."""

from __future__ import annotations

import ast
import re
from typing import Any, Iterable, List, Mapping

SHORTEST = 3  # letters; masking shorter texts would make holes everywhere
_NAME = re.compile("login|passw|psw|_pwd|key|token|secret", re.IGNORECASE)


def secrets_among(values: Mapping[str, Any]) -> List[str]:
    """Give the texts among named values whose names sound secret."""
    return _texts(value for name, value in values.items() if _NAME.search(name))


def secrets_in(tree: ast.Module) -> List[str]:
    """Give the texts that a file assigns to names that sound secret."""
    assignments = (node for node in ast.walk(tree) if isinstance(node, ast.Assign))
    return _texts(
        getattr(node.value, "value", None)
        for node in assignments
        if any(_NAME.search(name) for target in node.targets for name in _names(target))
    )


def mask(text: str, secrets: Iterable[str]) -> str:
    """Hide secrets in a text."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _names(target: ast.expr) -> List[str]:
    return [getattr(part, "id", getattr(part, "attr", "")) for part in ast.walk(target)]


def _texts(values: Iterable[Any]) -> List[str]:
    texts = (each.decode("latin-1") if isinstance(each, bytes) else each for each in values)
    return [text for text in texts if isinstance(text, str) and len(text) >= SHORTEST]

"""The wire as the gateway decodes it: D16, how a byte is percent-escaped in a raw query."""

from __future__ import annotations

from typing import Any, Dict, List
from urllib.parse import unquote_to_bytes

Fields = Dict[str, Any]


def decoded(observation: Fields) -> Fields:
    """Give an observation with every query of a request line as its decoded parameters.

    Nothing else is touched: hosts, method, path, the order and number of parameters, and the body
    of a POST count to the byte.
    """
    return {**observation, "wire": [_attempt(attempt) for attempt in observation["wire"]]}


def _attempt(attempt: Fields) -> Fields:
    line, mark, query = attempt.get("sent", "").partition("?")
    return {**attempt, "sent": [line, *_parameters(query)]} if mark else attempt


def _parameters(query: str) -> List[Any]:
    """Give names and values, bytes as latin-1; a parameter without "=" stays a lone name."""
    return [[_bytes(part) for part in each.split("=", 1)] for each in query.split("&")]


def _bytes(text: str) -> str:
    # A plus sign is a space to the gateway, %2B is a plus sign.
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode("latin-1")

"""Arguments and results as JSON, which by itself knows neither bytes nor tuples."""

from __future__ import annotations

from typing import Any


class Text(str):
    """A str by another class, as templating libraries make them."""


def pack(value: Any) -> Any:
    """Give a value as JSON can hold it; of what is no plain value, a description."""
    if type(value) is Text:
        return {"Text": str(value)}
    if value is None or isinstance(value, (bool, str)) or type(value) in (int, float):
        return value
    if isinstance(value, list):
        return [pack(each) for each in value]
    if isinstance(value, tuple):
        return {"tuple": [pack(each) for each in value]}
    if isinstance(value, (bytes, bytearray)):
        return {type(value).__name__: value.decode("latin-1")}
    return {"object": repr(value)}


def unpack(packed: Any) -> Any:
    """Undo :func:`pack`; what was only described comes back as its description."""
    if isinstance(packed, list):
        return [unpack(each) for each in packed]
    if not isinstance(packed, dict):
        return packed
    ((kind, content),) = packed.items()
    if kind == "tuple":
        return tuple(unpack(each) for each in content)
    if kind in ("bytes", "bytearray"):
        raw = content.encode("latin-1")
        return raw if kind == "bytes" else bytearray(raw)
    return Text(content) if kind == "Text" else content

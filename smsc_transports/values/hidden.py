"""Values that hold secrets and show none: error reporters send the local variables of a failure."""

from __future__ import annotations

from typing import Any, Iterator, Mapping


class Hidden(Mapping[str, Any]):
    """A mapping whose repr shows nothing of it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Give a value as the mapping inside does, which raises no KeyError on the way."""
        return self._values.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

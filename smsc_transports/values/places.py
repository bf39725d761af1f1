"""Places that processes share: what SMSC_SLOTS and SMSC_QUEUE may name."""

from __future__ import annotations

from typing import Any, Iterator
from urllib.parse import parse_qs, unquote, urlsplit

MACHINE = "machine"
SQLITE = "sqlite:///"
_REDIS = ("redis", "rediss")


def read_slots(value: Any) -> str:
    """Read SMSC_SLOTS: "machine", or the URL of a Redis. Raises ValueError."""
    text = str(value).strip()
    if text.lower() == MACHINE:
        return MACHINE
    if is_redis(text):
        return text
    raise ValueError("'machine' or a URL such as 'redis://host:6379/0'")


def read_queue(value: Any) -> str:
    """Read SMSC_QUEUE: an SQLite file, or the URL of a Redis. Raises ValueError."""
    text = str(value).strip()
    if is_redis(text) or (text.startswith(SQLITE) and len(text) > len(SQLITE)):
        return text
    raise ValueError("a URL: 'sqlite:///FILE' or such as 'redis://host:6379/0'")


def is_redis(text: str) -> bool:
    """Tell whether this is the URL of a Redis."""
    try:
        url = urlsplit(text)
        url.port  # noqa: B018 - raises ValueError where it is no number
    except ValueError:
        return False
    number = url.path.strip("/")
    return url.scheme in _REDIS and bool(url.hostname) and (not number or number.isdecimal())


def passwords_in(text: str) -> Iterator[str]:
    """Give the passwords in a URL, as they are written and as they are meant."""
    try:
        url = urlsplit(text)
    except ValueError:
        return
    if url.password:
        yield from (url.password, unquote(url.password))
    yield from parse_qs(url.query).get("password", [])

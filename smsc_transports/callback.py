"""Status callbacks: was this request really made by the gateway, and what does it say?

The gateway sends each change of a message's status to the URL set in the account. Anyone who
knows that URL could do so too, so the request carries ``md5`` and ``sha1``, hex digests of
``id:phone:status:secret`` with a secret from the account's settings (source: third-party
receivers of such callbacks; the vendor's page on them is not public). Nothing else in it is
signed. Views for Django, Flask and ASGI stand in ``legacy_examples/``.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Mapping, NamedTuple

from smsc_transports.values.errors import ConfigurationError
from smsc_transports.values.names import moment, number
from smsc_transports.values.records import Record

__all__ = ["Event", "InvalidCallback", "Signature", "read_event", "sign", "verify"]

_NAMES = {
    "err": "error_code",
    "msc": "service_center",
    "cn": "country",
    "net": "operator",
    "rcn": "roaming_country",
    "rnet": "roaming_operator",
}
"""The names of a reply for what a callback calls otherwise."""

_SIGNED = ("id", "phone", "status")


class InvalidCallback(ValueError):
    """A request that the gateway did not make, or that cannot be read: answer it with 403."""


class Signature(NamedTuple):
    """Both digests of one callback, lower-case hex."""

    md5: str
    sha1: str


@dataclass(frozen=True)
class Event(Record):
    """A status that a message has taken, by the names of a reply.

    ``id``, ``phone`` and ``status`` are signed, the others are not. ``status`` is a
    :class:`MessageStatus`, None if its number is not documented (``status_text`` tells it);
    ``changed_at`` is an aware datetime in UTC, None if none was told; ``error_code``, ``cost``
    and ``sender`` may be there, and of an HLR query ``imsi``, ``service_center``, ``mcc``,
    ``mnc``, ``country``, ``operator``, ``roaming_country``, ``roaming_operator``.
    ``by_name`` gives any text as it came, other fields such as ``flag`` by the gateway's name.
    The gateway may send an event twice, and a later one first.
    """

    @property
    def id(self) -> str:  # type: ignore[override]
        """The id of the message."""
        return self.fields["id"]

    @property
    def phone(self) -> str:  # type: ignore[override]
        """The number that the message went to."""
        return self.fields["phone"]


def read_event(fields: Mapping[str, str], secret: str) -> Event:
    """Read the form fields of a callback, by POST or by GET.

    Raises:
        InvalidCallback: the signature is wrong, or the status or its time cannot be read.
        ConfigurationError: the secret is empty, so that anybody could sign.
    """
    if not secret:
        raise ConfigurationError(
            "The secret of the callbacks is empty. Set one in the account on the gateway's site, "
            "and give it here."
        )
    if not verify(fields, secret):
        missing = [name for name in _SIGNED if not fields.get(name)]
        if not (missing or fields.get("md5") or fields.get("sha1")):
            missing = ["signature"]  # the account may have no secret
        why = f"no {' and no '.join(missing)} in it" if missing else "its signature is wrong"
        raise InvalidCallback(f"not a callback of the gateway: {why}")
    told = {_NAMES.get(name, name): str(fields[name]) for name in fields}
    if number(told["status"]) is None:
        raise InvalidCallback("the status of the callback is not a number")
    times = [told[name] for name in ("ts", "time") if told.get(name, "").strip() not in ("", "0")]
    readable = [text for text in times if moment(text)]
    if times and not readable:
        raise InvalidCallback("the time of the callback cannot be read")
    return Event({**told, "changed_at": readable[0] if readable else ""})


def sign(message_id: object, phone: object, status: object, secret: str) -> Signature:
    """The digests that the gateway sends along for this message, number and status."""
    signed = f"{message_id}:{phone}:{status}:{secret}".encode("utf-8", "surrogatepass")
    # Neither digest is our choice, they are the gateway's format.
    return Signature(hashlib.md5(signed).hexdigest(), hashlib.sha1(signed).hexdigest())


def verify(fields: Mapping[str, str], secret: str) -> bool:
    """Whether the form ``fields`` of a callback were signed with ``secret``.

    Every digest that is present must be right and at least one must be present. The comparison
    takes the same time wherever the digests differ.
    """
    if not secret or not all(fields.get(name) for name in _SIGNED):
        return False
    right = sign(fields["id"], fields["phone"], fields["status"], secret)
    verdicts = [
        hmac.compare_digest(str(given).lower().encode("utf-8", "surrogatepass"), expected.encode())
        for given, expected in ((fields.get("md5"), right.md5), (fields.get("sha1"), right.sha1))
        if given
    ]
    return bool(verdicts) and all(verdicts)

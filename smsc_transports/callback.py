"""Status callbacks: was this request really made by the gateway?

The gateway posts each change of a message's status to the URL set in the account. Anyone who
knows that URL could post there too, so the request carries ``md5`` and ``sha1``, hex digests of
``id:phone:status:secret`` with a secret from the account's settings (source: third-party
receivers of such callbacks; the vendor's page on them is not public).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Mapping, NamedTuple

__all__ = ["Signature", "sign", "verify"]


class Signature(NamedTuple):
    """Both digests of one callback, lower-case hex."""

    md5: str
    sha1: str


def sign(message_id: object, phone: object, status: object, secret: str) -> Signature:
    """The digests that the gateway sends along for this message, number and status."""
    signed = f"{message_id}:{phone}:{status}:{secret}".encode()
    # Neither digest is our choice, they are the gateway's format.
    return Signature(hashlib.md5(signed).hexdigest(), hashlib.sha1(signed).hexdigest())


def verify(fields: Mapping[str, str], secret: str) -> bool:
    """Whether the form ``fields`` of a callback were signed with ``secret``.

    Every digest that is present must be right and at least one must be present. The comparison
    takes the same time wherever the digests differ.
    """
    if not secret or not all(fields.get(name) for name in ("id", "phone", "status")):
        return False
    right = sign(fields["id"], fields["phone"], fields["status"], secret)
    verdicts = [
        hmac.compare_digest(given.lower().encode(), expected.encode())
        for given, expected in ((fields.get("md5"), right.md5), (fields.get("sha1"), right.sha1))
        if given
    ]
    return bool(verdicts) and all(verdicts)

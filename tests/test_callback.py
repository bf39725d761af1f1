"""A status callback is believed only when the gateway's signature is right."""

from __future__ import annotations

from typing import Any

import pytest

from smsc_transports.callback import sign, verify

# Digests computed with md5sum and sha1sum of "1234:79990001122:1:s3cret".
FIELDS = {
    "id": "1234",
    "phone": "79990001122",
    "status": "1",
    "md5": "b04f10bee1dd89179d254081aed93c1d",
    "sha1": "7ae8bda948277df64788ac46b4df4e3a6fd69c14",
}


def test_signature_is_the_digest_of_id_phone_status_secret() -> None:
    assert sign(1234, "79990001122", 1, "s3cret") == (FIELDS["md5"], FIELDS["sha1"])


@pytest.mark.parametrize(
    ("change", "believed"),
    [
        ({}, True),
        ({"md5": FIELDS["md5"].upper()}, True),
        ({"sha1": ""}, True),  # one digest is enough
        ({"md5": ""}, True),
        ({"status": "20"}, False),
        ({"phone": "79990001123"}, False),
        ({"id": "1235"}, False),
        ({"md5": "0" * 32}, False),  # the other digest does not make up for a wrong one
        ({"sha1": "0" * 40}, False),
        ({"md5": "", "sha1": ""}, False),
        ({"md5": "ёж", "sha1": ""}, False),
        ({"id": ""}, False),
    ],
)
def test_only_rightly_signed_callbacks_are_believed(change: Any, believed: Any) -> None:
    assert verify({**FIELDS, **change}, "s3cret") is believed


def test_wrong_or_empty_secret_is_not_believed() -> None:
    assert not verify(FIELDS, "other")
    assert not verify({**FIELDS, **sign("1234", "79990001122", "1", "")._asdict()}, "")


def test_fields_missing_altogether_are_not_believed() -> None:
    assert not verify({}, "s3cret")

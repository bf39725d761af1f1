"""A status callback is believed only when the gateway's signature is right."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Dict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_transports import ConfigurationError, MessageStatus
from smsc_transports.callback import Event, InvalidCallback, read_event, sign, verify

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


# Events

SECRET = "s3cret"
CHANGED = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)


def signed(**fields: str) -> Dict[str, str]:
    """A form as the gateway posts it."""
    form = {"id": "1234", "phone": "79990001122", "status": "1", "ts": "1700000000", **fields}
    return {**form, **sign(form["id"], form["phone"], form["status"], SECRET)._asdict()}


def test_an_event_has_the_types_of_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSC_LANG", "en")
    details = {"time": "15.11.2023 01:13:20", "sender": "Shop", "cost": "1.40", "flag": "0"}
    event = read_event(signed(status="20", err="6", **details), SECRET)
    assert (event.id, event.phone, event.status) == (
        "1234", "79990001122", MessageStatus.UNDELIVERABLE,
    )  # fmt: skip
    assert (event.changed_at, event.cost, event.sender) == (CHANGED, Decimal("1.40"), "Shop")
    assert (event.error_code, event.by_name("flag")) == (6, "0")
    assert event.error_text == "the phone is switched off or out of reach"
    assert pickle.loads(pickle.dumps(event)) == copy.deepcopy(event) == event


def test_an_event_of_an_hlr_query_has_its_fields() -> None:
    hlr = {"imsi": "250", "msc": "7999", "mcc": "250", "mnc": "99", "cn": "Russia", "net": "MTS"}
    event = read_event(signed(**hlr, rcn="Ukraine", rnet="Kyivstar"), SECRET)
    assert (event.imsi, event.service_center, event.country) == ("250", "7999", "Russia")
    assert (event.operator, event.roaming_country) == ("MTS", "Ukraine")


@pytest.mark.parametrize(
    ("fields", "changed_at"),
    [
        ({}, CHANGED),
        ({"ts": "", "time": "15.11.2023 01:13:20"}, CHANGED),
        ({"ts": "soon", "time": "15.11.2023 01:13:20"}, CHANGED),
        ({"ts": ""}, None),
        ({"ts": "0", "time": ""}, None),
    ],
)
def test_the_time_is_that_of_either_field(fields: Any, changed_at: Any) -> None:
    assert read_event(signed(**fields), SECRET).changed_at == changed_at


def test_an_undocumented_status_is_none_and_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSC_LANG", "en")
    event = read_event(signed(status="77", err="-", cost="NaN"), SECRET)
    assert (event.status, event.by_name("status")) == (None, "77")
    assert event.status_text == "a status that is not documented (77)"
    assert (event.error_code, event.cost) == (None, None)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({**signed(), "status": "20"}, "not a callback of the gateway: its signature is wrong"),
        ({**signed(), "md5": "0" * 32}, "not a callback of the gateway: its signature is wrong"),
        ({**signed(), "id": "\ud800"}, "not a callback of the gateway: its signature is wrong"),
        ({}, "not a callback of the gateway: no id and no phone and no status in it"),
        ({**signed(), "md5": "", "sha1": ""}, "not a callback of the gateway: no signature in it"),
        (signed(status="delivered"), "the status of the callback is not a number"),
        (signed(status="9" * 5000), "the status of the callback is not a number"),
        (signed(ts="soon"), "the time of the callback cannot be read"),
        (signed(ts="9" * 18), "the time of the callback cannot be read"),
    ],
)
def test_what_the_gateway_did_not_send_is_one_exception(form: Dict[str, str], why: str) -> None:
    with pytest.raises(InvalidCallback) as told:
        read_event(form, SECRET)
    assert str(told.value) == why


def test_an_empty_secret_is_a_mistake_of_the_account() -> None:
    with pytest.raises(ConfigurationError, match="secret of the callbacks is empty"):
        read_event({**signed(), **sign("1234", "79990001122", "1", "")._asdict()}, "")


TEXTS = st.text(st.characters(), max_size=9)


@given(st.dictionaries(st.sampled_from([*FIELDS, "ts", "time", "err"]), TEXTS), st.booleans())
def test_any_form_is_an_event_or_that_exception(form: Dict[str, str], right: bool) -> None:
    if right:
        form = signed(**{name: text for name, text in form.items() if name not in ("md5", "sha1")})
    try:
        event = read_event(form, SECRET)
    except InvalidCallback:
        return
    assert right
    assert isinstance(event, Event)
    assert (event.status, event.changed_at, event.status_text, event.error_text) is not None

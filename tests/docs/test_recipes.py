"""The recipes in the guide of the examples do what it says."""

from __future__ import annotations

import dataclasses
import importlib
import os
import re
import sys
from types import SimpleNamespace
from typing import Any, Callable, Dict, List

import pytest

from smsc_transports import Settings
from smsc_transports.sandbox.server import Sandbox

from .guides import ROOT, block_with

EXAMPLES = ROOT / "legacy_examples"
PHONE = "380501112233"


def names_of(block: str) -> Dict[str, Any]:
    """Run a block and give what it defines."""
    names: Dict[str, Any] = {"__name__": "recipe"}
    exec(block, names)
    return names


def test_every_example_stands_in_the_table() -> None:
    table = re.findall(r"(?m)^\| `([\w./]+)` \|", (EXAMPLES / "README.md").read_text("utf-8"))
    files = {path.name for path in EXAMPLES.glob("*.py")} | {"custom_transport/"}
    assert files <= set(table)


def test_the_settings_of_django_have_the_names_of_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"SMSC_PASSWORD": "s3cret"})
    given = names_of(block_with("# settings.py"))["SMSC"]
    assert set(given) <= {field.name for field in dataclasses.fields(Settings)}
    assert (EXAMPLES / f"{os.environ['SMSC_PLUGINS']}.py").is_file()


def test_a_django_site_sends_when_the_transaction_is_committed(
    smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction = pytest.importorskip("django.db.transaction", reason="Django is not installed")
    committed: List[Callable[[], object]] = []
    monkeypatch.setattr(transaction, "on_commit", committed.append)
    order = SimpleNamespace(number=17, phone=PHONE, save=lambda: None)
    names_of(block_with("transaction.on_commit"))["order_paid"](order)
    assert not smsc_sandbox.messages
    [send] = committed
    send()
    assert smsc_sandbox.wait_for(phone=PHONE).text == "Замовлення 17 оплачено"


def test_a_celery_task_repeats_only_what_was_not_sent(
    smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Retried(Exception):
        pass

    celery = SimpleNamespace(shared_task=lambda **_: lambda function: function)
    task = SimpleNamespace(retry=lambda countdown: Retried(countdown))
    monkeypatch.setitem(sys.modules, "celery", celery)
    send_sms = names_of(block_with("# tasks.py"))["send_sms"]
    assert send_sms(task, PHONE, "one") == ("1001", "answered")
    smsc_sandbox.fail("close", stored=True)
    assert send_sms(task, PHONE, "two")[1] == "unknown"
    smsc_sandbox.heal()
    smsc_sandbox.fail("refuse")
    with pytest.raises(Retried):
        send_sms(task, PHONE, "three")


def test_a_view_of_flask_sends(smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    block = block_with("# app.py")
    compile(block, "app.py", "exec")
    pytest.importorskip("flask", reason="Flask is not installed: compiled only")
    api = importlib.import_module("smsc_api")
    for name in ("SMSC_LOGIN", "SMSC_PASSWORD"):
        monkeypatch.setenv(f"FLASK_{name}", "flask")
        monkeypatch.setattr(api, name, "")
    client = names_of(block)["app"].test_client()
    answer = client.post("/orders/17/ready", data={"phone": PHONE})
    assert (answer.status_code, answer.json) == (200, {"id": "1001", "outcome": "answered"})


def test_a_view_of_fastapi_sends(smsc_sandbox: Sandbox) -> None:
    block = block_with("# main.py")
    compile(block, "main.py", "exec")
    testclient = pytest.importorskip(
        "fastapi.testclient", reason="FastAPI is not installed: compiled only"
    )
    with testclient.TestClient(names_of(block)["app"]) as client:
        answer = client.post(f"/orders/17/ready?phone={PHONE}")
    assert (answer.status_code, answer.json()) == (200, {"id": "1001", "outcome": "answered"})


def test_two_copies_send_from_two_accounts(
    tmp_path: Any, on_path: Any, smsc_sandbox: Sandbox
) -> None:
    file = (ROOT / "smsc_api.py").read_text("utf-8")
    for name in ("sms_shop", "sms_office"):
        copy = re.sub(r'(SMSC_LOGIN|SMSC_PASSWORD) = ""', rf'\1 = "{name}"', file)
        (tmp_path / f"{name}.py").write_text(copy, "utf-8")
    on_path(tmp_path)
    names_of(block_with("sms_office.SMSC()"))
    assert [message.sender for message in smsc_sandbox.messages] == ["Shop", "Office"]

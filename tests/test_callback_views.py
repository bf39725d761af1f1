"""The views of legacy_examples take what the gateway sends, and nothing else."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple
from urllib.parse import urlencode

import pytest

from smsc_transports.callback import sign

PHONE, SECRET = "79990001122", "s3cret"
FORM = {"id": "1234", "phone": PHONE, "status": "1", "ts": "1700000000", "sender": "Мій магазин"}
SIGNED = {**FORM, **sign("1234", PHONE, "1", SECRET)._asdict()}

Answer = Tuple[int, str]
Ask = Callable[[str, Dict[str, str]], Answer]


def ask_django(method: str, form: Dict[str, str]) -> Answer:
    settings: Any = pytest.importorskip("django.conf").settings
    if not settings.configured:
        settings.configure()
    factory: Any = pytest.importorskip("django.test").RequestFactory(enforce_csrf_checks=True)
    from callback_django import sms_status  # type: ignore[import-not-found]

    request = getattr(factory, method)("/sms-status", form)
    answer = sms_status(request)
    return answer.status_code, answer.content.decode()


def ask_flask(method: str, form: Dict[str, str]) -> Answer:
    flask: Any = pytest.importorskip("flask")
    from callback_flask import views  # type: ignore[import-not-found]

    app = flask.Flask("shop")
    app.register_blueprint(views)
    given = {"query_string" if method == "get" else "data": form}
    answer = getattr(app.test_client(), method)("/sms-status", **given)
    return answer.status_code, answer.text


def ask_asgi(method: str, form: Dict[str, str]) -> Answer:
    from callback_asgi import sms_status  # type: ignore[import-not-found]

    encoded = urlencode(form).encode()
    body = encoded if method == "post" else b""
    query = encoded if method == "get" else b""
    chunks = [body[:20], body[20:]]
    sent: List[Dict[str, Any]] = []

    async def receive() -> Dict[str, Any]:
        chunk = chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    async def send(message: Dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method.upper(), "query_string": query}
    asyncio.run(sms_status(scope, receive, send))
    start, end = sent
    return start["status"], end["body"].decode()


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(__file__).parents[1] / "legacy_examples"
    monkeypatch.syspath_prepend(str(folder))
    for name in ("callback_django", "callback_flask", "callback_asgi"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setenv("SMS_CALLBACK_SECRET", SECRET)
    monkeypatch.setenv("SMSC_LANG", "en")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("ask", [ask_django, ask_flask, ask_asgi])
def test_a_view_takes_a_signed_callback_and_refuses_another(
    ask: Ask, method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(method, SIGNED) == (200, "OK")
    assert capsys.readouterr().out == f"1234 {PHONE} delivered 2023-11-14 22:13:20+00:00\n"
    status, why = ask(method, {**SIGNED, "status": "20"})
    assert (status, why) == (403, "not a callback of the gateway: its signature is wrong")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("ask", [ask_django, ask_flask, ask_asgi])
def test_an_empty_request_is_refused(ask: Ask) -> None:
    assert ask("post", {})[0] == 403

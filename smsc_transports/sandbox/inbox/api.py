"""The inbox: a page for people and a REST API for tests, on a port of its own.

Web pages of other origins must not read or steer it, so the Host header must name loopback and
an Origin header must be the inbox's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Dict, Optional

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from smsc_transports.sandbox.inbox import views
from smsc_transports.sandbox.rules import faults
from smsc_transports.sandbox.rules.gateway import money

if TYPE_CHECKING:
    from smsc_transports.sandbox.engine import Engine

_STATIC = Path(__file__).parent / "static"
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
DEFAULT_LIMIT = 1000
DEFAULT_ROWS = 200
MAX_WAIT = 600  # seconds
TEST_PHONE = "380501234567"
_TEST_ANSWER = 200  # bytes shown of whatever a fault makes of the answer
_TEST_TIMEOUT = ClientTimeout(total=5)

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BadRequest(ValueError):
    """What was asked for makes no sense; the text says why."""


def application(engine: Engine) -> web.Application:
    """The inbox of one sandbox."""
    api = _Api(engine)
    app = web.Application(middlewares=[_guard, _explain])
    app.router.add_get("/", _page)
    app.router.add_static("/static/", _STATIC)
    app.router.add_get("/api/ready", api.ready)
    app.router.add_get("/api/addresses", api.addresses)
    app.router.add_get("/api/inbox", api.inbox)
    app.router.add_get("/api/messages", api.messages)
    app.router.add_get("/api/messages/{key}", api.message)
    app.router.add_get("/api/refusals", api.refusals)
    app.router.add_get("/api/refusals/{key}", api.refusal)
    app.router.add_post("/api/test-message", api.test_message)
    app.router.add_get("/api/wait", api.wait)
    app.router.add_get("/api/faults", api.faults)
    app.router.add_post("/api/faults", api.fail)
    app.router.add_delete("/api/faults", api.lift)
    app.router.add_delete("/api/faults/{rule}", api.lift)
    app.router.add_get("/api/clock", api.clock)
    app.router.add_post("/api/clock", api.advance)
    app.router.add_get("/api/balance", api.balance)
    app.router.add_post("/api/balance", api.set_balance)
    app.router.add_post("/api/reset", api.reset)
    return app


@web.middleware
async def _guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    host = request.headers.get("Host", "")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if name.lower() not in _LOOPBACK_NAMES:
        return _error(403, f"the inbox answers to loopback names only, not to {host!r}")
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() != f"http://{host}".lower():
        return _error(403, f"requests from pages of {origin!r} are not answered")
    return await handler(request)


@web.middleware
async def _explain(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Every answer with the safety headers, every failure as JSON."""
    try:
        response = await handler(request)
    except BadRequest as error:
        response = _error(400, str(error))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = _error(error.status, error.reason)
    response.headers.update(_HEADERS)
    return response


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)


async def _page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(_STATIC / "index.html")


class _Api:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def ready(self, _request: web.Request) -> web.Response:
        return web.json_response({"ready": True})

    async def addresses(self, _request: web.Request) -> web.Response:
        return web.json_response(self._engine.addresses())

    async def inbox(self, request: web.Request) -> web.Response:
        """All that the page shows, in one answer."""
        query, now = request.query, self._engine.clock.now()
        limit = _number(query.get("limit", str(DEFAULT_ROWS)), "limit", int)
        shown = query.get("show", "all")
        if shown not in views.FILTERS:
            raise BadRequest(f"show is one of {', '.join(views.FILTERS)}")
        rows, total = views.rows(self._engine.store, now, query.get("search", ""), shown, limit)
        return web.json_response(
            {
                "rows": rows,
                "total": total,
                "now": now,
                "balance": str(self._engine.gateway.balance),
                "faults": self._faults(),
            }
        )

    async def messages(self, request: web.Request) -> web.Response:
        limit = _number(request.query.get("limit", str(DEFAULT_LIMIT)), "limit", int)
        now = self._engine.clock.now()
        newest = self._engine.store.newest(request.query.get("search", ""), limit)
        return web.json_response([views.summary(message, now) for message in newest])

    async def message(self, request: web.Request) -> web.Response:
        key = _number(request.match_info["key"], "key", int)
        message = self._engine.store.messages.get(key)
        if message is None:
            return _error(404, f"no message {key}; it may have been pushed out by newer ones")
        return web.json_response(views.detail(message, self._engine.clock.now()))

    async def refusals(self, _request: web.Request) -> web.Response:
        refusals = reversed(self._engine.store.refusals)
        return web.json_response([views.refusal(refusal) for refusal in refusals])

    async def refusal(self, request: web.Request) -> web.Response:
        key = _number(request.match_info["key"], "key", int)
        for refused in self._engine.store.refusals:
            if refused.key == key:
                return web.json_response(views.refusal(refused))
        return _error(404, f"no refusal {key}; it may have been pushed out by newer ones")

    async def test_message(self, request: web.Request) -> web.Response:
        """Send one SMS as a program would, so that limits and faults in force apply to it too."""
        text = (await _json_object(request)).get("text")
        if not isinstance(text, str) or not text:
            raise BadRequest("text must be a text")
        engine = self._engine
        fields = {**engine.gateway.credentials, "phones": TEST_PHONE, "mes": text}
        fields.update(fmt="1", charset="utf-8")
        url = f"http://{engine.http[0].address}/sys/send.php"
        answer, failure = b"", ""
        try:
            async with ClientSession(timeout=_TEST_TIMEOUT) as session, session.post(
                url, data=fields, allow_redirects=False
            ) as response:
                try:
                    answer = await response.content.readexactly(_TEST_ANSWER)
                except asyncio.IncompleteReadError as whole:
                    answer = whole.partial
                if response.status != 200:
                    failure = f"HTTP {response.status}"
        except asyncio.TimeoutError:
            failure = f"timeout after {_TEST_TIMEOUT.total:g} s"
        except ClientError as error:
            failure = str(error) or type(error).__name__
        return web.json_response({"answer": answer.decode("utf-8", "replace"), "failure": failure})

    async def wait(self, request: web.Request) -> web.Response:
        timeout = _number(request.query.get("timeout", "5"), "timeout", float)
        phone, text = request.query.get("phone"), request.query.get("text")
        message = await self._engine.wait_for(phone, text, min(timeout, MAX_WAIT))
        now = self._engine.clock.now()
        if message is not None:
            return web.json_response(views.detail(message, now))
        arrived = [views.summary(message, now) for message in self._engine.store.newest(limit=20)]
        error = f"no such message within {timeout:g} s"
        return web.json_response({"error": error, "arrived": arrived}, status=404)

    def _faults(self) -> views.View:
        return {
            "rules": [rule.to_json() for rule in self._engine.faults.in_force],
            **asdict(self._engine.faults.switches),
            "kinds": faults.KINDS,
            "endpoints": faults.ENDPOINTS,
        }

    async def faults(self, _request: web.Request) -> web.Response:
        return web.json_response(self._faults())

    async def fail(self, request: web.Request) -> web.Response:
        options = await _json_object(request)
        switches = {name: options.pop(name) for name in faults.SWITCHES if name in options}
        try:
            rule = faults.make_rule(**options) if options or not switches else None
            self._engine.faults.switches.change(**switches)
        except (TypeError, ValueError, AttributeError) as error:
            raise BadRequest(str(error).replace("make_rule() ", "")) from None
        if rule is not None:
            await self._engine.fail(rule)
        return await self.faults(request)

    async def lift(self, request: web.Request) -> web.Response:
        given = request.match_info.get("rule")
        try:
            await self._engine.lift(None if given is None else _number(given, "rule", int))
        except KeyError:
            return _error(404, f"no rule {given} is in force")
        return await self.faults(request)

    async def clock(self, _request: web.Request) -> web.Response:
        return web.json_response({"now": self._engine.clock.now()})

    async def advance(self, request: web.Request) -> web.Response:
        options = await _json_object(request)
        await self._engine.advance(_number(options.get("advance"), "advance", float))
        return await self.clock(request)

    async def balance(self, _request: web.Request) -> web.Response:
        return web.json_response({"balance": str(self._engine.gateway.balance)})

    async def set_balance(self, request: web.Request) -> web.Response:
        try:
            self._engine.gateway.balance = money((await _json_object(request)).get("balance"))
        except ValueError as error:
            raise BadRequest(str(error)) from None
        return await self.balance(request)

    async def reset(self, _request: web.Request) -> web.Response:
        await self._engine.reset()
        return web.json_response({"reset": True})


async def _json_object(request: web.Request) -> Dict[str, Any]:
    try:
        value = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise BadRequest("the body must be JSON") from None
    if not isinstance(value, dict):
        raise BadRequest("the body must be a JSON object")
    return value


def _number(value: object, name: str, kind: Callable[[Any], Any]) -> Any:
    """A number that is not negative and not endless."""
    number: Optional[float] = None
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError):
            number = kind(value)
    if number is None or not 0 <= number < 1e10:
        raise BadRequest(f"{name} must be a number from 0 on")
    return number

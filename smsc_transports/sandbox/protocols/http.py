"""The gateway's five names as HTTP servers: the base host and its mirrors www2 to www5."""

from __future__ import annotations

import functools
from contextlib import ExitStack
from typing import Callable, Dict, Optional, Tuple

from aiohttp import web

from smsc_transports.sandbox.protocols import incoming, soap
from smsc_transports.sandbox.protocols.injection import LOOP, loop, spoil
from smsc_transports.sandbox.protocols.quiet import LOGGER
from smsc_transports.sandbox.protocols.soap_wsdl import wsdl
from smsc_transports.sandbox.rules.faults import Fault, Faults
from smsc_transports.sandbox.rules.formats import CONTENT_TYPES, Answer, format_number, render
from smsc_transports.sandbox.rules.gateway import Gateway, account_of
from smsc_transports.sandbox.rules.parameters import Fields
from smsc_transports.sandbox.rules.refused import Refused
from smsc_transports.sandbox.rules.store import Origin, Refusal

ENDPOINTS = {
    "/sys/send.php": "send",
    "/sys/status.php": "status",
    "/sys/balance.php": "balance",
    "/rest/send/": "send",
    "/rest/send": "send",
}
SOAP_PAGE = "/sys/soap.php"
_JSON_ENDPOINTS = ("/rest/send/", "/rest/send")
MAX_LINE = 65536  # bytes of a request line or header
MAX_BODY = 4 * 1024 * 1024


class Hosts:
    """Answers HTTP requests by the gateway's rules and spoils them by the faults in force."""

    def __init__(self, gateway: Gateway, faults: Faults) -> None:
        self._gateway = gateway
        self._faults = faults
        self._methods: Dict[str, Callable[[Fields, Origin], Answer]] = {
            "send": gateway.send,
            "status": lambda fields, _origin: gateway.status(fields),
            "balance": lambda fields, _origin: gateway.balance_of(fields),
        }

    def server(self, channel: str, host: int) -> web.Server:
        """The protocol factory for the host with this index, ``channel`` http or https."""
        return web.Server(
            functools.partial(self._serve, channel, host),
            request_factory=_request,
            handler_cancellation=True,
            access_log=None,
            logger=LOGGER,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
            lingering_time=0,
        )

    async def _serve(self, channel: str, host: int, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path == LOOP:
            return loop()
        if path == SOAP_PAGE:
            return await self._soap(channel, host, request)
        endpoint = ENDPOINTS.get(path)
        if endpoint is None:
            return await self._unknown(request)
        fault = self._faults.next(host, endpoint)
        if fault is not None and not fault.stored:
            return await spoil(request, fault, self._faults, None)
        fields, raw, broken = await _read(request)

        def answer() -> web.Response:
            origin = Origin(channel, host, raw)
            return _response(broken or self._ask(endpoint, fields, origin), fields)

        return await self._answered(request, endpoint, fields, fault, answer)

    async def _soap(self, channel: str, host: int, request: web.BaseRequest) -> web.StreamResponse:
        url = f"{channel}://{request.host}{SOAP_PAGE}"
        if request.method == "GET" and request.query_string.lower() == "wsdl":
            return _xml(wsdl(url).encode("utf-8"))
        try:
            call, raw = await incoming.read_soap(request)
        except soap.Fault as error:
            return _xml(soap.fault(error), 500)
        fault = self._faults.next(host, call.endpoint)
        if fault is not None and not fault.stored:
            return await spoil(request, fault, self._faults, None)

        def answer() -> web.Response:
            found = self._ask(call.endpoint, call.fields, Origin("soap", host, raw))
            return _xml(soap.write(call, found, url))

        return await self._answered(request, call.endpoint, call.fields, fault, answer)

    async def _answered(
        self,
        request: web.BaseRequest,
        endpoint: str,
        fields: Fields,
        fault: Optional[Fault],
        answer: Callable[[], web.Response],
    ) -> web.StreamResponse:
        """What ``answer`` gives, or what ``fault`` makes of it, counted as a request under way."""
        account = account_of(fields)
        limits = self._gateway.limits
        limits.begin(account, endpoint)
        with ExitStack() as slot:
            slot.callback(limits.end, account, endpoint)
            response = answer()
            if fault is not None:
                return await spoil(request, fault, self._faults, response, slot.close)
            return response

    def _ask(self, endpoint: str, fields: Fields, origin: Origin) -> Answer:
        try:
            if origin.channel == "soap":
                soap.check(endpoint, fields)
            return self._methods[endpoint](fields, origin)
        except Refused as refused:
            self._gateway.store.refuse(
                Refusal(
                    self._gateway.clock.now(),
                    endpoint,
                    refused.code,
                    refused.description,
                    origin,
                    fields.get("phones") or fields.get("phone", ""),
                    fields.get("mes") or fields.get("list", ""),
                )
            )
            return refused

    async def _unknown(self, request: web.BaseRequest) -> web.Response:
        if not request.path.startswith("/sys/"):
            return web.Response(status=404, text="404: not imitated by the sandbox\n")
        fields, _, _ = await _read(request)
        return _response(Refused(1, "not imitated by the sandbox"), fields)


def _request(message, payload, protocol, writer, task):  # type: ignore[no-untyped-def]
    """As aiohttp makes it, with room for a long text and some files."""
    return web.BaseRequest(
        message, payload, protocol, writer, task, protocol._loop, client_max_size=MAX_BODY
    )


async def _read(request: web.BaseRequest) -> Tuple[Fields, str, Optional[Refused]]:
    reader = incoming.read_json if request.path in _JSON_ENDPOINTS else incoming.read
    try:
        fields, raw = await reader(request)
    except Refused as broken:
        return {}, "", broken
    return fields, raw, None


def _xml(body: bytes, status: int = 200) -> web.Response:
    return web.Response(
        body=body, status=status, headers={"Content-Type": "text/xml; charset=utf-8"}
    )


def _response(answer: Answer, fields: Fields) -> web.Response:
    fmt = format_number(fields.get("fmt"))
    encoding = incoming.charset(fields)
    return web.Response(
        body=render(answer, fmt).encode(encoding, "replace"),
        headers={"Content-Type": f"{CONTENT_TYPES[fmt]}; charset={encoding}"},
    )

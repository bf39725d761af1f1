"""Faults on the wire: answers that are wrong, late, too long or never come."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Callable, Optional, Union

from aiohttp import web

from smsc_transports.sandbox.rules.faults import Fault, Faults

HUGE = 100 * 1000 * 1000  # bytes
LOOP = "/redirect-loop"
PAGE = b"<html><head><title>Error</title></head><body><h1>It works!</h1></body></html>"
_CHUNK = b"0" * 65536

# Closes a connection with a TCP reset in place of the orderly end.
_NO_LINGER = struct.pack("ii", 1, 0)


async def spoil(
    request: web.BaseRequest,
    fault: Fault,
    faults: Faults,
    answer: Optional[web.Response],
    done: Callable[[], None] = lambda: None,
) -> web.StreamResponse:
    """The response that ``fault`` makes of ``answer`` (None: the request was not processed).

    ``done`` is called before the client can have the whole of a true answer.
    """
    kind = fault.kind
    body = answer.body if answer is not None and isinstance(answer.body, bytes) else b"0"
    if kind == "hang":
        await faults.lifted()
        return _cut(request)
    if kind in ("close", "reset"):
        return _cut(request, with_reset=kind == "reset")
    if kind == "error":
        return web.Response(status=500, body=PAGE, content_type="text/html")
    if kind == "empty":
        return web.Response(body=b"")
    if kind == "garbage":
        return web.Response(body=PAGE, content_type="text/html")
    if kind == "undecodable":
        return web.Response(body=b"\xff\xfe\xc3\x28,\x80", content_type="text/plain")
    if kind == "redirect":
        return loop()
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    if kind == "truncated":
        response.content_length = len(body) + 10
        await response.prepare(request)
        await response.write(body[: max(1, len(body) // 2)])
        return _cut(request, response)
    if kind == "huge":
        response.content_length = HUGE
        await response.prepare(request)
        for start in range(0, HUGE, len(_CHUNK)):
            await response.write(_CHUNK[: HUGE - start])
        return response
    response.content_length = len(body)
    await response.prepare(request)
    for position in range(len(body)):
        await asyncio.sleep(faults.switches.slow_interval)
        if position == len(body) - 1:
            done()
        await response.write(body[position : position + 1])
    return response


def loop() -> web.Response:
    """A redirect to the page that redirects to itself."""
    return web.Response(status=302, headers={"Location": LOOP})


def _cut(
    request: web.BaseRequest,
    response: Optional[web.StreamResponse] = None,
    with_reset: bool = False,
) -> web.StreamResponse:
    """End the connection; what is returned never reaches the client."""
    if request.transport is not None:
        cut(request.transport, with_reset)
    return web.Response() if response is None else response


def cut(transport: Union[asyncio.BaseTransport, asyncio.Transport], with_reset: bool) -> None:
    """Close a connection, with what was written before still sent, or by a reset."""
    if not with_reset:
        transport.close()
        return
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    if isinstance(transport, asyncio.Transport):
        transport.abort()

"""Sends through the requests library while a program's tests have replaced a part of it.

Packages such as ``responses`` put a function of their own in the place of requests'
``HTTPAdapter.send``. Then it gets every request, made by hand, since requests' own preparation
would rewrite the vendor's bytes. What it lets through goes over our wire all the same.
"""

from __future__ import annotations

import io
import socket
from typing import Any, Callable, Iterator, Optional

from requests import PreparedRequest
from requests import exceptions as requests_errors
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse
from urllib3 import exceptions as urllib3_errors

from smsc_transports.transports.wire import Answer, Wire, headers_for
from smsc_transports.values.errors import NotSent, OutcomeUnknown, TransportError
from smsc_transports.values.settings import Settings, Timeout

_TIMEOUTS = (requests_errors.Timeout, urllib3_errors.TimeoutError, socket.timeout)
_BEFORE_SENDING = (
    requests_errors.ConnectTimeout,
    requests_errors.InvalidSchema,
    requests_errors.InvalidURL,
    requests_errors.ProxyError,
    requests_errors.SSLError,
    urllib3_errors.NewConnectionError,
    ConnectionRefusedError,
    socket.gaierror,
)


def send(
    wire: Wire, url: str, body: Optional[bytes], timeout: Timeout, settings: Settings
) -> Answer:
    """Do as :meth:`Wire.send`, by what is in the place of ``HTTPAdapter.send``."""
    prepared = PreparedRequest()
    prepared.method = "GET" if body is None else "POST"
    prepared.url = url
    prepared.headers = CaseInsensitiveDict(headers_for(body))
    prepared.body = body
    adapter = _Adapter(lambda: wire.send(url, body, timeout, settings))
    try:
        response = adapter.send(prepared, stream=True, timeout=(timeout.connect, timeout.read))
        content = response.content if response.status_code < 300 else b""
    except TransportError:
        raise
    except Exception as error:
        raise _failure(error) from None
    return Answer(response.status_code, response.headers.get("Location"), content)


class _Adapter(HTTPAdapter):
    """requests' adapter with our wire under it, for what a mock lets through."""

    def __init__(self, exchange: Callable[[], Answer]) -> None:
        super().__init__()
        self._exchange = exchange

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Give what the adapter calls ``urlopen`` of."""
        return self

    def cert_verify(self, *args: Any) -> None:
        """Leave trust to the wire."""

    def urlopen(self, **kwargs: Any) -> HTTPResponse:  # noqa: ARG002  (the wire knows it all)
        """Make the exchange, in the place of a pool of urllib3."""
        answer = self._exchange()
        headers = {} if answer.location is None else {"Location": answer.location}
        body = io.BytesIO(answer.body)
        return HTTPResponse(body, headers, answer.status, preload_content=False)


def _failure(error: Exception) -> TransportError:
    """Say what a failure that a mock raised would mean: did the request leave or not?"""
    chain = list(_causes(error))
    kind = NotSent if any(isinstance(cause, _BEFORE_SENDING) for cause in chain) else OutcomeUnknown
    # urllib3 counts every connection that it could not make among the timeouts.
    refused = any(isinstance(cause, urllib3_errors.NewConnectionError) for cause in chain)
    timed_out = not refused and any(isinstance(cause, _TIMEOUTS) for cause in chain)
    return kind(f"{type(chain[-1]).__name__}: {chain[-1]}", timed_out=timed_out)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Go from a failure down to what it was to begin with.

    ``__context__`` is no guide: the caller may himself be handling an exception.
    """
    yield error
    for inner in (error.__cause__, getattr(error, "reason", None), *error.args):
        if isinstance(inner, BaseException):
            yield from _causes(inner)
            return

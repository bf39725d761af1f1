"""The session of requests that makes every HTTP call of this process."""

from __future__ import annotations

import logging
import os
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from typing import Any, Dict, Iterator, Mapping, NamedTuple, Optional, Sequence
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import NewConnectionError

from smsc_transports.reporting.redaction import redact
from smsc_transports.transports.connections import Limits, failure
from smsc_transports.transports.deadline import MAX_ANSWER_BYTES
from smsc_transports.transports.idle import IDLE
from smsc_transports.transports.pools import POOLS, verify_arguments
from smsc_transports.transports.proxies import proxies_for
from smsc_transports.transports.tls import tls_context
from smsc_transports.values.errors import NotSent, OutcomeUnknown, TransportError
from smsc_transports.values.settings import Timeout as AttemptTimeout

HEADERS = {"User-Agent": "smsc-transports", "Accept": "*/*", "Accept-Encoding": "identity"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MOST_CONNECTIONS = 14
"""To one host; the gateway allows no more requests at once."""


class Answer(NamedTuple):
    """An HTTP response; ``body`` is empty where the status is not a success."""

    status: int
    location: Optional[str]
    body: bytes
    by_proxy: bool


class _Adapter(HTTPAdapter):
    """requests' adapter with our connections, and with trust as urllib has it."""

    def __init__(self, context: Optional[ssl.SSLContext]) -> None:
        self._context = context
        super().__init__(pool_maxsize=MOST_CONNECTIONS)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **kwargs: Any
    ) -> None:
        """Make the manager of direct connections."""
        trust = verify_arguments(self._context)
        self.poolmanager = PoolManager(connections, maxsize=maxsize, block=block, **trust, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Give the manager of connections through a proxy."""
        trust = verify_arguments(self._context)
        manager = super().proxy_manager_for(
            proxy, proxy_ssl_context=self._context, **trust, **kwargs
        )
        manager.pool_classes_by_scheme = POOLS
        return manager

    def build_connection_pool_key_attributes(
        self,
        request: Any,
        verify: Any,  # noqa: ARG002
        cert: Any = None,  # noqa: ARG002
    ) -> Any:
        """Name a host; trust is the manager's."""
        parts = urlsplit(request.url)
        return {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port}, {}

    def cert_verify(self, *args: Any) -> None:
        """Add no authorities of requests' own."""


class _NoCookies(RequestsCookieJar):
    def extract_cookies(self, *args: Any) -> None:
        """Keep none, and spend no time on looking for them."""


class _Session(requests.Session):
    """requests' session: its ``send`` is what requests-mock and others replace."""

    def get_redirect_target(self, resp: Any) -> None:
        """Leave redirects to the transport."""


_sessions: Dict[Optional[ssl.SSLContext], _Session] = {}
_session_lock = threading.RLock()  # reentrant, since a signal handler may send


def _session_with(context: Optional[ssl.SSLContext]) -> _Session:
    session = _sessions.get(context)
    if session is not None:
        return session
    with _session_lock:
        if context in _sessions:
            return _sessions[context]
        session = _Session()
        session.trust_env = False  # no netrc; proxies are urllib's
        session.cookies = _NoCookies()
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(context))
        for older in set(_sessions) - {None}:
            del _sessions[older]  # it is not trusted any more
        _sessions[context] = session
        return session


def _context_for(*urls: str) -> Optional[ssl.SSLContext]:
    """Give the context of TLS, None where no URL needs it: it takes long to make."""
    return tls_context() if any(url.lower().startswith("https:") for url in urls) else None


def exchange(
    url: str,
    body: Optional[bytes],
    timeout: AttemptTimeout,
    idle: float,
    secrets: Sequence[str],
    content: Mapping[str, str] = FORM,
) -> Answer:
    """Send, by POST if there is a body (``content``: its headers), and read the answer.

    ``timeout.read`` is for the answer as a whole; a kept connection is used if it was idle for
    at most ``idle`` seconds. Raises NotSent or OutcomeUnknown.
    """
    proxies = proxies_for(url)
    limits = Limits(timeout.connect, timeout.read, time.monotonic() + timeout.total, idle)
    session = _session_with(_context_for(url, *proxies.values()))
    try:
        with _masked_logs(secrets):
            response = session.send(
                _prepared(url, body, content),
                stream=True,
                timeout=Timeout(connect=limits, read=limits),  # type: ignore[arg-type]
                proxies=proxies,
            )
            try:
                return _answer(response, bool(proxies))
            finally:
                response.close()
    except TransportError:
        raise
    except requests.exceptions.InvalidURL as error:
        raise failure(NotSent, error) from None
    except Exception as error:
        raise failure(_kind(error), error) from None


def close() -> None:
    """Close the kept connections."""
    IDLE.close_all()


def _prepared(
    url: str, body: Optional[bytes], content: Mapping[str, str]
) -> requests.PreparedRequest:
    """Prepare a request without requests' own preparation, which would rewrite the query."""
    request = requests.PreparedRequest()
    request.method = "GET" if body is None else "POST"
    request.url = url
    request.headers = CaseInsensitiveDict(HEADERS)
    if body is not None:
        request.headers.update({**content, "Content-Length": str(len(body))})
    request.body = body
    return request


def _answer(response: requests.Response, by_proxy: bool) -> Answer:
    status, location = response.status_code, response.headers.get("Location")
    if not 200 <= status < 300:
        return Answer(status, location, b"", by_proxy)
    body = response.content or b""
    if len(body) > MAX_ANSWER_BYTES:
        raise OutcomeUnknown(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and len(body) < int(length):
        raise OutcomeUnknown("the answer is cut short")
    return Answer(status, location, body, by_proxy)


def _kind(error: BaseException) -> Any:
    """Classify a failure that a test's mock raised, not one of our connections."""
    before = (
        requests.exceptions.ConnectTimeout,
        requests.exceptions.InvalidSchema,
        requests.exceptions.ProxyError,
        requests.exceptions.SSLError,
        ConnectionRefusedError,
        NewConnectionError,
        socket.gaierror,
    )
    cause: Any = error
    while isinstance(cause, Exception):
        if isinstance(cause, before):
            return NotSent
        inner = (getattr(cause, "reason", None), *cause.args)
        cause = next((each for each in inner if isinstance(each, Exception)), None)
    return OutcomeUnknown


class _MaskSecrets(logging.Filter):
    """Masks the URLs that urllib3 logs, in the threads that are in a call of ours.

    What urllib3 warns of is an attempt that fails, and attempts are logged at DEBUG and INFO.
    """

    def __init__(self) -> None:
        super().__init__()
        self.secrets: Dict[int, Sequence[str]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a record pass without secrets, one of ours at DEBUG."""
        secrets = self.secrets.get(threading.get_ident())
        if secrets is None:
            return True
        record.msg, record.args = redact(record.getMessage(), secrets), ()
        record.exc_info = None  # may quote what the server said
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
        return logging.getLogger(record.name).isEnabledFor(logging.DEBUG)


_MASK = _MaskSecrets()
for _name in ("connectionpool", "connection", "poolmanager", "util.retry", "response"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_MASK)


@contextmanager
def _masked_logs(secrets: Sequence[str]) -> Iterator[None]:
    thread = threading.get_ident()
    outer = _MASK.secrets.get(thread)  # of a call that a signal handler interrupted
    _MASK.secrets[thread] = secrets
    try:
        yield
    finally:
        if outer is None:
            del _MASK.secrets[thread]
        else:
            _MASK.secrets[thread] = outer


def _after_fork() -> None:
    # The parent's session may be locked by a thread that does not exist here.
    global _sessions, _session_lock
    _sessions, _session_lock = {}, threading.RLock()
    _MASK.secrets.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

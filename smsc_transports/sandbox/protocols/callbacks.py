"""Status callbacks: each change of a status is posted to a URL, as the gateway does it."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import ipaddress
import itertools
from typing import Dict, List, Optional, Tuple
from urllib.parse import urlsplit

import aiohttp

from smsc_transports.callback import sign
from smsc_transports.sandbox.rules import statuses
from smsc_transports.sandbox.rules.clock import Clock, date
from smsc_transports.sandbox.rules.formats import KIND_NUMBERS, hlr
from smsc_transports.sandbox.rules.store import Message, Recipient

_TIMEOUT = aiohttp.ClientTimeout(total=5)

_Due = Tuple[float, int, Message, Recipient, statuses.Change]


def check_url(url: str) -> None:
    """ValueError unless ``url`` leads to this machine: the sandbox calls no other."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local or parts.scheme not in ("http", "https"):
        raise ValueError(f"callbacks go to loopback only (http://127.0.0.1:...), not to {url}")


class Callbacks:
    """Posts what falls due by ``clock``, in the order of time, one at a time."""

    def __init__(self, url: Optional[str], secret: str, clock: Clock) -> None:
        if url:
            check_url(url)
        self.url = url
        self._secret = secret
        self._clock = clock
        self._due: List[_Due] = []
        self._order = itertools.count()
        self._changed: asyncio.Event
        self._posting: asyncio.Lock
        self._session: Optional[aiohttp.ClientSession] = None
        self._task: Optional[asyncio.Task[None]] = None

    async def start(self) -> None:
        """Begin to post."""
        # Made here and not before, because in Python 3.8 they belong to the loop they are made in.
        self._changed, self._posting = asyncio.Event(), asyncio.Lock()
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=False)
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Post no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def add(self, message: Message) -> None:
        """Expect the statuses of a new message."""
        for recipient in message.recipients:
            for change in statuses.life(message, recipient)[1:]:
                entry = (change.time, next(self._order), message, recipient, change)
                heapq.heappush(self._due, entry)
        self._changed.set()

    def forget(self) -> None:
        """Expect nothing any more."""
        self._due.clear()

    async def post_due(self) -> None:
        """Post everything that has fallen due."""
        if self._session is None:
            return
        async with self._posting:
            while self._due and self._due[0][0] <= self._clock.now():
                _, _, message, recipient, change = heapq.heappop(self._due)
                await self._post(form(message, recipient, change, self._secret))

    async def _run(self) -> None:
        while True:
            await self.post_due()
            self._changed.clear()
            wait = self._due[0][0] - self._clock.now() if self._due else None
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait)

    async def _post(self, fields: Dict[str, str]) -> None:
        assert self._session is not None
        assert self.url is not None
        try:
            # Not followed elsewhere: a redirect could lead off this machine.
            async with self._session.post(self.url, data=fields, allow_redirects=False):
                pass
        except (aiohttp.ClientError, asyncio.TimeoutError):
            pass  # as at the gateway, a receiver that does not answer is not reported


def form(
    message: Message, recipient: Recipient, change: statuses.Change, secret: str
) -> Dict[str, str]:
    """The fields of one callback."""
    signature = sign(message.id, recipient.phone, change.status, secret)
    kind = str(KIND_NUMBERS.get(message.kind, 0))
    details = hlr(recipient) if message.kind == "hlr" else {}
    return {
        "id": message.id,
        "phone": recipient.phone,
        "status": str(change.status),
        "time": date(change.time),
        "ts": str(int(change.time)),
        "err": str(change.err),
        "cost": str(recipient.cost),
        "sender": message.sender,
        "type": kind,
        "flag": kind,
        "md5": signature.md5,
        "sha1": signature.sha1,
        **{name: str(value) for name, value in details.items()},
    }

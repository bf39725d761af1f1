"""Slots of all machines: leases in a Redis, renewed while a call lasts.

A process that is killed renews nothing, so its slots are free when the lease ends. The server's
clock counts. A Redis that has lost its data gives no slot for some time, in which all holders
renew their leases; so a restart does not let them exceed the limit.

Each request to Redis uses a client of its own, so that a signal handler or the garbage collector
cannot interrupt one in use.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import Any, Callable, Dict, List, Optional
from weakref import WeakSet

from smsc_transports.failover.shared_slots import Unreachable

LEASE_SECONDS = 10.0
RENEW_SECONDS = 1.0
GRACE_SECONDS = 2.0
ANSWER_SECONDS = (3.0, 1.0, 0.3, 0.1)
"""The longest that Redis may take for an answer."""

SINCE = "smsc:slots:since"

# Takes the slot ARGV[4] ("" for none) and renews the others after it. A member's score is the end
# of its lease; one that is too late tells that the server's clock was set back.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease, grace, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local since = tonumber(redis.call('GET', KEYS[2]) or now)
local impossible = redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. (now + lease), '+inf')
if impossible > 0 or since >= now then
    since = now
    redis.call('SET', KEYS[2], now)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for i = 5, #ARGV do redis.call('ZADD', KEYS[1], now + lease, ARGV[i]) end
local taken = 0
local wanted = ARGV[4]
if wanted ~= '' and (redis.call('ZSCORE', KEYS[1], wanted)
        or (now - since >= grace and redis.call('ZCARD', KEYS[1]) < most)) then
    redis.call('ZADD', KEYS[1], now + lease, wanted)
    taken = 1
end
redis.call('PEXPIRE', KEYS[1], lease)
return taken
"""


class RedisSlots:
    """Holds leases in one Redis."""

    pause_seconds = 0.005

    def __init__(self, redis: Any, url: str) -> None:
        self._redis = redis
        self._url = url
        self._start()
        _instances.add(self)

    def _start(self) -> None:
        self._clients: Dict[float, List[Any]] = {seconds: [] for seconds in ANSWER_SECONDS}
        self._taking: Dict[str, str] = {}
        self._held: Dict[str, str] = {}
        self._renewer: Optional[threading.Thread] = None
        self._nothing_held = threading.Lock()

    def take(self, ticket: str, key: str, most: int, seconds: float) -> bool:
        """Take a lease, unless there are as many as there may be. Raises Unreachable."""
        self._taking[ticket] = key  # so that it is given back even if the answer is lost
        if not self._ask(key, most, ticket, seconds=seconds):
            return False
        self._held[ticket] = key
        self._keep_renewing()
        return True

    def give_back(self, ticket: str) -> None:
        """End a lease; where Redis is away it ends by itself."""
        self._held.pop(ticket, None)
        key = self._taking.pop(ticket, None)
        if key is not None:
            self._remove(key, ticket)

    def _remove(self, key: str, ticket: str) -> None:
        with suppress(Unreachable):
            self._with_client(lambda client: client.zrem(_name(key), ticket), 1.0)

    def _ask(self, key: str, most: int, wanted: str, *held: str, seconds: float = 1.0) -> bool:
        times = (int(LEASE_SECONDS * 1000), int(GRACE_SECONDS * 1000))
        arguments = (_name(key), SINCE, *times, most, wanted, *held)
        return bool(self._with_client(lambda client: client.eval(SCRIPT, 2, *arguments), seconds))

    def _with_client(self, ask: Callable[[Any], Any], seconds: float) -> Any:
        step = next((each for each in ANSWER_SECONDS if each <= seconds), ANSWER_SECONDS[-1])
        kept = self._clients[step]
        while True:
            client = None
            with suppress(IndexError):
                client = kept.pop()
            is_new = client is None
            if client is None:
                client = self._new_client(step)
            try:
                answer = self._answer(ask, client)
            except Unreachable as error:
                if is_new or error.for_good:
                    raise
                kept.clear()  # the other connections are no better: Redis may have been restarted
                continue
            kept.append(client)
            return answer

    def _answer(self, ask: Callable[[Any], Any], client: Any) -> Any:
        failed: Unreachable
        try:
            return ask(client)
        except self._redis.AuthenticationError as error:
            failed = Unreachable(f"Redis refused login or password: {error}", for_good=True)
        except (self._redis.ConnectionError, self._redis.TimeoutError) as error:
            failed = Unreachable(f"{type(error).__name__}: {error}")
        except (self._redis.RedisError, TypeError, ValueError) as error:
            failed = Unreachable(f"{type(error).__name__}: {error}", for_good=True)
        except BaseException:
            client.close()  # Ctrl-C: the next one must not read this answer
            raise
        client.close()
        raise failed from None

    def _new_client(self, seconds: float) -> Any:
        return self._redis.Redis.from_url(
            self._url,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=self._redis.retry.Retry(self._redis.backoff.NoBackoff(), 0),
        )

    def _keep_renewing(self) -> None:
        if self._renewer is not None:
            return
        # The renewer waits for it and retakes it. It is as new as the thread: where gevent has
        # replaced threads meanwhile, to wait for an older lock would stop all of them.
        self._nothing_held = threading.Lock()
        self._nothing_held.acquire()
        thread = threading.Thread(target=self._renew, name="smsc-leases", daemon=True)
        self._renewer = thread
        try:
            thread.start()
        except RuntimeError:  # the program is ending: this call lasts as long as its lease
            self._renewer = None

    def _renew(self) -> None:
        while True:
            self._nothing_held.acquire(timeout=RENEW_SECONDS)
            held = self._held.copy()
            for key in set(held.values()):
                tickets = [ticket for ticket in held if held[ticket] == key]
                with suppress(Unreachable):
                    self._ask(key, 0, "", *tickets)
                for ticket in tickets:
                    if ticket not in self._held:  # given back meanwhile
                        self._remove(key, ticket)
            if self._held:
                continue
            self._renewer = None
            if not self._held:
                return
            self._renewer = threading.current_thread()  # one came in between

    def before_fork(self) -> None:
        """Leave no thread beside the forking one, if nothing is held."""
        thread = self._renewer
        if thread is None or self._held or thread is threading.current_thread():
            return
        with suppress(RuntimeError):  # woken already
            self._nothing_held.release()
        thread.join(1.0)

    def after_fork(self) -> None:
        """Start afresh in the child: leases, connections and the thread are the parent's."""
        self._start()


def _name(key: str) -> str:
    return f"smsc:slots:{key}"


_instances: WeakSet[RedisSlots] = WeakSet()


def _before_fork() -> None:
    for each in list(_instances):
        each.before_fork()


def _after_fork() -> None:
    for each in list(_instances):
        each.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)

"""The gateway's protection against repeats, floods and guessing (vendor's pages and FAQ 99)."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from typing import Counter as CounterType
from typing import Deque, Hashable, Optional

from smsc_transports.sandbox.rules.clock import Clock
from smsc_transports.sandbox.rules.faults import Switches
from smsc_transports.sandbox.rules.refused import Refused

MINUTE = 60
AUTHORISATION_ERRORS, AUTHORISATION_WINDOW = 5, 30 * MINUTE
FAILED_SENDS, FAILED_SENDS_WINDOW = 100, 10 * MINUTE
CONCURRENT = {"send": 15, "balance": 15, "status": 5}


class Window:
    """Counts what happened under a key within the last ``seconds``."""

    def __init__(self, clock: Clock, seconds: float = MINUTE) -> None:
        self._clock = clock
        self._seconds = seconds
        self._times: OrderedDict[Hashable, Deque[float]] = OrderedDict()

    def count(self, key: Hashable) -> int:
        """How many times it happened."""
        times = self._times.get(key)
        if times is None:
            return 0
        while times and times[0] <= self._clock.now() - self._seconds:
            times.popleft()
        return len(times)

    def add(self, key: Hashable) -> None:
        """It happened now."""
        now = self._clock.now()
        times = self._times.setdefault(key, deque())
        times.append(now)
        self._times.move_to_end(key)
        # The keys stand in the order of their last time, so the outdated ones are in front.
        while next(iter(self._times.values()))[-1] <= now - self._seconds:
            self._times.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._times.clear()


class Limits:
    """All rules of one gateway. ``enabled`` switches them as a whole."""

    def __init__(self, clock: Clock, switches: Switches, enabled: bool = True) -> None:
        self._clock = clock
        self.enabled = self._enabled_at_first = enabled
        self._switches = switches
        self._sends = Window(clock)
        self._ids = Window(clock)
        self._prices = Window(clock)
        self._statuses = Window(clock)
        self._mass_statuses = Window(clock)
        self._balances = Window(clock)
        self._wrong_logins = Window(clock, AUTHORISATION_WINDOW)
        self._failed_sends = Window(clock, FAILED_SENDS_WINDOW)
        self._blocked_until = 0.0
        self._running: CounterType[Hashable] = Counter()

    def reset(self) -> None:
        """As at first. Running requests stay counted."""
        for window in (
            self._sends,
            self._ids,
            self._prices,
            self._statuses,
            self._mass_statuses,
            self._balances,
            self._wrong_logins,
            self._failed_sends,
        ):
            window.clear()
        self._blocked_until = 0.0
        self.enabled = self._enabled_at_first

    def begin(self, account: str, endpoint: str) -> None:
        """A request starts; every call is followed by one of :meth:`end`."""
        self._running[account, endpoint] += 1

    def end(self, account: str, endpoint: str) -> None:
        """A request was answered or given up."""
        self._running[account, endpoint] -= 1
        if not self._running[account, endpoint]:
            del self._running[account, endpoint]

    def check_request(self, account: str, endpoint: str) -> None:
        """Error 4 while the address is blocked, error 9 for too many requests at once."""
        if not self.enabled:
            return
        if self._clock.now() < self._blocked_until:
            raise Refused(4)
        if self._running[account, endpoint] >= CONCURRENT[endpoint]:
            raise Refused(9, "too many concurrent requests")

    def wrong_login(self) -> None:
        """Count an authorisation error; the fifth blocks the address for 30 minutes."""
        self._count_towards_block(self._wrong_logins, AUTHORISATION_ERRORS, AUTHORISATION_WINDOW)

    def failed_send(self) -> None:
        """Count a refused send; the hundredth in a row blocks the address for 10 minutes."""
        self._count_towards_block(self._failed_sends, FAILED_SENDS, FAILED_SENDS_WINDOW)

    def check_send(self, identity: Hashable, id_and_phones: Optional[Hashable]) -> None:
        """Error 9 for a send that was accepted before, within a minute."""
        refuse_repeats = self._switches.error9_on_repeat
        if (self.enabled or refuse_repeats) and self._sends.count(identity):
            raise Refused(9)
        if refuse_repeats and id_and_phones and self._ids.count(id_and_phones):
            raise Refused(9)

    def accepted_send(self, identity: Hashable, id_and_phones: Optional[Hashable]) -> None:
        """Remember a send for :meth:`check_send`; a row of failures ends."""
        self._sends.add(identity)
        if id_and_phones:
            self._ids.add(id_and_phones)
        self._failed_sends.clear()

    def check_price(self, identity: Hashable) -> None:
        """Error 9 for the sixth identical price query within a minute."""
        self._count_or_refuse(self._prices, identity, 5)

    def check_status(self, account: str, queried: Hashable, mass: bool) -> None:
        """Error 9 for the sixth query of one message, or the second mass query, in a minute."""
        if mass:
            self._count_or_refuse(self._mass_statuses, account, 1)
        else:
            self._count_or_refuse(self._statuses, (account, queried), 5)

    def check_balance(self, account: str) -> None:
        """Error 9 for the eleventh query within a minute."""
        self._count_or_refuse(self._balances, account, 10)

    def _count_or_refuse(self, window: Window, key: Hashable, allowed: int) -> None:
        if not self.enabled:
            return
        if window.count(key) >= allowed:
            raise Refused(9)
        window.add(key)

    def _count_towards_block(self, window: Window, allowed: int, seconds: float) -> None:
        if not self.enabled:
            return
        window.add("")
        if window.count("") >= allowed:
            window.clear()
            self._blocked_until = max(self._blocked_until, self._clock.now() + seconds)

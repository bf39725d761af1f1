"""A program that holds slots until its standard input ends: python -m tests.slots.holder."""

from __future__ import annotations

import sys
from contextlib import ExitStack

from smsc_transports.failover.shared_slots import leases
from smsc_transports.failover.slots import slot

from ..failover.scripted import send_request

if __name__ == "__main__":
    place, login, count, lease = sys.argv[1:]
    leases.LEASE_SECONDS = float(lease)
    leases.RENEW_SECONDS = 0.2
    with ExitStack() as held:
        for _ in range(int(count)):
            held.enter_context(slot(send_request(login=login, slots=place), 10))
        print("held", flush=True)
        sys.stdin.read()

"""Leads a process from the gateway's names to a sandbox on this machine.

Loaded at the start of each Python below ``smsc sandbox run`` and, for the length of a test, in
pytest. It needs nothing but Python 3.6 and must import little: every process pays for it.

A :class:`~.plan.Plan` says which names lead where; ``lookups`` replaces the functions that look
names up and connect accordingly; ``guard`` refuses what came past them;
``children`` gives the fence to the programs that this one starts.
"""

import os
from typing import Iterable, Optional

from . import children, guard, lookups
from .plan import VARIABLE, Plan, current, environment, swap
from .reports import report

__all__ = ["VARIABLE", "Plan", "cover", "environment", "is_up", "put_up", "start"]


def start() -> None:
    """Fence this process as the variable says that ``smsc sandbox run`` has set."""
    put_up(Plan.from_json(os.environ[VARIABLE]))
    report(up=True)


def put_up(plan: Optional[Plan]) -> Optional[Plan]:
    """Follow ``plan`` from now on, or none; gives the plan that was followed until now."""
    before = swap(plan)
    if before is None and plan is not None:
        guard.put_up()
        lookups.put_up()
        children.put_up()
    if before is not None and plan is None:
        children.take_down()
        lookups.take_down()
    return before


def is_up() -> bool:
    """Whether this process is fenced."""
    return current() is not None


def cover(hosts: Iterable[str]) -> None:
    """Lead these hosts to the sandbox as well; each may have a port."""
    plan = current()
    if plan is not None:
        plan.cover(hosts)

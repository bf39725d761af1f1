"""Programs that run as processes of their own, and everything that a call may show of itself."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import textwrap
import traceback
import warnings
from types import TracebackType
from typing import Any, Callable, Iterator, List, Optional, Set, Tuple

import pytest

from smsc_transports import Request, Transport, hookimpl, plugin_manager

from ..copies import SECONDS, run_code
from ..faces import LOGIN, PASSWORD
from ..surroundings import module_with

HEAD = f"""
import os, sys
import smsc_api
smsc_api.SMSC_LOGIN, smsc_api.SMSC_PASSWORD = {LOGIN!r}, {PASSWORD!r}
smsc_api.SMSC_HOST = os.environ["HOST_OF_TEST"]

def send(**options):
    return list(smsc_api.SMSC().send_sms("79990000001", "hello", **options))
"""


def run(program: str, host: str, start: bool = False, **environment: str) -> Tuple[str, str]:
    """Let a program run to its end and give its stdout and stderr; fail if it hangs.

    With ``start`` it is started anew, and imports for itself what it needs.
    """
    code = HEAD + textwrap.dedent(program)
    environ = {**os.environ, "HOST_OF_TEST": host, **environment}
    if not start:
        ended = run_code(code, environ)
        if ended.returncode == -signal.SIGALRM:
            pytest.fail(f"the program hangs: {ended.stdout!r}, {ended.stderr!r}")
        return ended.stdout.strip(), ended.stderr.strip()
    try:
        ended = subprocess.run(
            [sys.executable, "-c", code],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        hangs = f"the program hangs: {error.stdout!r}, {error.stderr!r}"
    else:
        return ended.stdout.strip(), ended.stderr.strip()
    pytest.fail(hangs)


class Courier(Transport):
    """A transport of another company: it carries messages and nothing else."""

    name = "courier"
    commands = frozenset({"send"})

    def __init__(self, work: Callable[[Request], str] = lambda request: "7,1,0.00,0.00") -> None:
        self.work = work
        self.carried: List[str] = []

    def addresses(self, request: Request) -> List[str]:
        return ["courier.example"]

    def exchange(self, request: Request, address: str, timeout: Any) -> str:
        self.carried.append(request.command)
        return self.work(request)


def employ(courier: Transport, name: str = "couriers", **hooks: Callable[..., Any]) -> None:
    """Register a plugin that gives this transport, and has these other hooks as they are."""
    give = hookimpl(lambda: [courier])
    plugin_manager().register(module_with(name, smsc_transports=give, **hooks), name)


class Shown:
    """All that was told, logged and printed."""

    def __init__(self, capfd: pytest.CaptureFixture[str], log: pytest.LogCaptureFixture) -> None:
        self._capfd = capfd
        self._log = log
        self._warned: List[warnings.WarningMessage] = []
        self._printed = ""

    def warn(self, warned: List[warnings.WarningMessage]) -> None:
        self._warned = warned

    def told(self) -> str:
        """Everything that a program without logging would have on stderr."""
        self._printed += self._capfd.readouterr().err
        return "\n".join([self._printed, *(str(each.message) for each in self._warned)])

    def __str__(self) -> str:
        return self.told() + self._log.text


@pytest.fixture
def shown(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[Shown]:
    """All that was told, logged (from DEBUG up) and printed on stderr."""
    shown = Shown(capfd, caplog)
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        shown.warn(warned)
        yield shown


def story_of(reply: Any) -> str:
    """Give what a reply tells of its attempts, and what it raises."""
    story = [repr(reply), repr(reply.attempts), *map(str, reply.attempts)]
    try:
        reply.raise_for_error()
    except Exception as error:
        story += [repr(error), *traceback.format_exception(type(error), error, None)]
    return "\n".join(story)


def locals_in(error: BaseException, own_file: str) -> Iterator[Tuple[str, str, str]]:
    """Give every local variable that an error reporter would send along.

    These are the variables in all frames of the traceback, of the causes and contexts too, as
    repr shows them; but not those of the test itself.
    """
    seen: Set[int] = set()
    left: List[Optional[BaseException]] = [error]
    while left:
        each = left.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        left += [each.__cause__, each.__context__]
        trace: Optional[TracebackType] = each.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if code.co_filename != own_file:
                for name, value in trace.tb_frame.f_locals.items():
                    with contextlib.suppress(Exception):
                        yield code.co_filename, f"{code.co_name}: {name}", repr(value)
            trace = trace.tb_next

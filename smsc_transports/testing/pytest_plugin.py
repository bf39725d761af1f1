"""The fixture ``smsc_sandbox`` for people's own test suites.

pytest imports this module in every run of every project in the environment, so it must cost
nothing until the fixture is used.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Generator, Iterator

import pytest

if TYPE_CHECKING:
    from smsc_transports.sandbox.server import Sandbox

# The tests that plugins inherit show what they compared.
pytest.register_assert_rewrite("smsc_transports.testing.contract")

_ACCOUNT = {"SMSC_LOGIN": "sandbox", "SMSC_PASSWORD": "sandbox"}


@pytest.fixture(scope="session")
def _smsc_sandbox_of_session() -> Iterator[Sandbox]:
    try:
        from smsc_transports.sandbox.server import Sandbox
    except ModuleNotFoundError as error:
        pytest.fail(str(error), pytrace=False)
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def smsc_sandbox(
    _smsc_sandbox_of_session: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """A fresh local gateway; what the test, and programs it starts, send to the gateway goes there.

    A :class:`smsc_transports.sandbox.server.Sandbox`: see its ``messages``, ``wait_for``,
    ``fail``, ``balance`` and ``clock``. Nothing that one test did to it is seen by the next.
    Where the environment has no account, a made-up one is in it for the length of the test.
    """
    _smsc_sandbox_of_session.reset()
    if not any(os.environ.get(name) for name in _ACCOUNT):
        for name, value in _ACCOUNT.items():
            monkeypatch.setenv(name, value)
    with _smsc_sandbox_of_session.fence():
        yield _smsc_sandbox_of_session


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, None, None]:
    """Show beside a failure what the sandbox had received by then."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    sandbox = getattr(item, "funcargs", {}).get("smsc_sandbox")
    if sandbox is not None and report.when == "call" and report.failed:
        report.sections.append(("SMSC sandbox", sandbox.received()))

"""The fixture ``smsc_sandbox`` for people's own test suites.

pytest imports this module in every run of every project in the environment, so it must cost
nothing until the fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

import pytest

if TYPE_CHECKING:
    from smsc_transports.sandbox.server import Sandbox

# The tests that plugins inherit show what they compared.
pytest.register_assert_rewrite("smsc_transports.testing.contract")


@pytest.fixture(scope="session")
def _smsc_sandbox_of_session() -> Iterator[Sandbox]:
    try:
        from smsc_transports.sandbox.server import Sandbox
    except ModuleNotFoundError as error:
        from smsc_transports.sandbox.command import INSTALL

        pytest.fail(f"smsc_sandbox needs {error.name}: {INSTALL}", pytrace=False)
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def smsc_sandbox(_smsc_sandbox_of_session: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A fresh local gateway; programs under test send there and nowhere else.

    A :class:`smsc_transports.sandbox.server.Sandbox`: see its ``messages``, ``wait_for``,
    ``fail``, ``balance`` and ``clock``. Nothing that one test did to it is seen by the next.
    """
    _smsc_sandbox_of_session.reset()
    monkeypatch.setenv("SMSC_SANDBOX", _smsc_sandbox_of_session.url)
    return _smsc_sandbox_of_session

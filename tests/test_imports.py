"""Importing costs what it always did: what makes the calls is imported by the first of them."""

from __future__ import annotations

import re
import sys
from typing import Any, Set

import pytest

import smsc_transports

from .test_face import run

VENDORS_IMPORTS = "import datetime, smtplib, time, urllib.parse, urllib.request"
OWN = {"__future__", "smsc_transports"}


def imported_by(program: str) -> Set[str]:
    return set(run(f"{program}\nimport sys\nprint(*sys.modules)").split())


def test_importing_the_face_imports_what_the_vendors_file_does_and_three_small_ones() -> None:
    more = imported_by("import smsc_api") - imported_by(VENDORS_IMPORTS)
    values = "smsc_transports.values"
    assert more == OWN | {"smsc_api", values, f"{values}.encoding", f"{values}.forks"}


def test_importing_the_package_imports_nothing_else() -> None:
    assert imported_by("import smsc_transports") - imported_by("") == OWN


REFUSED = "smsc_api.SMSC_HOST = '127.0.0.1:9'\nsmsc_api.SMSC().get_balance()\n"


def test_a_call_imports_neither_the_tools_nor_the_sandbox() -> None:
    imported = imported_by("import smsc_api\n" + REFUSED)
    assert {"smsc_transports.transports.http", "requests", "pluggy"} <= imported
    tools = re.compile(r"smsc_transports\.(cli|switching|sandbox|testing)|pytest|responses|aiohttp")
    assert not [name for name in imported if tools.match(name)]


def test_a_program_that_logs_from_some_time_on_sees_every_attempt_from_then_on() -> None:
    program = (
        f"import smsc_api\n{REFUSED}"
        "import logging, sys\n"
        "logging.basicConfig(stream=sys.stdout, level='DEBUG', format='%(levelname)s %(name)s')\n"
        f"{REFUSED}"
    )
    assert "INFO smsc_transports.failover" in run(program).splitlines()


def test_a_program_that_asks_for_no_log_gets_no_line_on_stderr() -> None:
    assert run(f"import logging, smsc_api\n{REFUSED}") == ""


@pytest.mark.parametrize("missing", ["pluggy", "smsc_transports.call"])
def test_what_is_not_installed_is_reported_by_the_first_call(missing: str) -> None:
    program = (
        "import sys, smsc_api\n"
        f"sys.modules[{missing!r}] = None\n"
        "try: smsc_api.SMSC().get_balance()\n"
        "except ImportError as error: print(error)\n"
    )
    told = run(program)
    assert told.startswith("smsc_api works with the package smsc_transports, which cannot be ")
    assert told.endswith(f"in a checkout of smsc-transports: {sys.executable} -m pip install .")


@pytest.mark.parametrize("name", smsc_transports.__all__)
def test_every_public_name_can_be_imported_and_is_listed(name: str) -> None:
    names: Any = {}
    exec(f"from smsc_transports import {name}", names)
    assert names[name] is getattr(smsc_transports, name)
    assert name in dir(smsc_transports)


def test_a_misspelt_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'smsc_transports' has no attribute 'Transprot'"):
        smsc_transports.Transprot  # type: ignore[attr-defined]  # noqa: B018

"""What people set up wrongly, or perhaps did not mean."""

from __future__ import annotations

import codecs
import os
from typing import Iterable, List, Sequence

from smsc_transports.cli import face_file
from smsc_transports.cli.doctor.program import Program
from smsc_transports.cli.doctor.report import Finding, note, problem
from smsc_transports.values.errors import did_you_mean
from smsc_transports.values.settings import Settings

_NO = ("false", "no", "off", "0", "none", "n", "f")
_CHARSETS = ("utf-8", "windows-1251", "koi8-r")
_OF_THE_ENVIRONMENT = (
    "SMSC_LOGIN",
    "SMSC_PASSWORD",
    "SMSC_HOST",
    "SMSC_TRANSPORT",
    "SMSC_FAILOVER",
    "SMSC_TIMEOUT",
    "SMSC_DEADLINE",
    "SMSC_SANDBOX",
    "SMSC_PLUGINS",
    "SMSC_BLOCK_PLUGINS",
    "SMSC_TRACE_PLUGINS",
)


def mistakes(program: Program, settings: Settings, constants: Sequence[str]) -> List[Finding]:
    """Find them; ``constants`` are the names that may stand in the file."""
    return [
        *(problem(text, face_file.TYPE_REMEDY) for text in face_file.type_mistakes(settings)),
        *_account(program, settings),
        *_switches(settings),
        *_charset(settings),
        *_failover(settings),
        *_names_in_file(program, constants),
        *_names_in_environment(program, constants),
    ]


def places(program: Program) -> str:
    """Say where a login may be set."""
    return f"in {program.file} or in the environment" if program.file else "in the environment"


def _account(program: Program, settings: Settings) -> Iterable[Finding]:
    where = places(program)
    if settings.login and not settings.password:
        yield problem("SMSC_LOGIN is set and SMSC_PASSWORD is empty.", f"Set it {where}.")
    if settings.password and not settings.login:
        yield note("SMSC_LOGIN is empty, so SMSC_PASSWORD goes out as an API key.")
    given = [name for name in ("SMSC_LOGIN", "SMSC_PASSWORD") if os.environ.get(name)]
    of_the_file = (program.face.SMSC_LOGIN, program.face.SMSC_PASSWORD)
    if given and any(of_the_file):
        yield note(
            f"Not used: {' and '.join(given)} of the environment, since {program.file} has a "
            f"login or a password of its own."
        )


def _switches(settings: Settings) -> Iterable[Finding]:
    switches = {
        "SMSC_POST": settings.post,
        "SMSC_HTTPS": settings.https,
        "SMSC_DEBUG": settings.debug,
    }
    for name, value in switches.items():
        if isinstance(value, str) and value.strip().lower() in _NO:
            yield problem(
                f"{name} is the text {value!r}, and any text that is not empty means yes.",
                f"Write {name} = False; from the environment: "
                f'{name} = os.environ.get("{name}", "").lower() in ("1", "true", "yes")',
            )


def _charset(settings: Settings) -> Iterable[Finding]:
    try:
        known = codecs.lookup(settings.charset) in [codecs.lookup(name) for name in _CHARSETS]
    except (LookupError, TypeError):
        known = False
    if not known:
        yield note(
            f"SMSC_CHARSET is {settings.charset!r}; the gateway knows {', '.join(_CHARSETS)}. "
            f"A charset that Python does not know goes out as utf-8."
        )


def _failover(settings: Settings) -> Iterable[Finding]:
    if settings.failover == "legacy":
        yield note(
            "SMSC_FAILOVER is legacy, the vendor's rule: a message whose answer is lost is sent "
            "again on the next host, and may arrive up to five times.",
            "SMSC_FAILOVER = 'safe' asks for its status first and never sends it twice.",
        )


def _names_in_file(program: Program, constants: Sequence[str]) -> Iterable[Finding]:
    for name in vars(program.face):
        if name.startswith(("SMSC_", "SMTP_")) and name not in constants:
            meant = did_you_mean(name, constants)
            if meant:
                yield note(f"{name} in {program.file} is no setting.{meant}")


def _names_in_environment(program: Program, constants: Sequence[str]) -> Iterable[Finding]:
    for name in sorted(os.environ):
        if not name.startswith(("SMSC_", "SMTP_")) or name in _OF_THE_ENVIRONMENT:
            continue
        if name in constants:
            yield note(
                f"{name} in the environment counts only if {program.file or 'smsc_api.py'} reads "
                f"it itself."
            )
        else:
            meant = did_you_mean(name, _OF_THE_ENVIRONMENT)
            yield note(f"{name} in the environment is no setting.{meant}")

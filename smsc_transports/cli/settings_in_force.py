"""The settings in force, where each comes from, and what people set up wrongly."""

from __future__ import annotations

import codecs
import dataclasses
import os
import warnings
from typing import Any, Dict, Iterable, List, Mapping

from smsc_transports.cli.program import TYPE_REMEDY, type_mistakes
from smsc_transports.cli.report import Finding, Section, note, ok, problem
from smsc_transports.reporting.notices import SMSCWarning
from smsc_transports.reporting.redaction import without_user
from smsc_transports.values.errors import did_you_mean
from smsc_transports.values.mistakes import API_KEY, WHERE_THE_KEY_GOES
from smsc_transports.values.settings import Settings, Timeout, read_settings

_NO = ("false", "no", "off", "0", "none", "n", "f")
_CHARSETS = ("utf-8", "windows-1251", "koi8-r")
_SWITCHES = ("post", "https", "debug")
_SECRET = ("login", "password", "smtp_login", "smtp_password", "smpp_password")
_URLS = ("slots", "queue")
_OF_THE_ENVIRONMENT = (
    "SMSC_LOGIN", "SMSC_PASSWORD", "SMSC_HOST", "SMSC_TRANSPORT", "SMSC_FAILOVER", "SMSC_TIMEOUT",
    "SMSC_DEADLINE", "SMSC_SLOTS", "SMSC_QUEUE", "SMPP_PASSWORD", "SMPP_SERVER", "SMPP_TLS",
    "SMPP_SPLIT", "SMSC_SANDBOX", "SMSC_PLUGINS", "SMSC_BLOCK_PLUGINS", "SMSC_TRACE_PLUGINS",
    "SMSC_LANG",
)  # fmt: skip

CONSTANTS: Dict[str, str] = {
    field.name: ("" if field.name[:4] in ("smtp", "smpp") else "SMSC_") + field.name.upper()
    for field in dataclasses.fields(Settings)
}
"""The constant of each field of the settings."""


def settings_section(face: Any, file: str, unknown: Mapping[str, Any]) -> Section:
    """Look at the settings as a call reads them, before plugins are asked."""
    constants = vars(face)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", SMSCWarning)
        settings = read_settings(constants)
    findings = [
        ok(f"{constant} = {_shown(name, settings)} ({_origin(name, constants, settings)})")
        for name, constant in CONSTANTS.items()
        if constant not in unknown
    ]
    for each in told:
        name = str(each.message).split()[0]
        place = "the environment" if constants.get(name) in (None, "") else file
        findings.append(problem(str(each.message), f"Correct it in {place}."))
    return Section("Settings", findings + list(_mistakes(face, file, settings)))


def _shown(name: str, settings: Settings) -> str:
    """Write the value of a field; of a secret only whether there is one."""
    value = getattr(settings, name)
    if name in _SECRET:
        return "set" if value else "empty"
    if name in _SWITCHES:
        return repr(value)  # the text 'False' is not False
    if isinstance(value, Timeout):
        return f"{value.connect:g} s to connect, {value.read:g} s for the answer"
    if value is None:
        return "none"
    if name in _URLS:
        return without_user(value) or "empty"
    return "empty" if value == "" else str(value)


def _origin(name: str, constants: Mapping[str, Any], settings: Settings) -> str:
    """Find where a field comes from, by reading the settings with fewer and fewer sources."""
    value = getattr(settings, name)
    if value != getattr(read_settings(constants, {}), name):
        return "environment"
    return "default" if value == getattr(Settings(), name) else "file"


def _mistakes(face: Any, file: str, settings: Settings) -> Iterable[Finding]:
    for mistake in type_mistakes(face):
        yield problem(mistake, TYPE_REMEDY)
    where = f"in {file} or in the environment" if file else "in the environment"
    if settings.login and not settings.password:
        yield problem("SMSC_LOGIN is set and SMSC_PASSWORD is empty.", f"Set it {where}.")
    if settings.password and not settings.login:
        yield note("SMSC_LOGIN is empty, so SMSC_PASSWORD goes out as an API key.")
    given = [name for name in ("SMSC_LOGIN", "SMSC_PASSWORD") if os.environ.get(name)]
    if given and (face.SMSC_LOGIN or face.SMSC_PASSWORD):
        yield note(
            f"Not used: {' and '.join(given)} of the environment, since {file} has a login or a "
            f"password of its own."
        )
    yield from _values(settings)
    yield from _names(file, bool(settings.login or settings.password))


def _values(settings: Settings) -> Iterable[Finding]:
    for field in _SWITCHES:
        name, value = CONSTANTS[field], getattr(settings, field)
        if isinstance(value, str) and value.strip().lower() in _NO:
            yield problem(
                f"{name} is the text {value!r}, and any text that is not empty means yes.",
                f"Write {name} = False; from the environment: "
                f'{name} = os.environ.get("{name}", "").lower() in ("1", "true", "yes")',
            )
    try:
        known = codecs.lookup(settings.charset) in [codecs.lookup(name) for name in _CHARSETS]
    except (LookupError, TypeError):
        known = True  # told of where the settings were read
    if not known:
        yield note(
            f"SMSC_CHARSET is {settings.charset!r}; the gateway knows {', '.join(_CHARSETS)}."
        )
    if settings.failover == "legacy":
        yield note(
            "SMSC_FAILOVER is legacy, the vendor's rule: a message whose answer is lost is sent "
            "again on the next host, and may arrive up to five times.",
            "SMSC_FAILOVER = 'safe' asks for its status before it sends it again.",
        )


def _names(file: str, has_account: bool) -> List[Finding]:
    """Find names that are like a setting's and are none."""
    known = list(CONSTANTS.values())
    findings = []
    for name in sorted(os.environ):
        if not name.startswith(("SMSC_", "SMTP_")) or name in _OF_THE_ENVIRONMENT:
            continue
        if name == API_KEY and not has_account:
            continue  # told of where the settings were read
        if name == API_KEY:
            text = WHERE_THE_KEY_GOES
        elif name in known:
            where = file or "smsc_api.py"
            text = f"{name} in the environment counts only if {where} reads it itself."
        else:
            meant = did_you_mean(name, _OF_THE_ENVIRONMENT)
            text = f"{name} in the environment is no setting.{meant}"
        findings.append(note(text))
    return findings

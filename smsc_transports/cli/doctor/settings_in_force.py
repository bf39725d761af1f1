"""The settings in force, where each comes from, and which cannot be understood."""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any, Dict, Mapping

from smsc_transports.cli.doctor.mistakes import mistakes
from smsc_transports.cli.doctor.program import Program
from smsc_transports.cli.doctor.report import Section, ok, problem
from smsc_transports.values.errors import SMSCWarning
from smsc_transports.values.settings import Settings, Timeout, read_settings

_WITHOUT_CONSTANT = ("https_host", "ca_pem", "sandboxed")
_SWITCHES = ("post", "https", "debug")
_SECRET = ("login", "password", "smtp_login", "smtp_password")

CONSTANTS: Dict[str, str] = {
    field.name: field.name.upper() if "smtp" in field.name else f"SMSC_{field.name.upper()}"
    for field in dataclasses.fields(Settings)
    if field.name not in _WITHOUT_CONSTANT
}
"""The constant of each field of the settings."""


def settings_section(program: Program) -> Section:
    """Look at the settings as a call reads them, before plugins are asked."""
    constants = vars(program.face)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", SMSCWarning)
        settings = read_settings(constants)
    origins = _origins(constants, settings)
    findings = [
        ok(f"{constant} = {shown(name, settings)} ({origins[name]})")
        for name, constant in CONSTANTS.items()
    ]
    for each in told:
        name = str(each.message).split()[0]
        place = "the environment" if constants.get(name) in (None, "") else program.file
        findings.append(problem(str(each.message), f"Correct it in {place}."))
    return Section("Settings", findings + mistakes(program, settings, list(CONSTANTS.values())))


def shown(name: str, settings: Settings) -> str:
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
    return "empty" if value == "" else str(value)


def _origins(constants: Mapping[str, Any], settings: Settings) -> Dict[str, str]:
    """Tell where each field comes from, by reading the settings with less and less."""
    of_the_file, defaults = read_settings(constants, {}), Settings()

    def origin(name: str) -> str:
        if getattr(settings, name) != getattr(of_the_file, name):
            return "environment"
        return "default" if getattr(settings, name) == getattr(defaults, name) else "file"

    return {name: origin(name) for name in CONSTANTS}

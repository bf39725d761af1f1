"""The whole examination, in the order in which it is read."""

from __future__ import annotations

import warnings
from typing import Iterator, Optional

from smsc_transports.cli.doctor.network import network_section
from smsc_transports.cli.doctor.online import online_sections
from smsc_transports.cli.doctor.program import open_program
from smsc_transports.cli.doctor.report import Section
from smsc_transports.cli.doctor.settings_in_force import settings_section
from smsc_transports.cli.doctor.transports import transports_section
from smsc_transports.values.errors import SMSCWarning
from smsc_transports.values.settings import read_settings


def examine(module: Optional[str] = None, online: bool = False) -> Iterator[Section]:
    """Look at the program's settings and what is around them.

    Without ``online`` nothing leaves the process, and no plugin is asked for settings.
    """
    program = open_program(module)
    yield program.section
    yield settings_section(program)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SMSCWarning)  # what they say stands in the report
        settings = read_settings(vars(program.face))
        yield transports_section(program, settings)
        yield network_section(bool(settings.https) or "https" in settings.transport)
        if online:
            yield from online_sections(program.face, settings)

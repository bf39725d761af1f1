"""Which ``smsc_api.py`` is in force, and by which Python."""

from __future__ import annotations

import platform
import sys
from typing import Any, List, NamedTuple, Optional

from smsc_transports import __version__
from smsc_transports.cli import face_file
from smsc_transports.cli.doctor.report import Finding, Section, note, ok, problem
from smsc_transports.values.errors import ConfigurationError


class Program(NamedTuple):
    """What is examined: the module with the settings, and what to call the file it is from.

    ``file`` is "" where the program's own file cannot be used.
    """

    face: Any
    file: str
    section: Section


def open_program(module: Optional[str] = None) -> Program:
    """Find and load the program's ``smsc_api``, or, where that is not ours, the shipped one."""
    findings: List[Finding] = []
    face: Any = None
    try:
        found = face_file.find(module)
        if found.kind == face_file.OURS:
            face = face_file.load(found)
            findings.append(ok(face_file.describe(found)))
        else:
            findings.append(problem(face_file.describe(found), face_file.remedy(found)))
    except ConfigurationError as error:
        findings.append(problem(str(error)))
    file = "" if face is None else str(face.__file__)
    if face is None:
        face = face_file.load(face_file.find(str(face_file.SHIPPED)))
        findings.append(note("What follows is about the environment and the defaults alone."))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    findings.append(ok(f"smsc-transports {__version__}, {python}, {sys.executable}"))
    return Program(face, file, Section("Program", findings))

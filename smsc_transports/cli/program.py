"""The program whose settings a command uses: its ``smsc_api.py``, which is read and never run."""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

from smsc_transports import call
from smsc_transports.cli.terminal import print_anything, printable
from smsc_transports.plugins.manager import plugin_manager
from smsc_transports.reporting.notices import SMSCWarning
from smsc_transports.switching.reading import (
    OURS,
    SHIPPED,
    VENDORS,
    Unknown,
    UnreadableFile,
    constants,
    read_copy,
)
from smsc_transports.values.errors import ConfigurationError, TransportError
from smsc_transports.values.hidden import Hidden
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings, read_settings

MODULE = "smsc_api"
TYPE_REMEDY = "Is it read from an environment variable that is not set here?"


class WrongArguments(Exception):
    """The arguments or the input are wrong; nothing was sent."""


@dataclass
class Program:
    """A file with settings, and a module of ours that has them.

    ``unknown`` are the settings that cannot be known without running the file.
    """

    path: Path
    kind: str
    face: Any
    unknown: Dict[str, Unknown] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """Say what has to be changed before the file's settings can be used, "" if nothing."""
        if self.kind == VENDORS:
            return (
                f"{self.path} is the vendor's file or a copy of it, which does not use this "
                f"project. Replace it: smsc migrate {self.path}"
            )
        if self.kind != OURS:
            return (
                f"{self.path} is neither this project's file nor the vendor's. Name the file that "
                f"your program uses: --module shop.smsc_api, or a path."
            )
        if self.unknown:
            told = ", ".join(f"{name} {what}" for name, what in self.unknown.items())
            return (
                f"{self.path}: {told}. Start the command in another folder, with these settings "
                f"in the environment."
            )
        mistakes = type_mistakes(self.face)
        return f"{self.path}: {' '.join(mistakes)} {TYPE_REMEDY}" if mistakes else ""


def find(module: Optional[str] = None) -> Program:
    """Find a program's file by its module name or its path; by default as ``import smsc_api``.

    The current folder comes first, as for a program that is started there. Nothing of the
    program is executed. Raises ConfigurationError if the file is not there or no Python.
    """
    wanted = module or MODULE
    is_path = wanted.endswith(".py") or "/" in wanted or os.sep in wanted
    path = Path(os.path.abspath(wanted)) if is_path else _path_of_module(wanted)
    if path == SHIPPED:
        return Program(path, OURS, shipped_face())
    try:
        kind, known = read_copy(path).kind, constants(path)
    except UnreadableFile as error:
        raise ConfigurationError(f"{path} cannot be used: {error}.") from None
    program = Program(path, kind, shipped_face())
    if kind == OURS:
        for name, value in known.items():
            if isinstance(value, Unknown):
                program.unknown[name] = value
            else:
                setattr(program.face, name, value)
    return program


def run(arguments: Any, work: Callable[[Any, Any], int]) -> int:
    """Do the work with the arguments and the program's module; gives the exit status.

    What the user has to change is printed in one line, with the exit status 2.
    """
    for stream in (sys.stdout, sys.stderr):
        print_anything(stream)
    with warnings.catch_warnings():
        warnings.showwarning = _tell
        try:
            program = find(arguments.module)
            if program.problem:
                raise ConfigurationError(program.problem)
            if arguments.transport:
                program.face.SMSC_TRANSPORT = _known(arguments.transport)
            program.face.SMSC_DEBUG = False  # the command itself says what happens
            return work(arguments, program.face)
        except (ConfigurationError, SMSCWarning, WrongArguments) as mistake:
            _say(f"smsc: {mistake}")
            return 2


def settings_in_call(face: Any) -> Settings:
    """Give the settings that a call would have: constants, environment, and what plugins change.

    Raises ConfigurationError where a plugin fails.
    """
    manager = plugin_manager()
    manager.scan()
    try:
        return manager.settings(read_settings(Hidden(vars(face))))
    except TransportError as error:
        raise ConfigurationError(f"{error}.") from error


def require_account(face: Any, command: str) -> None:
    """Raise ConfigurationError where the gateway would be asked without an account.

    It would refuse, and a few such refusals block this address for a while.
    """
    settings = read_settings(Hidden(vars(face)))
    if not (settings.login or settings.password):
        settings = settings_in_call(face)
    if settings.login or settings.password:
        return
    try:
        chosen = call.choose(plugin_manager(), Request(command, "", settings))
    except TransportError:
        return  # the call itself tells
    if all(transport.is_gateway for transport in chosen):
        raise ConfigurationError(
            "There is no account, so nothing was asked: set SMSC_LOGIN and SMSC_PASSWORD in your "
            "smsc_api.py or in the environment; of an API key the latter alone."
        )


def type_mistakes(face: Any) -> List[str]:
    """Say which settings are not text, so that every call would raise TypeError."""
    settings = read_settings(vars(face))
    needed = {
        "SMSC_LOGIN": (settings.login, (str, bytes)),
        "SMSC_PASSWORD": (settings.password, (str, bytes)),
        "SMSC_CHARSET": (settings.charset, (str,)),
    }
    return [
        f"{name} is {'None' if value is None else type(value).__name__}, not text: every call "
        f"raises TypeError."
        for name, (value, kinds) in needed.items()
        if not isinstance(value, kinds)
    ]


def shipped_face() -> Any:
    """Load the file that came with this package, apart from any ``smsc_api`` of the process."""
    spec = importlib.util.spec_from_file_location("_smsc_api_of_the_command", str(SHIPPED))
    assert spec is not None
    assert spec.loader is not None
    face = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(face)
    return face


def _path_of_module(name: str) -> Path:
    """Find a module without importing it, nor the packages that it is in."""
    package, _, rest = name.partition(".")
    spec = PathFinder.find_spec(package, [os.getcwd()]) or _spec(package)
    while spec is not None and rest:
        inside = spec.submodule_search_locations
        part, _, rest = rest.partition(".")
        spec = None if inside is None else _spec(f"{spec.name}.{part}", list(inside))
    if spec is None or not spec.has_location or spec.origin is None:
        raise ConfigurationError(
            f"There is no module {name!r}, neither in the current folder {os.getcwd()} nor "
            f"installed in {sys.prefix}. Start the command where your program starts, or name the "
            f"file: --module shop.smsc_api, or a path."
        )
    return Path(os.path.abspath(spec.origin))


def _spec(name: str, folders: Optional[List[str]] = None) -> Optional[ModuleSpec]:
    found = (finder.find_spec(name, folders) for finder in sys.meta_path)
    return next((spec for spec in found if spec is not None), None)


def _known(transports: str) -> str:
    manager = plugin_manager()
    manager.scan()
    for name in transports.split(","):
        call.named(manager.transports(), name.strip())
    return transports


def _tell(message: Any, category: Any, *_: Any, **__: Any) -> None:
    _say(f"{'note' if issubclass(category, SMSCWarning) else category.__name__}: {message}")


def _say(text: str) -> None:
    print(printable(text), file=sys.stderr, flush=True)

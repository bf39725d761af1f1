"""Opens the program's ``smsc_api`` for a command, and tells its mistakes in a line each."""

from __future__ import annotations

import argparse
import sys
import warnings
from typing import Any, Callable

from smsc_transports import call as dispatch
from smsc_transports.cli import face_file
from smsc_transports.cli.calls.answers import WRONG_USAGE
from smsc_transports.cli.calls.messages import WrongArguments
from smsc_transports.cli.terminal import print_anything, printable
from smsc_transports.plugins.manager import plugin_manager
from smsc_transports.values.errors import ConfigurationError, SMSCWarning
from smsc_transports.values.settings import read_settings

Work = Callable[[argparse.Namespace, Any], int]


def run(arguments: argparse.Namespace, work: Work) -> int:
    """Do the work with the arguments and the program's module; gives the exit status."""
    for stream in (sys.stdout, sys.stderr):
        print_anything(stream)
    with warnings.catch_warnings():
        warnings.showwarning = _tell
        try:
            return work(arguments, opened(arguments.module, arguments.transport))
        except (ConfigurationError, SMSCWarning, WrongArguments) as mistake:
            _say(f"smsc: {mistake}")
            return WRONG_USAGE


def opened(module: str, transport: str) -> Any:
    """Load the program's module, with the transport of the command line if there is one.

    Raises ConfigurationError.
    """
    face = face_file.load(face_file.find(module))
    face.SMSC_DEBUG = False  # the command itself says what happens
    if transport:
        face.SMSC_TRANSPORT = _known(transport)
    mistakes = face_file.type_mistakes(read_settings(vars(face)))
    if mistakes:
        raise ConfigurationError(f"{face.__file__}: {' '.join(mistakes)} {face_file.TYPE_REMEDY}")
    return face


def _known(transports: str) -> str:
    """Refuse a name that does not exist, also where a sandbox would do without it."""
    manager = plugin_manager()
    manager.scan()
    for name in transports.split(","):
        dispatch.named(manager.transports(), name.strip())
    return transports


def _tell(message: Any, category: Any, *_: Any, **__: Any) -> None:
    _say(f"{'note' if issubclass(category, SMSCWarning) else category.__name__}: {message}")


def _say(text: str) -> None:
    print(printable(text), file=sys.stderr, flush=True)

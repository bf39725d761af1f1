"""Loads a file as its program would, and says plainly why it cannot."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import traceback
from types import ModuleType
from typing import Any, Dict, Mapping, Tuple

from smsc_transports.switching.comparing.calls import Scene
from smsc_transports.switching.known_editions import SETTINGS


class CannotLoad(Exception):
    """Why a file cannot be loaded, and what to do about it."""


class Copy:
    """A loaded file with the class that programs use; the constants it has, and where."""

    def __init__(self, path: str, text: str, class_name: str) -> None:
        self._path = path
        module = self._load(text)
        self._class: Any = getattr(module, class_name, None)
        if not inspect.isclass(self._class):
            raise CannotLoad(f"After its import there is no class {class_name} in it.")
        try:
            inspect.signature(self._class).bind()
        except TypeError:
            wanted = ", ".join(inspect.signature(self._class).parameters)
            raise CannotLoad(
                f"Its constructor was edited: {class_name}({wanted}) cannot be made without "
                "arguments. Give them defaults in a copy of the file, and compare that."
            ) from None
        except ValueError:  # a class whose base is no Python class has no signature
            pass
        homes = (self._class, module)  # the constants may have been moved into the class
        found = {name: [home for home in homes if name in vars(home)] for name in SETTINGS}
        self._homes = {name: home[0] for name, home in found.items() if home}

    def constants(self) -> Dict[str, Any]:
        """Give the constants that can be set from outside."""
        return {name: getattr(home, name) for name, home in self._homes.items()}

    def call(self, constants: Mapping[str, Any], scene: Scene) -> Any:
        """Set constants where the file has them, and call a method of a new object."""
        for name, value in constants.items():
            setattr(self._homes[name], name, value)
        return getattr(self._class(), scene.method)(*scene.args, **scene.keywords)

    def _load(self, text: str) -> Any:
        folder, name = _place_of(self._path)
        sys.path[:0] = [folder, os.getcwd()]
        sys.argv[:] = [self._path]
        module = ModuleType(name)
        module.__file__, module.__package__ = self._path, name.rpartition(".")[0]
        try:
            if module.__package__:
                importlib.import_module(module.__package__)
            sys.modules[name] = module
            exec(compile(text, self._path, "exec"), vars(module))
        except BaseException as error:
            raise self._failure(error) from error
        return module

    def _failure(self, error: BaseException) -> CannotLoad:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename == self._path]
        where = f"Line {own[-1].lineno}: " if own else ""
        if isinstance(error, SystemExit):
            return CannotLoad(f"{where}it ends the program while it is imported (sys.exit).")
        told = f"{where}{type(error).__name__}: {error}".rstrip(".")
        if isinstance(error, ModuleNotFoundError):
            told += ". Run smsc compare in the program's folder, with its Python"
        elif type(error).__name__ == "ImproperlyConfigured":
            told += ". Set DJANGO_SETTINGS_MODULE for this command"
        return CannotLoad(f"{told}.")


def _place_of(path: str) -> Tuple[str, str]:
    """Give the folder to import a file from, and its name there: it may lie in a package."""
    folder, file = os.path.split(path)
    name = os.path.splitext(file)[0]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        name = f"{package}.{name}"
    return folder, name

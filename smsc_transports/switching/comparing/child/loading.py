"""Loads a file as its program would, and says plainly why it cannot."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import traceback
from importlib.abc import Loader
from types import ModuleType
from typing import Any, Dict, List, Mapping, Optional, Tuple

_PYTHON_2_MODULES = ("urllib2", "httplib", "urlparse", "ConfigParser", "StringIO", "cStringIO")
PYTHON_2 = "The copy is Python 2; neither it nor this project's file can run there and here"
_METHODS = ("send_sms", "get_balance", "_smsc_send_cmd")
_NAMES = (
    "SMSC_LOGIN", "SMSC_PASSWORD", "SMSC_POST", "SMSC_HTTPS", "SMSC_CHARSET", "SMSC_DEBUG",
    "SMTP_FROM", "SMTP_SERVER", "SMTP_LOGIN", "SMTP_PASSWORD", "SMSC_TIMEOUT",
)  # fmt: skip


class CannotLoad(Exception):
    """Why a file cannot be loaded, and what to do about it."""


class _TextLoader(Loader):
    """Gives a text for the content of a file."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self._path
        exec(compile(self._text, self._path, "exec"), vars(module))


class Copy:
    """A loaded file with the class that programs use; the constants it has, and where."""

    def __init__(self, path: str, text: str, class_name: str) -> None:
        self._path = path
        self._module = self._load(text)
        self._class = self._find_class(class_name)
        homes = {name: self._home_of(name) for name in _NAMES}
        self._homes = {name: home for name, home in homes.items() if home is not None}

    def constants(self) -> Dict[str, Any]:
        """Give the constants that can be set from outside."""
        return {name: getattr(home, name) for name, home in self._homes.items()}

    def make(self) -> Any:
        """Make the object that programs work with."""
        return self._class()

    def set(self, constants: Mapping[str, Any]) -> None:
        """Set constants where the file has them."""
        for name, value in constants.items():
            setattr(self._homes[name], name, value)

    def _load(self, text: str) -> Any:
        folder, name = _place_of(self._path)
        sys.path[:0] = [folder, os.getcwd()]
        sys.argv[:] = [self._path]
        spec = importlib.util.spec_from_loader(name, _TextLoader(self._path, text))
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        package = name.rpartition(".")[0]
        try:
            if package:
                importlib.import_module(package)
            sys.modules[name] = module
            assert spec.loader is not None
            spec.loader.exec_module(module)
        except BaseException as error:
            raise self._failure(error) from error
        return module

    def _find_class(self, name: str) -> Any:
        found = getattr(self._module, name, None)
        if not inspect.isclass(found):
            candidates = [value for value in vars(self._module).values() if _is_one(value)]
            found = candidates[-1] if candidates else None
        if found is None:
            raise CannotLoad("There is no class with send_sms in it, so it is no copy.")
        try:
            inspect.signature(found).bind()
        except TypeError:
            wanted = ", ".join(inspect.signature(found).parameters)
            raise CannotLoad(
                f"Its constructor was edited: {name}({wanted}) cannot be made without arguments, "
                "and ours takes none. Set SMSC_LOGIN and SMSC_PASSWORD instead."
            ) from None
        except ValueError:  # a class whose base is no Python class has no signature
            pass
        return found

    def _home_of(self, name: str) -> Any:
        """Give what holds a constant: the class, where they were moved there, or the module."""
        homes = (self._class, self._module)
        return next((home for home in homes if name in vars(home)), None)

    def _failure(self, error: BaseException) -> CannotLoad:
        file, line = self._line_of(error)
        where = f"{'Line' if file == self._path else f'{file}, line'} {line}"
        if isinstance(error, SystemExit):
            return CannotLoad(f"{where}: it ends the program while it is imported (sys.exit).")
        told = f"{where}: {type(error).__name__}: {error}".rstrip(".")
        if isinstance(error, SyntaxError):
            return CannotLoad(f"Line {error.lineno}: {error.msg}. If it is Python 2: {PYTHON_2}.")
        if isinstance(error, ImportError) and _is_python_2(error):
            return CannotLoad(f"{told}. {PYTHON_2}.")
        if isinstance(error, ModuleNotFoundError):
            told += ". Run it with the program's Python: smsc compare --python venv/bin/python FILE"
        elif type(error).__name__ == "ImproperlyConfigured":
            told += ". Set DJANGO_SETTINGS_MODULE for this command"
        return CannotLoad(f"{told}.")

    def _line_of(self, error: BaseException) -> Tuple[str, Optional[int]]:
        """Tell where an error arose: in the copy, or in a module of the program."""
        frames: List[Any] = traceback.extract_tb(error.__traceback__)
        theirs = [frame for frame in frames if not _is_ours_or_pythons(frame.filename)]
        last = (theirs or frames)[-1]
        return last.filename, last.lineno


def _is_one(value: Any) -> bool:
    return inspect.isclass(value) and any(hasattr(value, method) for method in _METHODS)


def _is_ours_or_pythons(file: str) -> bool:
    library = file.startswith(os.path.dirname(os.__file__)) and "site-packages" not in file
    return library or file.startswith(("<frozen", os.path.dirname(__file__)))


def _place_of(path: str) -> Tuple[str, str]:
    """Give the folder to import a file from, and its name there: it may lie in a package."""
    folder, file = os.path.split(path)
    name = os.path.splitext(file)[0]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        name = f"{package}.{name}"
    return folder, name


def _is_python_2(error: ImportError) -> bool:
    name = error.name or ""
    return name in _PYTHON_2_MODULES or (name == "urllib" and "cannot import name" in str(error))

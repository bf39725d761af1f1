"""Loads a copy as its program would, and says plainly why it cannot.

A module that is missing here and that the copy imports by itself, mostly for its constants, is
replaced by a stand-in, and that is told: the constants are set for each case anyway.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import os
import re
import sys
import traceback
from importlib.machinery import SourceFileLoader
from typing import Any, Iterator, List, Mapping, Optional, Tuple

from smsc_transports.compare.child.secrets import mask, secrets_among, secrets_in

_PYTHON_2_LINE = re.compile(r"\s*(print\s+[^(\s=]|print\s*$|except\s+[\w.]+\s*,|raise\s+\w+\s*,)")
_PYTHON_2_MODULES = ("urllib2", "httplib", "urlparse", "ConfigParser", "StringIO", "cStringIO")

ENVIRONMENT = (
    "Run the command in the folder of the program, with the program's Python and its environment "
    "variables: smsc compare --python venv/bin/python FILE"
)
PYTHON_2 = (
    "The copy is Python 2. It cannot be run here, and neither can the shim be run by Python 2: "
    "the program has to be moved to Python 3.8 or newer first."
)


class CannotLoad(Exception):
    """Why a copy cannot be loaded, and what to do about it."""


class Copy:
    """A loaded copy.

    ``stand_ins`` are the modules that were replaced, ``unknown`` the constants that came from
    them, ``in_class`` those in the body of the class, ``missing`` those that it does not have.
    """

    def __init__(self, path: str, defaults: Mapping[str, Any]) -> None:
        self.stand_ins: List[str] = []
        self._path = path
        self._tree = _parse(path)
        self._module = self._load()
        self._class = self._find_class()
        self._homes = {name: self._home_of(name) for name in defaults}
        self.missing = [name for name, home in self._homes.items() if home is None]
        self.in_class = [name for name, home in self._homes.items() if home is self._class]
        self.unknown = self._replace_unknown(defaults)
        self.constants = {name: self._value(name) for name in defaults if self._homes[name]}

    def secrets(self) -> List[str]:
        """Give every text that no output may show: what the file and the system call secret."""
        return [*secrets_in(self._tree), *secrets_among(self.constants), *secrets_among(os.environ)]

    def methods(self) -> List[str]:
        """Give the names of its methods."""
        members = inspect.getmembers(self._class, callable)
        return [name for name, _ in members if not name.startswith("__")]

    def make(self) -> Any:
        """Make the object that programs work with."""
        return self._class()

    def set(self, constants: Mapping[str, Any]) -> None:
        """Set constants where the copy has them; it gets none that it does not know."""
        for name, value in constants.items():
            home = self._homes.get(name)
            if home is not None:
                setattr(home, name, value)

    def _load(self) -> Any:
        folder, name = _place_of(self._path)
        sys.path[:0] = [folder, os.getcwd()]
        sys.argv[:] = [self._path]
        while True:
            loader = SourceFileLoader(name, self._path)  # whatever the end of the file's name
            spec = importlib.util.spec_from_loader(name, loader)
            assert spec is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                loader.exec_module(module)
            except ModuleNotFoundError as error:
                if not self._stand_in_for(error):
                    raise self._failure(error) from error
            except BaseException as error:
                raise self._failure(error) from error
            else:
                return module

    def _stand_in_for(self, error: ModuleNotFoundError) -> bool:
        """Put stand-ins in the place of a missing module, if the copy itself imports it."""
        missing = error.name or ""
        root = missing.partition(".")[0]
        wanted = [name for name in _imports(self._tree) if name.partition(".")[0] == root]
        if not wanted or root in _PYTHON_2_MODULES or self._line_of(error)[0] != self._path:
            return False
        from unittest.mock import MagicMock

        for name in wanted:
            parts = name.split(".")
            for length in range(1, len(parts) + 1):
                sys.modules.setdefault(".".join(parts[:length]), MagicMock(name=name))
        self.stand_ins.append(wanted[0])
        return missing in sys.modules

    def _replace_unknown(self, defaults: Mapping[str, Any]) -> List[str]:
        """Give the constants that came out of a stand-in their defaults; their names."""
        unknown = [name for name in defaults if "mock" in type(self._value(name)).__module__]
        self.set({name: defaults[name] for name in unknown})
        return unknown

    def _find_class(self) -> Any:
        found = getattr(self._module, "SMSC", None)
        if not inspect.isclass(found):
            raise CannotLoad("There is no class SMSC in it, so it is no copy of smsc_api.py.")
        try:
            inspect.signature(found).bind()
        except TypeError:
            wanted = ", ".join(inspect.signature(found).parameters)
            raise CannotLoad(
                f"Its constructor was edited: SMSC({wanted}) cannot be made without arguments. "
                "The shim's SMSC() takes none: before the switch, set the constants SMSC_LOGIN "
                "and SMSC_PASSWORD and call SMSC() everywhere. Comparing what remains is possible "
                "once the arguments have defaults."
            ) from None
        return found

    def _home_of(self, name: str) -> Any:
        """Give what holds a constant: the class, where they were moved there, or the module."""
        homes = (self._class, self._module)
        return next((home for home in homes if name in vars(home)), None)

    def _value(self, name: str) -> Any:
        return getattr(self._homes[name], name, None)

    def _failure(self, error: BaseException) -> CannotLoad:
        file, line = self._line_of(error)
        where = f"{'Line' if file == self._path else f'{file}, line'} {line}"
        if isinstance(error, SystemExit):
            return CannotLoad(f"{where}: it ends the program while it is imported (sys.exit).")
        told = f"{where}: {type(error).__name__}: {error}"
        if isinstance(error, ImportError) and _is_python_2(error):
            return CannotLoad(f"{told}. {PYTHON_2}")
        if type(error).__name__ == "ImproperlyConfigured":
            told += ". Set DJANGO_SETTINGS_MODULE for this command"
        if isinstance(error, KeyError):
            told += ". If that is an environment variable, set it for this command, to anything"
        secrets = [*secrets_in(self._tree), *secrets_among(os.environ)]
        return CannotLoad(mask(f"{told}. {ENVIRONMENT}.", secrets))

    def _line_of(self, error: BaseException) -> Tuple[str, Optional[int]]:
        """Tell where an error arose: in the copy, or in a module of the program."""
        frames = traceback.extract_tb(error.__traceback__)
        theirs = [frame for frame in frames if not _is_ours_or_pythons(frame.filename)]
        last = (theirs or frames)[-1]
        return last.filename, last.lineno


def _is_ours_or_pythons(file: str) -> bool:
    library = file.startswith(os.path.dirname(os.__file__)) and "site-packages" not in file
    return library or file.startswith(("<frozen", os.path.dirname(__file__)))


def _parse(path: str) -> ast.Module:
    with open(path, "rb") as file:
        source = file.read()
    try:
        return ast.parse(source, path)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        told = f"Line {line}: {getattr(error, 'msg', error)}".rstrip(".?") + "."
        lines = source.decode("latin-1").splitlines()
        if any(_PYTHON_2_LINE.match(text) for text in lines) or isinstance(error, TabError):
            told += f" {PYTHON_2}"
        raise CannotLoad(told) from None


def _place_of(path: str) -> Tuple[str, str]:
    """Give the folder to import a file from, and its name there: it may lie in a package."""
    folder, file = os.path.split(path)
    name = os.path.splitext(file)[0]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        name = f"{package}.{name}"
    return folder, name


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _is_python_2(error: ImportError) -> bool:
    name = error.name or ""
    return name in _PYTHON_2_MODULES or (name == "urllib" and "cannot import name" in str(error))

"""The constants of the vendor's file: where a copy has them from.

Values of secrets leave this module in one field alone, ``code``, which no repr shows.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Mapping, Optional, Tuple

from smsc_transports.switch.files.masking import HIDDEN, masked
from smsc_transports.switch.files.source import Source
from smsc_transports.switch.files.syntax import bound_names, dotted, literal

DEFAULTS: Mapping[str, str] = {
    "SMSC_LOGIN": '""',
    "SMSC_PASSWORD": '""',
    "SMSC_POST": "False",
    "SMSC_HTTPS": "False",
    "SMSC_CHARSET": '"utf-8"',
    "SMSC_DEBUG": "False",
    "SMTP_FROM": '"api@smsc.ua"',
    "SMTP_SERVER": '"send.smsc.ua"',
    "SMTP_LOGIN": '""',
    "SMTP_PASSWORD": '""',
}
"""The constants, each with what the vendor's file has there for smsc.ua, as code."""

SECRETS = frozenset({"SMSC_LOGIN", "SMSC_PASSWORD", "SMTP_LOGIN", "SMTP_PASSWORD"})
SWITCHES = ("SMSC_POST", "SMSC_HTTPS", "SMSC_DEBUG")

LITERAL, ENVIRONMENT, IMPORTED, COMPUTED = "literal", "environment", "imported", "computed"

_FILES = {
    "json": "a JSON file",
    "yaml": "a YAML file",
    "configparser": "a configuration file",
    "ConfigParser": "a configuration file",
    "toml": "a TOML file",
    "tomllib": "a TOML file",
}
_ENVIRONMENT = ("os.environ", "os.getenv", "environ", "getenv")


@dataclass(frozen=True)
class Constant:
    """One constant of a copy.

    ``origin`` is LITERAL, ENVIRONMENT, IMPORTED (bound by an import, perhaps a star import) or
    COMPUTED. ``code`` is the expression as it stands in the file, "" for an imported one;
    ``shown`` is the expression without secrets, and ``note`` says where its value comes from.
    """

    name: str
    line: int
    origin: str
    shown: str
    code: str = field(default="", repr=False)
    in_class: bool = False
    note: str = ""
    typed_in: bool = False
    """A secret stands in the file."""

    @property
    def is_default(self) -> bool:
        """The value is the vendor's, whatever the domain."""
        if self.origin != LITERAL:
            return False
        value, default = literal_of(self.code), literal_of(DEFAULTS[self.name])
        if self.name in ("SMTP_FROM", "SMTP_SERVER"):
            return str(value).rpartition("smsc")[0] == str(default).rpartition("smsc")[0]
        return value == default and type(value) is type(default)


def literal_of(code: str) -> object:
    """Give the value of a literal."""
    return ast.literal_eval(code.strip())


def read_constants(source: Source, cls: ast.ClassDef) -> Dict[str, Constant]:
    """Find the constants of a copy; one that it does not bind is missing from the answer."""
    found: Dict[str, Constant] = {}
    for in_class, statements in ((True, cls.body), (False, source.tree.body)):
        for statement in statements:
            for constant in _bound_by(statement, source, in_class):
                found[constant.name] = constant
    return {**_from_star_import(source, cls, found), **found}


def _from_star_import(
    source: Source, cls: ast.ClassDef, found: Mapping[str, Constant]
) -> Dict[str, Constant]:
    """Give the constants that the class uses and that nothing but a star import can bind."""
    used = {node.id for node in ast.walk(cls) if isinstance(node, ast.Name)} & set(DEFAULTS)
    for statement in source.tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            words = f"imported from {'.' * statement.level}{statement.module or ''}"
            return {
                name: Constant(name, statement.lineno, IMPORTED, words)
                for name in DEFAULTS
                if name in used - set(found)
            }
    return {}


def plain_assignment(statement: ast.AST) -> Optional[Tuple[str, ast.expr]]:
    """Give name and value of ``NAME = value``, None for any other statement."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target = statement.target
    else:
        return None
    if isinstance(target, ast.Name) and statement.value is not None:
        return target.id, statement.value
    return None


def _bound_by(statement: ast.stmt, source: Source, in_class: bool) -> Iterator[Constant]:
    plain = plain_assignment(statement)
    if plain is not None and plain[0] in DEFAULTS:
        name, value = plain
        yield constant_of(name, value, source, in_class)
    elif isinstance(statement, ast.ImportFrom) and not in_class:
        module = "." * statement.level + (statement.module or "")
        for alias in statement.names:
            if (alias.asname or alias.name) in DEFAULTS:
                name = alias.asname or alias.name
                yield Constant(name, statement.lineno, IMPORTED, f"imported from {module}")
    elif plain is None and not isinstance(statement, (ast.ClassDef, ast.FunctionDef)):
        for name, line in bound_names(statement).items():
            if name in DEFAULTS:
                yield Constant(name, line, COMPUTED, "set by several lines", "", in_class)


def constant_of(name: str, value: ast.expr, source: Source, in_class: bool = False) -> Constant:
    """Say where the value of a constant comes from."""
    code = source.segment(value)
    nodes = list(ast.walk(value))
    if literal(value)[0]:
        origin, shown = LITERAL, masked(code) if name in SECRETS else code
    else:
        origin = ENVIRONMENT if any(map(_reads_environment, nodes)) else COMPUTED
        shown = masked(code)
    note = _words_of_origin(value, source)
    # Beside a name a hidden text may be anything, but the default of a variable is the secret.
    alone = origin == ENVIRONMENT or not any(isinstance(node, ast.Name) for node in nodes)
    typed_in = name in SECRETS and HIDDEN in shown and alone
    return Constant(name, value.lineno, origin, shown, code, in_class, note, typed_in)


def _reads_environment(node: ast.AST) -> bool:
    return isinstance(node, (ast.Attribute, ast.Name)) and dotted(node) in _ENVIRONMENT


def _words_of_origin(value: ast.expr, source: Source) -> str:
    """Say in brackets where a value comes from, where the file's imports tell."""
    roots = [node.id for node in ast.walk(value) if isinstance(node, ast.Name)]
    for root in roots:
        imported = _imported_from(root, source)
        if imported.startswith("django.conf"):
            return " (Django's settings)"
        if root == "current_app" or imported.startswith("flask"):
            return " (Flask's configuration)"
        for module in [imported, *_modules_that_made(root, source)]:
            if module in _FILES:
                return f" ({_FILES[module]})"
    return ""


def _imported_from(name: str, source: Source) -> str:
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if (alias.asname or alias.name.split(".")[0]) == name:
                    return getattr(node, "module", None) or alias.name
    return ""


def _modules_that_made(name: str, source: Source) -> List[str]:
    """Give the roots of the calls that the value of a variable of the module comes from."""
    made = [
        plain[1]
        for plain in map(plain_assignment, ast.walk(source.tree))
        if plain and plain[0] == name
    ]
    return [
        dotted(node.func).split(".")[0]
        for value in made
        for node in ast.walk(value)
        if isinstance(node, ast.Call)
    ]
